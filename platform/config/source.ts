/**
 * The text of a configuration file, and where in it what stands.
 *
 * @module
 */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
} from "yaml";
import type { Findings, Position } from "./diagnostics.ts";
import { withEmptyEnvironment } from "./empty_environment.ts";

/** A value of the file, reduced to what the fields need, with its place. */
export type Value =
  & { position: Position }
  & (
    | { kind: "null" }
    | { kind: "scalar"; text: string; plain: boolean }
    | { kind: "list"; items: Value[] }
    | { kind: "map"; entries: Entry[] }
  );

/** A key of a map and its value. */
export interface Entry {
  /** The key's text. */
  key: string;
  /** The key's place. */
  position: Position;
  /** What stands behind it. */
  value: Value;
}

/**
 * How deep a file may nest; nothing of ours is deeper than six. It also ends
 * aliases that refer to themselves.
 */
const MAX_DEPTH = 64;
/**
 * How many values a file may have once its aliases are followed, so that nested
 * aliases cannot exhaust the memory.
 */
const MAX_VALUES = 100_000;

/** What YAML 1.1, which the Go gateway speaks, takes for nothing. */
const NULL = /^(?:~|null|Null|NULL|)$/;

const TOO_DEEP = "The file nests too deeply or expands to too much";

class Reader {
  #lines: LineCounter;
  #document: ReturnType<typeof parseAllDocuments>[number];
  #left = MAX_VALUES;

  constructor(
    lines: LineCounter,
    document: ReturnType<typeof parseAllDocuments>[number],
  ) {
    this.#lines = lines;
    this.#document = document;
  }

  position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  read(node: unknown, fallback: Position, depth = 0): Value {
    if (depth > MAX_DEPTH || --this.#left < 0) {
      throw new RangeError(TOO_DEEP);
    }
    const position = isNode(node) && node.range
      ? this.position(node.range[0])
      : fallback;
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      return target === undefined
        ? { kind: "null", position }
        : { ...this.read(target, position, depth + 1), position };
    }
    if (isMap(node)) {
      return {
        kind: "map",
        entries: this.#entries(node.items, position, depth),
        position,
      };
    }
    if (isSeq(node)) {
      return {
        kind: "list",
        items: node.items.map((item) => this.read(item, position, depth + 1)),
        position,
      };
    }
    if (!isScalar(node)) return { kind: "null", position };
    const plain = node.type === "PLAIN" || node.type === undefined;
    const text = plain ? node.source ?? "" : String(node.value);
    return plain && NULL.test(text)
      ? { kind: "null", position }
      : { kind: "scalar", text, plain, position };
  }

  /**
   * The entries of a map. Those merged in by `<<` stand behind its own, whose
   * keys win.
   */
  #entries(pairs: Pair[], fallback: Position, depth: number): Entry[] {
    const own: Entry[] = [];
    const merged: Entry[] = [];
    for (const { key, value } of pairs) {
      const name = this.read(key, fallback, depth + 1);
      const read = this.read(value, name.position, depth + 1);
      const text = name.kind === "scalar"
        ? name.text
        : name.kind === "null"
        ? "null"
        : "(not a text)";
      if (name.kind === "scalar" && name.plain && text === "<<") {
        for (const map of read.kind === "list" ? read.items : [read]) {
          if (map.kind === "map") merged.push(...map.entries);
        }
      } else {
        own.push({ key: text, position: name.position, value: read });
      }
    }
    const taken = new Set(own.map((entry) => entry.key));
    for (const entry of merged) {
      if (!taken.has(entry.key)) own.push(entry);
      taken.add(entry.key);
    }
    return own;
  }
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

/**
 * The library's message without the piece of the file that it quotes: that may
 * be of a password. The place is said anyway.
 */
function withoutText(message: string): string {
  if (message.startsWith("Maximum call stack")) return TOO_DEEP;
  const [line = ""] = message.split("\n");
  return line.replace(/: ".*$/, "").replace(/^(Not a YAML token).*/, "$1");
}

/**
 * Parses the text of a configuration file. What is not YAML is noted as an
 * error.
 *
 * @param text All of the file, as UTF-8 was decoded.
 * @param findings Where errors are noted.
 * @returns The first document, or `undefined` if it cannot be read.
 */
export function parseSource(
  text: string,
  findings: Findings,
): Value | undefined {
  const lines = new LineCounter();
  const documents = withEmptyEnvironment(() =>
    parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })
  );
  const document = documents[0];
  const start = { line: 1, column: 1 };
  if (document === undefined) return { kind: "null", position: start };
  const reader = new Reader(lines, document);
  // What follows the first error in the syntax is mostly its consequence.
  const broken = document.errors.find(({ code }) => code !== "DUPLICATE_KEY");
  for (const error of broken === undefined ? document.errors : [broken]) {
    const message = error.code === "DUPLICATE_KEY"
      ? "A key stands twice in one map"
      : `Cannot read the file as YAML: ${withoutText(error.message)}`;
    findings.error("", message, reader.position(error.pos[0]));
  }
  if (document.errors.length > 0) return undefined;
  const second = documents[1];
  if (second !== undefined) {
    findings.warn(
      "",
      "Only the first document of the file is read",
      reader.position(second.range[0]),
    );
  }
  try {
    return reader.read(document.contents, start);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof ReferenceError)) {
      throw error;
    }
    findings.error("", `Cannot read the file as YAML: ${error.message}`, start);
    return undefined;
  }
}
