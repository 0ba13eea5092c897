/**
 * A gateway as far as its link with a directory goes.
 *
 * @module
 */

import {
  CLUSTER_FEATURES,
  decodeEvictions,
  decodePresenceReply,
  encodeFrontierMeta,
  METHOD_EVICT,
  METHOD_PRESENCE,
  METHOD_RESYNC,
  PresenceBatchWriter,
  type PresenceEvent,
  type PresenceReply,
} from "@frontier/proto/cluster";
import { LINK_SETTINGS } from "@frontier/proto/internal";
import { Connection, EndpointCore } from "@frontier/endpoint/internal";
import type { Transport } from "@frontier/platform/internal";
import { meta } from "../../presence/testing/plane_world.ts";

/** A gateway at the other end of a link with a directory. */
export class TestGateway implements AsyncDisposable {
  readonly core: EndpointCore;
  readonly connection: Connection;
  readonly registered: string[] = [];
  readonly asked: string[] = [];
  evicted: bigint[] = [];
  #epoch = 0;

  constructor(transport: Transport, introduction: Uint8Array, ours = true) {
    this.core = new EndpointCore({
      methods: {
        [METHOD_EVICT]: ({ data }) => {
          this.evicted.push(...decodeEvictions(data).map((e) => e.edgeId));
        },
        [METHOD_RESYNC]: () => void this.asked.push("resync"),
      },
      onRegister: (method) => void this.registered.push(method),
    });
    this.connection = Connection.connect(
      transport,
      { ...LINK_SETTINGS, features: ours ? CLUSTER_FEATURES : [] },
      this.core,
      { meta: introduction, wantedId: 0n },
    );
  }

  async open(): Promise<this> {
    await this.connection.opened;
    this.core.use(this.connection);
    return this;
  }

  async call(method: string, data: Uint8Array): Promise<Uint8Array> {
    return (await this.core.channel.call(method, data, undefined, undefined))
      .data;
  }

  async sync(events: readonly PresenceEvent[]): Promise<PresenceReply> {
    const head = { epoch: ++this.#epoch, edges: events.length, services: 0 };
    const writer = new PresenceBatchWriter(head);
    writer.beginSync();
    writer.endSync();
    for (const event of events) writer.add(event);
    return decodePresenceReply(
      await this.call(METHOD_PRESENCE, writer.finish()),
    );
  }

  async [Symbol.asyncDispose]() {
    await this.connection.close(1_000);
    this.core.close();
  }
}

/** What a gateway introduces itself with. */
export function intro(id: string, instance = "00000000000000aa"): Uint8Array {
  return encodeFrontierMeta(meta(id, instance));
}

/** An edge is online now. */
export function edgeOn(id: bigint, seq: number): PresenceEvent {
  const stamp = { since: Date.now(), seq };
  return { kind: "edge-online", id, stamp, addr: "10.0.0.1:1", meta: "" };
}
