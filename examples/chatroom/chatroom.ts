/**
 * The service side of the chatroom: it names the users, knows who is there,
 * and passes on what they say.
 *
 * @module
 */

import {
  type EdgeEvent,
  encodeJson,
  type Message,
  Service,
  type ServiceOptions,
} from "@frontier/client";
import { KnownEdges } from "../known_edges.ts";
import { printable } from "../printable.ts";

/** The topic that users publish to. */
export const TOPIC = "chatroom";
/** The method that users answer with their names. */
export const NAME = "name";
/** Longest name in characters. */
const MAX_NAME = 64;

const decoder = new TextDecoder();

/** What users are sent. */
export interface ChatLine {
  /** Who said it. */
  readonly User: string;
  /** What was said. */
  readonly Msg: string;
}

/** Where lines for humans go. */
export type Print = (line: string) => void;

/** A room in which everybody hears everybody else. */
export class Chatroom implements AsyncDisposable {
  /** Its end; everything else a service can do goes through it. */
  readonly service: Service;
  /** Messages passed on. */
  delivered = 0;
  readonly #print: Print;
  readonly #names = new Map<bigint, string>();
  readonly #edges: KnownEdges;
  #nextId: bigint;

  private constructor(service: Service, print: Print) {
    this.service = service;
    this.#edges = new KnownEdges(service, (id) => void this.#names.delete(id));
    this.#print = (line) => print(printable(line));
    // Seconds above a random counter: like the gateway's own ids, unique enough.
    const [counter = 0] = crypto.getRandomValues(new Uint32Array(1));
    this.#nextId = (BigInt(Math.floor(Date.now() / 1_000)) << 32n) |
      BigInt(counter);
  }

  /**
   * Opens the room.
   *
   * @param options How to connect.
   * @param print Where lines for humans go.
   * @returns The room, ready for users.
   */
  static async open(
    options: ServiceOptions,
    print: Print = console.log,
  ): Promise<Chatroom> {
    const service = await Service.connect({ ...options, topics: [TOPIC] });
    const room = new Chatroom(service, print);
    await service.registerEdgeOffline((event) => room.#offline(event));
    await service.registerEdgeOnline((event) => room.#online(event));
    // Last: who has no id is not let in, and nobody comes in unnoticed.
    await service.registerGetEdgeId(() => room.#nextId++);
    return room;
  }

  /** The names of those who are there. */
  get names(): string[] {
    return [...this.#names.values()];
  }

  /**
   * Finds a user.
   *
   * @param name The name.
   * @returns The id, if the user is there.
   */
  idOf(name: string): bigint | undefined {
    for (const [id, other] of this.#names) if (other === name) return id;
    return undefined;
  }

  /** Passes messages on until the room is closed. */
  async run(): Promise<void> {
    for await (const message of this.service.messages()) this.#hear(message);
  }

  /** Closes the room. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.service.close();
  }

  async #online({ edgeId, meta, address }: EdgeEvent): Promise<void> {
    const name = decoder.decode(meta);
    if (!isName(name)) throw new Error("illegal name");
    // Before anything is waited for: of two who come at once one has it.
    this.#edges.add(edgeId);
    this.#names.set(edgeId, name);
    if (await this.#taken(name, edgeId)) {
      this.#edges.delete(edgeId);
      this.#names.delete(edgeId);
      this.#print(
        `> online failed: user exists, name: ${name}, addr: ${address}`,
      );
      throw new Error("user exists");
    }
    this.#print(`> online, name: ${name}, addr: ${address}`);
  }

  /** Whether somebody else has the name. Who is gone without a word has not. */
  async #taken(name: string, edgeId: bigint): Promise<boolean> {
    for (const [id, other] of this.#names) {
      if (other !== name || id === edgeId) continue;
      if (await this.#edges.has(id)) return true;
    }
    return false;
  }

  /** Somebody speaks who came when there was no room. */
  async #meet(edgeId: bigint): Promise<void> {
    this.#edges.doubt(edgeId);
    this.#names.set(edgeId, `${edgeId}`);
    const name = (await this.service.call(edgeId, NAME)).text();
    if (!isName(name) || this.idOf(name) !== undefined) return;
    if (this.#names.has(edgeId)) this.#names.set(edgeId, name);
  }

  #offline({ edgeId, meta, address }: EdgeEvent): void {
    this.#edges.delete(edgeId);
    this.#names.delete(edgeId);
    this.#print(`> offline, name: ${decoder.decode(meta)}, addr: ${address}`);
  }

  #hear(message: Message): void {
    message.done();
    const { edgeId } = message;
    const user = this.#names.get(edgeId) ?? `${edgeId}`;
    // Who does not tell a name, as users of the Go original, keeps the id.
    if (!this.#names.has(edgeId)) this.#meet(edgeId).catch(() => {});
    const text = message.text();
    this.#print(`[${user.padStart(10)}]: ${text}`);
    const line: ChatLine = { User: user, Msg: text };
    const data = encodeJson(line);
    for (const id of this.#names.keys()) {
      if (id === edgeId) continue;
      this.service.publish(id, data).then(
        () => this.delivered++,
        () => {}, // Whoever has just left hears nothing; the others do.
      );
    }
  }
}

function isName(text: string): boolean {
  return text !== "" && text.length <= MAX_NAME;
}
