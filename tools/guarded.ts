/**
 * Runs a program of ours in such a way that it does not outlive whoever started it:
 *
 *     deno run -A tools/guarded.ts deno run --allow-net server/main.ts
 *
 * Ctrl-C at a terminal reaches every process by itself. But who ends only the outermost one, `npx` for example, leaves the ones
 * below it running: npm tells its shell, the shell dies, and `deno task` with all it started goes on unseen. So this program
 * keeps an eye on the chain of its own parents up to npm and, when one is gone, ends the program it runs.
 *
 * It needs all permissions, since looking at other processes does. What it runs has only those on its own command line.
 *
 * @module
 */

/** How often the parents are looked at, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** How long the program may take to end once it is told to, in milliseconds. */
const GRACE_MS = 10_000;
/** No chain of parents is longer than this. */
const MAX_CHAIN = 10;

/** A process as far as it matters here. */
interface Process {
  pid: number;
  parent: number;
  /** Tells it apart from a later process with the same number. */
  started: string;
  command: string;
}

/** Looks at a process through /proc, or through ps where there is none. */
function look(pid: number): Process | undefined {
  if (Deno.build.os === "windows") return undefined;
  try {
    return Deno.build.os === "linux" ? readProc(pid) : askPs(pid);
  } catch {
    return undefined;
  }
}

function readProc(pid: number): Process {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(
    " ",
  );
  if (state === "Z") throw new Error("It is dead, and nobody has noticed");
  const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll(
    "\0",
    " ",
  );
  return { pid, parent: Number(parent), started: rest[17] ?? "", command };
}

function askPs(pid: number): Process {
  const args = ["-o", "ppid=,lstart=,command=", "-p", String(pid)];
  const { success, stdout } = new Deno.Command("ps", { args, stderr: "null" })
    .outputSync();
  const match = /^\s*(\d+)\s+(.{24})\s+(.*)/.exec(
    new TextDecoder().decode(stdout),
  );
  if (!success || !match) throw new Error("No such process");
  return {
    pid,
    parent: Number(match[1]),
    started: match[2] ?? "",
    command: match[3] ?? "",
  };
}

/** The parents whose end ends us: up to npm if it is among them, else only our own. */
function chain(): Process[] {
  const parents: Process[] = [];
  let npm = 0;
  for (let pid = Deno.ppid; pid > 1 && parents.length < MAX_CHAIN;) {
    const process = look(pid);
    if (process === undefined) break;
    parents.push(process);
    if (/\bnp[mx](?:-cli)?\b/.test(process.command)) npm = parents.length;
    pid = process.parent;
  }
  return parents.slice(0, Math.max(npm, 1));
}

/** Whether a process still is what it was, with the same parent unless it is the topmost one. */
function unchanged(process: Process, topmost: boolean): boolean {
  const now = look(process.pid);
  return now !== undefined && now.started === process.started &&
    (topmost || now.parent === process.parent);
}

const [program, ...args] = Deno.args;
if (program === undefined) {
  console.error("Usage: deno run -A tools/guarded.ts PROGRAM [ARGUMENT...]");
  Deno.exit(2);
}
const child = new Deno.Command(program === "deno" ? Deno.execPath() : program, {
  args,
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
}).spawn();

function tell(signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has ended already.
  }
}

const signals: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) {
  Deno.addSignalListener(signal, () => tell(signal));
}

const parents = chain();
const watch = setInterval(() => {
  if (
    parents.every((process, i) => unchanged(process, i === parents.length - 1))
  ) return;
  clearInterval(watch);
  tell("SIGTERM");
  Deno.unrefTimer(setTimeout(() => tell("SIGKILL"), GRACE_MS));
}, LOOK_EVERY_MS);
if (parents.length === 0) clearInterval(watch);
Deno.unrefTimer(watch);

const { code } = await child.status;
Deno.exit(code);
