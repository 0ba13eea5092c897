/**
 * Times on the wire: RFC 3339 text as Go's decoder takes it.
 *
 * Source: docs/spec/wire.md §1.5.1 and §1.5.2. The scanner works
 * on the raw bytes between the quotes, as Go does, so an escape is an error.
 *
 * @module
 */

import { ZERO_TIME } from "../wire/constants.ts";

/** One time field of a body. */
export interface TimeValue {
  /** Unix time in milliseconds, with a fraction where there is one; `"zero"` for the unset time. */
  readonly unixMillis: number | "zero";
  /** The text, as a Go peer writes this time. */
  readonly text: string;
}

/** The unset time. */
export const ZERO_TIME_VALUE: TimeValue = {
  unixMillis: "zero",
  text: ZERO_TIME,
};

/** What {@linkcode scanTime} gives for the unset time. */
export const NO_TIME: number = -Infinity;

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Seconds from the zero time to the Unix epoch. */
const ZERO_SECONDS = -62_135_596_800;
const MAX_FRACTION_DIGITS = 9;

const DASH = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const POINT = 0x2e;
const COMMA = 0x2c;
const CAPITAL_T = 0x54;
const CAPITAL_Z = 0x5a;

/** Parts of the last time scanned; scanning makes no object. */
let seconds = 0;
let nanos = 0;
/** Offset of the zone from UTC in minutes. */
let zone = 0;

const decoder = new TextDecoder();

/** Value of the decimal digit at `at`, or a number above 9. */
function digit(buf: Uint8Array, at: number, end: number): number {
  return at < end ? (buf[at]! - 0x30) & 0xff : 0xff;
}

/** Value of two decimal digits at `at`, or -1. */
function twoDigits(buf: Uint8Array, at: number, end: number): number {
  const tens = digit(buf, at, end);
  const ones = digit(buf, at + 1, end);
  return tens > 9 || ones > 9 ? -1 : tens * 10 + ones;
}

function isByte(
  buf: Uint8Array,
  at: number,
  end: number,
  byte: number,
): boolean {
  return at < end && buf[at] === byte;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  }
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days from 1970-01-01, proleptic Gregorian, counted in years that start in March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const monthOfYear = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * monthOfYear + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** Reads the zone at `at` into `zone`; returns whether it ends the text well. */
function scanZone(buf: Uint8Array, at: number, end: number): boolean {
  zone = 0;
  if (isByte(buf, at, end, CAPITAL_Z)) return at + 1 === end;
  if (at + 6 !== end || buf[at + 3] !== COLON) return false;
  const sign = buf[at];
  if (sign !== PLUS && sign !== DASH) return false;
  const hours = twoDigits(buf, at + 1, end);
  const minutes = twoDigits(buf, at + 4, end);
  // Go lets 24 and 60 pass here.
  if (hours < 0 || hours > 24 || minutes < 0 || minutes > 60) return false;
  zone = hours * 60 + minutes;
  if (sign === DASH) zone = -zone;
  return true;
}

/** Reads a time into the module's parts; returns whether Go would take it. */
function scanParts(buf: Uint8Array, start: number, end: number): boolean {
  const century = twoDigits(buf, start, end);
  const yearOfCentury = twoDigits(buf, start + 2, end);
  const month = twoDigits(buf, start + 5, end);
  const day = twoDigits(buf, start + 8, end);
  if (
    century < 0 || yearOfCentury < 0 || month < 1 || month > 12 || day < 1 ||
    buf[start + 4] !== DASH || buf[start + 7] !== DASH ||
    buf[start + 10] !== CAPITAL_T
  ) return false;
  const year = century * 100 + yearOfCentury;
  if (day > daysInMonth(year, month)) return false;
  // Go takes an hour of one digit.
  let at = start + 11;
  let hour = twoDigits(buf, at, end);
  if (hour < 0) {
    hour = digit(buf, at, end);
    if (hour > 9) return false;
    at -= 1;
  }
  at += 2;
  const minute = twoDigits(buf, at + 1, end);
  const second = twoDigits(buf, at + 4, end);
  if (
    hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 ||
    buf[at] !== COLON || buf[at + 3] !== COLON
  ) return false;
  at += 6;
  nanos = 0;
  if (
    (isByte(buf, at, end, POINT) || isByte(buf, at, end, COMMA)) &&
    digit(buf, at + 1, end) <= 9
  ) {
    let scale = 1e9;
    const last = ++at + MAX_FRACTION_DIGITS;
    for (let value; at < last && (value = digit(buf, at, end)) <= 9; at++) {
      scale /= 10;
      nanos += value * scale;
    }
    // Go takes any number of further digits, and drops them.
    while (at < end && ((buf[at]! - 0x30) & 0xff) <= 9) at++;
  }
  if (!scanZone(buf, at, end)) return false;
  seconds = daysSinceEpoch(year, month, day) * DAY + hour * HOUR +
    minute * MINUTE + second - zone * MINUTE;
  return true;
}

