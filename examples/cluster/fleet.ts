/**
 * Edges that a service calls all the time, and what becomes of the calls.
 *
 * @module
 */

import {
  type AddressResolver,
  Edge,
  FrontierError,
  type ServiceLike,
} from "@frontier/client";

/** Milliseconds between two calls of one edge, more or less. */
const EVERY_MS = 500;
/** Milliseconds until a call that was surely not delivered is made again. */
const AGAIN_MS = 50;
/** Edges that connect at a time. */
const AT_A_TIME = 50;

/** One edge, and the numbers that it was called with. */
interface Member {
  readonly edge: Edge;
  readonly seen: Set<number>;
  /** When it last answered, in milliseconds of the clock. */
  answeredAt: number;
}

/** What has become of all calls. */
export interface Calls {
  /** Answered. */
  answered: number;
  /** Surely not delivered, and made again. */
  repeated: number;
  /** Lost with their gateway: nobody knows whether they were carried out. */
  lost: number;
  /** Delivered more than once, which must not happen. */
  twice: number;
}

/** Edges, and the service that calls them. */
export class Fleet implements AsyncDisposable {
  /** What has become of all calls. */
  readonly calls: Calls = { answered: 0, repeated: 0, lost: 0, twice: 0 };
  readonly #service: ServiceLike;
  readonly #members: Member[] = [];
  readonly #calling: Promise<void>[] = [];
  #over = false;

  /**
   * Starts without edges.
   *
   * @param service What calls them.
   */
  constructor(service: ServiceLike) {
    this.#service = service;
  }

  /**
   * Connects edges and begins to call them.
   *
   * @param count How many.
   * @param addresses Tells them where gateways are.
   */
  async grow(
    count: number,
    addresses: AddressResolver,
  ): Promise<void> {
    for (let i = 0; i < count; i += AT_A_TIME) {
      const names = Array.from(
        { length: Math.min(AT_A_TIME, count - i) },
        (_, j) => `${i + j + 1}`,
      );
      await Promise.all(names.map((name) => this.#add(name, addresses)));
    }
  }

  /**
   * Counts edges by where they are.
   *
   * @returns How many are connected to each port.
   */
  places(): Map<number, number> {
    const places = new Map<number, number>();
    for (const { edge } of this.#members) {
      const { remoteAddr } = edge;
      if (remoteAddr === undefined || edge.state !== "connected") continue;
      places.set(remoteAddr.port, (places.get(remoteAddr.port) ?? 0) + 1);
    }
    return places;
  }

  /**
   * Counts edges that have answered lately.
   *
   * @param since From when on, in milliseconds of the clock.
   * @returns How many.
   */
  answeredSince(since: number): number {
    return this.#members.filter(({ answeredAt }) => answeredAt > since).length;
  }

  /** Calls nobody any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await Promise.all(this.#calling);
    await Promise.all(this.#members.map(({ edge }) => edge.close()));
  }

  async #add(
    name: string,
    addresses: AddressResolver,
  ): Promise<void> {
    const seen = new Set<number>();
    const edge = await Edge.connect({
      addresses,
      meta: name,
      methods: {
        count: (request) => {
          const number = Number(request.text());
          if (seen.has(number)) this.calls.twice++;
          seen.add(number);
        },
      },
    });
    const member = { edge, seen, answeredAt: 0 };
    this.#members.push(member);
    this.#calling.push(this.#call(member));
  }

  async #call(member: Member): Promise<void> {
    await pause(EVERY_MS * Math.random());
    for (let number = 0; !this.#over;) {
      try {
        await this.#service.call(member.edge.edgeId, "count", `${number}`);
        this.calls.answered++;
        member.answeredAt = performance.now();
        number++;
        await pause(EVERY_MS * (0.5 + Math.random()));
      } catch (error) {
        if (error instanceof FrontierError && error.retryable) {
          this.calls.repeated++;
        } else {
          this.calls.lost++;
          number++;
        }
        await pause(AGAIN_MS);
      }
    }
  }
}

/**
 * Waits.
 *
 * @param ms Milliseconds.
 * @returns When they have passed.
 */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
