/**
 * One record of the log, as a line.
 *
 * @module
 */

import type { LogFormat } from "./log_config.ts";
import type { LogFields, LogLevel } from "./logger.ts";

/**
 * Names of a JSON record's own members; a field of the same name gets an
 * underscore behind it.
 */
const RESERVED = new Set(["time", "level", "message"]);

/** What a reader's terminal or a line-based tool would trip over. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
// deno-lint-ignore no-control-regex
const NEEDS_QUOTES = /[\u0000-\u0020"=\u007f-\u00a0\u2028\u2029]|^$/;

/**
 * One escape sequence, so that text from a peer can neither end a record's line
 * nor reach the terminal.
 */
function escape(text: string): string {
  return text.replaceAll(UNSAFE, (c) => {
    if (c === "\n") return "\\n";
    if (c === "\r") return "\\r";
    if (c === "\t") return "\\t";
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** A field's value as JSON has it. */
function plain(value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return value.toString();
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "function":
    case "symbol":
      return String(value);
    default:
      if (value instanceof Error) return errorText(value);
      if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
      return value;
  }
}

/** An error with its causes, without stack traces. */
function errorText(error: Error): string {
  let text = error.message || error.name;
  let cause = error.cause;
  for (
    let depth = 0;
    cause instanceof Error && depth < 4;
    depth++, cause = cause.cause
  ) text += `: ${cause.message}`;
  return text;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_, inner) => plain(inner)) ?? "null";
  } catch (error) {
    return JSON.stringify(
      `(cannot be written: ${
        error instanceof Error ? error.message.split("\n")[0] : error
      })`,
    );
  }
}

function textValue(value: unknown): string {
  const simple = plain(value);
  if (typeof simple === "object" && simple !== null) return json(simple);
  const text = String(simple);
  return NEEDS_QUOTES.test(text) ? escape(JSON.stringify(text)) : text;
}

/**
 * Writes one record as one line.
 *
 * @param format How.
 * @param time When it happened, in milliseconds since 1970.
 * @param level How grave it is.
 * @param message What happened.
 * @param fields Facts about it.
 * @returns The line, with its line feed.
 */
export function formatRecord(
  format: LogFormat,
  time: number,
  level: LogLevel,
  message: string,
  fields: LogFields | undefined,
): string {
  const when = new Date(time).toISOString();
  const entries = Object.entries(fields ?? {}).filter(([, value]) =>
    value !== undefined
  );
  if (format === "json") {
    let line = `{"time":"${when}","level":"${level}","message":${
      JSON.stringify(message)
    }`;
    for (const [name, value] of entries) {
      line += `,${JSON.stringify(RESERVED.has(name) ? `${name}_` : name)}:${
        json(value)
      }`;
    }
    return `${line}}\n`;
  }
  let line = `${when} ${level.toUpperCase().padEnd(5)} ${escape(message)}`;
  for (const [name, value] of entries) {
    line += ` ${escape(name)}=${textValue(value)}`;
  }
  return `${line}\n`;
}
