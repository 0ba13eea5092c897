/**
 * Where gateways are.
 *
 * @module
 */

import { checkName, shown } from "@frontier/endpoint/internal";
import { FrontierError } from "@frontier/proto/internal";
import type { AddressResolver, ConnectOptions } from "../options.ts";
import { aborted } from "./abortable.ts";

/** Where one gateway listens. */
export interface GatewayAddress {
  /** Host name or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
}

/** IPv6 without brackets: eight groups, or fewer around a double colon. */
const LONE_IPV6 = /^(?=.*::|(?:[^:]*:){7}[^:]*$)[\da-fA-F:.]+(?:%\w+)?$/;
/** A host, or IPv6 in brackets, and perhaps a port. */
const ADDRESS = /^(?:\[([\da-fA-F:.]+(?:%\w+)?)\]|([^\s:[\]/]+))(?::(\d+))?$/;
const LOCAL = "127.0.0.1";

/** A list that is younger than this is not asked for again, in milliseconds. */
const FRESH_MS = 1_000;

/**
 * The addresses of an endpoint, tried in turn. A round is over when each has
 * failed since the last connection; whoever tries pauses then.
 */
export class Addresses {
  #list: readonly GatewayAddress[] = [];
  readonly #resolve: AddressResolver | undefined = undefined;
  readonly #port: number;
  readonly #shuffle: boolean;
  readonly #random: () => number;
  readonly #now: () => number;
  #resolvedAt = -Infinity;
  /** Where the last connection was lost. */
  #left: string | undefined = undefined;
  #at = 0;
  #failed = 0;

  /**
   * Reads and checks the addresses.
   *
   * @param options Where they are: a list, a function, or one host and port.
   * @param port The port of addresses that name none.
   * @param random Source of randomness, from 0 to 1, 1 excluded.
   * @param now The clock, in milliseconds.
   * @throws {TypeError} If there is a list and a host or port beside it, or the list is empty.
   * @throws {RangeError} If there is no such port.
   * @throws {SyntaxError} If one is not `host`, `host:port` or `[IPv6]:port`, or
   * `hostname` is more than a host.
   */
  constructor(
    options: ConnectOptions,
    port: number,
    random: () => number = Math.random,
    now: () => number = () => performance.now(),
  ) {
    const { addresses, hostname, shuffleAddresses } = options;
    this.#port = port;
    this.#random = random;
    this.#now = now;
    this.#shuffle = shuffleAddresses ?? typeof addresses === "function";
    if (addresses === undefined) {
      const one = { hostname: hostname ?? LOCAL, port: options.port ?? port };
      // What a dial of its own takes for a name is not ours to say.
      if (options.dial === undefined) checkHostname(one.hostname);
      this.#list = [{ ...one, port: checkPort(one.port) }];
      return;
    }
    if (hostname !== undefined || options.port !== undefined) {
      throw new TypeError(
        "Cannot connect to addresses and to a hostname or port: put it into the list",
      );
    }
    if (typeof addresses === "function") {
      this.#resolve = addresses;
      return;
    }
    const list = this.#read(addresses);
    if (list.length === 0) {
      throw new TypeError("Cannot connect to an empty list of addresses");
    }
    this.#list = list;
  }

  /** How many there are. */
  get size(): number {
    return this.#list.length;
  }

  /** The one whose turn it is. */
  get current(): GatewayAddress {
    return this.#list[this.#at]!;
  }

  /** The one whose turn it is, for people; empty while none is known. */
  get text(): string {
    return this.size === 0 ? "" : formatGateway(this.current);
  }

