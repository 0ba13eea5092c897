/**
 * What calls of gRPC fail with.
 *
 * @module
 */

/** Status codes of gRPC that callers tell apart. */
export const GRPC_CODE = {
  canceled: 1,
  unknown: 2,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** The status of a call that failed. */
export class GrpcError extends Error {
  /** Always `GrpcError`. */
  override readonly name = "GrpcError";
  /** The status code of gRPC; never 0. */
  readonly code: number;
  /** What the server, or the library in its place, says. */
  readonly details: string;

  /**
   * Makes an error.
   *
   * @param what What failed, as in `Cannot <what>`.
   * @param code The status code.
   * @param details What is said about it.
   */
  constructor(what: string, code: number, details: string) {
    super(`Cannot ${what}: ${details} (gRPC code ${code})`);
    this.code = code;
    this.details = details;
  }
}
