/**
 * From a configuration file, the environment and flags to a configuration.
 *
 * @module
 */

import { stringify } from "yaml";
import { type Diagnostic, Findings } from "./diagnostics.ts";
import { withEmptyEnvironment } from "./empty_environment.ts";
import type { ConfigFlags, Environment } from "./overrides.ts";
import { hideSecrets } from "./secret.ts";
import type { Section } from "./section.ts";
import { parseSource } from "./source.ts";

/** A configuration file that has been read. */
export interface ConfigFile {
  /** Its name, as the user gave it: it stands before every complaint. */
  path: string;
  /** Its contents. */
  text: string;
}

/** A configuration that can be used. */
export interface LoadedConfig<C> {
  /** The configuration. */
  config: C;
  /** What deserves a look. */
  warnings: Diagnostic[];
  /**
   * The same as a complete configuration file: every key with its value,
   * defaults included, passwords hidden.
   *
   * @returns The file's text.
   */
  toYaml(): string;
  /**
   * Says what is wrong with a key, and where it stands.
   *
   * @param severity How bad it is.
   * @param key The key's path.
   * @param message What is wrong with its value.
   * @returns The diagnostic.
   */
  diagnose(
    severity: Diagnostic["severity"],
    key: string,
    message: string,
  ): Diagnostic;
}

/** How the configuration of one program is made. `S` is what a file has, `C` what the program has to know. */
export interface ConfigKind<S extends object, C> {
  /** Every key a file may have. */
  readonly settings: Section<S>;
  /**
   * The settings where there is no file.
   *
   * @returns A new copy.
   */
  unconfigured(): S;
  /**
   * Tells a file of another program by its keys.
   *
   * @param keys Those at the top of the file.
   * @returns What to say of it; `undefined` for a file of this program.
   */
  stranger(keys: readonly string[]): string | undefined;
  /**
   * Applies the environment and the flags.
   *
   * @param settings What was read from the file; changed in place.
   * @param env The environment.
   * @param flags Those of the command line; they win over the environment.
   * @param findings Where errors are noted.
   */
  override(
    settings: S,
    env: Environment,
    flags: ConfigFlags,
    findings: Findings,
  ): void;
  /**
   * Turns what stands in a file into what the program has to know.
   *
   * @param settings The file, with environment and flags applied.
   * @param findings Where errors are noted.
   * @returns The configuration; not to be used once an error is noted.
   */
  resolve(settings: S, findings: Findings): C;
  /**
   * Hides passwords that are no secrets of their own key, those within
   * addresses for example.
   *
   * @param settings A copy that is going to be printed; changed in place.
   */
  hide(settings: S): void;
}

/** Where a configuration comes from. */
export interface ConfigOrigin {
  /** The file; absent for the built-in settings. */
  readonly file?: ConfigFile | undefined;
  /** The environment; empty by default. */
  readonly env?: Environment | undefined;
  /** The command line's flags. */
  readonly flags?: ConfigFlags | undefined;
}

/**
 * Reads a configuration: first the file, then the environment, then the flags;
 * the last one wins. A key without a meaning is a warning (an error when
 * `flags.strict` is set), and a value of the wrong type or a key that stands
 * twice an error.
 *
 * @param kind The program's configuration.
 * @param origin Where it comes from.
 * @returns The configuration and its warnings.
 * @throws {ConfigError} If the configuration cannot be used. It names
 * everything that is wrong.
 */
export function loadSettings<S extends object, C>(
  kind: ConfigKind<S, C>,
  { file, env = () => undefined, flags = {} }: ConfigOrigin,
): LoadedConfig<C> {
  const findings = new Findings(
    file?.path ?? "built-in settings",
    flags.strict ?? false,
    kind.settings.paths(),
  );
  const settings = file === undefined
    ? kind.unconfigured()
    : readFile(kind, file.text, findings);
  kind.override(settings, env, flags, findings);
  const config = kind.resolve(settings, findings);
  findings.throwErrors();
  return {
    config,
    warnings: findings.list,
    toYaml: () => print(kind, settings),
    diagnose: (severity, key, message) =>
      findings.diagnostic(severity, key, message),
  };
}

function readFile<S extends object, C>(
  kind: ConfigKind<S, C>,
  text: string,
  findings: Findings,
): S {
  const source = parseSource(text, findings);
  if (source === undefined) findings.throwErrors();
  if (source === undefined || source.kind === "null") {
    return kind.settings.initial();
  }
  if (source.kind === "map") {
    const problem = kind.stranger(source.entries.map(({ key }) => key));
    if (problem !== undefined) {
      findings.error("", problem, source.position);
      findings.throwErrors();
    }
  }
  return kind.settings.read(source, "", findings);
}

/**
 * Writes settings as a configuration file: every key with its value, defaults
 * included.
 */
function print<S extends object, C>(
  kind: ConfigKind<S, C>,
  settings: S,
): string {
  const shown = structuredClone(settings);
  hideSecrets(shown);
  kind.hide(shown);
  return withEmptyEnvironment(() => stringify(kind.settings.write(shown)));
}
