/**
 * Stand-in for `jsr:@std/yaml`: {@linkcode parse} and {@linkcode stringify} with the signatures and the documented behaviour of the
 * real package, thin over `npm:yaml`. Dropping the root configuration's `links` brings the real one back.
 *
 * @module
 */
export { parse, type ParseOptions, type SchemaType } from "./parse.ts";
export { stringify, type StringifyOptions } from "./stringify.ts";
