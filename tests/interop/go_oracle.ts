/** The packet codec of the Go library, asked from a test. */

import { LineProcess } from "../support/line_process.ts";
import { buildGo } from "./toolchain.ts";

/** What the Go codec does with a frame. */
export interface Verdict {
  /** Accepted, accepted but unfit to be encoded again, accepted with bytes left over, refused, or a panic that ends a real peer's process. */
  readonly kind: "ok" | "only" | "more" | "err" | "panic";
  /** The packet encoded again, when accepted. */
  readonly frame?: Uint8Array<ArrayBuffer>;
  /** The codec's words, when not accepted. */
  readonly text: string;
}

/** The running codec. */
export class GoOracle implements AsyncDisposable {
  readonly #process: LineProcess;
  readonly #waiting: ((line: string) => void)[] = [];

  private constructor(path: string) {
    this.#process = new LineProcess(
      path,
      [],
      (line) => this.#waiting.shift()?.(line),
    );
  }

  /**
   * Starts the codec.
   *
   * @returns It.
   */
  static async start(): Promise<GoOracle> {
    return new GoOracle(await buildGo("oracle"));
  }

  /**
   * Asks what Go does with frames.
   *
   * @param frames Any number of whole frames.
   * @returns One verdict for each.
   */
  async judge(frames: readonly Uint8Array[]): Promise<Verdict[]> {
    const verdicts = frames.map(() => {
      const { promise, resolve } = Promise.withResolvers<string>();
      this.#waiting.push(resolve);
      return promise;
    });
    await this.#process.send(
      frames.map((frame) => frame.toHex()).join("\n") + "\nflush",
    );
    return (await Promise.all(verdicts)).map(parseVerdict);
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}

function parseVerdict(line: string): Verdict {
  const [kind, ...words] = line.split(" ");
  const text = words.join(" ");
  switch (kind) {
    case "ok":
    case "more":
      return { kind, frame: Uint8Array.fromHex(words.at(-1) ?? ""), text };
    case "only":
    case "err":
    case "panic":
      return { kind, text };
  }
  throw new Error(`Cannot read the oracle's answer: ${line}`);
}
