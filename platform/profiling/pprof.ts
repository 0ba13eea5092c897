/**
 * Profiles in the format of pprof (https://github.com/google/pprof/blob/main/proto/profile.proto).
 *
 * @module
 */

import { ProtoWriter } from "./protobuf.ts";

/** A place in the program. */
export interface Frame {
  /** Name of the function; empty where it has none. */
  readonly functionName: string;
  /** The file, as an address. */
  readonly url: string;
  /** Line of the function's beginning, counted from 0. */
  readonly lineNumber: number;
}

/** What was seen at one place, with its callers. */
export interface Sample {
  /** From the innermost function to the outermost. */
  readonly stack: readonly Frame[];
  /** One number for each of the profile's kinds. */
  readonly values: readonly number[];
}

/** What a number of a profile is. */
export interface ValueKind {
  /** Its name, such as `cpu`. */
  readonly type: string;
  /** Its unit, such as `nanoseconds`. */
  readonly unit: string;
}

/** A profile. */
export interface Profile {
  /** The kinds of numbers; the last is shown first. */
  readonly kinds: readonly ValueKind[];
  /** What was seen. */
  readonly samples: Iterable<Sample>;
  /** What is counted off between two samples, and how much of it. */
  readonly period: ValueKind & { readonly every: number };
  /** When it began, in Unix milliseconds. */
  readonly startedAt: number;
  /** For how long, in milliseconds; 0 for a state. */
  readonly durationMs: number;
}

/** Gives numbers to things, in the order they come. */
class Numbers {
  readonly all: Map<string, number> = new Map();
  readonly #first: number;

  constructor(first: number) {
    this.#first = first;
  }

  /** @returns The number of a thing, and whether it is new. */
  of(key: string): [number, boolean] {
    const known = this.all.get(key);
    if (known !== undefined) return [known, false];
    const number = this.#first + this.all.size;
    this.all.set(key, number);
    return [number, true];
  }
}

/**
 * Writes a profile for `go tool pprof` and others that read its format.
 *
 * @param profile Stacks and what was counted for each.
 * @returns The profile as protobuf, not compressed.
 */
export function encodePprof(profile: Profile): Uint8Array<ArrayBuffer> {
  const out = new ProtoWriter();
  const strings = new Numbers(0);
  strings.of("");
  const text = (value: string) => strings.of(value)[0];
  const kind = ({ type, unit }: ValueKind) =>
    new ProtoWriter().int(1, text(type)).int(2, text(unit));
  const frames = new Numbers(1);
  for (const each of profile.kinds) out.message(1, kind(each));
  for (const { stack, values } of profile.samples) {
    const ids = stack.map((frame) => {
      const { functionName, url, lineNumber } = frame;
      const [id, isNew] = frames.of(`${functionName}\n${url}\n${lineNumber}`);
      if (isNew) {
        const line = Math.max(0, lineNumber + 1);
        const name = text(functionName === "" ? "(anonymous)" : functionName);
        out.message(
          5,
          new ProtoWriter().int(1, id).int(2, name).int(3, name)
            .int(4, text(url)).int(5, line),
        );
        out.message(
          4,
          new ProtoWriter().int(1, id).message(
            4,
            new ProtoWriter().int(1, id).int(2, line),
          ),
        );
      }
      return id;
    });
    out.message(2, new ProtoWriter().ints(1, ids).ints(2, values));
  }
  out.int(9, profile.startedAt * 1e6).int(
    10,
    Math.round(profile.durationMs * 1e6),
  );
  out.message(11, kind(profile.period)).int(12, profile.period.every);
  out.int(14, text(profile.kinds.at(-1)!.type));
  for (const value of strings.all.keys()) out.text(6, value);
  return out.bytes;
}
