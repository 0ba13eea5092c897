/** A Frontlas within a program, from its start to its end, with real gateways. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { connect } from "node:tls";
import { Edge } from "@frontier/client";
import {
  type Frontlas,
  type FrontlasParts,
  type PresenceStore,
  startFrontlas,
} from "@frontier/frontlas";
import { MemoryNetwork, type Timer, type Timers } from "@frontier/platform";
import { NULL_LOGGER } from "@frontier/platform/log";
import { type Frontier, startFrontier } from "@frontier/server";
import { MemoryStore } from "../../frontlas/store/memory/mod.ts";
import { until } from "./control_stage.ts";

const ANY = { hostname: "127.0.0.1", port: 0 };

/** Ports that the system chooses. */
function start(parts: FrontlasParts = {}): Promise<Frontlas> {
  return startFrontlas({
    frontierPlane: { listen: ANY },
    controlPlane: { listen: ANY },
  }, parts);
}

/** A gateway that joins. */
function gateway(
  frontierId: string,
  ...directories: Frontlas[]
): Promise<Frontier> {
  return startFrontier({
    frontierId,
    edgebound: ANY,
    servicebound: ANY,
    frontlas: {
      enable: true,
      dial: {
        addrs: directories.map(({ frontierAddr }) =>
          `127.0.0.1:${frontierAddr.port}`
        ),
      },
    },
  });
}

async function ask(frontlas: Frontlas, path: string): Promise<unknown> {
  const { port } = frontlas.controlAddr!;
  const answer = await fetch(`http://127.0.0.1:${port}/cluster/v1/${path}`);
  return await answer.json();
}

/** A store that says what is done with it, and outlives whoever disposes of it. */
function watched(store: PresenceStore, done: string[]): PresenceStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === Symbol.asyncDispose) {
        return () => Promise.resolve(void done.push("dispose"));
      }
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        if (name === "release") done.push("release");
        return value.apply(target, args);
      };
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}

Deno.test("gateways that join are looked up with their edges, and leave the directory as soon as they stop", async () => {
  await using frontlas = await start();
  assertEquals(frontlas.status, {
    state: "running",
    frontiers: 0,
    connections: 0,
    store: "memory",
    storeState: "up",
  });
  assert(frontlas.ready);
  await using one = await gateway("one", frontlas);
  await using _two = await gateway("two", frontlas);
  await until(() => frontlas.status.frontiers === 2);
  await using edge = await Edge.connect({ ...one.edgeAddr });
  const found = async () => {
    const answer = await ask(frontlas, `frontier?edge_id=${edge.edgeId}`);
    return (answer as { fontier?: { frontierId: string } }).fontier?.frontierId;
  };
  while (await found() !== "one") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(await ask(frontlas, "edges/count"), { count: "1" });
  await one.close();
  await until(() => frontlas.status.frontiers === 1);
  assertEquals(await found(), undefined);
  const { frontiers } = await ask(frontlas, "frontiers") as {
    frontiers: { frontierId: string }[];
  };
  assertEquals(frontiers.map(({ frontierId }) => frontierId), ["two"]);
});

Deno.test("a Frontlas that stops sends its gateways to another one, and none of them leaves the directory", async () => {
  const done: string[] = [];
  const shared = watched(new MemoryStore(), done);
  await using stopping = await start({ store: shared });
  await using staying = await start({ store: shared });
  await using two = await gateway("two", stopping, staying);
  await until(() => stopping.status.frontiers + staying.status.frontiers === 1);
  const [from, to] = stopping.status.frontiers === 1
    ? [stopping, staying]
    : [staying, stopping];
  await using again = await Edge.connect({ ...two.edgeAddr });
  await until(async () => await shared.edge(again.edgeId) !== undefined);
  done.length = 0;
  let gone = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      if (await shared.frontier("two") === undefined) gone++;
      if (await shared.edge(again.edgeId) === undefined) gone++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  const drained = from.drain();
  assertEquals([from.status.state, from.ready], ["draining", false]);
  await drained;
  await from.close();
  await until(() => to.status.frontiers === 1);
  watching = false;
  await watch;
  assertEquals(gone, 0);
  assertEquals(from.status.state, "closed");
  // The store is the last of all, and heard of no gateway's end that was none.
  assertEquals(done.at(-1), "dispose");
});

Deno.test("a Frontlas that cannot listen gives its store back", async () => {
  using taken = Deno.listen(ANY);
  const done: string[] = [];
  await assertRejects(
    () =>
      startFrontlas({
        frontierPlane: { listen: { ...ANY, port: taken.addr.port } },
      }, { store: watched(new MemoryStore(), done) }),
    Error,
    `127.0.0.1:${taken.addr.port}`,
  );
  assertEquals(done, ["dispose"]);
});

