import process from "node:process";
import {
  LineCounter,
  parseDocument,
  type SchemaOptions,
} from "npm:yaml@^2.9.0";

/**
 * Which plain texts become something else than texts: nothing (`failsafe`), JSON's literals (`json`), those of YAML 1.2's core
 * schema (`core`), those and times, binary, merge keys and more (`default`).
 */
export type SchemaType = "failsafe" | "json" | "core" | "default";

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /**
   * Whether a key may stand twice in a map; the last one wins.
   * @default false
   */
  allowDuplicateKeys?: boolean;
  /**
   * The schema.
   * @default "default"
   */
  schema?: SchemaType;
  /** Called with what is doubtful, but no error. */
  onWarning?(error: Error): void;
}

/**
 * Runs a function while `process.env` is empty: the library would print what it parses when told so by `LOG_TOKENS` or `LOG_STREAM`,
 * and could not parse without the permission to see them. The real package knows neither.
 */
function withEmptyEnvironment<T>(run: () => T): T {
  const { env } = process;
  process.env = {};
  try {
    return run();
  } finally {
    process.env = env;
  }
}

function schemaOptions(schema: SchemaType): SchemaOptions {
  if (schema !== "default") return { schema };
  return { schema: "core", merge: true, customTags: ["timestamp", "binary"] };
}

/**
 * Parses one YAML document.
 *
 * @param content The document's text.
 * @param options Options.
 * @returns The value; `null` for an empty document.
 * @throws {SyntaxError} If the text is not YAML or holds more than one document. The message names line and column.
 */
export function parse(content: string, options: ParseOptions = {}): unknown {
  const lineCounter = new LineCounter();
  const document = withEmptyEnvironment(() =>
    parseDocument(content, {
      lineCounter,
      prettyErrors: false,
      uniqueKeys: !(options.allowDuplicateKeys ?? false),
      ...schemaOptions(options.schema ?? "default"),
    })
  );
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    const what = error.code === "MULTIPLE_DOCS"
      ? "Found more than 1 document in the stream: expected a single document"
      : error.code === "DUPLICATE_KEY"
      ? "Cannot store mapping pair: duplicated key"
      : error.message;
    throw new SyntaxError(`${what} at line ${line}, column ${col}`, {
      cause: error,
    });
  }
  for (const warning of document.warnings) {
    options.onWarning?.(new Error(warning.message, { cause: warning }));
  }
  return document.toJS({ maxAliasCount: 100 }) ?? null;
}
