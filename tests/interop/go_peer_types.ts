/** What is said to and by the Go peer program; see `go/peer/command.go`. */

import type { Pattern } from "./pattern.ts";

/** The line of the Go library a peer is built on. */
export type GoLine = "new" | "old";

/** Files with which a peer that dials speaks TLS. */
export interface GoTls {
  /** Authorities it trusts. */
  readonly ca: string;
  /** Certificate it shows, whoever the server would take it from. */
  readonly cert?: string;
  /** Key of that. */
  readonly key?: string;
  /** Name that the server's certificate must be for. @default {the address} */
  readonly name?: string;
}

/** How a peer is started. */
export interface GoPeerOptions {
  /** Line of the Go library. @default {"new"} */
  readonly line?: GoLine;
  /** What it is: a service, an edge or a gateway that dials, or a plain geminio server. */
  readonly role: "service" | "edge" | "gateway" | "server";
  /** Port to dial; a server picks its own. @default {0} */
  readonly port?: number;
  /** Name of a service, id of a gateway. @default {""} */
  readonly name?: string;
  /** Topics of a service. @default {[]} */
  readonly topics?: readonly string[];
  /** Connection meta of an edge; of a gateway in place of what it should say. @default {""} */
  readonly meta?: string;
  /** Whether it reconnects after a loss. @default {false} */
  readonly retry?: boolean;
  /** Client id to ask for. @default {0n} */
  readonly wanted?: bigint;
  /** Length of its queues, in packets. @default {what the SDK of its role sets} */
  readonly buffer?: number;
  /** Files for TLS. @default {plain TCP} */
  readonly tls?: GoTls;
  /** Print the library's log on standard error. @default {false} */
  readonly verbose?: boolean;
}

/** Data to send: text, bytes, or a generated pattern. */
export type GoData = string | Uint8Array | Pattern;

/** Data as reported: always length and hash, the bytes only when they are few. */
export interface GoReport {
  /** Number of bytes. */
  readonly length: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
  /** The bytes, if at most 1 024. */
  readonly data?: Uint8Array;
}

/** Which end or stream a command is for. */
export interface OnTarget {
  /** Handle of a stream, or of an end a server accepted. @default {""} the peer's own end */
  readonly on?: string;
}

/** Time limits of a call or message. */
export interface GoLimits {
  /** The library's timeout option, in milliseconds. */
  readonly timeoutMs?: number;
  /** Deadline of the caller's context, in milliseconds from now. */
  readonly contextMs?: number;
  /** Cancel the caller's context after this many milliseconds. */
  readonly cancelMs?: number;
}

/** Options of a call. */
export interface GoCallOptions extends OnTarget, GoLimits {
  /** Target edge, for a service. */
  readonly edge?: bigint;
  /** The request's data. */
  readonly data?: GoData;
  /** The request's custom bytes. */
  readonly custom?: Uint8Array;
}

/** Options of a message. */
export interface GoPublishOptions extends GoCallOptions {
  /** At most once: do not wait for the acknowledgement. */
  readonly once?: boolean;
}

/** Outcome of a call. */
export interface GoCallResult extends GoReport {
  /** Duration seen by the caller, in milliseconds. */
  readonly ms: number;
  /** The response's custom bytes. */
  readonly custom: Uint8Array;
}

/** How a registered method behaves; see `go/peer/rpc.go`. */
export interface GoHandlerOptions extends OnTarget {
  /** What the handler does. @default {"echo"} */
  readonly mode?:
    | "echo"
    | "fail"
    | "slow"
    | "silent"
    | "cancel"
    | "describe"
    | "generate"
    | "panic";
  /** Error text of `fail` and `panic`. */
  readonly text?: string;
  /** Delay of `slow`, in milliseconds. */
  readonly delayMs?: number;
  /** Size of what `generate` returns. */
  readonly bytes?: number;
  /** No event per call. */
  readonly quiet?: boolean;
}

