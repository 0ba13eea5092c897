/**
 * Frontlas as a program: `deno run frontlas/main.ts --help`.
 *
 * @module
 */
import { main } from "./cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
