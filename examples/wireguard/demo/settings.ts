/**
 * What the demo is told by its environment.
 *
 * @module
 */

/** Settings of the demo, all of which have defaults. */
export interface Settings {
  /** A gateway's program that takes `--config`; ours when it is empty. */
  readonly bin: string;
  /** Its configuration; written for the addresses below when it is empty. */
  readonly config: string;
  /** Network that edges and router reach it by. */
  readonly network: string;
  /** Where it listens for services. */
  readonly serviceAddr: string;
  /** Where it listens for edges. */
  readonly edgeAddr: string;
  /** Folder of the logs. */
  readonly logDir: string;
}

/**
 * @returns The settings. The folder of the logs is made where none is named.
 */
export async function readSettings(): Promise<Settings> {
  return {
    bin: Deno.env.get("FRONTIER_BIN") ?? "",
    config: Deno.env.get("FRONTIER_CFG") ?? "",
    network: Deno.env.get("FRONTIER_NET") ?? "tcp",
    serviceAddr: Deno.env.get("FRONTIER_SERVICE_ADDR") ?? "127.0.0.1:30011",
    edgeAddr: Deno.env.get("FRONTIER_EDGE_ADDR") ?? "127.0.0.1:30012",
    logDir: Deno.env.get("LOG_DIR") ?? await Deno.makeTempDir(),
  };
}
