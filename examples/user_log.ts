/**
 * What the SDK has to say, as lines for the user.
 *
 * @module
 */

import type { Endpoint, Logger } from "@frontier/client";
import { errorText } from "./error_text.ts";
import { FlagError } from "./flags.ts";
import { printable } from "./printable.ts";

const LEVELS = ["trace", "debug", "info", "warn", "error"];

/**
 * Makes a log for the user's eyes.
 *
 * @param level The least grave lines that are shown: trace, debug, info, warn or error.
 * @param show Shows a line.
 * @returns The log.
 * @throws {FlagError} If there is no such level.
 */
export function userLog(level: string, show: (line: string) => void): Logger {
  const least = LEVELS.indexOf(level);
  if (least < 0) {
    throw new FlagError(
      `Cannot use loglevel ${level}: need ${LEVELS.join(", ")}`,
    );
  }
  const line = (own: string) => (message: string, fields = {}) => {
    if (LEVELS.indexOf(own) < least) return;
    const facts = Object.entries(fields).map(([key, value]) =>
      ` ${key}=${value}`
    );
    show(printable(`> ${own}: ${message}${facts.join("")}`));
  };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
}

/** What users should look at, such as a dialled port that is for others; on standard error. */
export const WARNINGS: Logger = userLog("warn", (line) => console.error(line));

/** The same, and what they may want to know. */
const NOTICES: Logger = userLog("info", (line) => console.error(line));

/**
 * Tells the log when the connection is lost and when it is back.
 *
 * @param endpoint Whose connection. An edge may have another id afterwards.
 * @param log The log; standard error when not given.
 */
export async function logConnection(
  endpoint: Pick<Endpoint, "status"> & { readonly edgeId?: bigint },
  log: Logger = NOTICES,
): Promise<void> {
  let lost = false;
  for await (const status of endpoint.status()) {
    if (status.state === "disconnected" && !lost) {
      lost = true;
      log.warn(`connection lost: ${errorText(status.reason)}`);
    } else if (status.state === "connected" && lost) {
      lost = false;
      const { edgeId } = endpoint;
      log.info(`connected again${edgeId ? ` as edge ${edgeId}` : ""}`);
    }
  }
}
