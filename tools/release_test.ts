import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { prepareRelease } from "./release.ts";

const ROOT = new URL("..", import.meta.url).pathname;

/** Copies what a release touches. */
async function checkout(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const { success } = await new Deno.Command("git", {
    args: ["ls-files", "-z"],
    cwd: ROOT,
    stdout: "piped",
  }).output().then(async ({ stdout, success }) => {
    const files = new TextDecoder().decode(stdout).split("\0")
      .filter((path) =>
        /(?:^|\/)deno\.json$|^Dockerfile$|\.md$|^deploy\/compose\/|Chart\.yaml$|^deploy\/operator\/install\.yaml$|openapi.*\.json$|^platform\/version\.ts$/
          .test(path)
      );
    for (const path of files) {
      const at = path.lastIndexOf("/");
      if (at > 0) {
        await Deno.mkdir(`${folder}/${path.slice(0, at)}`, { recursive: true });
      }
      await Deno.copyFile(`${ROOT}/${path}`, `${folder}/${path}`);
    }
    return { success };
  });
  if (!success) throw new Error("git ls-files failed");
  return folder;
}

/** Begins the changelog's part of what is unreleased anew, whatever this checkout has. */
function writeUnreleased(folder: string, notes = "* It is new.\n\n"): void {
  const path = `${folder}/CHANGELOG.md`;
  const text = Deno.readTextFileSync(path).replaceAll(
    " - unreleased",
    " - 2020-01-01",
  )
    .replace(/^## /m, `## 99.0.0 - unreleased\n\n${notes}## `);
  Deno.writeTextFileSync(path, text);
}

Deno.test("a release writes its version into everything that names one, and closes the changelog", async () => {
  const folder = await checkout();
  const read = (path: string) => Deno.readTextFileSync(`${folder}/${path}`);
  try {
    const old = JSON.parse(read("deno.json")).version;
    writeUnreleased(folder);
    const changed = prepareRelease(folder, "7.8.9-rc.1", "2031-02-03");
    for (const path of changed) {
      const text = read(path);
      // The changelog and what tells of older versions go on to name them.
      if (path !== "CHANGELOG.md") {
        assertEquals(text.includes(`:${old}`), false);
      }
      assertMatch(text, /7\.8\.9-rc\.1/);
    }
    assertEquals(JSON.parse(read("client/deno.json")).version, "7.8.9-rc.1");
    assertMatch(read("CHANGELOG.md"), /^## 7\.8\.9-rc\.1 - 2031-02-03$/m);
    assertThrows(
      () => prepareRelease(folder, "7.9.0", "2031-02-03"),
      Error,
      "Cannot find what is unreleased",
    );
    assertThrows(
      () => prepareRelease(folder, "7.8.9-rc.1", "2031-02-03"),
      RangeError,
      "says that it was released",
    );
    assertEquals(JSON.parse(read("deno.json")).version, "7.8.9-rc.1");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what the packages are called already can be released once", async () => {
  const folder = await checkout();
  const path = `${folder}/CHANGELOG.md`;
  try {
    writeUnreleased(folder);
    prepareRelease(folder, "7.8.9", "2031-02-03");
    const before = Deno.readTextFileSync(path);
    Deno.writeTextFileSync(path, before.replace("2031-02-03", "unreleased"));
    const changed = prepareRelease(folder, "7.8.9", "2031-02-03");
    assertEquals(changed, ["CHANGELOG.md"]);
    assertEquals(Deno.readTextFileSync(path), before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a release needs a version and a day that are such", async () => {
  const folder = await checkout();
  try {
    writeUnreleased(folder);
    prepareRelease(folder, "7.8.9-rc.10", "2031-02-02");
    writeUnreleased(folder);
    for (
      const [wanted, day, said] of [
        ["v1.0.0", "2031-02-03", 'Cannot release "v1.0.0"'],
        ["1.0", "2031-02-03", 'Cannot release "1.0"'],
        ["8.0.0", "3.2.2031", "Cannot release on"],
        ["8.0.0", "2031-02-30", "Cannot release on"],
        ["7.8.8", "2031-02-03", "are called 7.8.9-rc.10 already"],
        ["7.8.9-rc.9", "2031-02-03", "are called 7.8.9-rc.10 already"],
        ["7.8.9-rc", "2031-02-03", "are called 7.8.9-rc.10 already"],
        ["7.8.9-rc.10", "2031-02-03", "says that it was released"],
      ] as const
    ) {
      assertThrows(() => prepareRelease(folder, wanted, day), RangeError, said);
    }
    prepareRelease(folder, "7.8.9", "2031-02-03");
    writeUnreleased(folder, "");
    assertThrows(
      () => prepareRelease(folder, "7.8.10", "2031-02-03"),
      Error,
      "has nothing to say about it",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
