/**
 * Skips the part of long base64 text that is plainly base64, 64 bytes at a time,
 * by a small WebAssembly module with SIMD.
 *
 * The module is compiled when the first long text comes. Where it cannot be (an
 * engine without SIMD, a page whose content security policy forbids it) nothing
 * is skipped, and whoever asks looks at every character by itself.
 *
 * @module
 */

import { BASE64_MODULE } from "./base64_module.ts";

/** Bytes that the module looks at in one turn. */
const BLOCK = 64;
/** Bytes that are copied to the module at once: they must stay in the nearest cache. */
const WINDOW = 4_096;

/** What is needed of `WebAssembly`. */
export type WasmEngine = Pick<typeof WebAssembly, "Instance" | "Module">;

/** The module's memory, and its function. */
interface Checker {
  readonly memory: Uint8Array;
  /** Gives the first block in a range of its memory with anything but base64 characters, or its end. */
  readonly skip: (at: number, end: number) => number;
}

function load(engine: WasmEngine | undefined): Checker | undefined {
  try {
    const bytes = Uint8Array.from(
      atob(BASE64_MODULE),
      (char) => char.charCodeAt(0),
    );
    const { exports } = new engine!.Instance(new engine!.Module(bytes));
    return {
      memory: new Uint8Array((exports.memory as WebAssembly.Memory).buffer),
      skip: exports.skip as Checker["skip"],
    };
  } catch {
    return undefined;
  }
}

/** Finds blocks that hold base64 characters only. */
export class Base64Blocks {
  readonly #engine: WasmEngine | undefined;
  #checker: Checker | undefined;
  #tried = false;

  /**
   * Compiles nothing yet.
   *
   * @param engine Compiles the module; `undefined` where there is none.
   */
  constructor(engine: WasmEngine | undefined) {
    this.#engine = engine;
  }

  /**
   * Skips whole blocks.
   *
   * @param buf Holds the text.
   * @param at Where to begin.
   * @param end Byte that must not be passed.
   * @returns An index that base64 characters alone lead to, padding excluded.
   */
  skip(buf: Uint8Array, at: number, end: number): number {
    if (!this.#tried) {
      this.#checker = load(this.#engine);
      this.#tried = true;
    }
    if (this.#checker === undefined) return at;
    const { memory, skip } = this.#checker;
    for (;;) {
      const length = Math.min(WINDOW, (end - at) & ~(BLOCK - 1));
      if (length <= 0) return at;
      memory.set(buf.subarray(at, at + length));
      const good = skip(0, length);
      at += good;
      if (good < length) return at;
    }
  }
}
