/**
 * Reads a stream to its end.
 *
 * @param stream The stream.
 * @returns All its bytes.
 */
export async function toBytes(
  stream: ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Reads a stream to its end.
 *
 * @param stream The stream.
 * @returns All its bytes.
 */
export async function toArrayBuffer(
  stream: ReadableStream<Uint8Array>,
): Promise<ArrayBuffer> {
  return (await toBytes(stream)).buffer;
}

/**
 * Reads a stream to its end.
 *
 * @param stream Texts, or bytes in UTF-8.
 * @returns All of it as one text.
 */
export async function toText(stream: ReadableStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += typeof chunk === "string"
      ? chunk
      : decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * Reads a stream to its end.
 *
 * @param stream Texts, or bytes in UTF-8: one JSON document.
 * @returns What it stands for.
 * @throws {SyntaxError} If it is not JSON.
 */
export async function toJson(stream: ReadableStream): Promise<unknown> {
  return JSON.parse(await toText(stream));
}
