/**
 * A Frontlas that says what a test wants: as ours does, which tells of changes,
 * or as the original one, which can only be asked.
 */

import "../libraries.ts";
import { cluster, controlplane } from "../../cluster_api/mod.ts";
import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import {
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { Buffer } from "node:buffer";

/** What a test wants. */
export interface FrontlasScript {
  /** Which Frontlas it is like; ours by default. */
  readonly kind?: "ours" | "original";
  /** Where to listen; a free port by default. */
  readonly port?: number;
  /** Milliseconds between heartbeats of a watch. */
  readonly heartbeatMs?: number;
  /** TLS; plain by default. */
  readonly credentials?: ServerCredentials;
  /** The token to ask for; none by default. */
  readonly token?: string;
}

/** What a look-up fails with. */
export interface Failure {
  readonly code: number;
  readonly details: string;
}

type Watch = ServerWritableStream<unknown, Buffer>;

/** Answers what services of a cluster ask. */
export class ScriptedFrontlas implements AsyncDisposable {
  /** Where the services of each gateway connect, by id. */
  readonly frontiers = new Map<string, string>();
  /** Says where an edge is; `undefined` for nowhere. */
  placeOf: (edgeId: bigint) => string | undefined = () => undefined;
  /** What everything fails with, if anything does. */
  failure: Failure | undefined = undefined;
  /** Leaves everything unanswered. */
  silent = false;
  /** How often each method was called. */
  readonly calls = new Map<string, number>();
  port = 0;
  readonly #script: FrontlasScript;
  readonly #server = new Server();
  readonly #watches = new Set<Watch>();
  #told = new Map<string, string>();

  private constructor(script: FrontlasScript) {
    this.#script = script;
  }

  /** Starts one. */
  static async start(script: FrontlasScript = {}): Promise<ScriptedFrontlas> {
    const frontlas = new ScriptedFrontlas(script);
    frontlas.#serve();
    const { port = 0, credentials = ServerCredentials.createInsecure() } =
      script;
    frontlas.port = await new Promise((resolve, reject) =>
      frontlas.#server.bindAsync(
        `127.0.0.1:${port}`,
        credentials,
        (error, bound) => error === null ? resolve(bound) : reject(error),
      )
    );
    return frontlas;
  }

  /** Where it listens. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many follow the gateways. */
  get watchers(): number {
    return this.#watches.size;
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.calls.get(method) ?? 0;
  }

  /** Tells watchers what has changed in `frontiers`. */
  tell(): void {
    const offline = [...this.#told.keys()]
      .filter((id) => !this.frontiers.has(id));
    const online = [...this.frontiers]
      .filter(([id, address]) => this.#told.get(id) !== address);
    this.#told = new Map(this.frontiers);
    for (const watch of this.#watches) {
      this.#event(watch, cluster.FrontiersEvent_Type.CHANGE, online, offline);
    }
  }

  /** Ends all connections at once, as a process does that is killed. */
  kill(): void {
    this.#server.forceShutdown();
    this.#watches.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await Promise.resolve();
  }

  #serve(): void {
    const { ClusterService } = controlplane;
    const { getFrontierByEdge, listFrontiers } = ClusterService.method;
    this.#server.addService(
      {
        getFrontierByEdge: definition(ClusterService, getFrontierByEdge, false),
        listFrontiers: definition(ClusterService, listFrontiers, false),
      },
      {
        getFrontierByEdge: this.#unary("GetFrontierByEdge", (bytes) => {
          const id = this.placeOf(readEdgeId(bytes));
          if (id === undefined) throw UNKNOWN[this.#script.kind ?? "ours"];
          return encode(controlplane.GetFrontierByEdgeIDResponseSchema, {
            fontier: {
              frontierId: id,
              advertisedSbAddr: this.frontiers.get(id) ?? "",
            },
          });
        }),
        listFrontiers: this.#unary(
          "ListFrontiers",
          () =>
            encode(controlplane.ListFrontiersResponseSchema, {
              frontiers: [...this.frontiers].map(([id, address]) => ({
                frontierId: id,
                advertisedSbAddr: address,
              })),
            }),
        ),
      },
    );
    if (this.#script.kind === "original") return;
    const { watchFrontiers } = cluster.Cluster.method;
    this.#server.addService(
      {
        watchFrontiers: definition(cluster.Cluster, watchFrontiers, true),
      },
      {
        watchFrontiers: (watch: Watch) => {
          this.#count("WatchFrontiers");
          if (this.#failing(watch, (failure) => watch.emit("error", failure))) {
            return;
          }
          this.#watches.add(watch);
          this.#told = new Map(this.frontiers);
          const { SNAPSHOT, HEARTBEAT } = cluster.FrontiersEvent_Type;
          this.#event(watch, SNAPSHOT, [...this.frontiers], []);
          const { heartbeatMs = 5_000 } = this.#script;
          const timer = setInterval(
            () => this.#event(watch, HEARTBEAT, [], []),
            heartbeatMs,
          );
          watch.on("cancelled", () => {
            clearInterval(timer);
            this.#watches.delete(watch);
          });
        },
      },
    );
  }

  #event(
    watch: Watch,
    type: cluster.FrontiersEvent_Type,
    online: [string, string][],
    offline: string[],
  ): void {
    if (this.silent) return;
    watch.write(encode(cluster.FrontiersEventSchema, {
      type,
      offline,
      online: online.map(([frontierId, serviceAddr]) => ({
        frontierId,
        serviceAddr,
      })),
      heartbeatMs: this.#script.heartbeatMs ?? 5_000,
    }));
  }

  #unary(name: string, answer: (request: Buffer) => Buffer) {
    return (
      call: ServerUnaryCall<Buffer, Buffer>,
      callback: sendUnaryData<Buffer>,
    ) => {
      this.#count(name);
      if (this.#failing(call, callback)) return;
      try {
        callback(null, answer(call.request));
      } catch (failure) {
        callback(failure as Failure);
      }
    };
  }

  /** Whether there is no answer but an error, or none at all. */
  #failing(
    call: { metadata: { get(key: string): unknown[] } },
    fail: (failure: Failure) => void,
  ): boolean {
    if (this.silent) return true;
    const { token } = this.#script;
    const shown = call.metadata.get("authorization")[0];
    if (token !== undefined && shown !== `Bearer ${token}`) {
      fail({ code: 16, details: "token wanted" });
      return true;
    }
    if (this.failure === undefined) return false;
    fail(this.failure);
    return true;
  }

  #count(name: string): void {
    this.calls.set(name, this.count(name) + 1);
  }
}

/** What look-ups of edges fail with that are online nowhere. */
const UNKNOWN = {
  ours: { code: 5, details: "redis: nil" },
  original: { code: 2, details: "redis: nil" },
};

function definition(
  service: { readonly typeName: string },
  method: { readonly name: string },
  responseStream: boolean,
) {
  const same = (bytes: Buffer) => bytes;
  return {
    path: `/${service.typeName}/${method.name}`,
    requestStream: false,
    responseStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function encode<D extends DescMessage>(
  schema: D,
  fields: Parameters<typeof create<D>>[1],
): Buffer {
  return Buffer.from(toBinary(schema, create(schema, fields)));
}

/** Field 1, a varint. */
function readEdgeId(bytes: Buffer): bigint {
  let id = 0n;
  for (let i = 1, shift = 0n; i < bytes.length; i++, shift += 7n) {
    id |= BigInt(bytes[i]! & 0x7f) << shift;
  }
  return id;
}
