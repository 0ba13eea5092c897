/**
 * A port for operators and their programs.
 *
 * @module
 */

import { getRequestListener } from "@hono/node-server";
import { describeError } from "../describe_error.ts";
import type { Logger } from "../log/mod.ts";
import { StrangerLog } from "../log/stranger_log.ts";
import type { TlsServerOptions } from "../tls/credentials.ts";
import type { PeerAddress } from "../transport.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./api_error.ts";
import { CallFigures } from "./call_figures.ts";
import { Calls } from "./calls.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { createGrpc } from "./grpc.ts";
import { healthApi, HealthState } from "./health.ts";
import { Http1, type RequestListener } from "./http1.ts";
import { Http2 } from "./http2.ts";
import { InputTurns } from "./input_turns.ts";
import { Listener } from "./listener.ts";
import { descriptorOf, type Method, methodsOf } from "./method.ts";
import { type PlaceLimits, Places } from "./places.ts";
import { addReflection, Reflection } from "./reflection.ts";
import { badRequest, createRest, type Page } from "./rest.ts";
import { sniff } from "./sniff.ts";
import { type Token, Tokens } from "./tokens.ts";

/** Milliseconds without a call after which an HTTP/2 connection is closed. */
const IDLE_MS = 300_000;
/** Milliseconds that calls under way have to end when the port closes. */
const GRACE_MS = 3_000;

/** What bounds a {@linkcode ControlPort}. */
export interface ControlLimits extends PlaceLimits {
  /**
   * Connections at most.
   * @default 256
   */
  readonly connections?: number;
  /**
   * Bytes of answers that wait for peers to read them; while there are more,
   * queries are refused.
   * @default 67108864
   */
  readonly unreadBytes?: number;
}

/** What a {@linkcode ControlPort} is made of. */
export interface ControlPortOptions {
  /** Address or name of the interface. */
  readonly hostname: string;
  /** TCP port; 0 lets the system choose one. */
  readonly port: number;
  /** TLS, or absent for plain TCP. */
  readonly tls?: TlsServerOptions | undefined;
  /** Who may do what; without any token everybody may do everything. */
  readonly tokens?: readonly Token[];
  /** What is offered. */
  readonly apis: readonly Api[];
  /** Documents that everybody may read. */
  readonly pages?: readonly Page[];
  /** What bounds it. */
  readonly limits?: ControlLimits;
  /**
   * Whether the program serves, for those who ask for its health.
   * @default it serves until the port closes
   */
  readonly health?: HealthState;
  /** Where to report. */
  readonly log: Logger;
}

/**
 * One port that speaks gRPC and REST, plain or with TLS: HTTP/2 by ALPN or by
 * how a connection begins, HTTP/1.1 otherwise.
 */
export class ControlPort implements AsyncDisposable {
  readonly #options: ControlPortOptions;
  readonly #connections: Connections;
  readonly #strangers: StrangerLog;
  /** The calls there were; those that were let in. */
  readonly figures: CallFigures = new CallFigures();
  readonly #health: HealthState;
  /** Ends watches and what waits. */
  readonly #closing: AbortController = new AbortController();
  readonly #calls: Calls;
  readonly #http1: Http1;
  readonly #http2: Http2;
  #listener: Listener | undefined = undefined;
  #closed: Promise<void> | undefined = undefined;

