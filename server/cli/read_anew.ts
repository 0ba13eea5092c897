/**
 * Files that are read again while the gateway runs.
 *
 * @module
 */

import { describeError } from "@frontier/platform/internal";
import type { LogWriter } from "@frontier/platform/log";
import type { FrontierConfig } from "../config/mod.ts";
import type { Frontier } from "../frontier.ts";
import { complain } from "./output.ts";

/**
 * The files that are read again when they have changed.
 *
 * @param config The configuration.
 * @returns Paths of certificates, keys, authorities and tokens.
 */
export function filesOf(config: FrontierConfig): string[] {
  const { enable, listen, tokens } = config.controlplane;
  const listeners = [
    config.servicebound,
    config.edgebound,
    ...(enable ? [listen] : []),
  ];
  return [
    ...listeners.flatMap(({ tls }) =>
      tls === undefined ? [] : [
        ...tls.certs.flatMap(({ cert, key }) => [cert, key]),
        ...(tls.mtls ? tls.caCerts : []),
      ]
    ),
    ...(enable ? tokens : []).flatMap(({ token }) =>
      token.file === "" ? [] : [token.file]
    ),
  ];
}

/**
 * What SIGHUP asks for: the log file under its name again, certificates and
 * tokens as they are now. Reports its own failures.
 *
 * @param log The log.
 * @param config The configuration.
 * @param frontier The gateway.
 */
export async function readAnew(
  log: LogWriter,
  config: FrontierConfig,
  frontier: Frontier,
): Promise<void> {
  const toFile = config.log.output === "file" || config.log.output === "both";
  if (toFile) {
    try {
      await log.reopen();
      log.info("Log file opened anew", { path: config.log.file.path });
    } catch (error) {
      const message = "Cannot open the log file anew, the old one stays in use";
      log.error(message, { path: config.log.file.path, error });
      // Whoever moved the file does not look into it for this.
      complain(`${message}: ${config.log.file.path}: ${describeError(error)}`);
    }
  }
  if (!await readFiles(log, config, frontier) && !toFile) {
    log.info("SIGHUP changes nothing: there is no log file and no certificate");
  }
}

/**
 * Reads certificates and tokens as they are now. Reports its own failures.
 *
 * @param log The log.
 * @param config The configuration.
 * @param frontier The gateway.
 * @returns Whether there are any.
 */
export async function readFiles(
  log: LogWriter,
  config: FrontierConfig,
  frontier: Frontier,
): Promise<boolean> {
  const { enable, listen, tokens } = config.controlplane;
  const tls = config.servicebound.tls ?? config.edgebound.tls ??
    (enable ? listen.tls : undefined);
  if (tls === undefined && !(enable && tokens.length > 0)) return false;
  const what = tls === undefined ? "Tokens" : "Certificates";
  try {
    await frontier.reload();
    log.info(`${what} read anew`);
  } catch (error) {
    log.error(
      `Cannot read the ${what.toLowerCase()} anew, the old ones stay in use`,
      { error: describeError(error) },
    );
  }
  return true;
}
