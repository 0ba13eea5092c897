/**
 * Configuration of a program: what a file may have, how it is read with the
 * places of all that is wrong, and what the environment and flags change.
 *
 * A program describes its file by sections of fields ({@linkcode section}), says
 * what follows from it ({@linkcode ConfigKind}), and has it read by
 * {@linkcode loadSettings}.
 *
 * @example A file of two keys, and what is said about a wrong one
 * ```ts
 * import {
 *   ConfigError,
 *   type ConfigKind,
 *   int,
 *   loadSettings,
 *   section,
 *   text,
 * } from "@frontier/platform/config";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * interface Settings {
 *   name: string;
 *   maxEdges: number;
 * }
 * const kind: ConfigKind<Settings, Settings> = {
 *   settings: section<Settings>({ name: text("box"), maxEdges: int(100) }),
 *   unconfigured: () => ({ name: "box", maxEdges: 100 }),
 *   stranger: () => undefined,
 *   override: (settings, env) => settings.name = env("BOX") ?? settings.name,
 *   resolve: (settings) => settings,
 *   hide: () => {},
 * };
 * const read = (text: string) =>
 *   loadSettings(kind, { file: { path: "box.yaml", text } }).config;
 *
 * assertEquals(read("max_edges: 7"), { name: "box", maxEdges: 7 });
 * assertThrows(() => read("max_edges: many"), ConfigError, "box.yaml:1:12: ");
 * ```
 *
 * @module
 */

export {
  acceptBounded,
  type Bound,
  bound,
  type BoundUnit,
  type BoundWords,
  ENDLESS_COUNT,
  ENDLESS_MS,
  refusal,
  unitOf,
} from "./bounds.ts";
export { boundSection } from "./bound_field.ts";
export { hideCredentials } from "./credentials.ts";
export {
  DAEMON_FIELDS,
  type DaemonConfig,
  type DaemonSettings,
  type PprofConfig,
  resolveDaemon,
  type RlimitConfig,
} from "./daemon_section.ts";
export {
  ConfigError,
  type Diagnostic,
  Findings,
  formatDiagnostic,
  type Position,
} from "./diagnostics.ts";
export {
  ADDRESS,
  addressList,
  DIAL,
  type DialSettings,
  LISTEN,
  type ListenSettings,
} from "./endpoint_sections.ts";
export {
  type CertificatePair,
  type DialConfig,
  type HostPort,
  type ListenConfig,
  parseAddress,
  type TlsDialConfig,
  type TlsListenConfig,
} from "./endpoints.ts";
export { type ExposedPort, exposure } from "./exposure.ts";
export { type Field, mismatch, named } from "./field.ts";
export {
  checkKeys,
  DIAL_KEYS,
  isMap,
  type KeysOf,
  keysOf,
  type KnownKeys,
  LISTEN_KEYS,
} from "./known_keys.ts";
export { anyMap, list } from "./list.ts";
export {
  type ConfigFile,
  type ConfigKind,
  type ConfigOrigin,
  type LoadedConfig,
  loadSettings,
} from "./load.ts";
export { logSection } from "./log_section.ts";
export { endlessInt, int, NO_END, optionalInt, positiveInt } from "./number.ts";
export {
  type ObservabilityConfig,
  observabilitySection,
  type ObservabilitySettings,
  resolveObservability,
} from "./observability_section.ts";
export { type Endpoint, isLoopback, overlap, reaches } from "./overlap.ts";
export {
  type ConfigFlags,
  type Environment,
  lookup,
  overrideLog,
  overridePort,
} from "./overrides.ts";
export {
  checkAddress,
  checkChoice,
  checkLimits,
  checkListen,
  type DeepPartial,
  merge,
  mergeDeep,
  showOption,
} from "./program_options.ts";
export { readSecret } from "./read_secret.ts";
export { hostPort, resolveDial, resolveListen } from "./resolve_endpoints.ts";
export { secret, type SecretConfig } from "./secret.ts";
export { type Fields, optional, type Section, section } from "./section.ts";
export { type Entry, type Value } from "./source.ts";
export { bool, optionalBool } from "./switch.ts";
export { checked, choice, text, unsupported } from "./text.ts";
export { TLS, tlsDial, type TlsSettings } from "./tls_section.ts";
export {
  checkTokens,
  type ControlTokenConfig,
  readToken,
  readTokens,
  resolveTokens,
  tokenList,
  type TokenOptions,
  type TokenPlace,
} from "./tokens.ts";
export type { Role, Token } from "../control/tokens.ts";
