/**
 * What the API server says when it refuses something.
 *
 * @module
 */

/** An answer of the API server that is no success. */
export class StatusError extends Error {
  /** Status of HTTP. */
  readonly code: number;
  /** The reason as one word, such as `NotFound`; empty when none was given. */
  readonly reason: string;
  /** Milliseconds that the API server asks to wait before the next try. */
  readonly retryAfterMs: number;

  /**
   * @param code Status of HTTP.
   * @param reason The reason as one word.
   * @param message What the API server says.
   * @param retryAfterMs Milliseconds to wait.
   */
  constructor(code: number, reason: string, message: string, retryAfterMs = 0) {
    super(message);
    this.name = "StatusError";
    this.code = code;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /**
   * @param response An answer that is no success; its body is read.
   * @returns What it says.
   */
  static async from(response: Response): Promise<StatusError> {
    const text = await response.text();
    let said: { reason?: string; message?: string } = {};
    try {
      said = JSON.parse(text);
    } catch {
      // Unknown paths are answered in plain text.
    }
    const seconds = Number(response.headers.get("retry-after") ?? 0);
    return new StatusError(
      response.status,
      said.reason ?? "",
      said.message ?? text.trim(),
      Number.isFinite(seconds) ? seconds * 1000 : 0,
    );
  }
}

/**
 * @param error What was thrown.
 * @param code Status of HTTP.
 * @returns Whether the API server answered so.
 */
export function hasCode(error: unknown, code: number): boolean {
  return error instanceof StatusError && error.code === code;
}
