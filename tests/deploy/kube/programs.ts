/**
 * The programs of a control plane, built of their Go modules: `deno run -A tests/deploy/kube/programs.ts` builds what is missing.
 *
 * @module
 */

const ROOT = new URL("../../../", import.meta.url).pathname;
const BIN = `${ROOT}.cache/deploy/bin`;
const VERSION = "1.36.3";
const STAMP = "k8s.io/component-base/version";

/** A program of the control plane. */
export type KubeProgram =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kubectl";

/** Folder of the module and package of each. The store has its own: Debian's is too old for watches. */
const PROGRAMS: Readonly<Record<KubeProgram, readonly [string, string]>> = {
  "etcd": ["tools/kube/etcd", "go.etcd.io/etcd/server/v3"],
  "kube-apiserver": ["tools/kube", "k8s.io/kubernetes/cmd/kube-apiserver"],
  "kube-controller-manager": [
    "tools/kube",
    "k8s.io/kubernetes/cmd/kube-controller-manager",
  ],
  "kubectl": ["tools/kube", "k8s.io/kubernetes/cmd/kubectl"],
};

/** @returns Path of a program, whether it is there or not. */
export function kubeProgram(name: KubeProgram): string {
  return `${BIN}/${name}`;
}

/** What a program was built of; another text is another program. */
function origin(name: KubeProgram): string {
  const [folder, from] = PROGRAMS[name];
  return `${from}\n${Deno.readTextFileSync(`${ROOT}${folder}/go.mod`)}`;
}

function isBuilt(name: KubeProgram): boolean {
  try {
    return Deno.statSync(kubeProgram(name)).isFile &&
      Deno.readTextFileSync(`${kubeProgram(name)}.from`) === origin(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** @returns The programs that have to be built. */
export function missingPrograms(): KubeProgram[] {
  return (Object.keys(PROGRAMS) as KubeProgram[])
    .filter((name) => !isBuilt(name));
}

async function build(name: KubeProgram): Promise<void> {
  const [folder, from] = PROGRAMS[name];
  const { success, stderr } = await new Deno.Command("go", {
    args: [
      "build",
      "-trimpath",
      "-ldflags",
      `-s -w -X ${STAMP}.gitVersion=v${VERSION} -X ${STAMP}.gitMajor=1 -X ${STAMP}.gitMinor=36`,
      "-o",
      kubeProgram(name),
      from,
    ],
    cwd: `${ROOT}${folder}`,
    env: { CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
    stdout: "null",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot build ${name}:\n${new TextDecoder().decode(stderr)}`,
    );
  }
  await Deno.writeTextFile(`${kubeProgram(name)}.from`, origin(name));
}

if (import.meta.main) {
  await Deno.mkdir(BIN, { recursive: true });
  for (const name of missingPrograms()) {
    const begun = performance.now();
    await build(name);
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`${name}: built in ${seconds} s`);
  }
  console.log("control plane: ready");
}
