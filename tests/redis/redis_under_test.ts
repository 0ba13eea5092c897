/**
 * Real Redis in all its modes, for the store of a cluster.
 *
 * @module
 */

import { createClient } from "redis";
import type { RedisStoreConfig } from "../../frontlas/config/types.ts";
import { redisConfig } from "./redis_config.ts";
import type { PresenceMode } from "../../frontlas/store/presence_store.ts";
import {
  openRedisStore,
  type RedisOptions,
  type RedisStore,
} from "../../frontlas/store/open_redis_store.ts";
import { findProgram, whatIsMissing } from "../brokers/provision.ts";
import {
  brokerFolder,
  brokerPorts,
  RealBroker,
} from "../brokers/real_broker.ts";

/** A client that is not the store's. */
export type Admin = ReturnType<typeof createClient>;

/** Name that sentinels know the master by. */
const MASTER = "frontlas-test";

/** A redis-server. */
export interface RedisNode extends AsyncDisposable {
  /** The process, to be killed and frozen. */
  readonly process: RealBroker;
  /** Its port. */
  readonly port: number;
}

/** Redis as it is run. */
export interface RealRedis extends AsyncDisposable {
  /** How. */
  readonly kind: "standalone" | "sentinel" | "cluster";
  /** All servers, sentinels not included. */
  readonly nodes: readonly RedisNode[];
  /** How the store finds it. */
  readonly config: RedisStoreConfig;
}

/**
 * @returns What is missing to run these tests, in words; `undefined` when nothing is.
 * @throws {Error} If something is missing where it must not.
 */
export function redisMissing(): string | undefined {
  const missing = whatIsMissing("redis");
  if (missing === undefined) return undefined;
  if (Deno.env.get("FRONTIER_REQUIRE_REDIS") === "1") {
    throw new Error(`Cannot test the store with Redis: ${missing}`);
  }
  return missing;
}

