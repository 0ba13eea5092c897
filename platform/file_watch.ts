/**
 * Telling when files have changed.
 *
 * @module
 */

/** Milliseconds between two looks. */
const LOOK_MS = 3_000;
/** Milliseconds that files must stay as they are before a change is told. */
const SETTLE_MS = 500;

/** How often a {@linkcode FileWatch} looks. */
export interface FileWatchPace {
  /**
   * Milliseconds between two looks.
   * @default 3000
   */
  readonly lookMs?: number;
  /**
   * Milliseconds that files must stay as they are before a change is told: a
   * certificate and its key are two files, and seldom written at once.
   * @default 500
   */
  readonly settleMs?: number;
}

/**
 * Looks at files from time to time.
 *
 * Not by the system's notifications: those are of folders, which a process that
 * may read just these files must not watch, and they miss what a symbolic link
 * leads to, as that of a mounted secret, and files of some networks. A look is
 * one call of the system for each file.
 */
export class FileWatch implements AsyncDisposable {
  readonly #paths: readonly string[];
  readonly #lookMs: number;
  readonly #settleMs: number;
  #seen: string;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #wake: (() => void) | undefined = undefined;

  private constructor(
    paths: readonly string[],
    seen: string,
    { lookMs = LOOK_MS, settleMs = SETTLE_MS }: FileWatchPace,
  ) {
    this.#paths = paths;
    this.#seen = seen;
    this.#lookMs = lookMs;
    this.#settleMs = settleMs;
  }

  /**
   * Takes a first look: whatever changes after that is told, also what changes
   * before {@linkcode FileWatch.obey}.
   *
   * @param paths The files; one that is not there may come.
   * @param pace How often to look.
   * @returns The watch.
   */
  static async begin(
    paths: readonly string[],
    pace: FileWatchPace = {},
  ): Promise<FileWatch> {
    const unique = [...new Set(paths)];
    return new FileWatch(unique, await look(unique), pace);
  }

  /**
   * Says what to do when files have changed. Without files nothing is ever
   * done. To be called once.
   *
   * @param onChange Does it, and reports its own failures. What changes while
   * it runs is told afterwards.
   */
  obey(onChange: () => Promise<void>): void {
    if (this.#paths.length > 0) this.#running = this.#run(onChange);
  }

  /** Stops looking, and waits for what has begun. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(onChange: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      await this.#pause(this.#lookMs);
      if (this.#stopped || !await this.#changed()) continue;
      // The last change counts, however long they take.
      do await this.#pause(this.#settleMs); while (
        !this.#stopped && await this.#changed()
      );
      if (!this.#stopped) await onChange();
    }
  }

  async #changed(): Promise<boolean> {
    const before = this.#seen;
    this.#seen = await look(this.#paths);
    return this.#seen !== before;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** What tells files from what they were. */
async function look(paths: readonly string[]): Promise<string> {
  const looks = await Promise.all(paths.map(async (path) => {
    try {
      const { dev, ino, size, mtime, ctime } = await Deno.stat(path);
      return [dev, ino, size, mtime?.getTime(), ctime?.getTime()].join();
    } catch {
      // It is not there, or cannot be seen: whoever reads it says why.
      return "absent";
    }
  }));
  return looks.join(";");
}
