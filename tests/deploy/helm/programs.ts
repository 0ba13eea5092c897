/**
 * What charts are tested with, built of Go modules: `deno run -A tests/deploy/helm/programs.ts` builds what is missing.
 *
 * @module
 */

const ROOT = new URL("../../../", import.meta.url).pathname;
const BIN = `${ROOT}.cache/deploy/bin`;

/** Both versions of Helm that people use, and a checker of objects. */
export type HelmProgram = "helm3" | "helm4" | "kubeconform";

/** Both versions of Helm. */
export const HELMS = ["helm3", "helm4"] as const;

/** Packages; the folder of the module has the program's name. */
const PACKAGES: Readonly<Record<HelmProgram, string>> = {
  helm3: "helm.sh/helm/v3/cmd/helm",
  helm4: "helm.sh/helm/v4/cmd/helm",
  kubeconform: "github.com/yannh/kubeconform/cmd/kubeconform",
};

/** @returns Path of a program, whether it is there or not. */
export function helmProgram(name: HelmProgram): string {
  return `${BIN}/${name}`;
}

/** What a program was built of; another text is another program. */
function origin(name: HelmProgram): string {
  const module = Deno.readTextFileSync(`${ROOT}tools/helm/${name}/go.mod`);
  return `${PACKAGES[name]}\n${module}`;
}

function isBuilt(name: HelmProgram): boolean {
  try {
    return Deno.statSync(helmProgram(name)).isFile &&
      Deno.readTextFileSync(`${helmProgram(name)}.from`) === origin(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** @returns The programs that have to be built. */
export function missingPrograms(): HelmProgram[] {
  return (Object.keys(PACKAGES) as HelmProgram[])
    .filter((name) => !isBuilt(name));
}

async function build(name: HelmProgram): Promise<void> {
  const { success, stderr } = await new Deno.Command("go", {
    args: [
      "build",
      "-trimpath",
      "-ldflags",
      "-s -w",
      "-o",
      helmProgram(name),
      PACKAGES[name],
    ],
    cwd: `${ROOT}tools/helm/${name}`,
    env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
    stdout: "null",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot build ${name}:\n${new TextDecoder().decode(stderr)}`,
    );
  }
  await Deno.writeTextFile(`${helmProgram(name)}.from`, origin(name));
}

if (import.meta.main) {
  await Deno.mkdir(BIN, { recursive: true });
  for (const name of missingPrograms()) {
    const begun = performance.now();
    await build(name);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`${name}: built in ${seconds} s`);
  }
  console.log("Helm: ready");
}
