/**
 * What `--check` looks at beyond the configuration file.
 *
 * @module
 */

import type {
  Diagnostic,
  ListenConfig,
  LoadedConfig,
  TlsListenConfig,
} from "../config/mod.ts";
import { hostPort, overlap, readToken } from "../config/mod.ts";
import { checkTlsFiles } from "../tls/check.ts";
import { formatAddress } from "../transport.ts";
import { profilingExposure } from "./pprof.ts";
import type {
  Program,
  ProgramConfig,
  ProgramListener,
  ProgramTokens,
} from "./program.ts";
import { addressProblem } from "./start_failure.ts";

/** What a look ahead is at. */
type Loaded = LoadedConfig<ProgramConfig>;

/**
 * A file's list of certificates or authorities, by the property that has them.
 */
const LISTS = { certs: "certs", caCerts: "ca_certs" } as const;

/**
 * Looks ahead at what a start would find wrong with a configuration: addresses,
 * files of certificates, tokens and the log, and what only the program knows of.
 * None of its ports is taken, nothing is created or written.
 *
 * @param program The program.
 * @param loaded The configuration.
 * @returns What a start would refuse as errors, what it would say as warnings.
 */
export async function lookAhead<C extends ProgramConfig>(
  program: Program<C>,
  loaded: LoadedConfig<C>,
): Promise<Diagnostic[]> {
  const { config } = loaded;
  const listeners = program.listeners(config);
  const found = listeners.flatMap(({ key, listen }) =>
    lookAtAddress(loaded, `${key}.addr`, listen)
  );
  found.push(...lookAtSidePorts(loaded, listeners));
  for (const { key, listen } of listeners) {
    found.push(...await lookAtTls(loaded, `${key}.tls`, listen.tls));
  }
  found.push(
    ...lookAtTokens(loaded, program.tokens(config)),
    ...await program.lookAhead(loaded),
    ...await lookAtLogFile(loaded),
  );
  const exposed = profilingExposure(config.daemon.pprof, program.noun);
  if (exposed !== undefined) {
    found.push(loaded.diagnose("warning", "daemon.pprof.addr", exposed));
  }
  for (const { key, message } of program.notes(config)) {
    found.push(loaded.diagnose("warning", key, message));
  }
  return found;
}

/** Whether the tokens can be read where they are. */
function lookAtTokens(
  loaded: Loaded,
  { key, tokens }: ProgramTokens,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [i, token] of tokens.entries()) {
    try {
      readToken(token, `${key}[${i}]`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      found.push(loaded.diagnose("error", `${key}[${i}].token`, message));
    }
  }
  return found;
}

/**
 * Whether the address is one of this machine. Asking for the list of its
 * interfaces takes a permission that nothing else needs; a port that the system
 * chooses is bound for a moment instead, so that a program that is running has
 * its own.
 */
function lookAtAddress(
  loaded: Loaded,
  key: string,
  { hostname, port }: ListenConfig,
): Diagnostic[] {
  const host = formatAddress({ hostname, port: 0 });
  const { state } = Deno.permissions.querySync({ name: "net", host });
  // A start may be allowed what we are not: nothing is known then.
  if (state !== "granted") return [];
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return [];
  } catch (error) {
    const message = `Cannot listen on ${
      formatAddress({ hostname, port })
    }: it ${addressProblem(error)}`;
    return [loaded.diagnose("error", key, message)];
  }
}

/**
 * Whether a port that the program works without has an address that another of
 * its own ports has: it would not be opened.
 */
function lookAtSidePorts(
  loaded: Loaded,
  listeners: readonly ProgramListener[],
): Diagnostic[] {
  const { observability, daemon: { pprof } } = loaded.config;
  const { enable = true, addr } = observability;
  const taken = listeners.map(({ key, listen: { hostname, port } }) => ({
    key: `${key}.addr`,
    hostname,
    port,
  }));
  const found: Diagnostic[] = [];
  for (
    const side of [
      { key: "observability.addr", enable, addr },
      { key: "daemon.pprof.addr", enable: pprof.enable, addr: pprof.addr },
    ]
  ) {
    if (!side.enable) continue;
    const { key } = side;
    const own = { key, ...hostPort(side.addr) };
    const other = taken.find((one) => overlap(one, own));
    taken.push(own);
    if (other === undefined) continue;
    const message = `Cannot listen on ${
      formatAddress(own)
    }: "${other.key}" is ${formatAddress(other)}, choose another port`;
    found.push(loaded.diagnose("warning", key, message));
  }
  return found;
}

/** Whose certificates {@linkcode lookAtTls} looks at. */
export interface TlsSide {
  /**
   * Whether they are shown to a server. A client may do without, and the program
   * starts: a connection finds out.
   */
  readonly isClient?: boolean;
}

/**
 * Looks at the files of certificates.
 *
 * @param loaded The configuration.
 * @param key The key of the TLS section.
 * @param tls Which files; `undefined` without TLS.
 * @param side Whose certificates they are; a listener's by default.
 * @returns What is wrong with them.
 */
export async function lookAtTls(
  loaded: LoadedConfig<unknown>,
  key: string,
  tls: TlsListenConfig | undefined,
  { isClient = false }: TlsSide = {},
): Promise<Diagnostic[]> {
  if (tls === undefined) return [];
  // A client has a use for authorities without showing a certificate, too.
  const mtls = tls.mtls || (isClient && tls.caCerts.length > 0);
  const problems = await checkTlsFiles({ ...tls, mtls });
  return problems
    .filter(({ index }) => !isClient || index !== undefined)
    .map(({ list, index, message, skipped }) => {
      const place = index === undefined ? "" : `[${index}]`;
      return loaded.diagnose(
        skipped || isClient ? "warning" : "error",
        `${key}.${LISTS[list]}${place}`,
        message,
      );
    });
}

async function lookAtLogFile(loaded: Loaded): Promise<Diagnostic[]> {
  const { output, file: { path } } = loaded.config.log;
  if (output !== "file" && output !== "both") return [];
  const reason = await whyNotWritable(path);
  if (reason === undefined) return [];
  const message = `Cannot open the log file ${path}: ${reason}`;
  return [loaded.diagnose("error", "log.file.path", message)];
}

/**
 * Why a log file could not be opened, as far as that can be told without making
 * it.
 */
async function whyNotWritable(path: string): Promise<string | undefined> {
  try {
    (await Deno.open(path, { append: true })).close();
    return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  // It and its folder are made at start, within a folder that is there.
  for (let folder = parent(path);; folder = parent(folder)) {
    try {
      const { isDirectory } = await Deno.stat(folder);
      return isDirectory ? undefined : `${folder} is not a folder`;
    } catch (error) {
      // What may not be looked at may be a folder.
      if (!(error instanceof Deno.errors.NotFound)) return undefined;
      if (parent(folder) === folder) return undefined;
    }
  }
}

function parent(path: string): string {
  const slash = path.replace(/\/+$/, "").lastIndexOf("/");
  return slash > 0 ? path.slice(0, slash) : slash === 0 ? "/" : ".";
}
