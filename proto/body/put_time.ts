/**
 * Writing points in time.
 *
 * @module
 */

/** Days from 0000-03-01 to 1970-01-01. */
const EPOCH_DAYS = 719_468;
/** Days of 400 years, after which the calendar repeats. */
const ERA_DAYS = 146_097;
const DAY_MS = 86_400_000;

/** Writes so many digits of a number. */
function digits(
  dst: DataView,
  at: number,
  value: number,
  count: number,
): number {
  for (let i = at + count - 1; i >= at; i--) {
    dst.setUint8(i, 0x30 + value % 10);
    value = Math.floor(value / 10);
  }
  return at + count;
}

/**
 * Writes a point in time as Go does: UTC, with as much of the fraction as there
 * is. Nothing is allocated.
 *
 * @param dst Takes it; 24 bytes at most.
 * @param at Where it begins in `dst`.
 * @param time Unix milliseconds, rounded down to whole ones; years 1970 to 9999.
 * @returns The offset after it.
 */
export function putTime(dst: DataView, at: number, time: number): number {
  const total = Math.floor(time);
  const days = Math.floor(total / DAY_MS);
  const ms = total - days * DAY_MS;
  // Years begin in March here: the leap day is the last one of a year.
  const era = Math.floor((days + EPOCH_DAYS) / ERA_DAYS);
  const day = days + EPOCH_DAYS - era * ERA_DAYS;
  const year = Math.floor(
    (day - Math.floor(day / 1_460) + Math.floor(day / 36_524) -
      Math.floor(day / 146_096)) / 365,
  );
  const ofYear = day -
    (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const ofMonth = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const late = month >= 10;
  at = digits(dst, at, year + era * 400 + (late ? 1 : 0), 4);
  dst.setUint8(at++, 0x2d);
  at = digits(dst, at, late ? month - 9 : month + 3, 2);
  dst.setUint8(at++, 0x2d);
  at = digits(dst, at, ofMonth, 2);
  dst.setUint8(at++, 0x54);
  at = digits(dst, at, Math.floor(ms / 3_600_000), 2);
  dst.setUint8(at++, 0x3a);
  at = digits(dst, at, Math.floor(ms / 60_000) % 60, 2);
  dst.setUint8(at++, 0x3a);
  at = digits(dst, at, Math.floor(ms / 1_000) % 60, 2);
  const part = ms % 1_000;
  if (part > 0) {
    dst.setUint8(at++, 0x2e);
    at = digits(dst, at, part, 3);
    while (dst.getUint8(at - 1) === 0x30) at--;
  }
  dst.setUint8(at++, 0x5a);
  return at;
}
