/**
 * Builds and runs the Go program in `tls/`: what puts TLS around the generator (`front`), or a yardstick (`relay`, `answer`). Speaks to
 * the benchmark as `gateway_process.ts` does.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PROGRAM = path("../.cache/bench/tls");

const built = await new Deno.Command("go", {
  args: ["build", "-o", PROGRAM, "."],
  cwd: path("tls/"),
  stdout: "null",
  stderr: "inherit",
}).output();
if (!built.success) throw new Error("Cannot build bench/tls: see above");

const [mode = "", ...ports] = Deno.args;
const files =
  (mode === "front" ? ["ca.pem"] : ["localhost.pem", "localhost.key"])
    .map((name) => path(`../platform/testdata/${name}`));
const child = new Deno.Command(PROGRAM, {
  args: [mode, ...ports, ...files],
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
}).spawn();
Deno.exit((await child.status).code);