/** Starts one server. */
export async function startNode(
  port: number,
  ...args: (string | number)[]
): Promise<RedisNode> {
  const folder = await brokerFolder();
  const process = await RealBroker.start(folder, {
    program: findProgram("redis-server")!,
    args: [
      ["--port", port],
      ["--bind", "127.0.0.1"],
      ["--dir", folder],
      ["--save", ""],
      args,
    ].flat().map(String),
    ready: async () => /PONG|NOAUTH/.test(await cli(port, "ping")),
  });
  return {
    process,
    port,
    [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
  };
}

/** One server. */
export async function startStandalone(
  ...args: (string | number)[]
): Promise<RealRedis> {
  const [port] = brokerPorts(1) as [number];
  const node = await startNode(port, ...args);
  return {
    kind: "standalone",
    nodes: [node],
    config: redisConfig({ addrs: [`127.0.0.1:${port}`] }),
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

/**
 * A master, a replica, and three sentinels that make the replica the master when
 * that is gone.
 */
export async function startSentinel(): Promise<RealRedis> {
  await using started = new AsyncDisposableStack();
  const [first, second, ...sentinels] = brokerPorts(5) as [number, number];
  const nodes = [
    started.use(await startNode(first)),
    started.use(await startNode(second, "--replicaof", `127.0.0.1 ${first}`)),
  ];
  await until(
    "the replica has everything",
    async () => (await cli(second, "role")).includes("connected"),
  );
  await Promise.all(sentinels.map(async (port) => {
    const folder = await brokerFolder();
    const file = `${folder}/sentinel.conf`;
    await Deno.writeTextFile(
      file,
      [
        `port ${port}`,
        "bind 127.0.0.1",
        `dir ${folder}`,
        `sentinel monitor ${MASTER} 127.0.0.1 ${first} 2`,
        `sentinel down-after-milliseconds ${MASTER} 1000`,
        `sentinel failover-timeout ${MASTER} 5000`,
        `sentinel parallel-syncs ${MASTER} 1`,
      ].join("\n"),
    );
    started.use(
      await RealBroker.start(folder, {
        program: findProgram("redis-server")!,
        args: [file, "--sentinel"],
        ready: async () => {
          const said = await cli(port, "sentinel", "master", MASTER);
          // It knows the replica and the other sentinels: until then it can decide nothing.
          return /num-slaves\s+1\s/.test(said) &&
            /num-other-sentinels\s+2\s/.test(said);
        },
      }),
    );
  }));
  const moved = started.move();
  return {
    kind: "sentinel",
    nodes,
    config: redisConfig({
      mode: "sentinel",
      masterName: MASTER,
      addrs: sentinels.map((port) => `127.0.0.1:${port}`),
    }),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** Three masters, each with a replica. */
export async function startCluster(): Promise<RealRedis> {
  await using started = new AsyncDisposableStack();
  const ports = brokerPorts(6);
  const nodes = await Promise.all(ports.map(async (port) =>
    started.use(
      await startNode(
        port,
        ...["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"],
        ...["--cluster-node-timeout", 2_000],
        // Its port is that of clients and 10 000 by itself, which may be beyond all ports.
        ...["--cluster-port", brokerPorts(1)[0]!],
      ),
    )
  ));
  await cli(
    ports[0]!,
    ...["--cluster", "create", ...ports.map((port) => `127.0.0.1:${port}`)],
    ...["--cluster-replicas", 1, "--cluster-yes"],
  );
  await until("the cluster is whole", async () => {
    for (const port of ports) {
      const info = await cli(port, "cluster", "info");
      if (!info.includes("cluster_state:ok")) return false;
      if (!info.includes("cluster_known_nodes:6")) return false;
    }
    const roles = await Promise.all(ports.map((port) => cli(port, "role")));
    return roles.filter((role) =>
      role.startsWith("slave") && role.includes("connected")
    ).length === 3;
  });
  const moved = started.move();
  return {
    kind: "cluster",
    nodes,
    config: redisConfig({
      mode: "cluster",
      addrs: ports.slice(0, 3).map((port) => `127.0.0.1:${port}`),
    }),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

/** Asks a server something with its own client. */
export async function cli(
  port: number,
  ...args: (string | number)[]
): Promise<string> {
  const { stdout } = await new Deno.Command(findProgram("redis-cli")!, {
    args: ["-p", port, ...args].map(String),
    stdin: "null",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

/** A client of its own, ended with the block. */
export async function admin(
  port: number,
): Promise<{ client: Admin } & AsyncDisposable> {
  const client = createClient({ socket: { host: "127.0.0.1", port } });
  client.on("error", () => {});
  await client.connect();
  return {
    client,
    [Symbol.asyncDispose]() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

/** Two stores on one Redis, empty at first. */
export interface RedisWorld extends AsyncDisposable {
  /** One directory's store. */
  readonly store: RedisStore;
  /** Another's. */
  readonly other: RedisStore;
  /** Lets everything in Redis grow older. */
  advance(ms: number): Promise<void>;
  /** Ends the other store and opens a new one. */
  restart(): Promise<void>;
}

/** Empties a Redis and opens two stores. */
export async function openWorld(
  redis: RealRedis,
  mode: PresenceMode,
  options: Omit<RedisOptions, "mode"> = {},
): Promise<RedisWorld> {
  const ports = await masters(redis);
  await Promise.all(ports.map((port) => cli(port, "flushall")));
  const open = () => openRedisStore(redis.config, { mode, ...options });
  const store = await open();
  let other = await open();
  return {
    store,
    get other() {
      return other;
    },
    advance: (ms) => advance(ports, ms),
    async restart() {
      await other[Symbol.asyncDispose]();
      other = await open();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([
        store[Symbol.asyncDispose](),
        other[Symbol.asyncDispose](),
      ]);
    },
  };
}

/** Ports of the servers that take writes. */
export async function masters({ nodes }: RealRedis): Promise<number[]> {
  const roles = await Promise.all(
    nodes.map(async ({ port }) => [port, await cli(port, "role")] as const),
  );
  return roles.filter(([, role]) => role.startsWith("master")).map(([port]) =>
    port
  );
}

/** What is to expire does so sooner: as if time had passed. */
const ADVANCE = `#!lua flags=allow-cross-slot-keys
local cursor = '0'
repeat
  local part = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = part[1]
  for _, key in ipairs(part[2]) do
    local left = redis.call('PTTL', key)
    if left >= 0 then redis.call('PEXPIRE', key, left - tonumber(ARGV[1])) end
  end
until cursor == '0'
`;

async function advance(ports: readonly number[], ms: number): Promise<void> {
  await Promise.all(
    ports.map((port) => cli(port, "eval", ADVANCE, 0, Math.floor(ms))),
  );
}

/** Waits until something is so. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const end = performance.now() + ms;
  while (!await holds()) {
    if (performance.now() > end) {
      throw new Error(`Cannot wait any longer: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export { redisConfig };
