/**
 * The log file: written, rotated, opened anew.
 *
 * @module
 */

import type { LogFileConfig } from "./log_config.ts";

const DAY_MS = 86_400_000;
const MIB = 1_048_576;
const PARTIAL = ".gz.partial";

/**
 * A backup's name: the file's name with the time of its rotation before the
 * extension, as `frontier-2026-01-31T23-59-59.000.log`.
 */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})$/;

function stampOf(time: number): string {
  return new Date(time).toISOString().slice(0, -1).replaceAll(":", "-");
}

function timeOf(stamp: string): number {
  const match = STAMP.exec(stamp);
  return match
    ? Date.parse(
      `${stamp.slice(0, 11)}${stamp.slice(11).replaceAll("-", ":")}Z`,
    )
    : NaN;
}

/**
 * How much more a file may grow before a rotation that failed is tried again,
 * in bytes.
 */
const RETRY_BYTES = MIB;

/**
 * Writes a log file and rotates it by size. One write at a time: the caller
 * waits for each.
 */
export class LogFile implements AsyncDisposable {
  #config: LogFileConfig;
  #now: () => number;
  #file: Deno.FsFile;
  #size: number;
  /** Beyond this size the file is rotated. */
  #rotateAt: number;
  #directory: string;
  #stem: string;
  #extension: string;
  /**
   * Compression and removal of old files, one after the other, beside the
   * writing.
   */
  #housekeeping: Promise<void> = Promise.resolve();
  #lastStamp = 0;

  private constructor(
    config: LogFileConfig,
    now: () => number,
    file: Deno.FsFile,
    size: number,
  ) {
    this.#config = config;
    this.#now = now;
    this.#file = file;
    this.#size = size;
    this.#rotateAt = config.maxSizeMb * MIB;
    const slash = config.path.lastIndexOf("/");
    const name = config.path.slice(slash + 1);
    const dot = name.lastIndexOf(".");
    this.#directory = slash > 0
      ? config.path.slice(0, slash)
      : slash === 0
      ? "/"
      : ".";
    this.#stem = dot > 0 ? name.slice(0, dot) : name;
    this.#extension = dot > 0 ? name.slice(dot) : "";
  }

  /**
   * Opens the file for appending and makes its folder where it is missing.
   *
   * @param config The file and its rotation.
   * @param now The clock, in milliseconds since 1970.
   * @returns The open file.
   * @throws {Deno.errors.NotCapable | Error} If it cannot be opened.
   */
  static async open(
    config: LogFileConfig,
    now: () => number,
  ): Promise<LogFile> {
    const file = await openLogFile(config.path);
    const log = new LogFile(config, now, file, (await file.stat()).size);
    log.#tidy();
    return log;
  }

  /**
   * Writes bytes, into a new file if the current one is full. Where there can
   * be no new one, they go into the current one all the same: a log that is too
   * large is better than none.
   *
   * @param bytes Whole lines.
   * @throws {Error} If they cannot be written, or the full file cannot be
   * rotated.
   */
  async write(bytes: Uint8Array): Promise<void> {
    let failure: unknown = undefined;
    if (this.#size > 0 && this.#size + bytes.length > this.#rotateAt) {
      try {
        await this.#rotate();
      } catch (error) {
        this.#rotateAt = this.#size + RETRY_BYTES;
        failure = error;
      }
    }
    for (let at = 0; at < bytes.length;) {
      at += await this.#file.write(bytes.subarray(at));
    }
    this.#size += bytes.length;
    if (failure !== undefined) {
      throw new Error(`Cannot rotate the log file "${this.#config.path}"`, {
        cause: failure,
      });
    }
  }

  /**
   * Opens the file anew under its name: what was moved away is no longer
   * written to.
   *
   * @throws {Error} If it cannot be opened; the old one stays in use.
   */
  async reopen(): Promise<void> {
    await this.#use(await openLogFile(this.#config.path));
  }

  /** Waits for compression and removal of old files, then closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#file.close();
    await this.#housekeeping;
  }

  async #rotate(): Promise<void> {
    const stamp = Math.max(this.#now(), this.#lastStamp + 1);
    this.#lastStamp = stamp;
    const backup = `${this.#directory}/${this.#stem}-${
      stampOf(stamp)
    }${this.#extension}`;
    try {
      await Deno.rename(this.#config.path, backup);
    } catch (error) {
      // Someone took the file away: there is nothing to keep, but a new one to
      // begin.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.#use(await openLogFile(this.#config.path));
    this.#tidy();
  }

  async #use(next: Deno.FsFile): Promise<void> {
    let size: number;
    try {
      size = (await next.stat()).size;
    } catch (error) {
      next.close();
      throw error;
    }
    this.#file.close();
    this.#file = next;
    this.#size = size;
    this.#rotateAt = this.#config.maxSizeMb * MIB;
  }

  #tidy(): void {
    // A failure here must not end the log: the old files stay, and the next
    // rotation tries again.
    this.#housekeeping = this.#housekeeping.then(() => this.#removeOld()).catch(
      () => {},
    );
  }

  async #removeOld(): Promise<void> {
    const backups = (await this.#backups()).sort((a, b) => b.time - a.time);
    const oldest = this.#now() - this.#config.maxAgeDays * DAY_MS;
    for (const [i, backup] of backups.entries()) {
      const path = `${this.#directory}/${backup.name}`;
      if (i >= this.#config.maxBackups || backup.time < oldest) {
        await Deno.remove(path);
      } else if (this.#config.compress && !backup.name.endsWith(".gz")) {
        await compress(path);
      }
    }
  }

  async #backups(): Promise<{ name: string; time: number }[]> {
    const found: { name: string; time: number }[] = [];
    for await (const { name, isFile } of Deno.readDir(this.#directory)) {
      const plainName = name.endsWith(".gz") ? name.slice(0, -3) : name;
      // What a crash left half compressed; its original is still there.
      if (
        isFile && name.startsWith(`${this.#stem}-`) && name.endsWith(PARTIAL)
      ) {
        await Deno.remove(`${this.#directory}/${name}`);
        continue;
      }
      if (
        !isFile || !plainName.startsWith(`${this.#stem}-`) ||
        !plainName.endsWith(this.#extension)
      ) continue;
      const time = timeOf(
        plainName.slice(
          this.#stem.length + 1,
          plainName.length - this.#extension.length,
        ),
      );
      if (!Number.isNaN(time)) found.push({ name, time });
    }
    return found;
  }
}

/** Opens a file for appending, in a folder that is made where it is missing. */
async function openLogFile(path: string): Promise<Deno.FsFile> {
  const slash = path.lastIndexOf("/");
  if (slash > 0) await makeFolder(path.slice(0, slash));
  return await Deno.open(path, { create: true, append: true });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (error) {
    // A folder that is there but may not be made, for want of permission, is as
    // good; a missing one fails at the open.
    if (
      !(error instanceof Deno.errors.NotCapable ||
        error instanceof Deno.errors.PermissionDenied)
    ) throw error;
  }
}

/** Replaces a file by its gzip. A crash in between leaves the original. */
async function compress(path: string): Promise<void> {
  const partial = `${path}${PARTIAL}`;
  const source = await Deno.open(path, { read: true });
  const target = await Deno.open(partial, {
    create: true,
    write: true,
    truncate: true,
  });
  await source.readable.pipeThrough(new CompressionStream("gzip")).pipeTo(
    target.writable,
  );
  await Deno.rename(partial, `${path}.gz`);
  await Deno.remove(path);
}
