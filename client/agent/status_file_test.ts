import { assert, assertEquals } from "@std/assert";
import { NULL_LOGGER } from "@frontier/platform/internal";
import { StatusFile } from "./status_file.ts";

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!await condition()) {
    assert(performance.now() < end, "it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function number(path: string): Promise<number> {
  try {
    return JSON.parse(await Deno.readTextFile(path)).number;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return -1;
    throw error;
  }
}

Deno.test("a change during a write is written, too", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/status.json`;
  let told = 0;
  const file = new StatusFile(path, () => {
    // It changes as soon as it is looked at, again and again.
    if (told < 3) queueMicrotask(() => file.changed());
    return { number: ++told };
  }, NULL_LOGGER);
  file.changed();
  await until(async () => await number(path) === 4);
  assertEquals(told, 4);
  await file.close();
  assertEquals(await number(path), 5);
  file.changed();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(told, 5);
  assertEquals([...Deno.readDirSync(folder)].length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that cannot be written is reported once, and tried again", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/later/status.json`;
  const reports: string[] = [];
  const file = new StatusFile(path, () => ({ number: 1 }), {
    ...NULL_LOGGER,
    error: (message) => void reports.push(message),
  });
  file.changed();
  await until(() => Promise.resolve(reports.length === 1));
  file.changed();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assertEquals(reports.length, 1);
  await Deno.mkdir(`${folder}/later`);
  file.changed();
  await until(async () => await number(path) === 1);
  await file.close();
  await Deno.remove(folder, { recursive: true });
});
