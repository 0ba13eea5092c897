/**
 * Streams.
 *
 * @module
 */

import { CONTEXT_CANCELED } from "@frontier/proto/internal";
import type { Message } from "../handlers/message.ts";
import type {
  CallOptions,
  CloseOptions,
  OperationOptions,
  PublishToOptions,
} from "../options.ts";
import { type Payload, payloadBytes } from "../payload.ts";
import type { Reply } from "../calls/reply.ts";
import type { Handler } from "../handlers/request.ts";
import type { StreamCore } from "./stream_core.ts";

/**
 * Gives a stream its face.
 *
 * @param core The session's bytes, calls and messages.
 * @returns The stream.
 */
export let makeStream: (core: StreamCore) => Stream;

/**
 * Looks behind the face of a stream.
 *
 * @param stream One that an application has.
 * @returns The session's bytes, calls and messages.
 */
export let coreOf: (stream: Stream) => StreamCore;

/**
 * A byte stream between one service and one edge, with calls and messages of
 * its own.
 *
 * There is no half-close: when either side closes, both directions end. What
 * was written before still arrives, and what has arrived can still be read.
 * The end of the bytes says that the other side has closed, and sent all it
 * wanted to send. A stream that was cut, given up, or closed before everything
 * was sent ends with an error, whose code tells why: `force-closed`,
 * `canceled`, `short-buffer`. Only a gateway without the extension `reason`
 * cannot tell; the loss of our own connection is an error with every gateway.
 *
 * Between peers that negotiated `credit` a slow reader slows its writer, end to
 * end, and holds at most `limits.streamWindow` bytes here. From other gateways
 * at most `limits.streamBytes` are held: then the whole connection is not read
 * until the application reads, and after 10 s without that the stream ends
 * with the code `short-buffer`.
 *
 * @example Write at one side, read at the other
 * ```ts
 * import type { Edge, Service } from "@frontier/client";
 *
 * async function send(edge: Edge): Promise<void> {
 *   await using stream = await edge.openStream("files");
 *   await stream.write("hello");
 * }
 *
 * async function receive(service: Service): Promise<string> {
 *   const stream = await service.acceptStream();
 *   return await new Response(stream.readable).text();
 * }
 * ```
 */
export class Stream {
  static {
    makeStream = (core) => new Stream(core);
    coreOf = (stream) => stream.#core;
  }

  readonly #core: StreamCore;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined = undefined;
  #writable: WritableStream<Uint8Array> | undefined = undefined;

  /** @ignore */
  private constructor(core: StreamCore) {
    this.#core = core;
  }

  /** Id of the stream on this connection; the other side has another one. */
  get id(): bigint {
    return this.#core.session.id;
  }

  /**
   * What the opener asked for: the name of a service or the decimal id of an
   * edge. Empty at the side that accepted, when the gateway does not tell.
   */
  get peer(): string {
    return this.#core.session.peer;
  }

