/**
 * What `--check` looks at beyond the configuration file.
 *
 * @module
 */

import { formatAddress } from "@frontier/platform";
import { checkTlsFiles } from "@frontier/platform/net";
import {
  type Diagnostic,
  type ListenConfig,
  type LoadedConfig,
  type TlsListenConfig,
  unservedParts,
} from "../config/mod.ts";
import { exposure } from "../control/exposure.ts";
import { readToken } from "../control/read_token.ts";
import { makeKind } from "../mq/open_brokers.ts";
import { BROKER_KINDS } from "../mq/producer.ts";
import { addressProblem } from "./start_failure.ts";

/**
 * A file's list of certificates or authorities, by the property that has them.
 */
const LISTS = { certs: "certs", caCerts: "ca_certs" } as const;

/**
 * Looks ahead at what a start would find wrong with a configuration: addresses,
 * files of certificates and the log, parts that are not served. None of its
 * ports is taken, nothing is created or written.
 *
 * @param loaded The configuration.
 * @returns What a start would refuse as errors, what it would say as warnings.
 */
export async function lookAhead(loaded: LoadedConfig): Promise<Diagnostic[]> {
  const { servicebound, edgebound } = loaded.config;
  const { bypass } = edgebound;
  const found = [
    ...lookAtAddress(loaded, "servicebound.listen.addr", servicebound),
    ...lookAtAddress(loaded, "edgebound.listen.addr", edgebound),
    ...await lookAtTls(loaded, "servicebound.listen", servicebound.tls, false),
    ...await lookAtTls(loaded, "edgebound.listen", edgebound.tls, false),
    // The gateway starts; a connection that is passed on finds out.
    ...await lookAtTls(loaded, "edgebound.bypass", bypass?.tls, true),
    ...await lookAtControl(loaded),
    ...await lookAtBrokers(loaded),
    ...await lookAtLogFile(loaded),
  ];
  for (const { key, message } of unservedParts(loaded.config)) {
    found.push(loaded.diagnose("warning", key, message));
  }
  return found;
}

/**
 * Where the control plane listens, its certificates, its tokens, and who can
 * reach it.
 */
async function lookAtControl(loaded: LoadedConfig): Promise<Diagnostic[]> {
  const { controlplane } = loaded.config;
  const { enable, listen, tokens } = controlplane;
  if (!enable) return [];
  const key = "controlplane.listen";
  const found = [
    ...lookAtAddress(loaded, `${key}.addr`, listen),
    ...await lookAtTls(loaded, key, listen.tls, false),
  ];
  for (const [i, token] of tokens.entries()) {
    try {
      readToken(token, i);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      found.push(
        loaded.diagnose("error", `controlplane.tokens[${i}].token`, message),
      );
    }
  }
  const exposed = exposure(controlplane);
  if (exposed !== undefined) {
    found.push(loaded.diagnose("warning", `${key}.addr`, exposed));
  }
  return found;
}

/** Whether the clients of the brokers can be loaded; none of them connects. */
async function lookAtBrokers(loaded: LoadedConfig): Promise<Diagnostic[]> {
  const { mqm } = loaded.config;
  const found: Diagnostic[] = [];
  for (const kind of BROKER_KINDS) {
    if (!mqm[kind].enable) continue;
    try {
      await makeKind(kind, mqm[kind]);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      found.push(loaded.diagnose("error", `mqm.${kind}`, message));
    }
  }
  return found;
}

/**
 * Whether the address is one of this machine. Asking for the list of its
 * interfaces takes a permission that nothing else needs; a port that the system
 * chooses is bound for a moment instead, so that a gateway that is running has
 * its own.
 */
function lookAtAddress(
  loaded: LoadedConfig,
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

async function lookAtTls(
  loaded: LoadedConfig,
  path: string,
  tls: TlsListenConfig | undefined,
  isClient: boolean,
): Promise<Diagnostic[]> {
  // A client may do without a certificate of its own.
  if (tls === undefined) return [];
  const problems = await checkTlsFiles(tls);
  return problems
    .filter(({ index }) => !isClient || index !== undefined)
    .map(({ list, index, message, skipped }) => {
      const place = index === undefined ? "" : `[${index}]`;
      return loaded.diagnose(
        skipped || isClient ? "warning" : "error",
        `${path}.tls.${LISTS[list]}${place}`,
        message,
      );
    });
}

async function lookAtLogFile(loaded: LoadedConfig): Promise<Diagnostic[]> {
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
