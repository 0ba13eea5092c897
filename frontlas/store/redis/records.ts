/**
 * Records as Go writes and reads them.
 *
 * @module
 */

import type { Stamp } from "@frontier/proto/cluster";

/** What Go escapes in JSON beside what has to be. */
const ESCAPED: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** What the record of an edge says. */
export interface EdgeText {
  /** Id of its gateway. */
  readonly owner: string;
  /** Its address. */
  readonly addr: string;
  /** Since when, in Unix seconds. */
  readonly updateTime: number;
}

/** What one field of the record of a service says. */
export interface ServiceText {
  /** What the service said about itself. */
  readonly service: string;
  /** Its address. */
  readonly addr: string;
  /** Since when, in Unix seconds. */
  readonly updateTime: number;
}

/** What is known beside a record. */
export interface Fence {
  /** Which connection. */
  readonly stamp: Stamp;
  /** Which connection of the gateway has written it. */
  readonly generation: number;
  /** `t` with a time to live, `l` with the gateway's lease, `x` ended. */
  readonly kind: string;
  /** The gateway, as it is told to scripts. */
  readonly owner: string;
}

/** @returns The record of an edge. */
export function edgeText({ owner, addr, updateTime }: EdgeText): string {
  return JSON.stringify({
    frontier_id: owner,
    addr,
    update_time: updateTime,
  }).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPED[char]!);
}

/** @returns What a record of an edge says; `undefined` when it says nothing. */
export function parseEdge(text: string | null): EdgeText | undefined {
  if (text === null) return undefined;
  try {
    const { frontier_id: owner, addr, update_time: updateTime } = JSON.parse(
      text,
    );
    return typeof owner === "string" && Number.isSafeInteger(updateTime)
      ? { owner, addr: typeof addr === "string" ? addr : "", updateTime }
      : undefined;
  } catch {
    return undefined;
  }
}

/** @returns A field of the record of a service: not JSON. */
export function serviceText(
  { service, addr, updateTime }: ServiceText,
  owner: string,
): string {
  return `service: ${service}, frontier_id: ${owner}, addr: ${addr}, update_time: ${updateTime}`;
}

/** @returns What a field says; the text of the service may have anything in it, and is the first part. */
export function parseService(
  text: string,
  owner: string,
): ServiceText | undefined {
  const middle = `, frontier_id: ${owner}, addr: `;
  const at = text.lastIndexOf(middle);
  const end = /^(.*), update_time: (\d+)$/s.exec(
    text.slice(at + middle.length),
  );
  if (at < 0 || end === null || !text.startsWith("service: ")) return undefined;
  return {
    service: text.slice("service: ".length, at),
    addr: end[1]!,
    updateTime: Number(end[2]),
  };
}

/** @returns What a fence says; `undefined` when there is none. */
export function parseFence(text: string | null): Fence | undefined {
  const parts = /^(\d+) (\d+) (\d+) ([a-z]) (.*)$/s.exec(text ?? "");
  if (parts === null) return undefined;
  const [, since, seq, generation, kind, owner] = parts;
  return {
    stamp: { since: Number(since), seq: Number(seq) },
    generation: Number(generation),
    kind: kind!,
    owner: owner!,
  };
}

/** @returns A connection in a list of members. */
export function memberText({ since, seq }: Stamp): string {
  return `${since} ${seq}`;
}

/** @returns The connection that a list of members has. */
export function parseMember(text: string): Stamp {
  const [since, seq] = text.split(" ");
  return { since: Number(since), seq: Number(seq) };
}
