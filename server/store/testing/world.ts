import type { Link } from "@frontier/proto/internal";
import { type Logger, NULL_LOGGER } from "@frontier/platform/log";
import type { DaoConfig } from "../../config/dao.ts";
import { Directory } from "../../directory/directory.ts";
import { EdgePeer, type Peer, ServicePeer } from "../../directory/peer.ts";
import { openStore } from "../open_store.ts";
import type { Store } from "../store.ts";

const utf8 = new TextEncoder();

/** What a test says of a peer. */
export interface Who {
  /** The text before the port. */
  host?: string;
  port?: number;
  /** When it connected, in Unix milliseconds. */
  created?: number;
}

/** A directory whose clock the test moves, and peers for it. */
export class World {
  readonly directory = new Directory();
  /** The wall clock. */
  now = 0;

  edge(id: bigint, meta: string | Uint8Array = "", who: Who = {}): EdgePeer {
    const peer = withId(new EdgePeer({} as Link, ...arrival(who)), id);
    peer.meta = typeof meta === "string" ? utf8.encode(meta) : meta;
    this.directory.addEdge(peer);
    return peer;
  }

  service(
    id: bigint,
    name = "",
    topics: string[] = [],
    who: Who = {},
  ): ServicePeer {
    const peer = withId(new ServicePeer({} as Link, ...arrival(who)), id);
    peer.name = name;
    peer.topics = topics;
    this.directory.addService(peer);
    return peer;
  }

  method(peer: Peer, name: string): void {
    if (peer instanceof EdgePeer) this.directory.addEdgeMethod(peer, name);
    else this.directory.addMethod(peer as ServicePeer, utf8.encode(name));
  }

  open(
    backend: DaoConfig["backend"],
    log: Logger = NULL_LOGGER,
  ): Promise<Store> {
    return openStore({
      config: { backend, debug: log !== NULL_LOGGER },
      directory: this.directory,
      wallClock: () => this.now,
      log,
    });
  }
}

function arrival({ host = "127.0.0.1", port = 1, created = 0 }: Who) {
  return [{ network: "tcp", hostname: host, port }, created] as const;
}

function withId<P extends Peer>(peer: P, id: bigint): P {
  peer.idHi = Number(id >> 32n);
  peer.idLo = Number(id & 0xffff_ffffn);
  return peer;
}
