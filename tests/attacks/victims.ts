/**
 * Ordinary edges that do ordinary things, and what became of each, in a process
 * of their own.
 */

import { Edge, FrontierError, type Stream } from "../../client/mod.ts";
import { AskedProcess } from "../support/asked_process.ts";
import { obey } from "../support/obey.ts";
import { DOWNLOAD_BLOCKS } from "./targets.ts";

/** What a victim does again and again: `call echo`, `publish t`, `echo svc`, `download files`, `upload late`, `fetch fetch`, `admission`. */
export type Work = string;

/** How one sort of work went. */
export interface WorkReport {
  /** How often it was done. */
  readonly done: number;
  /** How often it failed, by code and text. */
  readonly failed: Readonly<Record<string, number>>;
  /** The longest it took in milliseconds; what is not over counts too. */
  readonly worstMs: number;
  /** What half of them took at most, in milliseconds. */
  readonly p50Ms: number;
  /** What 99 of 100 took at most, in milliseconds. */
  readonly p99Ms: number;
}

/** How all work went, by what it is. */
export type Report = Readonly<Record<Work, WorkReport>>;

/** Victims at work. */
export class Victims implements AsyncDisposable {
  readonly #process: AskedProcess<string>;

  private constructor(process: AskedProcess<string>) {
    this.#process = process;
  }

  /**
   * Starts them.
   *
   * @param port Port of the gateway.
   * @param work What they do.
   * @returns Victims that have done each of it once.
   */
  static async start(port: number, work: readonly Work[]): Promise<Victims> {
    const script = new URL(import.meta.url);
    return new Victims(
      await AskedProcess.start(script, [`${port}`, ...work]),
    );
  }

  /** Forgets what has been, before the attack. */
  async forget(): Promise<void> {
    await this.#process.ask("forget");
  }

  /** @returns How work went since then. */
  report(): Promise<Report> {
    return this.#process.ask("report");
  }

  /** Ends the process. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

/** Milliseconds between two pieces of work of one victim. */
const PAUSE_MS = 20;
/** Longer than any test, so that a wait is seen as a wait. */
const TIMEOUT_MS = 28_000;

class Worker {
  #took: number[] = [];
  #failed: Record<string, number> = {};
  #begun = 0;
  readonly #once: () => Promise<void>;

  constructor(once: () => Promise<void>) {
    this.#once = once;
  }

  async run(): Promise<void> {
    for (;;) {
      this.#begun = performance.now();
      try {
        await this.#once();
        this.#took.push(performance.now() - this.#begun);
      } catch (error) {
        const text = error instanceof FrontierError
          ? `${error.code}: ${error.message}`
          : `${error}`;
        this.#failed[text] = (this.#failed[text] ?? 0) + 1;
      }
      this.#begun = 0;
      await pause(PAUSE_MS);
    }
  }

  forget(): void {
    this.#took = [];
    this.#failed = {};
    if (this.#begun > 0) this.#begun = performance.now();
  }

  report(): WorkReport {
    const took = this.#took.toSorted((a, b) => a - b);
    const open = this.#begun > 0 ? performance.now() - this.#begun : 0;
    return {
      done: took.length,
      failed: this.#failed,
      worstMs: Math.round(Math.max(open, took.at(-1) ?? 0)),
      p50Ms: took[took.length >> 1] ?? open,
      p99Ms: took[Math.floor(took.length * 0.99)] ?? open,
    };
  }
}

if (import.meta.main) {
  const [port, ...work] = Deno.args;
  const workers = new Map<Work, Worker>();
  for (const what of work) {
    const once = await prepare(what, Number(port));
    await once();
    workers.set(what, new Worker(once));
  }
  for (const worker of workers.values()) void worker.run();
  await obey("ready", {
    forget: () => {
      for (const worker of workers.values()) worker.forget();
    },
    report: () =>
      Object.fromEntries(
        [...workers].map(([what, worker]) => [what, worker.report()]),
      ),
  });
}

/** Makes a victim of one sort, with an edge of its own. */
async function prepare(
  what: Work,
  port: number,
): Promise<() => Promise<void>> {
  const [verb, name = ""] = what.split(" ");
  const options = { port, timeoutMs: TIMEOUT_MS };
  if (verb === "admission") {
    return async () => {
      const edge = await Edge.connect({ ...options, reconnect: false });
      await edge.close();
    };
  }
  const edge = await Edge.connect(options);
  const data = new Uint8Array(200);
  const streams = edge.streams()[Symbol.asyncIterator]();
  switch (verb) {
    case "call":
      return async () => void await edge.call(name, data);
    case "publish":
      return async () => void await edge.publish(name, data);
    case "echo":
      return () => echo(edge, name);
    case "download":
      return () => download(edge, name);
    case "fetch":
      return async () => {
        await edge.call(name);
        const { value } = await streams.next();
        await readFile(value!);
      };
    case "upload":
      return () => upload(edge, name);
    default:
      throw new TypeError(`Cannot do ${what}: it is not known`);
  }
}

async function echo(edge: Edge, name: string): Promise<void> {
  const stream = await edge.openStream(name);
  const buf = new Uint8Array(65_536);
  await stream.write(new Uint8Array(32_768));
  for (let left = 32_768; left > 0;) {
    const count = await stream.read(buf);
    if (count === null) throw new Error(`the stream ended ${left} bytes early`);
    left -= count;
  }
  await stream.close();
}

async function download(edge: Edge, name: string): Promise<void> {
  await readFile(await edge.openStream(name));
}

async function readFile(stream: Stream): Promise<void> {
  const buf = new Uint8Array(65_536);
  let left = DOWNLOAD_BLOCKS * 65_536;
  for (let count; (count = await stream.read(buf)) !== null;) left -= count;
  if (left > 0) throw new Error(`the stream ended ${left} bytes early`);
  await stream.close();
}

async function upload(edge: Edge, name: string): Promise<void> {
  const stream = await edge.openStream(name);
  if (name === "late") await stream.call("go");
  for (let i = 0; i < 16; i++) await stream.write(new Uint8Array(65_536));
  await stream.close();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