Deno.test("a Frontlas whose second port is taken gives the first one back", async () => {
  using taken = Deno.listen(ANY);
  const probe = Deno.listen(ANY);
  const first = probe.addr.port;
  probe.close();
  const done: string[] = [];
  await assertRejects(() =>
    startFrontlas({
      frontierPlane: { listen: { ...ANY, port: first } },
      controlPlane: { listen: { ...ANY, port: taken.addr.port } },
    }, { store: watched(new MemoryStore(), done) })
  );
  assertEquals(done, ["dispose"]);
  Deno.listen({ ...ANY, port: first }).close();
});

Deno.test("a program may put in where gateways come from, and leave the control plane closed", async () => {
  const frontiers = new MemoryNetwork();
  await using frontlas = await startFrontlas({}, {
    frontiers,
    controlPlane: false,
  });
  assertEquals(frontlas.controlAddr, undefined);
  assertEquals(frontlas.frontierAddr.network, "memory");
  await frontlas.drain(0);
  await frontlas.close();
  assertEquals(frontlas.status.state, "closed");
  await frontlas.drain();
});

Deno.test("what a program misspells is refused before anything is opened", async () => {
  await assertRejects(
    () => start({ frontier: new MemoryNetwork() } as FrontlasParts),
    RangeError,
    'Unknown option "frontier", nearest known option: "frontiers"',
  );
  await assertRejects(
    () => startFrontlas({ drainSeconds: -1 }),
    RangeError,
    "Cannot use -1 as drainSeconds",
  );
  await using frontlas = await start();
  await assertRejects(() => frontlas.drain(-1), RangeError, "Cannot use -1");
  assertEquals(frontlas.status.state, "running");
});

/** A clock that a test sets. */
class ManualTimers implements Timers {
  #now = 0;
  readonly #armed: Map<Timer, number> = new Map();

  now(): number {
    return this.#now;
  }

  set(timer: Timer, at: number): void {
    this.#armed.set(timer, at);
  }

  clear(timer: Timer): void {
    this.#armed.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const [timer, at] of [...this.#armed]) {
      if (at > this.#now || !this.#armed.delete(timer)) continue;
      timer.fire();
    }
  }
}

Deno.test("a Frontlas that renews very many edges one by one says how that is spared, once", async () => {
  const timers = new ManualTimers();
  const said: string[] = [];
  let edges = 50_000;
  const memory = new MemoryStore({ mode: "ttl" });
  const store = new Proxy(memory, {
    get(target, name) {
      if (name === "frontiers") {
        return () =>
          Promise.resolve([{
            frontierId: "one",
            serviceAddr: "a:1",
            edgeAddr: "a:2",
            edges,
            services: 0,
          }]);
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  await using _ = await startFrontlas({
    frontierPlane: { listen: ANY },
    controlPlane: { listen: ANY },
    logger: { ...NULL_LOGGER, warn: (message) => void said.push(message) },
  }, { store, timers });
  const hints = () => said.filter((line) => /presence to lease/.test(line));
  timers.advance(60_000);
  assertEquals(hints(), []);
  edges = 50_001;
  // What the control plane has seen is looked at, and it looks once a second.
  await until(() => {
    timers.advance(60_000);
    return hints().length > 0;
  });
  timers.advance(60_000);
  assertEquals(hints().length, 1);
});

Deno.test("certificates of both planes are read anew, and one that is unusable leaves the old ones", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const install = async (name: string) => {
      for (const kind of ["pem", "key"]) {
        const from = new URL(
          `../../platform/testdata/${name}.${kind}`,
          import.meta.url,
        );
        await Deno.copyFile(from, `${folder}/server.${kind}`);
      }
    };
    await install("localhost");
    const tls = {
      mtls: false,
      caCerts: [],
      certs: [{ cert: `${folder}/server.pem`, key: `${folder}/server.key` }],
    };
    await using frontlas = await startFrontlas({
      frontierPlane: { listen: { ...ANY, tls } },
      controlPlane: { listen: { ...ANY, tls } },
    });
    const shown = async () => [
      await serialShown(frontlas.frontierAddr.port),
      await serialShown(frontlas.controlAddr!.port),
    ];
    const [old, other] = await shown();
    assertEquals(old, other);
    await install("renewed");
    await frontlas.reload();
    const [renewed] = await shown();
    assert(renewed !== old);
    assertEquals(await shown(), [renewed, renewed]);
    await Deno.writeTextFile(`${folder}/server.pem`, "nothing\n");
    const error = await assertRejects(() => frontlas.reload(), Error);
    assertStringIncludes(error.message, "frontierbound: ");
    assertStringIncludes(error.message, "control_plane: ");
    assertEquals(await shown(), [renewed, renewed]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The serial number of the certificate that a port shows. */
function serialShown(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(
    { host: "127.0.0.1", port, rejectUnauthorized: false },
    () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    },
  );
  socket.on("error", reject);
  return promise;
}
