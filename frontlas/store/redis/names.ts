/**
 * Names of keys.
 *
 * @module
 */

const PREFIX = "frontlas:";

/**
 * Makes the names of keys. Those of one edge, one service or one gateway have
 * one hash tag in a cluster, so that a script can work with all of them.
 */
export class Names {
  /** The counter of generations. */
  readonly generation = `${PREFIX}generation`;
  /** Ids of the gateways that have registered with us, and were not forgotten. */
  readonly gateways = `${PREFIX}gateways`;
  /** Which gateway has which number. */
  readonly numbers = `${PREFIX}numbers`;
  /** Where the records of edges begin; what follows is the id. */
  readonly edges: string;
  /** Where the records of services begin. */
  readonly services: string;
  /** Where the records of gateways begin. */
  readonly frontiers: string;
  /** Opens and closes a hash tag. */
  readonly braces: readonly [open: string, close: string];

  /**
   * @param cluster Whether keys need hash tags.
   */
  constructor(cluster: boolean) {
    this.braces = cluster ? ["{", "}"] : ["", ""];
    this.edges = `${PREFIX}edges:${this.braces[0]}`;
    this.services = `${PREFIX}services:${this.braces[0]}`;
    this.frontiers = `${PREFIX}frontiers:${this.braces[0]}`;
  }

  /**
   * @param name What it holds, such as `edges` or `alive:edges`.
   * @param id Of an edge, a service, or a gateway as {@linkcode Names.tag} writes it.
   * @returns The key.
   */
  of(name: string, id: bigint | string): string {
    return `${PREFIX}${name}:${this.braces[0]}${id}${this.braces[1]}`;
  }

  /**
   * @param frontierId Id of a gateway.
   * @returns How it is written in keys and told to scripts: a brace would end the hash tag.
   */
  tag(frontierId: string): string {
    return this.braces[0] === ""
      ? frontierId
      : frontierId.replace(/[%}]/g, encodeURIComponent);
  }

  /**
   * @param key A key of an edge's, a service's or a gateway's record.
   * @param begin What it begins with.
   * @returns What follows, without hash tag.
   */
  idOf(key: string, begin: string): string {
    return key.slice(begin.length, key.length - this.braces[1].length);
  }
}
