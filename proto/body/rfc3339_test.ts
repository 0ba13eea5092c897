import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NO_TIME, parseTime, scanTime, timeFromMillis } from "./rfc3339.ts";

function place(text: string): [Uint8Array, number, number] {
  const bytes = new TextEncoder().encode(`00${text}00`);
  return [bytes, 2, bytes.length - 2];
}

const TAKEN: [string, number | "zero", string?][] = [
  ["0001-01-01T00:00:00Z", "zero"],
  ["0001-01-01T08:00:00+08:00", "zero"],
  ["0001-01-01T00:00:00.000000001Z", -62_135_596_800_000],
  ["1970-01-01T00:00:00Z", 0],
  ["2024-08-20T15:09:56.123456789Z", 1_724_166_596_123.4568],
  ["2024-08-20T23:09:31.5+08:00", 1_724_166_571_500],
  ["2024-08-20T23:09:31-23:59", 1_724_281_711_000],
  ["2024-02-29T00:00:00Z", 1_709_164_800_000],
  ["2000-02-29T00:00:00Z", 951_782_400_000],
  ["0000-01-01T00:00:00Z", -62_167_219_200_000],
  ["9999-12-31T23:59:59Z", 253_402_300_799_000],
  [
    "2024-08-20T15:09:56,25Z",
    1_724_166_596_250,
    "2024-08-20T15:09:56.25Z",
  ],
  [
    "2024-08-20T15:09:56.1234567891234Z",
    1_724_166_596_123.4568,
    "2024-08-20T15:09:56.123456789Z",
  ],
  ["2024-08-20T15:09:56.000Z", 1_724_166_596_000, "2024-08-20T15:09:56Z"],
  ["2024-08-20T15:09:56.500Z", 1_724_166_596_500, "2024-08-20T15:09:56.5Z"],
  ["2024-08-20T15:09:56+00:00", 1_724_166_596_000, "2024-08-20T15:09:56Z"],
  ["2024-08-20T15:09:56-00:00", 1_724_166_596_000, "2024-08-20T15:09:56Z"],
  ["2024-08-20T5:09:56Z", 1_724_130_596_000, "2024-08-20T05:09:56Z"],
  ["2024-08-20T15:09:56+24:60", 1_724_076_596_000],
];

for (const [text, millis, written] of TAKEN) {
  Deno.test(`time ${text} is taken`, () => {
    const time = parseTime(...place(text));
    assertEquals(time?.unixMillis, millis);
    assertEquals(time?.text, written ?? text);
    assertEquals(
      scanTime(...place(text)),
      millis === "zero" ? NO_TIME : millis,
    );
  });
}

const REFUSED = [
  "",
  "null",
  "2024",
  "2024-08-20",
  "2024-08-20t15:09:56Z",
  "2024-08-20T15:09:56z",
  "2024-08-20 15:09:56Z",
  "2024-08-20T15:09:56",
  "2024-08-20T15:09Z",
  "2024-08-20T15:09:56+0800",
  "2024-08-20T15:09:56+08",
  "2024-08-20T15:09:56+8:00",
  "2024-08-20T15:09:56+25:00",
  "2024-08-20T15:09:56+00:61",
  "2024-08-20T15:09:56.Z",
  "2024-08-20T15:09:56Z ",
  " 2024-08-20T15:09:56Z",
  "2024-08-20T24:00:00Z",
  "2024-08-20TA:00:00Z",
  "2024-08-20T15:60:00Z",
  "2024-08-20T15:09:60Z",
  "2024-13-20T15:09:56Z",
  "2024-00-20T15:09:56Z",
  "2024-08-32T15:09:56Z",
  "2024-08-00T15:09:56Z",
  "2023-02-29T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "2024-04-31T00:00:00Z",
  "24-08-20T15:09:56Z",
  "12024-08-20T15:09:56Z",
  "-024-08-20T15:09:56Z",
  "2024-08-20T15:09:56\\u005a",
  "2024/08/20T15:09:56Z",
];

for (const text of REFUSED) {
  Deno.test(`time "${text}" is refused`, () => {
    assertEquals(parseTime(...place(text)), undefined);
    assertEquals(scanTime(...place(text)), NaN);
  });
}

Deno.test("a time cut short is refused, whatever bytes follow it", () => {
  const bytes = new TextEncoder().encode("2024-08-20T15:09:56.5+08:00");
  for (let end = 0; end < bytes.length; end++) {
    assertEquals(scanTime(bytes, 0, end), NaN, `${end}`);
  }
});

Deno.test("every instant reads back as the platform wrote it", () => {
  const date = fc.date({
    min: new Date("0000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, (instant) => {
      const millis = instant.getTime();
      const read = parseTime(...place(instant.toISOString()));
      const expected = millis === -62_135_596_800_000 ? "zero" : millis;
      assertEquals(read?.unixMillis, expected);
      const made = timeFromMillis(millis);
      assertEquals(made, read);
      assertEquals(parseTime(...place(made.text)), read);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a time without a four-digit year cannot be written", () => {
  assertThrows(() => timeFromMillis(253_402_300_800_000), RangeError, "year");
  assertThrows(() => timeFromMillis(-62_167_219_200_001), RangeError, "year");
});