  /** What the opener sent along; usually empty at the side that accepted. */
  get meta(): Uint8Array {
    return payloadBytes(this.#core.session.meta);
  }

  /**
   * Runs code in the trace that a stream which the other side has opened belongs
   * to: what the code calls or publishes is seen as its consequence. Without
   * tracing, and on a stream of our own, it just runs.
   *
   * @param action The code.
   * @returns What the code returns.
   */
  withTrace<T>(action: () => T): T {
    const { span } = this.#core;
    return span === undefined ? action() : span.run(action);
  }

  /** Whether the stream is over. What has arrived may still wait to be read. */
  get over(): boolean {
    return this.#core.session.state === "closed";
  }

  /**
   * Resolved when the stream is over, whoever ended it; rejected when what
   * arrived is not complete, with the error that reading ends with. A rejection
   * that nobody waits for is not reported as unhandled.
   */
  get closed(): Promise<void> {
    return this.#core.closed;
  }

  /**
   * The bytes that arrive, as a byte stream; it closes when the other side
   * does, and errors when they are not complete. Cancelling it drops what arrives from then on.
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= toReadable(this.#core);
  }

  /**
   * Takes the bytes to send. Closing it closes the stream, after all bytes;
   * to go on reading then, use `preventClose`. Aborting it breaks the stream
   * off: the other side's reading ends with the code `canceled`.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= toWritable(this.#core);
  }

  /**
   * Reads what has arrived, at least one byte. One read at a time, and not
   * beside a reader of {@linkcode Stream.readable}.
   *
   * @param buf Where the bytes go.
   * @returns How many bytes, or `null` when the other side has closed.
   * @throws {FrontierError} When the bytes are not complete: `force-closed`
   * after the loss of a connection, and others.
   */
  read(buf: Uint8Array): Promise<number | null> {
    if (buf instanceof Uint8Array) return this.#core.read(buf);
    const error = new TypeError(`Cannot read into ${typeof buf}: need bytes`);
    return Promise.reject(error);
  }

  /**
   * Sends all of the bytes.
   *
   * @param data The bytes; they must not be changed until the promise is settled.
   * @returns When all bytes are on their way; it is worth waiting for, since
   * that is what slows a writer down.
   * @throws {FrontierError} With the code `eof` when the stream has ended.
   */
  write(data: Payload): Promise<void> {
    try {
      return this.#core.write(payloadBytes(data));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Calls a method that the other side registered on this stream.
   *
   * @param method Its name, as the other side registered it.
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB; nothing by default.
   * @param options Time limit, signal and custom bytes.
   * @returns The response.
   * @throws {FrontierError} If it fails.
   */
  call(
    method: string,
    data: Payload = "",
    options?: CallOptions,
  ): Promise<Reply> {
    return this.#core.channel.call(method, data, undefined, options);
  }

  /**
   * Answers calls of a method on this stream.
   *
   * @param method Its name, of any length that fits a packet; one registered
   * before is replaced.
   * @param handler What answers.
   * @param options Time limit and signal.
   * @throws {FrontierError} If it fails.
   */
  async register(
    method: string,
    handler: Handler,
    options?: OperationOptions,
  ): Promise<void> {
    await this.#core.channel.register(method, handler, options);
  }

  /**
   * Stops answering a method on this stream.
   *
   * @param method Its name, as it was registered here.
   * @returns Whether it was registered.
   */
  unregister(method: string): boolean {
    return this.#core.channel.unregister(method);
  }

  /**
   * Publishes a message to the other side of this stream.
   *
   * @param data Bytes, or text that is sent as UTF-8: some 7.8 MB at most, for
   * they take a third more on the wire, and a frame has 10 MiB.
   * @param options Topic, time limit, signal and custom bytes.
   * @returns When the other side has acknowledged it.
   * @throws {FrontierError} If it fails.
   */
  publish(data: Payload, options?: PublishToOptions): Promise<void> {
    const topic = options?.topic ?? "";
    return this.#core.channel.publish(topic, data, undefined, options);
  }

  /**
   * Waits for the next message of this stream.
   *
   * @param options A signal to give up.
   * @returns The message; acknowledge it.
   * @throws {FrontierError} With the code `eof` when the stream has ended.
   */
  receive(options: { signal?: AbortSignal } = {}): Promise<Message> {
    return this.#core.channel.inbox.next(options.signal);
  }

  /**
   * Receives messages.
   *
   * @param options A signal that ends the iteration.
   * @returns The messages of this stream until it ends; each must be
   * acknowledged by `done` or `error`. Of several iterations at a time each
   * message goes to one.
   */
  messages(
    options: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Message, void, undefined> {
    return this.#core.channel.inbox.items(options.signal);
  }

  /**
   * Sends what was written, then closes both directions. What the other side
   * does not take within `timeoutMs` is still sent when it does; if it takes
   * nothing for 30 s, or the connection ends before, writes under way reject
   * and the other side's reading ends with an error.
   *
   * @param options How long to wait for the other side.
   * @returns When everything written before is on its way and the other side
   * has agreed, or nothing has moved for so long. Never rejects.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#core.close(options.timeoutMs ?? 2_000);
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function toReadable(
  core: StreamCore,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let feeding: Promise<void> | undefined;
  // Not into the memory of a reader: the request of one that was released
  // stays, and after an answer to that the runtime wakes no later reader.
  const feed = (controller: ReadableByteStreamController): Promise<void> =>
    feeding ??= core.take().finally(() => feeding = undefined).then((chunk) => {
      if (chunk !== null) {
        controller.enqueue(chunk);
        return;
      }
      controller.close();
      controller.byobRequest?.respond(0);
    });
  const source: UnderlyingByteSource = {
    type: "bytes",
    start(controller): void {
      // A read that was given up before the stream has started, which takes
      // one turn, is never asked for, and no read after it either.
      queueMicrotask(() =>
        queueMicrotask(() => {
          if (controller.byobRequest === null) return;
          feed(controller).catch((error) => controller.error(error));
        })
      );
    },
    pull: feed,
    cancel() {
      core.discard();
    },
  };
  // Nothing is taken from the session before somebody reads.
  return new ReadableStream(source, { highWaterMark: 0 });
}

function toWritable(core: StreamCore): WritableStream<Uint8Array> {
  return new WritableStream({
    start(controller) {
      // Whoever pipes into it must hear of the cut before the next chunk.
      core.closed.catch((error) => controller.error(error));
    },
    write: (chunk) => core.write(chunk),
    close: () => core.close(2_000),
    abort: () => core.breakOff(CONTEXT_CANCELED),
  });
}