function isZero(): boolean {
  return seconds === ZERO_SECONDS && nanos === 0;
}

function unixMillis(): number {
  return seconds * 1000 + nanos / 1e6;
}

/**
 * Reads a time without making an object.
 *
 * @param buf Holds the text.
 * @param start First byte between the quotes.
 * @param end Index of the closing quote.
 * @returns Unix time in milliseconds, {@linkcode NO_TIME} for the instant of
 * the zero time, `NaN` where Go would refuse the text.
 */
export function scanTime(buf: Uint8Array, start: number, end: number): number {
  if (!scanParts(buf, start, end)) return NaN;
  return isZero() ? NO_TIME : unixMillis();
}

/**
 * Gives the deadline that two instants of {@linkcode scanTime} make.
 *
 * @param own One of them.
 * @param context The other.
 * @returns The earlier one that is set in Unix milliseconds, 0 when none is. A
 * deadline at the epoch becomes 1: it is long over, but it is one.
 */
export function earlierDeadline(own: number, context: number): number {
  let time = own;
  if (own === NO_TIME || context !== NO_TIME && context < own) time = context;
  if (time === NO_TIME) return 0;
  return time === 0 ? 1 : time;
}

/**
 * Reads a time.
 *
 * @param buf Holds the text.
 * @param start First byte between the quotes.
 * @param end Index of the closing quote.
 * @returns The time, or `undefined` where Go would refuse the text.
 */
export function parseTime(
  buf: Uint8Array,
  start: number,
  end: number,
): TimeValue | undefined {
  if (!scanParts(buf, start, end)) return undefined;
  const text = canonicalText(decoder.decode(buf.subarray(start, end)));
  return { unixMillis: isZero() ? "zero" : unixMillis(), text };
}

/** Rewrites an accepted text the way Go writes the same time. */
function canonicalText(text: string): string {
  const date = text.slice(0, 11);
  const clock = text[12] === ":"
    ? "0" + text.slice(11, 18)
    : text.slice(11, 19);
  const digits = nanos.toString().padStart(9, "0").replace(/0+$/, "");
  const fraction = nanos === 0 ? "" : "." + digits;
  return date + clock + fraction + (zone === 0 ? "Z" : text.slice(-6));
}

/**
 * Makes the time field for an instant.
 *
 * @param unixMillis Unix time in milliseconds; what is finer is cut off.
 * @returns The time in UTC, as a Go peer accepts it.
 * @throws {RangeError} If the year is not in 0 to 9999.
 */
export function timeFromMillis(unixMillis: number): TimeValue {
  const whole = Math.floor(unixMillis);
  const text = new Date(whole).toISOString();
  if (text.length !== ZERO_TIME.length + 4) {
    throw new RangeError(`Cannot write time ${text}: year not in 0 to 9999`);
  }
  if (whole === ZERO_SECONDS * 1000) return ZERO_TIME_VALUE;
  return {
    unixMillis: whole,
    text: text.replace(/\.?0+Z$/, "Z"),
  };
}
