import { assertEquals } from "@std/assert";
import vectors from "../testdata/cluster_vectors.json" with { type: "json" };
import { decodeEvictions, encodeEvictions } from "./evictions.ts";
import { decodeFrontierMeta, encodeFrontierMeta } from "./frontier_meta.ts";
import { decodeTerms, encodeTerms } from "./hello.ts";
import type { ReportMethod } from "./methods.ts";
import { decodePresenceBatch, PresenceBatchWriter } from "./presence_batch.ts";
import { decodePresenceReply, encodePresenceReply } from "./presence_reply.ts";
import { decodeReport, encodeReport } from "./report.ts";

/** What was read as JSON can hold: ids are text there. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, v) => typeof v === "bigint" ? `${v}` : v),
  );
}

/** Reads a body, and writes what it says again. */
function readAndWrite(
  kind: string,
  bytes: Uint8Array,
): { said: unknown; written: Uint8Array } {
  switch (kind) {
    case "meta": {
      const said = decodeFrontierMeta(bytes);
      return { said, written: encodeFrontierMeta(said) };
    }
    case "terms": {
      const said = decodeTerms(bytes);
      return { said, written: encodeTerms(said) };
    }
    case "batch": {
      const said = decodePresenceBatch(bytes);
      const writer = new PresenceBatchWriter(said);
      if (said.syncBegin) writer.beginSync();
      if (said.syncEnd) writer.endSync();
      for (const event of said.events) writer.add(event);
      return { said, written: writer.finish() };
    }
    case "reply": {
      const said = decodePresenceReply(bytes);
      return { said, written: encodePresenceReply(said) };
    }
    case "evictions": {
      const said = decodeEvictions(bytes);
      return { said, written: encodeEvictions(said) };
    }
    default: {
      const said = decodeReport(kind as ReportMethod, bytes);
      return { said, written: encodeReport(said) };
    }
  }
}

for (const { name, kind, fields, hex } of vectors) {
  Deno.test(`cluster vector ${name}`, () => {
    const { said, written } = readAndWrite(kind, Uint8Array.fromHex(hex));
    assertEquals(plain(said), fields as unknown);
    assertEquals(written.toHex(), hex);
  });
}