  private constructor(options: ControlPortOptions) {
    this.#options = options;
    const { apis, log, limits = {}, tokens = [], pages = [] } = options;
    this.#health = options.health ?? new HealthState();
    this.#connections = new Connections(limits.connections ?? 256);
    this.#strangers = new StrangerLog({ log });
    const calls = this.#calls = new Calls({
      tokens: new Tokens(tokens),
      places: new Places(limits),
      unread: () => this.#connections.unread,
      maxUnread: limits.unreadBytes ?? 64 * 1024 * 1024,
      figures: this.figures,
      log,
    });
    const closing = this.#closing.signal;
    const services = apis.map(descriptorOf);
    const health = healthApi(
      this.#health,
      services.map(({ typeName }) => typeName),
    );
    const rpc = createGrpc({
      apis: [...apis, health],
      calls,
      closing,
      idleMs: IDLE_MS,
    });
    addReflection(
      rpc,
      new Reflection([...services, descriptorOf(health)]),
      calls,
      closing,
    );
    const rest = createRest({ apis, calls, pages, closing, log });
    const listener = getRequestListener(rest.fetch, {
      overrideGlobalObjects: false,
      // What nobody reads of a body is the connection's concern.
      autoCleanupIncoming: false,
      // HTTP/1.0 need not say whom it asks.
      hostname: "localhost",
      // What comes here is no request: all others are answered by the routes.
      errorHandler: (error) => badRequest(describeError(error)),
    }) as RequestListener;
    const turns = new InputTurns();
    this.#http1 = new Http1(listener, turns);
    this.#http2 = new Http2(
      rpc,
      listener,
      this.#connections,
      turns,
      new Set([...apis, health].flatMap(methodsOf).flatMap(pathsOfWatch)),
    );
  }

  /**
   * Opens a port.
   *
   * @param options What it is made of.
   * @returns The port, bound.
   * @throws {Error} If it cannot be bound, or a certificate cannot be used.
   */
  static async open(options: ControlPortOptions): Promise<ControlPort> {
    const port = new ControlPort(options);
    const { hostname } = options;
    try {
      port.#listener = await Listener.open({
        ...options,
        connections: port.#connections,
        strangers: port.#strangers,
        onConnection: (connection, protocol) =>
          port.#take(connection, protocol),
      });
      return port;
    } catch (error) {
      port.#http2.destroy();
      port.#strangers[Symbol.dispose]();
      throw new Error(
        `Cannot listen on ${hostname}:${options.port}: ${describeError(error)}`,
        { cause: error },
      );
    }
  }

  /** Where it listens. */
  get addr(): PeerAddress {
    return this.#listener!.addr;
  }

  /** Connections there are. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Whether the program serves, for those who ask for its health by gRPC. */
  get serving(): boolean {
    return this.#health.serving;
  }

  set serving(serving: boolean) {
    this.#health.serving = serving;
  }

  /**
   * Reads the certificates anew, for the connections to come.
   *
   * @throws {Error} If some cannot be used; the old ones stay in use.
   */
  async reload(): Promise<void> {
    await this.#listener!.reload();
  }

  /**
   * Replaces the tokens, for the calls to come.
   *
   * @param tokens All of them.
   */
  replaceTokens(tokens: readonly Token[]): void {
    this.#calls.tokens = new Tokens(tokens);
  }

  /**
   * Accepts no more, lets calls under way end, ends watches.
   *
   * @param graceMs Milliseconds that calls have.
   */
  close(graceMs: number = GRACE_MS): Promise<void> {
    return this.#closed ??= this.#close(graceMs);
  }

  /** The same as {@linkcode ControlPort.close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #take(connection: Connection, protocol: string | undefined): void {
    if (protocol === "h2") this.#http2.take(connection);
    else if (protocol !== undefined) this.#http1.take(connection);
    else {
      sniff(
        connection.socket,
        (isHttp2) =>
          isHttp2 ? this.#http2.take(connection) : this.#http1.take(connection),
      );
    }
  }

  async #close(graceMs: number): Promise<void> {
    this.#health.serving = false;
    this.#listener!.close();
    this.#closing.abort(
      new ApiError("UNAVAILABLE", "The control port closes: try again later"),
    );
    this.#http1.end();
    this.#http2.end();
    const empty = this.#connections.empty();
    let timer: ReturnType<typeof setTimeout> | undefined = undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    // Those in the middle of a call are waited for.
    this.#connections.endIdle();
    await Promise.race([empty, late]);
    clearTimeout(timer);
    this.#http2.destroy();
    this.#connections.endAll();
    await empty;
    // A turn that was asked for by one of them is still to come, and does nothing.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#strangers[Symbol.dispose]();
  }
}

/** Where a method is reached that lasts as long as its caller wants, in either protocol; nowhere if it does not. */
function pathsOfWatch({ desc, route }: Method): string[] {
  if (desc.methodKind !== "server_streaming") return [];
  return [`/${desc.parent.typeName}/${desc.name}`, route.path];
}
