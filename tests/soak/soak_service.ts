/** The service of the soak, which answers edges and asks them. */

import { type Received, Service, type Stream } from "../../client/mod.ts";

const SEND_BYTES = 50_000;
/** Milliseconds a question to an edge may take: no more than an edge may take for its own. */
const ASK_MS = 20_000;

/** A running service; it knows which edges are there. */
export class SoakService {
  /** Edges that came and have not gone. */
  readonly present: Set<bigint> = new Set();
  /** Handlers that wait until nobody wants their answer. */
  held = 0;
  #service: Service | undefined = undefined;

  private constructor() {}

  /**
   * Connects.
   *
   * @param port Port of the gateway for services.
   * @returns The service.
   */
  static async connect(port: number): Promise<SoakService> {
    const soak = new SoakService();
    const service = soak.#service = await Service.connect({
      port,
      name: "soak",
      topics: ["soak"],
      heartbeatSeconds: 5,
      limits: { unacceptedStreams: 4_096, messages: 16_384, handlers: 16_384 },
      methods: {
        echo: (request) => request.data,
        hold: (_, { signal }) => soak.#hold(signal),
        poke: (request) => soak.#poke(request),
        send: (request) => soak.#send(request),
      },
    });
    await service.registerEdgeOnline(({ edgeId }) => {
      soak.present.add(edgeId);
    });
    await service.registerEdgeOffline(({ edgeId }) => {
      soak.present.delete(edgeId);
    });
    void soak.#receive(service);
    void soak.#accept(service);
    return soak;
  }

  /** Closes. */
  async close(): Promise<void> {
    await this.#service!.close();
  }

  #hold(signal: AbortSignal): Promise<void> {
    this.held++;
    return new Promise((resolve) => {
      signal.addEventListener("abort", () => {
        this.held--;
        resolve();
      });
    });
  }

  /** Calls the edge that asks, and publishes to it. */
  async #poke(request: Received): Promise<string> {
    const service = this.#service!;
    const id = BigInt(request.text());
    const options = { timeoutMs: ASK_MS };
    const [reply] = await Promise.all([
      service.call(id, Math.random() < 0.5 ? "ping" : "late", "x", options),
      service.publish(id, "poked", options),
    ]);
    return reply.text() === "x" ? "poked" : `Got ${reply.text()} for x`;
  }

  /** Opens a stream to the edge that asks; it sends everything back. */
  async #send(request: Received): Promise<string> {
    const service = this.#service!;
    const stream = await service.openStream(BigInt(request.text()), {
      timeoutMs: ASK_MS,
    });
    await using _ = stream;
    const count = 1 + Math.floor(Math.random() * SEND_BYTES);
    const writing = stream.write(new Uint8Array(count));
    writing.catch(() => {});
    const buf = new Uint8Array(16_384);
    let arrived = 0;
    while (arrived < count) {
      const part = await stream.read(buf);
      if (part === null) throw new Error("The stream ended too early");
      arrived += part;
    }
    await writing;
    return `${arrived}`;
  }

  async #receive(service: Service): Promise<void> {
    for await (const message of service.messages()) {
      if (message.text() === "refused") message.error("not wanted");
      else message.done();
    }
  }

  async #accept(service: Service): Promise<void> {
    for await (const stream of service.streams()) {
      // Edges go while their streams are open: that is what they are for here.
      sendBack(stream).catch(() => {});
    }
  }
}

async function sendBack(stream: Stream): Promise<void> {
  const buf = new Uint8Array(16_384);
  for (let count; (count = await stream.read(buf)) !== null;) {
    await stream.write(buf.slice(0, count));
  }
  await stream.close();
}
