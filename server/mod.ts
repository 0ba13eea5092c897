/**
 * The gateway of Frontier.
 *
 * Run it: `deno run --allow-net --allow-read --allow-env jsr:@frontier/server --help`. Embed it:
 * {@linkcode startFrontier}.
 *
 * @module
 */

export * from "./frontier.ts";
export {
  DEFAULT_LIMITS,
  type FrontierConfig,
  type FrontierOptions,
  type Limits,
} from "./config/mod.ts";

import { main } from "./cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
