/**
 * Lines of a stream of bytes.
 *
 * @module
 */

const NEWLINE = 10;

/** What a line may come to. */
export interface LineOptions {
  /** Most bytes of one; longer ones are dropped. */
  readonly maxBytes: number;
  /** Hears of each that was dropped. */
  readonly onDropped: () => void;
}

/**
 * Cuts bytes into lines, without their ends. The last one needs no end. A line
 * that is too long is dropped, so that nobody can fill the memory with one.
 *
 * @param source Where the bytes come from; it is read only when a line is wanted.
 * @param options What a line may come to.
 * @returns The lines, in memory nobody else holds.
 */
export async function* lines(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, onDropped }: LineOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  let held: Uint8Array[] = [];
  let size = 0;
  let tooLong = false;
  const hold = (part: Uint8Array) => {
    size += part.length;
    if (size > maxBytes) {
      tooLong = true;
      held = [];
    }
    if (!tooLong && part.length > 0) held.push(part.slice());
  };
  const take = (): Uint8Array | undefined => {
    const line = tooLong ? undefined : joined(held, size);
    if (tooLong) onDropped();
    held = [];
    size = 0;
    tooLong = false;
    return line;
  };
  for await (const chunk of source) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      hold(chunk.subarray(start, end));
      start = end + 1;
      const line = take();
      if (line !== undefined) yield line;
    }
    hold(chunk.subarray(start));
  }
  if (size === 0) return;
  const last = take();
  if (last !== undefined) yield last;
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
