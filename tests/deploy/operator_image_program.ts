/** Runs the operator's image with the least that it can do; prints what it says. */

import { run } from "./tools.ts";

const [image = ""] = Deno.args;
const help = await run("podman", [
  "run",
  "--rm",
  "--read-only",
  "--cap-drop=all",
  "--security-opt=no-new-privileges",
  image,
  "--help",
]);
console.log(JSON.stringify(help));