  /**
   * Asks for the addresses where a function tells them, and a round begins.
   *
   * @param signal Gives up when aborted.
   * @throws {FrontierError} If it fails, and none was known before.
   */
  async learn(signal: AbortSignal): Promise<void> {
    if (this.#resolve === undefined || this.#failed > 0) return;
    const known = this.size > 0;
    if (known && this.#now() - this.#resolvedAt < FRESH_MS) return;
    try {
      const given = Promise.resolve(this.#resolve(signal));
      const list = this.#read(await Promise.race([given, aborted(signal)]));
      if (list.length === 0) {
        throw new Error("there is none, start one or wait for one");
      }
      this.#resolvedAt = this.#now();
      const left = (one: GatewayAddress) => formatGateway(one) === this.#left;
      // Where a connection was just lost is the last to try.
      this.#list = [
        ...list.filter((one) => !left(one)),
        ...list.filter(left),
      ];
      this.#at = 0;
    } catch (error) {
      if (known) return;
      const why = error instanceof Error ? error.message : String(error);
      throw new FrontierError(
        "not-connected",
        `Cannot learn the addresses of gateways: ${why}`,
        { cause: error },
      );
    }
  }

  /**
   * The address whose turn it is has failed: it is the next one's turn.
   *
   * @returns Whether all have failed, so that a pause is due.
   */
  failed(): boolean {
    this.#next();
    if (++this.#failed < this.size) return false;
    this.#failed = 0;
    return true;
  }

  /** The address whose turn it is has led to a connection. */
  succeeded(): void {
    this.#failed = 0;
    this.#left = undefined;
  }

  /** The connection to the address whose turn it is has ended: it is the next one's turn. */
  moveOn(): void {
    this.#left = this.text;
    this.#next();
  }

  #next(): void {
    this.#at = this.size === 0 ? 0 : (this.#at + 1) % this.size;
  }

  #read(addresses: readonly string[]): readonly GatewayAddress[] {
    if (!Array.isArray(addresses)) {
      throw new TypeError(
        `Cannot connect to addresses that are ${typeof addresses}: need a list`,
      );
    }
    const list = addresses.map((text) => parseAddress(text, this.#port));
    return this.#shuffle ? shuffled(list, this.#random) : list;
  }
}

/** Refuses what no attempt could ever connect to: an address, or a URL, where a host is wanted. */
function checkHostname(hostname: string): void {
  checkName(hostname, "gateway hostname");
  if (LONE_IPV6.test(hostname)) return;
  const text = JSON.stringify(hostname);
  if (hostname.includes("/")) {
    throw new SyntaxError(
      `Cannot connect to the hostname ${text}: it is more than a host, leave out the rest`,
    );
  }
  if (ADDRESS.exec(hostname)?.[3] !== undefined) {
    throw new SyntaxError(
      `Cannot connect to the hostname ${text}: it has a port in it, put that into "port"`,
    );
  }
}

/**
 * Reads an address.
 *
 * @param text The address: `host`, `host:port`, `[IPv6]:port` or IPv6 alone.
 * @param port The port if it names none.
 * @returns The address.
 * @throws {TypeError} If it is no text.
 * @throws {SyntaxError} If it is malformed.
 * @throws {RangeError} If there is no such port.
 */
export function parseAddress(text: string, port: number): GatewayAddress {
  checkName(text, "gateway address");
  if (LONE_IPV6.test(text)) return { hostname: text, port };
  const found = ADDRESS.exec(text);
  if (found === null) {
    throw new SyntaxError(
      `Cannot connect to "${text}": need host, host:port or [IPv6]:port`,
    );
  }
  return {
    hostname: (found[1] ?? found[2])!,
    port: found[3] === undefined ? port : checkPort(Number(found[3])),
  };
}

/**
 * Writes an address.
 *
 * @param address Host and port, as they were read.
 * @returns `host:port`, IPv6 in brackets.
 */
export function formatGateway({ hostname, port }: GatewayAddress): string {
  return hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`;
}

/** Whoever waits for the first connection would try for ever. */
function checkPort(port: number): number {
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new RangeError(
    `Cannot connect to port ${shown(port)}: need a number from 1 to 65535`,
  );
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const all = [...list];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}
