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

Deno.test("a release writes its version into everything that names one, and closes the changelog", async () => {
  const folder = await checkout();
  const read = (path: string) => Deno.readTextFileSync(`${folder}/${path}`);
  try {
    const old = JSON.parse(read("deno.json")).version;
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
    assertEquals(JSON.parse(read("deno.json")).version, "7.8.9-rc.1");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a release needs a version and a day that are such", async () => {
  const folder = await checkout();
  try {
    const { version } = JSON.parse(
      Deno.readTextFileSync(`${folder}/deno.json`),
    );
    for (
      const [wanted, day, said] of [
        ["v1.0.0", "2031-02-03", 'Cannot release "v1.0.0"'],
        ["1.0", "2031-02-03", 'Cannot release "1.0"'],
        ["1.0.0", "3.2.2031", "Cannot release on"],
        [version, "2031-02-03", "called already"],
      ] as const
    ) {
      assertThrows(() => prepareRelease(folder, wanted, day), RangeError, said);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
