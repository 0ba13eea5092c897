/**
 * The clients of gRPC that nobody here wrote: where they are, and how they get there.
 *
 * @module
 */

const ROOT = new URL("../../../", import.meta.url);
const CACHE = new URL(".cache/control/", ROOT);
const SOURCES = new URL("./", import.meta.url);

/** Where the `.proto` files are. */
export const PROTO: string = new URL("proto/api/", ROOT).pathname;
/** Python with grpcio and its compiler. */
export const PYTHON: string = new URL("venv/bin/python", CACHE).pathname;
/** A client that asks a server what there is. */
export const GRPCURL: string = new URL("bin/grpcurl", CACHE).pathname;
/** A gateway's client made of our `.proto` files. */
export const GO_CLIENT: string = new URL("bin/gateway", CACHE).pathname;
/** A Frontlas' client made of our `.proto` files. */
export const GO_FRONTLAS_CLIENT: string =
  new URL("bin/frontlas", CACHE).pathname;

/** What is installed from the Go proxy. */
const GO_TOOLS = [
  "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3",
  "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10",
  "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1",
];
/**
 * Which file becomes which Go package, by program. One program cannot have
 * both: the control planes of a gateway and of Frontlas give the same names to
 * different messages.
 */
const GO_PROGRAMS: Readonly<Record<string, Readonly<Record<string, string>>>> =
  {
    gateway: {
      "controlplane/frontier/v1/controlplane.proto": "frontier.test/control/v1",
      "frontier/admin/v1/admin.proto": "frontier.test/control/admin",
    },
    frontlas: {
      "controlplane/frontlas/v1/cluster.proto":
        "frontier.test/control/frontlas/v1",
      "controlplane/frontlas/v1/health.proto":
        "frontier.test/control/frontlas/v1",
      "frontier/cluster/v1/cluster.proto": "frontier.test/control/cluster",
    },
  };
/** What the Go module is made of. */
const GO_SOURCES = [
  "go.mod",
  "go.sum",
  "calls/calls.go",
  "gateway/main.go",
  "frontlas/main.go",
  "frontlas/cluster.go",
];

/**
 * @param path A file.
 * @returns Whether it is there.
 */
export function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(
  command: string,
  args: string[],
  options: Deno.CommandOptions = {},
): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    ...options,
  }).output();
  if (success) return;
  const text = new TextDecoder();
  throw new Error(
    `Cannot run ${command} ${args.join(" ")}: ${text.decode(stdout)}${
      text.decode(stderr)
    }`,
  );
}

async function installPython(): Promise<void> {
  if (isThere(PYTHON)) return;
  const venv = new URL("venv", CACHE).pathname;
  const requirements = new URL("python/requirements.txt", SOURCES).pathname;
  try {
    await run("python3", ["-m", "venv", venv]);
    await run(PYTHON, ["-m", "pip", "install", "--quiet", "-r", requirements]);
  } catch (error) {
    await Deno.remove(venv, { recursive: true }).catch(() => {});
    throw error;
  }
}

async function installGo(): Promise<void> {
  const bin = new URL("bin", CACHE).pathname;
  const env = { GOBIN: bin };
  for (const tool of GO_TOOLS) {
    const name = tool.split("/").at(-1)!.split("@")[0]!;
    if (!isThere(`${bin}/${name}`)) await run("go", ["install", tool], { env });
  }
}

/** Makes the Go clients anew: the compiler belongs to Python's packages. */
async function buildGoClients(): Promise<void> {
  const bin = new URL("bin", CACHE).pathname;
  const module = new URL("go", CACHE).pathname;
  await Deno.remove(module, { recursive: true }).catch(() => {});
  for (const name of GO_SOURCES) {
    const target = new URL(name, `file://${module}/`);
    await Deno.mkdir(new URL(".", target), { recursive: true });
    await Deno.copyFile(new URL(`go/${name}`, SOURCES), target);
  }
  for (const [program, packages] of Object.entries(GO_PROGRAMS)) {
    await generateGo(bin, module, packages);
    await run("go", [
      "build",
      "-trimpath",
      "-o",
      `${bin}/${program}`,
      `./${program}`,
    ], { cwd: module });
  }
}

async function generateGo(
  bin: string,
  module: string,
  packages: Readonly<Record<string, string>>,
): Promise<void> {
  const mapped = Object.entries(packages).flatMap(([file, name]) => [
    `--go_opt=M${file}=${name}`,
    `--go-grpc_opt=M${file}=${name}`,
  ]);
  await run(PYTHON, [
    "-m",
    "grpc_tools.protoc",
    `-I${PROTO}`,
    `--plugin=${bin}/protoc-gen-go`,
    `--plugin=${bin}/protoc-gen-go-grpc`,
    `--go_out=${module}`,
    `--go-grpc_out=${module}`,
    "--go_opt=module=frontier.test/control",
    "--go-grpc_opt=module=frontier.test/control",
    ...mapped,
    ...Object.keys(packages),
  ]);
}

/**
 * Installs what is missing, and builds the Go clients anew.
 *
 * @throws {Error} If something cannot be had; the message says what.
 */
export async function install(): Promise<void> {
  await Deno.mkdir(new URL("bin", CACHE), { recursive: true });
  await installPython();
  await installGo();
  await buildGoClients();
}

if (import.meta.main) await install();
