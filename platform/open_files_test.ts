import { assert, assertEquals } from "@std/assert";

const HERE = new URL("./open_files.ts", import.meta.url).href;

/** What a process with these permissions sees: at first, with one file more, and when that is closed. */
async function seen(...flags: string[]): Promise<Record<string, number>[]> {
  const code = `import { countOpenFiles, openFileLimit } from "${HERE}";
    const look = async () => ({ count: await countOpenFiles(), limit: openFileLimit() });
    const seen = [await look()];
    const more = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    seen.push(await look());
    more.close();
    console.log(JSON.stringify([...seen, await look()]));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-lock",
      ...flags,
      `data:application/javascript,${encodeURIComponent(code)}`,
    ],
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  return JSON.parse(decoder.decode(stdout));
}

Deno.test("the limit of open files is seen with --allow-ffi, and without a permission nothing is, and nothing asked for", async () => {
  const [first] = await seen("--allow-net", "--allow-ffi");
  assertEquals(Object.keys(first!), ["limit"]);
  assert(Number.isInteger(first!["limit"]) && first!["limit"]! > 16);
  assertEquals(await seen("--allow-net", "--allow-read"), [{}, {}, {}]);
});

Deno.test("with all permissions Linux tells what is open, one by one", async () => {
  const all = await seen("--allow-all");
  if (Deno.build.os !== "linux") {
    assertEquals(all.map((files) => files["count"]), Array(3).fill(undefined));
    return;
  }
  const [before, within, after] = all.map((files) => files["count"]!);
  assert(before! >= 3, String(before));
  assertEquals([within, after], [before! + 1, before]);
  const [byCall] = await seen("--allow-net", "--allow-ffi");
  assertEquals(all[0]!["limit"], byCall!["limit"]);
});
