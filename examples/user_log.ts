/**
 * What the SDK has to say, as lines for the user.
 *
 * @module
 */

import type { Endpoint, Logger } from "@frontier/client";
import { errorText } from "./error_text.ts";
import { FlagError } from "./flags.ts";

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
    show(`> ${own}: ${message}${facts.join("")}`);
  };
  return {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
}

/**
 * Tells the log when the connection is lost and when it is back.
 *
 * @param endpoint Whose connection.
 * @param log The log.
 */
export async function logConnection(
  endpoint: Pick<Endpoint, "status">,
  log: Logger,
): Promise<void> {
  let lost = false;
  for await (const status of endpoint.status()) {
    if (status.state === "disconnected" && !lost) {
      lost = true;
      log.warn(`connection lost: ${errorText(status.reason)}`);
    } else if (status.state === "connected" && lost) {
      lost = false;
      log.info("connected again");
    }
  }
}

/** What users should look at, such as a dialled port that is for others; on standard error. */
export const WARNINGS: Logger = userLog("warn", (line) => console.error(line));
