/**
 * A network namespace of Linux: a host of its own on this machine.
 *
 * @module
 */

import { must, run } from "./run.ts";

/** How a namespace is connected. */
export interface NamespaceOptions {
  /** Its name. */
  readonly name: string;
  /** Name of the link's end on this host; at most 15 characters. */
  readonly hostLink: string;
  /** Name of the link's end in the namespace. */
  readonly innerLink: string;
  /** Address of this host on the link, such as `10.200.1.1`; the next one is that of the namespace. */
  readonly hostAddress: string;
}

/** A namespace that is removed in the end, with its link. */
export class Namespace implements AsyncDisposable {
  /** Its name. */
  readonly name: string;
  /** Address of this host, as it is seen from inside. */
  readonly hostAddress: string;
  readonly #hostLink: string;

  private constructor({ name, hostAddress, hostLink }: NamespaceOptions) {
    this.name = name;
    this.hostAddress = hostAddress;
    this.#hostLink = hostLink;
  }

  /**
   * Makes a namespace, connected with this host.
   *
   * @param options How.
   * @returns The namespace.
   * @throws {Error} If that is not permitted.
   */
  static async create(options: NamespaceOptions): Promise<Namespace> {
    const { name, hostLink, innerLink, hostAddress } = options;
    await must(["ip", "netns", "add", name]);
    const namespace = new Namespace(options);
    try {
      const inner = hostAddress.replace(
        /\d+$/,
        (last) => `${Number(last) + 1}`,
      );
      const link = ["ip", "link"];
      await must([
        ...link,
        "add",
        hostLink,
        "type",
        "veth",
        "peer",
        "name",
        innerLink,
      ]);
      await must([...link, "set", innerLink, "netns", name]);
      await must(["ip", "addr", "add", `${hostAddress}/24`, "dev", hostLink]);
      await must([...link, "set", hostLink, "up"]);
      await must(namespace.inside("ip", "link", "set", "lo", "up"));
      await must(
        namespace.inside("ip", "addr", "add", `${inner}/24`, "dev", innerLink),
      );
      await must(namespace.inside("ip", "link", "set", innerLink, "up"));
    } catch (error) {
      await namespace[Symbol.asyncDispose]();
      throw error;
    }
    return namespace;
  }

  /**
   * @param command Program and arguments.
   * @returns What runs it inside.
   */
  inside(...command: string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await run(["ip", "netns", "del", this.name]);
    await run(["ip", "link", "del", this.#hostLink]);
  }
}
