/**
 * The gateway as a program: `deno run server/main.ts --help`.
 *
 * @module
 */
import { main } from "./cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
