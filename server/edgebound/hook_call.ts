/**
 * Questions to services, on the wire.
 *
 * @module
 */

import {
  DataBody,
  emptyDataFields,
  encodeDataBody,
  FORCE_CLOSED,
  type FrameReader,
  PAYLOAD_TOO_LARGE,
  Pending,
  ProtocolError,
  type Session,
  SHORT_BUFFER,
  TYPE_REQUEST,
} from "@frontier/proto/internal";
import type { ServicePeer } from "../directory/peer.ts";
import type { Hook } from "../directory/directory.ts";

/**
 * What a question came to.
 *
 * | kind | meaning |
 * | --- | --- |
 * | `answer` | the service answered, with a value |
 * | `refusal` | the service said no, with an error |
 * | `unsent` | the service was surely not asked, or says that it did not look at it |
 * | `late` | the service was asked and did not answer in time; it may have acted |
 * | `lost` | the service was asked, then its connection ended; it may have acted |
 * | `nobody` | no service is left that could be asked |
 */
export type HookOutcome =
  | { readonly kind: "answer"; readonly value: Uint8Array }
  | {
    readonly kind: "refusal" | "unsent" | "late" | "lost";
    readonly error: string;
  }
  | { readonly kind: "nobody" };

const encoder = new TextEncoder();
const body = new DataBody();

class HookCall extends Pending<Session> {
  readonly #done: (outcome: HookOutcome) => void;
  #over = false;

  constructor(done: (outcome: HookOutcome) => void) {
    super();
    this.#done = done;
  }

  /** Nobody waits for the answer: a service that understands that may stop working on it. */
  cancel(): void {
    if (!this.#over) this.session?.link.sendCancel(this);
  }

  override onAnswer(frame: FrameReader): void {
    this.#over = true;
    const { link } = this.session!;
    if (!body.read(frame.buf, frame.bodyStart, frame.bodyEnd)) {
      this.#done({ kind: "lost", error: FORCE_CLOSED });
      throw new ProtocolError(
        `Cannot accept answer of service ${link.clientId}: its body is malformed`,
      );
    }
    const error = body.errorText();
    if (error === "") this.#done({ kind: "answer", value: body.valueBytes() });
    else {
      const looked = !link.verdict || body.verdict !== "not-run";
      this.#done({ kind: looked ? "refusal" : "unsent", error });
    }
  }

  override onFail(reason: string): void {
    this.#over = true;
    const kind = reason === FORCE_CLOSED ? "lost" : "late";
    this.#done({ kind, error: reason });
  }
}

/**
 * Asks a service, without any regard to what else it was asked.
 *
 * @param service Whom to ask.
 * @param hook What to ask.
 * @param value About what.
 * @param timeoutMs Milliseconds the answer may take; the service is told.
 * @param done Gets the outcome, once; at once when the question is too large.
 * @returns What was sent; `undefined` when nothing was.
 */
export function callHook(
  service: ServicePeer,
  hook: Hook,
  value: Uint8Array | undefined,
  timeoutMs: number,
  done: (outcome: HookOutcome) => void,
): { cancel(): void } | undefined {
  const { link } = service;
  const session = link.defaultSession;
  const request = encodeDataBody({
    ...emptyDataFields(),
    key: encoder.encode(hook),
    value,
    timeoutNs: BigInt(Math.round(timeoutMs * 1e6)),
  });
  if (request.length + 8 > link.settings.maxPayload) {
    done({ kind: "unsent", error: PAYLOAD_TOO_LARGE });
    return undefined;
  }
  const call = new HookCall(done);
  if (!link.expect(call, session, link.timers.now() + timeoutMs)) {
    done({ kind: "unsent", error: SHORT_BUFFER });
    return undefined;
  }
  link.writeBody(session, TYPE_REQUEST, call.idHi, call.idLo, request);
  service.calls.callsOut++;
  return call;
}
