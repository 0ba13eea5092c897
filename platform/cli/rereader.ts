/**
 * Files that are read again while a program runs.
 *
 * @module
 */

import { describeError } from "../describe_error.ts";
import type { LogWriter } from "../log/mod.ts";
import { complain } from "./output.ts";
import type { Program, ProgramConfig, RunningProgram } from "./program.ts";

/** A program that runs, with what it was started with. */
export class Rereader<C extends ProgramConfig> {
  readonly #program: Program<C>;
  readonly #config: C;
  readonly #log: LogWriter;

  /**
   * Gets to know the program.
   *
   * @param program The program.
   * @param config What it is started with.
   * @param log Its log.
   */
  constructor(program: Program<C>, config: C, log: LogWriter) {
    this.#program = program;
    this.#config = config;
    this.#log = log;
  }

  /**
   * The files that are read again when they have changed.
   *
   * @returns Paths of certificates, keys, authorities and tokens.
   */
  files(): string[] {
    const listeners = this.#program.listeners(this.#config);
    return [
      ...listeners.flatMap(({ listen: { tls } }) =>
        tls === undefined ? [] : [
          ...tls.certs.flatMap(({ cert, key }) => [cert, key]),
          ...(tls.mtls ? tls.caCerts : []),
        ]
      ),
      ...this.#program.tokens(this.#config).tokens.flatMap(({ token }) =>
        token.file === "" ? [] : [token.file]
      ),
    ];
  }

  /**
   * What SIGHUP asks for: the log file under its name again, certificates and
   * tokens as they are now. Reports its own failures.
   *
   * @param running The program.
   */
  async readAnew(running: RunningProgram): Promise<void> {
    const { output, file: { path } } = this.#config.log;
    const log = this.#log;
    const toFile = output === "file" || output === "both";
    if (toFile) {
      try {
        await log.reopen();
        log.info("Log file opened anew", { path });
      } catch (error) {
        const message =
          "Cannot open the log file anew, the old one stays in use";
        log.error(message, { path, error });
        // Whoever moved the file does not look into it for this.
        complain(
          this.#program.name,
          `${message}: ${path}: ${describeError(error)}`,
        );
      }
    }
    if (!await this.readFiles(running) && !toFile) {
      log.info(
        "SIGHUP changes nothing: there is no log file and no certificate",
      );
    }
  }

  /**
   * Reads certificates and tokens as they are now. Reports its own failures.
   *
   * @param running The program.
   * @returns Whether there are any.
   */
  async readFiles(running: RunningProgram): Promise<boolean> {
    const listeners = this.#program.listeners(this.#config);
    const hasTls = listeners.some(({ listen }) => listen.tls !== undefined);
    const { tokens } = this.#program.tokens(this.#config);
    if (!hasTls && tokens.length === 0) return false;
    const what = hasTls ? "Certificates" : "Tokens";
    try {
      await running.reload();
      this.#log.info(`${what} read anew`);
    } catch (error) {
      this.#log.error(
        `Cannot read the ${what.toLowerCase()} anew, the old ones stay in use`,
        { error: describeError(error) },
      );
    }
    return true;
  }
}
