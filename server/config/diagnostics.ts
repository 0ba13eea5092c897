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
 * @returns For example `frontier.yaml:3:7: Cannot read "x" as a whole number (limits.max_connections)`.
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

/** Thrown when a configuration cannot be used. Its message has one line per error. */
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

/** Collects what is wrong while a configuration is read, and remembers where each key stood. */
export class Findings {
  /** What was found so far, in the order it was found. */
  readonly list: Diagnostic[] = [];
  /** The file's name as the user gave it. */
  readonly file: string;
  /** Every key a file may have, as a path, to find the right place for one that stands in the wrong map. */
  readonly knownKeys: readonly string[];
  #strict: boolean;
  #positions = new Map<string, Position>();

  /**
   * @param file The file's name as the user gave it.
   * @param strict Whether an unknown key is an error.
   * @param knownKeys Every key a file may have, as a path.
   */
  constructor(file: string, strict: boolean, knownKeys: readonly string[]) {
    this.file = file;
    this.knownKeys = knownKeys;
    this.#strict = strict;
  }

  /** Remembers where a key stands. */
  at(key: string, position: Position): void {
    this.#positions.set(key, position);
  }

  /** Notes an error at a key of the file, or at its nearest parent that is written there. */
  error(key: string, message: string, position?: Position): void {
    this.#add("error", key, message, position);
  }

  /** Notes a warning. */
  warn(key: string, message: string, position?: Position): void {
    this.#add("warning", key, message, position);
  }

  /** Notes a key that means nothing: a warning, or an error when strict. */
  unknown(key: string, message: string, position: Position): void {
    this.#add(this.#strict ? "error" : "warning", key, message, position);
  }

  /** Notes something about a value that came from elsewhere. */
  elsewhere(
    severity: "error" | "warning",
    source: string,
    key: string,
    message: string,
  ): void {
    this.list.push({ severity, source, key, message });
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
    position = this.#nearest(key),
  ): void {
    this.list.push({
      severity,
      source: this.file,
      key,
      message,
      ...(position && { position }),
    });
  }

  #nearest(key: string): Position | undefined {
    for (
      let path = key;
      path !== "";
      path = path.slice(0, Math.max(0, path.lastIndexOf(".")))
    ) {
      const position = this.#positions.get(path);
      if (position) return position;
    }
    return undefined;
  }
}
