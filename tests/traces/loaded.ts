/** An edge that tells which scripts the engine has compiled: those of tracing among them. */

import { Session } from "node:inspector";
import { Edge } from "@frontier/client";

const session = new Session();
session.connect();
const scripts: string[] = [];
session.on("Debugger.scriptParsed", ({ params }) => scripts.push(params.url));
session.post("Debugger.enable");
const edge = await Edge.connect({ port: Number(Deno.args[0]) });
await edge.close();
// Every script so far is told at once.
session.disconnect();
const ours = scripts.filter((url) => url.includes("/client/edge.ts")).length;
const tracing =
  scripts.filter((url) => /opentelemetry|open_telemetry/.test(url)).length;
console.log(`ours ${ours > 0} tracing ${tracing > 0}`);
