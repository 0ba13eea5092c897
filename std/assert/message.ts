import { inspect } from "node:util";

/** One value as it appears in a failure message: readable, and bounded so that a big buffer cannot flood the terminal. */
export function show(value: unknown): string {
  const text = inspect(value, {
    depth: 8,
    maxArrayLength: 100,
    maxStringLength: 2000,
    sorted: true,
  });
  return text.length > 8000
    ? `${text.slice(0, 8000)}... (${text.length - 8000} more characters)`
    : text;
}

/** Ends a sentence with the caller's own message, or with a full stop. */
export function suffix(msg: string | undefined): string {
  return msg ? `: ${msg}` : ".";
}
