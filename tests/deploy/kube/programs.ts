/**
 * The programs of a control plane, built of their Go modules: `deno run -A tests/deploy/kube/programs.ts` builds what is missing.
 *
 * @module
 */

import { GoPrograms } from "../go_programs.ts";

const VERSION = "1.36.3";
const STAMP = "k8s.io/component-base/version";

/** A program of the control plane. */
export type KubeProgram =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kubectl";

function ofKubernetes(name: KubeProgram) {
  return {
    folder: "tools/kube",
    from: `k8s.io/kubernetes/cmd/${name}`,
    set: [
      `${STAMP}.gitVersion=v${VERSION}`,
      `${STAMP}.gitMajor=1`,
      `${STAMP}.gitMinor=36`,
    ],
  };
}

const programs = new GoPrograms<KubeProgram>({
  // The store has a module of its own: Debian's is too old for watches.
  "etcd": { folder: "tools/kube/etcd", from: "go.etcd.io/etcd/server/v3" },
  "kube-apiserver": ofKubernetes("kube-apiserver"),
  "kube-controller-manager": ofKubernetes("kube-controller-manager"),
  "kubectl": ofKubernetes("kubectl"),
});

/** @returns Path of a program, whether it is there or not. */
export function kubeProgram(name: KubeProgram): string {
  return programs.path(name);
}

/** @returns The programs that have to be built. */
export function missingPrograms(): KubeProgram[] {
  return programs.missing();
}

if (import.meta.main) {
  await programs.build();
  console.log("control plane: ready");
}
