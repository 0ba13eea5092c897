/** Options for {@linkcode TextLineStream}. */
export interface TextLineStreamOptions {
  /**
   * Whether a carriage return alone ends a line, too.
   * @default false
   */
  allowCR?: boolean;
}

/**
 * Splits texts into lines that end with LF or CRLF, which are left out. What stands behind the last line end is a line of its own
 * unless it is empty.
 *
 * @example
 * ```ts
 * import { TextLineStream } from "@std/streams";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = ReadableStream.from(["a\nb", "\r\nc"]).pipeThrough(new TextLineStream());
 * assertEquals(await Array.fromAsync(lines), ["a", "b", "c"]);
 * ```
 */
export class TextLineStream extends TransformStream<string, string> {
  /**
   * Makes the transformation.
   *
   * @param options Options.
   */
  constructor(options: TextLineStreamOptions = {}) {
    const ends = options.allowCR ? /\r\n|\n|\r/g : /\r?\n/g;
    // Only a chunk with a line end is joined to what came before it, so that a long line costs no more than its length.
    let waiting: string[] = [];
    super({
      transform(chunk, controller): void {
        const heldBack = waiting.at(-1)?.endsWith("\r") ?? false;
        if (!heldBack && !/[\r\n]/.test(chunk)) {
          waiting.push(chunk);
          return;
        }
        const text = waiting.join("") + chunk;
        let at = 0;
        for (const match of text.matchAll(ends)) {
          const end = match.index + match[0].length;
          // A CR at the very end may be the first half of a CRLF.
          if (match[0] === "\r" && end === text.length) break;
          controller.enqueue(text.slice(at, match.index));
          at = end;
        }
        waiting = at < text.length ? [text.slice(at)] : [];
      },
      flush(controller): void {
        const rest = waiting.join("");
        if (rest === "") return;
        controller.enqueue(
          options.allowCR && rest.endsWith("\r") ? rest.slice(0, -1) : rest,
        );
      },
    });
  }
}
