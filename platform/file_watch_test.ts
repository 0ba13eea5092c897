import { assertEquals } from "@std/assert";
import { FileWatch } from "./file_watch.ts";

const PACE = { lookMs: 10, settleMs: 300 };
/** Longer than several looks and the time to settle. */
const LONG_MS = 1_000;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs with a folder, a watch of two files in it, and what it has told. */
async function watching(
  use: (
    write: (name: string, text: string) => Promise<void>,
    told: () => Promise<number>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${folder}/${name}`, text);
  await write("one", "1");
  await write("two", "2");
  try {
    await using watch = await FileWatch.begin(
      [`${folder}/one`, `${folder}/two`, `${folder}/one`],
      PACE,
    );
    let times = 0;
    let next = Promise.withResolvers<void>();
    watch.obey(() => {
      times++;
      next.resolve();
      next = Promise.withResolvers<void>();
      return Promise.resolve();
    });
    await use(write, () => next.promise.then(() => times), folder);
    // Nothing is told twice.
    const before = times;
    await wait(LONG_MS);
    assertEquals(times, before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files that stay as they are make no change", () =>
  watching(async () => {
    await wait(LONG_MS);
  }));

Deno.test("files that change one after the other are one change", () =>
  watching(async (write, told) => {
    const one = told();
    await write("one", "x");
    await wait(50);
    await write("two", "y");
    assertEquals(await one, 1);
  }));

Deno.test("a change of the same length, a file put in its place, one that goes and one that comes are changes", () =>
  watching(async (write, told, folder) => {
    let change = told();
    await write("one", "7");
    assertEquals(await change, 1);
    await write("aside", "8");
    const { atime, mtime } = await Deno.stat(`${folder}/one`);
    await Deno.utime(`${folder}/aside`, atime!, mtime!);
    change = told();
    await Deno.rename(`${folder}/aside`, `${folder}/one`);
    assertEquals(await change, 2);
    change = told();
    await Deno.remove(`${folder}/two`);
    assertEquals(await change, 3);
    change = told();
    await write("two", "2");
    assertEquals(await change, 4);
  }));

Deno.test("a link that leads elsewhere is a change, as with a mounted secret", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const version of ["a", "b"]) {
      await Deno.mkdir(`${folder}/${version}`);
      await Deno.writeTextFile(`${folder}/${version}/key`, "k");
    }
    await Deno.symlink(`${folder}/a`, `${folder}/data`);
    await Deno.symlink(`${folder}/data/key`, `${folder}/key`);
    await using watch = await FileWatch.begin([`${folder}/key`], PACE);
    // Between the first look and whoever is told.
    await Deno.symlink(`${folder}/b`, `${folder}/next`);
    await Deno.rename(`${folder}/next`, `${folder}/data`);
    await new Promise<void>((resolve) =>
      watch.obey(() => {
        resolve();
        return Promise.resolve();
      })
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without files there is nothing to watch", async () => {
  await using watch = await FileWatch.begin([], PACE);
  watch.obey(() => Promise.reject(new Error("never")));
});
