/**
 * What charts are tested with, built of Go modules: `deno run -A tests/deploy/helm/programs.ts` builds what is missing.
 *
 * @module
 */

import { GoPrograms } from "../go_programs.ts";

/** Both versions of Helm that people use, and a checker of objects. */
export type HelmProgram = "helm3" | "helm4" | "kubeconform";

/** Both versions of Helm. */
export const HELMS = ["helm3", "helm4"] as const;

const programs = new GoPrograms<HelmProgram>({
  helm3: { folder: "tools/helm/helm3", from: "helm.sh/helm/v3/cmd/helm" },
  helm4: { folder: "tools/helm/helm4", from: "helm.sh/helm/v4/cmd/helm" },
  kubeconform: {
    folder: "tools/helm/kubeconform",
    from: "github.com/yannh/kubeconform/cmd/kubeconform",
  },
});

/** @returns Path of a program, whether it is there or not. */
export function helmProgram(name: HelmProgram): string {
  return programs.path(name);
}

/** @returns The programs that have to be built. */
export function missingPrograms(): HelmProgram[] {
  return programs.missing();
}

if (import.meta.main) {
  await programs.build();
  console.log("Helm: ready");
}
