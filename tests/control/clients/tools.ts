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
/** A client made of our `.proto` files. */
export const GO_CLIENT: string = new URL("bin/control", CACHE).pathname;

/** What is installed from the Go proxy. */
const GO_TOOLS = [
  "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3",
  "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.10",
  "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1",
];
/** Which file becomes which Go package. */
const GO_PACKAGES = {
  "controlplane/frontier/v1/controlplane.proto": "frontier.test/control/v1",
  "frontier/admin/v1/admin.proto": "frontier.test/control/admin",
};

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

/** Makes the Go client anew: the compiler belongs to Python's packages. */
async function buildGoClient(): Promise<void> {
  const bin = new URL("bin", CACHE).pathname;
  const module = new URL("go", CACHE).pathname;
  await Deno.remove(module, { recursive: true }).catch(() => {});
  await Deno.mkdir(module, { recursive: true });
  for (const name of ["main.go", "go.mod", "go.sum"]) {
    await Deno.copyFile(new URL(`go/${name}`, SOURCES), `${module}/${name}`);
  }
  const mapped = Object.entries(GO_PACKAGES).flatMap(([file, name]) => [
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
    ...Object.keys(GO_PACKAGES),
  ]);
  await run("go", ["build", "-trimpath", "-o", GO_CLIENT, "."], {
    cwd: module,
  });
}

/**
 * Installs what is missing, and builds the Go client anew.
 *
 * @throws {Error} If something cannot be had; the message says what.
 */
export async function install(): Promise<void> {
  await Deno.mkdir(new URL("bin", CACHE), { recursive: true });
  await installPython();
  await installGo();
  await buildGoClient();
}

if (import.meta.main) await install();
