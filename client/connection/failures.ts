/**
 * What failures to connect come to.
 *
 * @module
 */

import {
  type CloseReason,
  FrontierError,
  type FrontierErrorCode,
} from "@frontier/proto/internal";

/** The end of an endpoint whose signal was aborted. */
export const ABORTED: CloseReason = {
  kind: "closed",
  text: "its signal was aborted",
};

/** What an attempt to connect fails with, as the end of an endpoint. */
const KIND_OF_CODE: Partial<Record<FrontierErrorCode, CloseReason["kind"]>> = {
  refused: "refused",
  timeout: "timeout",
  protocol: "protocol",
};

/**
 * The end of an endpoint that does not go on after a failure.
 *
 * @param error Why the attempt has failed.
 * @returns The same for programs.
 */
export function reasonOf({ code, message }: FrontierError): CloseReason {
  return { kind: KIND_OF_CODE[code] ?? "lost", text: message };
}

/**
 * The failure of a round of attempts, one for each address.
 *
 * @param failures Why each has failed, at least one.
 * @returns The only one, or one that names all.
 */
export function allFailed(failures: readonly FrontierError[]): FrontierError {
  const last = failures.at(-1)!;
  if (failures.length === 1) return last;
  const texts = failures.map(({ message }) => message).join("; ");
  const one = failures.every(({ code }) => code === last.code);
  return new FrontierError(
    one ? last.code : "not-connected",
    `Cannot connect to any of ${failures.length} addresses: ${texts}`,
    {
      cause: new AggregateError(failures),
      retryable: failures.some(({ retryable }) => retryable),
    },
  );
}

/**
 * The error of an endpoint whose signal was aborted.
 *
 * @param what What to call the endpoint.
 * @param signal The signal; its reason is the cause.
 * @returns The error.
 */
export function canceled(what: string, signal: AbortSignal): FrontierError {
  return new FrontierError(
    "canceled",
    `Cannot use this ${what}: its signal was aborted`,
    { cause: signal.reason },
  );
}
