/**
 * Which gateways are alive, while records are read.
 *
 * @module
 */

import type { FrontierRecord } from "../presence_store.ts";
import { scripted } from "./command.ts";
import type { Context } from "./context.ts";
import { LOOK } from "./scripts/frontier.ts";

/** Gateways per script where one server has all. */
const PER_SCRIPT = 200;

/** A gateway that is alive. */
export interface Owner extends FrontierRecord {
  /** The first generation of its process: what an older one has written is of a process before it. `undefined` where a Go directory keeps it. */
  readonly first: number | undefined;
  /** Its number; `undefined` where a Go directory keeps it. */
  readonly number: number | undefined;
}

/**
 * Reads gateways.
 *
 * @param context What it works with.
 * @param frontierIds Ids of gateways.
 * @returns Those that are alive, by id.
 */
export async function readOwners(
  context: Context,
  frontierIds: Iterable<string>,
): Promise<Map<string, Owner>> {
  const ids = [...new Set(frontierIds)];
  const { names, cluster } = context;
  const size = cluster ? 1 : PER_SCRIPT;
  const parts = Array.from(
    { length: Math.ceil(ids.length / size) },
    (_, i) => ids.slice(i * size, (i + 1) * size),
  );
  const answers = await context.run(parts.map((part) => {
    const tags = part.map((id) => names.tag(id));
    return scripted(
      LOOK,
      names.of("session", tags[0]!),
      ...names.braces,
      ...tags,
    );
  }));
  const owners = new Map<string, Owner>();
  (answers as ((string | null)[] | null)[][]).flat().forEach((answer, i) => {
    if (answer === null) return;
    const [serviceAddr, edgeAddr, edges, services, number, first] = answer;
    const frontierId = ids[i]!;
    owners.set(frontierId, {
      frontierId,
      serviceAddr: serviceAddr!,
      edgeAddr: edgeAddr!,
      edges: countOf(edges),
      services: countOf(services),
      number: number == null ? undefined : Number(number),
      first: first == null ? undefined : Number(first),
    });
  });
  return owners;
}

/** The counts of a Go directory drift, below 0, too. */
function countOf(text: string | null | undefined): number {
  const count = Number(text);
  return count > 0 ? count : 0;
}
