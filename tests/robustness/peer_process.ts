/**
 * An edge or a service in a process of its own, which can be killed or stopped.
 *
 * It answers `ping`, and `hold` never; acknowledges messages, but not those
 * whose data is `hold`; sends back what comes on a stream. At its start it
 * calls the method it was told to. As a program it takes a {@linkcode PeerPlan}
 * in JSON and answers `state`.
 */

import {
  Edge,
  type Endpoint,
  type Handler,
  Service,
  type Stream,
} from "../../client/mod.ts";
import { AskedProcess } from "../support/asked_process.ts";
import { obey } from "../support/obey.ts";

/** What a peer is to be. */
export interface PeerPlan {
  /** What kind of peer. */
  readonly role: "edge" | "service";
  /** Port of the gateway. */
  readonly port: number;
  /** Prefix of its methods; name and topic of a service. */
  readonly name: string;
  /** Seconds between heartbeats. */
  readonly heartbeatSeconds?: 5 | 20;
  /** A method that an edge calls at its start, without waiting. */
  readonly calls?: string;
}

/** How a peer is. */
export interface PeerState {
  /** The id the gateway gave it. */
  readonly id: string;
  /** Where its connection is. */
  readonly state: string;
  /** Messages it got. */
  readonly messages: number;
}

/** A running peer. */
export class PeerProcess implements AsyncDisposable {
  readonly #process: AskedProcess<PeerState>;

  private constructor(process: AskedProcess<PeerState>) {
    this.#process = process;
  }

  /**
   * Starts a peer.
   *
   * @param plan What it is to be.
   * @returns The peer, connected.
   */
  static async start(plan: PeerPlan): Promise<PeerProcess> {
    const script = new URL(import.meta.url);
    return new PeerProcess(
      await AskedProcess.start(script, [JSON.stringify(plan)]),
    );
  }

  /** The id it had at the start. */
  get id(): bigint {
    return BigInt(this.#process.hello.id);
  }

  /** @returns How it is. */
  state(): Promise<PeerState> {
    return this.#process.ask("state");
  }

  /** Stops the process; resolves when it stands still. */
  stop(): Promise<void> {
    return this.#process.stop();
  }

  /**
   * Sends a signal.
   *
   * @param signal Which one.
   */
  kill(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /** Ends the process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

if (import.meta.main) await run(JSON.parse(Deno.args[0]!) as PeerPlan);

async function run(plan: PeerPlan): Promise<void> {
  const { role, port, name, heartbeatSeconds = 20 } = plan;
  const methods: Record<string, Handler> = {
    [`${name}.ping`]: (request) => request.data,
    [`${name}.hold`]: () => new Promise<void>(() => {}),
  };
  const options = { port, methods, heartbeatSeconds };
  let endpoint: Endpoint;
  let id: () => bigint;
  if (role === "edge") {
    const edge = await Edge.connect(options);
    [endpoint, id] = [edge, () => edge.edgeId];
    if (plan.calls !== undefined) edge.call(plan.calls, name).catch(() => {});
  } else {
    const service = await Service.connect({ ...options, name, topics: [name] });
    [endpoint, id] = [service, () => service.serviceId];
  }
  let messages = 0;
  const receive = async (): Promise<void> => {
    for await (const message of endpoint.messages()) {
      messages++;
      if (message.text() !== "hold") message.done();
    }
  };
  const accept = async (): Promise<void> => {
    for await (const stream of endpoint.streams()) {
      // A stream that ends while it is written to is what the tests are about.
      sendBack(stream).catch(() => {});
    }
  };
  void receive();
  void accept();
  const state = (): PeerState => ({
    id: `${id()}`,
    state: endpoint.state,
    messages,
  });
  await obey(state(), { state });
}

async function sendBack(stream: Stream): Promise<void> {
  const buf = new Uint8Array(65_536);
  for (let count; (count = await stream.read(buf)) !== null;) {
    await stream.write(buf.slice(0, count));
  }
}
