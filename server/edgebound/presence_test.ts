import { assert, assertEquals } from "@std/assert";
import type { Link } from "@frontier/proto/internal";
import { systemTimers } from "@frontier/platform";
import type { Logger } from "@frontier/platform/log";
import { Directory } from "../directory/directory.ts";
import { EdgePeer } from "../directory/peer.ts";
import { Hooks } from "./hooks.ts";
import { Presence } from "./presence.ts";
import { TOLD } from "./standing.ts";

/** A presence without any service, and the events it has kept and dropped by the log. */
class Scene implements Logger {
  readonly warnings: string[] = [];
  readonly presence: Presence;
  readonly #directory = new Directory();

  constructor() {
    const directory = this.#directory;
    const hooks = new Hooks({
      directory,
      hashBy: "edgeid",
      random: Math.random,
      timers: systemTimers,
      timeoutMs: 8_000,
      maxOutboxBytes: 1_000_000,
    });
    const timers = systemTimers;
    this.presence = new Presence({ directory, hooks, timers, log: this });
  }

  debug(): void {}
  info(): void {}
  error(): void {}
  warn(message: string, fields?: Record<string, unknown>): void {
    this.warnings.push(`${message} ${JSON.stringify(fields)}`);
  }

  /** An edge that services believe online goes. */
  gone(id: number, meta?: Uint8Array): void {
    const address = { network: "tcp", hostname: "192.0.2.1", port: 7 };
    const edge = new EdgePeer({} as Link, address, 0);
    edge.idLo = id;
    edge.meta = meta;
    edge.standing |= TOLD;
    this.presence.gone(edge);
  }
}

Deno.test("65 536 offline events are kept while nobody asks, the oldest are dropped", () => {
  const scene = new Scene();
  for (let id = 1; id <= 65_536; id++) scene.gone(id);
  assertEquals([scene.presence.kept, scene.warnings], [65_536, []]);
  for (let id = 1; id <= 10; id++) scene.gone(100_000 + id);
  assertEquals([scene.presence.kept, scene.presence.unsent], [65_536, 65_536]);
  assertEquals(scene.warnings.length, 1);
  scene.presence.report();
  assert(scene.warnings[1]?.includes('"unwanted":65546'), scene.warnings[1]);
});

Deno.test("metas of offline events that wait are bounded, events beyond go without", () => {
  const scene = new Scene();
  const meta = new Uint8Array(1_048_576);
  for (let id = 1; id <= 33; id++) scene.gone(id, meta);
  assertEquals(scene.presence.kept, 33);
  assertEquals(scene.presence.metaBytes, 33_554_432);
});
