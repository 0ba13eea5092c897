/**
 * Lines of a body that arrives in chunks.
 *
 * @module
 */

/**
 * @param body What arrives.
 * @param onChunk Called for every chunk, also for one that completes no line.
 * @returns The lines, without those that are empty.
 */
export async function* lines(
  body: ReadableStream<Uint8Array>,
  onChunk: () => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    onChunk();
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!;
    for (const line of parts) if (line !== "") yield line;
  }
}
