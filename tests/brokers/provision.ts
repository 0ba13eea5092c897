/**
 * Where the real brokers are, and how to get them.
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
const CACHE = new URL(".cache/brokers/", ROOT);
/** Folders of programs that are not on everybody's path. */
const FOLDERS = ["/usr/sbin", "/usr/local/go/bin", "/usr/lib/rabbitmq/bin"];

/** A broker that tests run for real. */
export type Broker = "redis" | "nats" | "amqp" | "kafka" | "nsq";

/** All of them. */
export const BROKERS: readonly Broker[] = [
  "redis",
  "nats",
  "amqp",
  "kafka",
  "nsq",
];

/** How one broker is found, and what it takes to have it. */
interface Recipe {
  /** Programs that have to be there. */
  readonly programs: readonly string[];
  /** Debian packages that bring them. */
  readonly packages: readonly string[];
  /** A file that is there once it is built; below the cache. */
  readonly built?: string;
  /** Makes it. */
  readonly build?: () => Promise<void>;
}

const RECIPES: Readonly<Record<Broker, Recipe>> = {
  redis: {
    programs: ["redis-server", "redis-cli"],
    packages: ["redis-server", "redis-sentinel", "redis-tools"],
  },
  nats: { programs: ["nats-server"], packages: ["nats-server"] },
  amqp: {
    programs: ["rabbitmq-server", "epmd"],
    packages: ["rabbitmq-server"],
  },
  kafka: {
    programs: ["java", "kcat"],
    packages: ["openjdk-17-jre-headless", "maven", "kcat"],
    built: "kafka/complete",
    build: async () => {
      const lib = new URL("kafka/lib", CACHE).pathname;
      await Deno.mkdir(lib, { recursive: true });
      await run("mvn", [
        "-q",
        "-B",
        "-f",
        new URL("tests/brokers/java/pom.xml", ROOT).pathname,
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        `-DoutputDirectory=${lib}`,
      ]);
      await Deno.writeTextFile(new URL("kafka/complete", CACHE), "");
    },
  },
  nsq: {
    programs: [],
    packages: [],
    built: "nsq/nsqd",
    build: async () => {
      const folder = new URL("nsq/", CACHE).pathname;
      await Deno.mkdir(folder, { recursive: true });
      await run("go", [
        "build",
        "-C",
        new URL("tests/brokers/go/", ROOT).pathname,
        "-o",
        folder,
        "github.com/nsqio/nsq/apps/nsqd",
        "github.com/nsqio/nsq/apps/nsq_tail",
      ]);
    },
  },
};

/**
 * @param name A program.
 * @returns Its path, or `undefined` when it is not installed.
 */
export function findProgram(name: string): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), ...FOLDERS];
  return folders.filter((folder) => folder !== "").map((folder) =>
    `${folder}/${name}`
  ).find(isFile);
}

/**
 * @param path A path below the folder of built brokers, such as `nsq/nsqd`.
 * @returns The whole path.
 */
export function builtPath(path: string): string {
  return new URL(path, CACHE).pathname;
}

/**
 * @param broker A broker.
 * @returns What is missing to run it, in words; `undefined` when nothing is.
 */
export function whatIsMissing(broker: Broker): string | undefined {
  const { programs, built } = RECIPES[broker];
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return `${missing.join(" and ")} not installed`;
  if (built !== undefined && !isFile(builtPath(built))) {
    return `${built} not built`;
  }
  return undefined;
}

/**
 * Installs what is missing: Debian packages where this is a Debian and the
 * user may, Kafka from Maven Central, nsqd from its Go module.
 *
 * @param brokers Which brokers are wanted.
 * @param say Hears what is done.
 * @returns What is missing still, by broker.
 */
export async function provision(
  brokers: readonly Broker[],
  say: (line: string) => void,
): Promise<Map<Broker, string>> {
  const packages = [
    ...new Set(
      brokers.filter((broker) => whatIsMissing(broker) !== undefined)
        .flatMap((broker) => RECIPES[broker].packages),
    ),
  ];
  if (packages.length > 0) {
    say(`apt-get install ${packages.join(" ")}`);
    try {
      await run("apt-get", ["update", "-qq"]);
      await run("apt-get", [
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        ...packages,
      ]);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
  }
  const missing = new Map<Broker, string>();
  for (const broker of brokers) {
    const { built, build } = RECIPES[broker];
    if (built !== undefined && !isFile(builtPath(built))) {
      say(`building ${broker}`);
      try {
        await build!();
      } catch (error) {
        say(error instanceof Error ? error.message : String(error));
      }
    }
    const left = whatIsMissing(broker);
    if (left !== undefined) missing.set(broker, left);
    say(`${broker}: ${left ?? "ready"}`);
  }
  return missing;
}

/** Runs a program to its end; its output is in the error when it fails. */
async function run(program: string, args: readonly string[]): Promise<void> {
  const path = findProgram(program);
  if (path === undefined) {
    throw new Error(`Cannot run ${program}: it is not installed`);
  }
  const { success, stdout, stderr } = await new Deno.Command(path, {
    args: [...args],
    env: { DEBIAN_FRONTEND: "noninteractive", GOFLAGS: "-mod=mod" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (success) return;
  const decoder = new TextDecoder();
  throw new Error(
    `Cannot run ${program} ${args.join(" ")}: ${decoder.decode(stdout)}${
      decoder.decode(stderr)
    }`,
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
