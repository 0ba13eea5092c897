import { ProgramProcess } from "../../../platform/cli/testing/program_process.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** The permissions that `--help` and the documents name, and no more. */
export const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-env=FRONTLAS_*,LOG_*,REDIS_*,MASTER_NAME",
];

/** Frontlas with the documented permissions. */
export class Program extends ProgramProcess {
  constructor(
    args: string[],
    env: Record<string, string> = {},
    permissions: readonly string[] = PERMISSIONS,
  ) {
    super({ main: MAIN, args, env, permissions });
  }

  /** Runs a program that ends by itself. */
  static async run(
    args: string[],
    env?: Record<string, string>,
  ): Promise<{ code: number; out: string; err: string }> {
    await using program = new Program(args, env);
    return await program.end();
  }
}

/** The least a configuration file must have; in memory, on ports that the system chooses. */
export const GOOD =
  `control_plane: {listen: {addr: "127.0.0.1:0"}}\nfrontier_plane: {listen: {addr: "127.0.0.1:0"}}\n`;

/** {@linkcode GOOD} without the port for health and metrics. */
export const QUIET = `${GOOD}observability: {enable: false}\n`;
