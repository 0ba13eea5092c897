/**
 * Stand-in for `jsr:@std/streams`: the helpers this project uses, with the signatures and the documented behaviour of the real
 * package. Dropping the root configuration's `links` brings the real one back.
 *
 * @module
 */
export {
  TextLineStream,
  type TextLineStreamOptions,
} from "./text_line_stream.ts";
export { toArrayBuffer, toBytes, toJson, toText } from "./collect.ts";
