/**
 * TCP.
 *
 * @module
 */

import type { PeerAddress, Transport, TransportListener } from "./transport.ts";

/** Connections the kernel holds until they are accepted. */
const BACKLOG = 4096;

/** Writes after which a connection lives long enough to be tuned. */
const TUNE_AFTER_WRITES = 2;

class TcpTransport implements Transport {
  readonly #conn: Deno.TcpConn;
  #remote: PeerAddress | undefined = undefined;
  /** Writes made so far, until the connection is tuned. */
  #writes = 0;
  /** Whether the peer has said nothing since our last write. */
  #unanswered = false;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  get localAddr(): PeerAddress {
    return toAddress(this.#conn.localAddr);
  }

  get remoteAddr(): PeerAddress {
    return this.#remote ??= toAddress(this.#conn.remoteAddr);
  }

  read(buf: Uint8Array): Promise<number | null> {
    this.#unanswered = false;
    return this.#conn.read(buf);
  }

  write(buf: Uint8Array): Promise<number> {
    if (this.#writes <= TUNE_AFTER_WRITES) this.#tune();
    return this.#conn.write(buf);
  }

  /**
   * Frames are batched per turn already: waiting for more only adds latency. A
   * first write, and one that answers the peer, do not wait anyway, so that
   * connections that only come and go are spared a system call.
   */
  #tune(): void {
    if (++this.#writes <= TUNE_AFTER_WRITES && !this.#unanswered) {
      this.#unanswered = true;
      return;
    }
    this.#writes = TUNE_AFTER_WRITES + 1;
    try {
      this.#conn.setNoDelay(true);
    } catch {
      // A peer that is gone already is seen by the first read.
    }
  }

  close(): void {
    try {
      this.#conn.close();
    } catch {
      // Closed already.
    }
  }
}

function toAddress(addr: Deno.NetAddr): PeerAddress {
  // A listener on `::` names IPv4 peers this way; their own name is the shorter.
  const hostname = addr.hostname.startsWith("::ffff:") &&
      addr.hostname.includes(".")
    ? addr.hostname.slice(7)
    : addr.hostname;
  return { network: "tcp", hostname, port: addr.port };
}

/** Where to connect to. */
export interface TcpConnectOptions {
  /**
   * Host name or address.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /** Port. */
  port: number;
  /** Gives up when aborted. */
  signal?: AbortSignal;
}

/**
 * Connects over TCP.
 *
 * @param options Where to.
 * @returns The connection; small writes are not held back on it.
 * @throws {Error} If the connection cannot be made; the message names the address.
 */
export async function connectTcp(
  options: TcpConnectOptions,
): Promise<Transport> {
  const { hostname = "127.0.0.1", port, signal } = options;
  try {
    if (!("Deno" in globalThis)) {
      const { connectNodeTcp } = await import("./node_tcp.ts");
      return await connectNodeTcp(hostname, port, signal);
    }
    return new TcpTransport(
      await Deno.connect({ hostname, port, ...(signal ? { signal } : {}) }),
    );
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot connect to ${hostname}:${port}: ${reason}`, {
      cause,
    });
  }
}

/**
 * Listens on a TCP port.
 *
 * @param options Address and port; port 0 lets the system choose.
 * @returns The listener.
 * @throws {Error} If the port cannot be bound.
 */
export function listenTcp(
  options: { hostname: string; port: number },
): TransportListener {
  const listener = Deno.listen({ ...options, tcpBacklog: BACKLOG });
  return {
    addr: toAddress(listener.addr as Deno.NetAddr),
    accept: async () => new TcpTransport(await listener.accept()),
    close: () => listener.close(),
  };
}
