/**
 * Errors that a caller is told.
 *
 * @module
 */

/** What went wrong, for a program. */
export type ApiCode =
  | "INVALID_ARGUMENT"
  | "UNAUTHENTICATED"
  | "PERMISSION_DENIED"
  | "NOT_FOUND"
  | "METHOD_NOT_ALLOWED"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "PAYLOAD_TOO_LARGE"
  | "FAILED_PRECONDITION"
  | "RESOURCE_EXHAUSTED"
  | "CANCELLED"
  | "UNKNOWN"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "UNIMPLEMENTED";

/** Each code as a status of HTTP and a status code of gRPC. */
export const STATUS: Readonly<
  Record<ApiCode, { readonly http: number; readonly grpc: number }>
> = {
  INVALID_ARGUMENT: { http: 400, grpc: 3 },
  UNAUTHENTICATED: { http: 401, grpc: 16 },
  PERMISSION_DENIED: { http: 403, grpc: 7 },
  NOT_FOUND: { http: 404, grpc: 5 },
  METHOD_NOT_ALLOWED: { http: 405, grpc: 12 },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, grpc: 3 },
  PAYLOAD_TOO_LARGE: { http: 413, grpc: 8 },
  FAILED_PRECONDITION: { http: 409, grpc: 9 },
  RESOURCE_EXHAUSTED: { http: 429, grpc: 8 },
  CANCELLED: { http: 499, grpc: 1 },
  UNKNOWN: { http: 500, grpc: 2 },
  INTERNAL: { http: 500, grpc: 13 },
  UNAVAILABLE: { http: 503, grpc: 14 },
  UNIMPLEMENTED: { http: 501, grpc: 12 },
};

/** More about an error. */
export interface ApiErrorOptions extends ErrorOptions {
  /** What REST says as `reason` instead of the code. */
  readonly reason?: string;
  /** What else a program may want to know. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** An error whose text is for the caller. */
export class ApiError extends Error {
  /** What kind of error this is. */
  override readonly name = "ApiError";
  /** What went wrong. */
  readonly code: ApiCode;
  /** The same as a word for REST. */
  readonly reason: string;
  /** What else a program may want to know. */
  readonly metadata: Readonly<Record<string, string>>;

  /**
   * Makes an error.
   *
   * @param code What went wrong.
   * @param message What a person is told.
   * @param options More about it.
   */
  constructor(code: ApiCode, message: string, options: ApiErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.reason = options.reason ?? code;
    this.metadata = options.metadata ?? {};
  }

  /**
   * Writes the error as the body of an answer over REST.
   *
   * @returns The body.
   */
  toJSON(): {
    code: number;
    reason: string;
    message: string;
    metadata: Readonly<Record<string, string>>;
  } {
    const { code, reason, message, metadata } = this;
    return { code: STATUS[code].http, reason, message, metadata };
  }
}