/** How received messages are acknowledged. */
export interface GoReceiveOptions extends OnTarget {
  /** Acknowledge with success, with an error, or never. @default {"ack"} */
  readonly mode?: "ack" | "error" | "never";
  /** Text of the error. */
  readonly text?: string;
  /** Wait before acknowledging, in milliseconds. */
  readonly delayMs?: number;
  /** Stop after this many messages. @default {0} never */
  readonly count?: number;
  /** No event per message. */
  readonly quiet?: boolean;
}

/** A message as received. */
export interface GoMessage extends GoReport {
  /** Its topic. */
  readonly topic: string;
  /** Id it carries: the edge's at a service, the receiver's own at an edge. */
  readonly clientId: bigint;
  /** Custom bytes, without the tail at a service. */
  readonly custom: Uint8Array;
}

/** A stream as opened or accepted. */
export interface GoStream {
  /** Handle for further commands. */
  readonly stream: string;
  /** Session id on the wire. */
  readonly streamId: bigint;
  /** Peer name it was opened with. */
  readonly peer: string;
  /** Meta it was opened with. */
  readonly meta: Uint8Array;
}

/** Outcome of many operations. */
export interface GoTally {
  /** How many succeeded. */
  readonly good: number;
  /** How often each error came. */
  readonly errors: Readonly<Record<string, number>> | null;
  /** The longest of them, in milliseconds. */
  readonly slowestMs: number;
  /** All of them, in milliseconds. */
  readonly ms: number;
}

/** What a gateway reports beside method and id; see `go/peer/gateway.go`. */
export interface GoReportOptions {
  /** Address of the peer. @default {""} */
  readonly text?: string;
  /** What a service says about itself. @default {""} */
  readonly topic?: string;
  /** Peers, whose ids follow each other; edges counted by `frontier_stats`. */
  readonly count?: number;
  /** Calls at a time. @default {1} */
  readonly concurrency?: number;
}

/** How a hook method answers; see `go/peer/hooks.go`. */
export interface GoHookOptions {
  /** Refuse with `text`, or answer get_edge_id with the bytes in `custom`. @default {""} */
  readonly mode?: "" | "refuse" | "raw";
  /** Text of the refusal. */
  readonly text?: string;
  /** Id that get_edge_id answers. */
  readonly edge?: bigint;
  /** Raw answer of get_edge_id. */
  readonly custom?: Uint8Array;
  /** Wait before answering, in milliseconds. */
  readonly delayMs?: number;
}

/** The events a peer reports, by name. */
export interface GoEvents {
  /** It is connected, or listens. */
  ready: { clientId: bigint; address: string };
  /** It could not connect. */
  refused: { error: string };
  /** A connection has ended. */
  offline: { clientId: bigint };
  /** It has reconnected and registered its methods again. */
  reonline: { clientId: bigint };
  /** The other side has registered a method. */
  registered: { method: string; clientId: bigint; streamId: bigint };
  /** A registered method was called. */
  called: GoReport & { method: string; clientId: bigint; custom: Uint8Array };
  /** The context of a `cancel` handler has ended. */
  context: { method: string; cause: string; ms: number };
  /** A message was received by `consume`. */
  message: GoMessage & { on: string; index: number };
  /** `consume` has ended. */
  consumed: { on: string; error: string; count: number };
  /** A stream was accepted by `acceptAll`. */
  stream: GoStream;
  /** A `sink` has read to the end of file. */
  drained: GoReport & { stream: string; error?: string };
  /** A hook was called. */
  hook: {
    method: string;
    meta: Uint8Array;
    body?: string;
    edgeId?: bigint;
    net?: string;
    address?: string;
  };
  /** A server has accepted a client. */
  accepted: { end: string; clientId: bigint; meta: Uint8Array };
  /** A client's handshake with a server has failed. */
  rejected: { error: string };
  /** Something is wrong with the test itself. */
  fault: { error: string };
}
