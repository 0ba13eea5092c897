/**
 * Data with a label, as the programs of this example send it: JSON with the
 * data in base64.
 *
 * @module
 */

/** Data, and the label that receivers count it under. */
export interface LabelData {
  /** The label. */
  readonly label: string;
  /** The data as text. */
  readonly text: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * @param data Data and its label.
 * @returns What is sent.
 */
export function encodeLabelData({ label, text }: LabelData): string {
  return JSON.stringify({ label, data: encoder.encode(text).toBase64() });
}

/**
 * Takes the label off.
 *
 * @param text What has arrived.
 * @returns Data and label, or `undefined` when it is something else.
 */
export function decodeLabelData(text: string): LabelData | undefined {
  try {
    const { label, data } = JSON.parse(text) ?? {};
    if (typeof label !== "string" || typeof data !== "string") return undefined;
    return { label, text: decoder.decode(Uint8Array.fromBase64(data)) };
  } catch {
    return undefined;
  }
}
