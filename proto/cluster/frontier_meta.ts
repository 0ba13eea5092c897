/**
 * What a gateway says of itself in the handshake with a directory. Source:
 * docs/spec/frontlas.md §1.3.
 *
 * @module
 */

import { escapeText } from "../body/json_text.ts";
import { readObject } from "./json_object.ts";

const encoder = new TextEncoder();
/** 64 random bits in hex. */
const INSTANCE = /^[0-9a-f]{16}$/;

/** A gateway, as it introduces itself. */
export interface FrontierMeta {
  /** Its id within the cluster. */
  readonly frontierId: string;
  /** Where services reach it, host and port. */
  readonly serviceAddr: string;
  /** Where edges reach it, host and port. */
  readonly edgeAddr: string;
  /** Which process it is, in 16 small hex digits, new at every start; empty for a Go gateway. */
  readonly instance: string;
}

/**
 * Writes the meta of a gateway's conn. Without an instance it is byte for byte
 * what Go writes; with one, a Go directory ignores it.
 *
 * @param meta What to say.
 * @returns JSON in UTF-8.
 */
export function encodeFrontierMeta(
  meta: FrontierMeta,
): Uint8Array<ArrayBuffer> {
  const { frontierId, serviceAddr, edgeAddr, instance } = meta;
  const text = `{"frontier_id":"${escapeText(frontierId)}"` +
    `,"advertised_servicebound_addr":"${escapeText(serviceAddr)}"` +
    `,"advertised_edgebound_addr":"${escapeText(edgeAddr)}"`;
  return encoder.encode(
    instance === "" ? `${text}}` : `${text},"instance":"${instance}"}`,
  );
}

/**
 * Reads the meta of a gateway's conn, as leniently as Go does: what is not said
 * is empty, and so is an `instance` in another form than ours.
 *
 * @param data The meta.
 * @returns What it says.
 * @throws {ProtocolError} If Go would refuse it, or it is too long.
 */
export function decodeFrontierMeta(data: Uint8Array): FrontierMeta {
  const said = { frontierId: "", serviceAddr: "", edgeAddr: "", instance: "" };
  readObject("meta of a gateway", data, {
    frontier_id: (value) => said.frontierId = value.text(),
    advertised_servicebound_addr: (value) => said.serviceAddr = value.text(),
    advertised_edgebound_addr: (value) => said.edgeAddr = value.text(),
    instance: (value) => {
      if (value.isText) said.instance = value.text();
    },
  });
  return INSTANCE.test(said.instance) ? said : { ...said, instance: "" };
}
