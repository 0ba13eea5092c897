/**
 * Looking at certificates before anything is started.
 *
 * @module
 */

import { type LogFields, NULL_LOGGER } from "../log/mod.ts";
import {
  readAuthorities,
  readCertificatePair,
  readServerIdentity,
  type TlsServerOptions,
} from "./credentials.ts";

/** Why a file for TLS cannot be used. */
export interface TlsFileProblem {
  /** In which list it stands. */
  readonly list: "certs" | "caCerts";
  /**
   * Its place in the list; `undefined` if the problem is with all of them
   * together.
   */
  readonly index?: number;
  /** Why, with the path. */
  readonly message: string;
  /** Whether TLS works without it. */
  readonly skipped: boolean;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Looks at the files of a TLS configuration as a listener does when it starts,
 * and changes nothing.
 *
 * @param options Where the files are.
 * @returns What is wrong with them; nothing if a listener can use all of them.
 */
export async function checkTlsFiles(
  options: TlsServerOptions,
): Promise<TlsFileProblem[]> {
  const found: TlsFileProblem[] = [];
  for (const [index, files] of options.certs.entries()) {
    try {
      await readCertificatePair(files);
    } catch (error) {
      const message = textOf(error);
      found.push({ list: "certs", index, message, skipped: true });
    }
  }
  // A listener skips what it cannot use, but it does not go without any.
  const none = found.length === options.certs.length;
  const problems = found.map((problem) => ({ ...problem, skipped: !none }));
  if (options.mtls) problems.push(...await checkAuthorities(options.caCerts));
  if (problems.some(({ skipped }) => !skipped)) return problems;
  try {
    await readServerIdentity(options, NULL_LOGGER);
  } catch (error) {
    const message = textOf(error);
    problems.push({ list: "certs", message, skipped: false });
  }
  return problems;
}

async function checkAuthorities(
  paths: readonly string[],
): Promise<TlsFileProblem[]> {
  const found: TlsFileProblem[] = [];
  for (const [index, path] of paths.entries()) {
    const warn = (message: string, fields?: LogFields) => {
      const reason = fields?.error === undefined
        ? ""
        : `: ${textOf(fields.error)}`;
      found.push({
        list: "caCerts",
        index,
        message: `${message}: "${path}"${reason}`,
        skipped: true,
      });
    };
    try {
      await readAuthorities([path], { ...NULL_LOGGER, warn });
    } catch (error) {
      const message = textOf(error);
      found.push({ list: "caCerts", index, message, skipped: false });
    }
  }
  return found;
}
