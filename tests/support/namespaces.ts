/**
 * Programs in network and mount namespaces of their own: they may make networks and containers, and leave nothing behind.
 *
 * @module
 */

/** Names of containers are served by a process that notes its id below /run, whoever runs it; networks have names there, too. */
const SETUP = "ip link set lo up && mkdir -p /run/netns /run/containers && " +
  "mount -t tmpfs t /run/netns && mount -t tmpfs t /run/containers";

function unshare(script: string, ...args: string[]): string[] {
  return ["-nm", "sh", "-c", `${SETUP} && ${script}`, "sh", ...args];
}

/**
 * @param trial What a test is going to do there, in short, for a shell.
 * @returns What the machine does not permit, in its words; `undefined` when nothing.
 */
export function whatIsForbidden(trial: string): string | undefined {
  try {
    const { success, stderr } = new Deno.Command("unshare", {
      args: unshare(trial),
    }).outputSync();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    return `${error}`;
  }
}

/** How {@linkcode runInNamespaces} runs a program. */
export interface NamespaceOptions {
  /** Its arguments. */
  readonly args?: readonly string[];
  /** What is in its environment beside ours. */
  readonly env?: Record<string, string>;
  /** Milliseconds it may take: one that waits for ever is to be seen, and not to be waited for. */
  readonly limitMs: number;
}

/**
 * Runs a program of ours there.
 *
 * @param program Which one.
 * @param options How.
 * @returns What it printed.
 * @throws {Error} If it fails; the message has what it printed.
 */
export async function runInNamespaces(
  program: URL,
  { args = [], env = {}, limitMs }: NamespaceOptions,
): Promise<string> {
  const { success, stdout } = await new Deno.Command("unshare", {
    args: unshare(
      'exec "$@"',
      ...[Deno.execPath(), "run", "--quiet", "--no-check", "-A"],
      program.pathname,
      ...args,
    ),
    env,
    stdin: "null",
    stderr: "inherit",
    signal: AbortSignal.timeout(limitMs),
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${program.pathname} failed: ${text}`);
  return text;
}
