/**
 * What is wrong with a configuration, and where.
 *
 * @module
 */

/** A place in a configuration file, both counted from 1. */
export interface Position {
  /** The line. */
  line: number;
  /** The column. */
  column: number;
}

/** Something wrong with a configuration, and where. */
export interface Diagnostic {
  /** Whether the configuration cannot be used, or only deserves a look. */
  severity: "error" | "warning";
  /** What is wrong. */
  message: string;
  /** Path of the key, such as `edgebound.listen.addr`, or empty. */
  key: string;
  /** The file, or where else the value came from. */
  source: string;
  /** The place in the file, if it came from one. */
  position?: Position;
}

/**
 * One line for a person: where, what, and which key.
 *
 * @param diagnostic What to show.
 * @returns For example
 * `frontier.yaml:3:7: Cannot read "x" as a whole number (limits.max_connections)`.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { source, position, message, key } = diagnostic;
  const where = position
    ? `${source}:${position.line}:${position.column}`
    : source;
  return `${where}: ${message}${
    key && !message.includes(`"${key}"`) ? ` (${key})` : ""
  }`;
}

/**
 * Thrown when a configuration cannot be used. Its message has one line per
 * error.
 */
export class ConfigError extends Error {
  /** All that is wrong, warnings included. */
  readonly diagnostics: readonly Diagnostic[];

  /**
   * Makes the error for what was found.
   *
   * @param diagnostics All that is wrong.
   */
  constructor(diagnostics: readonly Diagnostic[]) {
    super(
      diagnostics.filter((d) => d.severity === "error").map(formatDiagnostic)
        .join("\n"),
    );
    this.name = "ConfigError";
    this.diagnostics = diagnostics;
  }
}

/**
 * Collects what is wrong while a configuration is read, and remembers where
 * each key stood.
 */
export class Findings {
  /** What was found so far, in the order it was found. */
  readonly list: Diagnostic[] = [];
  /** The file's name as the user gave it. */
  readonly file: string;
  /**
   * Every key a file may have, as a path, to find the right place for one that
   * stands in the wrong map.
   */
  readonly knownKeys: readonly string[];
  #strict: boolean;
  #positions = new Map<string, Position>();
  /** Unknown keys, by the known one that was meant. */
  #meant = new Map<string, Diagnostic>();

  /**
   * Begins without anything found.
   *
   * @param file The file's name as the user gave it.
   * @param strict Whether an unknown key is an error.
   * @param knownKeys Every key a file may have, as a path.
   */
  constructor(file: string, strict: boolean, knownKeys: readonly string[]) {
    this.file = file;
    this.knownKeys = knownKeys;
    this.#strict = strict;
  }

  /**
   * Remembers where a key stands.
   *
   * @param key Path from the top, such as `edgebound.listen.addr`.
   * @param position Its place in the file.
   */
  at(key: string, position: Position): void {
    this.#positions.set(key, position);
  }

  /**
   * Tells whether the file has a key, even one without a value.
   *
   * @param key Path from the top.
   * @returns Whether it stands there.
   */
  stands(key: string): boolean {
    return this.#positions.has(key);
  }

  /**
   * Notes an error at a key of the file, or at its nearest parent that is
   * written there.
   *
   * @param key Path from the top; empty for the file itself.
   * @param message What is wrong, as a sentence without a full stop.
   * @param position Its place in the file; that of the key by default.
   */
  error(key: string, message: string, position?: Position): void {
    this.#add("error", key, message, position);
  }

  /**
   * Notes a warning.
   *
   * @param key Path from the top; empty for the file itself.
   * @param message What deserves a look, as a sentence without a full stop.
   * @param position Its place in the file; that of the key by default.
   */
  warn(key: string, message: string, position?: Position): void {
    this.#add("warning", key, message, position);
  }

  /**
   * Notes that something has to be there and is not, unless that is the
   * consequence of a mistake that is noted already: one cause is one line.
   * Where the key is missing because its name is misspelt, the unknown key
   * becomes the error.
   *
   * @param key Path of what is missing.
   * @param message What is wrong, as a sentence without a full stop.
   */
  missing(key: string, message: string): void {
    const slip = upwards(key).map((path) => this.#meant.get(path)).find((
      found,
    ) => found !== undefined);
    if (slip !== undefined) slip.severity = "error";
    else if (!this.#isWrong(key)) this.error(key, message);
  }

  /**
   * Notes a key that means nothing: a warning, or an error when strict.
   *
   * @param key Path from the top, such as `edgebound.listen.addr`.
   * @param meant The nearest known key.
   * @param likely Whether that is likely the one that was meant.
   * @param position Where the key stands.
   */
  unknown(
    key: string,
    meant: string,
    likely: boolean,
    position: Position,
  ): void {
    const message = `Unknown key "${key}", nearest known key: "${meant}"`;
    const severity = this.#strict ? "error" : "warning";
    const found = this.#add(severity, key, message, position);
    if (likely) this.#meant.set(meant, found);
  }

  /**
   * Notes something about a value that came from elsewhere.
   *
   * @param severity How bad it is.
   * @param source Where it came from: a variable, a flag.
   * @param key Path of the key it is for, or empty.
   * @param message What is wrong, as a sentence without a full stop.
   */
  elsewhere(
    severity: "error" | "warning",
    source: string,
    key: string,
    message: string,
  ): void {
    this.list.push({ severity, source, key, message });
  }

  /**
   * Says what is wrong with a key, at its place or that of its nearest parent
   * that is written there.
   *
   * @param severity How bad it is.
   * @param key Path from the top.
   * @param message What is wrong, as a sentence without a full stop.
   * @param position Its place in the file; that of the key by default.
   * @returns The diagnostic; it is not noted.
   */
  diagnostic(
    severity: Diagnostic["severity"],
    key: string,
    message: string,
    position: Position | undefined = this.#nearest(key),
  ): Diagnostic {
    return {
      severity,
      source: this.file,
      key,
      message,
      ...(position && { position }),
    };
  }

  /** Throws all findings if an error is among them. */
  throwErrors(): void {
    if (this.list.some((d) => d.severity === "error")) {
      throw new ConfigError(this.list);
    }
  }

  #add(
    severity: Diagnostic["severity"],
    key: string,
    message: string,
    position?: Position,
  ): Diagnostic {
    const found = this.diagnostic(severity, key, message, position);
    this.list.push(found);
    return found;
  }

  /**
   * Whether an error is noted at a key or around it: the file itself has no
   * key.
   */
  #isWrong(key: string): boolean {
    const paths = [...upwards(key), ""];
    return this.list.some((found) =>
      found.severity === "error" && paths.includes(found.key)
    );
  }

  #nearest(key: string): Position | undefined {
    for (const path of upwards(key)) {
      const position = this.#positions.get(path);
      if (position) return position;
    }
    return undefined;
  }
}

/**
 * A key and everything around it, from the inside out: `a.b[0].c` is in
 * `a.b[0]`, in `a.b`, in `a`.
 */
function upwards(key: string): string[] {
  const paths: string[] = [];
  for (let path = key; path !== "";) {
    paths.push(path);
    const end = Math.max(path.lastIndexOf("."), path.lastIndexOf("["));
    path = path.slice(0, Math.max(0, end));
  }
  return paths;
}
