import { ProgramProcess } from "../../../platform/cli/testing/program_process.ts";

/** The permissions that `--help` and the documents name, and no more. */
export const PERMISSIONS: readonly string[] = [
  "--allow-net",
  "--allow-read",
  "--allow-env=FRONTIER_*,FRONTLAS_ADDR,LOG_*,NODE_NAME",
  "--allow-sys=systemMemoryInfo",
];
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** The gateway, or another program, with the documented permissions. */
export class Program extends ProgramProcess {
  constructor(
    args: string[],
    env: Record<string, string> = {},
    permissions: readonly string[] = PERMISSIONS,
    main = MAIN,
  ) {
    super({ main, args, env, permissions });
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

/** Ports that the system chooses. */
export const ANY_PORTS = {
  FRONTIER_SERVICEBOUND_PORT: "0",
  FRONTIER_EDGEBOUND_PORT: "0",
};

/** The least a configuration file must have. */
export const GOOD =
  'servicebound: {listen: {addr: "127.0.0.1:0"}}\nedgebound: {listen: {addr: "127.0.0.1:0"}}\n';
