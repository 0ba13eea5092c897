import { assert, assertEquals } from "@std/assert";

/** What `deno info --json` says of one module. */
interface Info {
  modules: {
    specifier: string;
    dependencies?: { specifier: string; isDynamic?: boolean }[];
  }[];
}

Deno.test("importing the client loads neither gateway nor gRPC code", async () => {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("mod.ts", import.meta.url).href],
  });
  const { stdout, success } = await command.output();
  assert(success);
  const info: Info = JSON.parse(new TextDecoder().decode(stdout));
  const loaded = info.modules.map(({ specifier }) => specifier);
  assert(loaded.length > 10);
  const folders = ["client/", "endpoint/", "proto/", "platform/"]
    .map((folder) => new URL(`../${folder}`, import.meta.url).href);
  const foreign = loaded.filter((specifier) =>
    !folders.some((folder) => specifier.startsWith(folder))
  );
  // What makes spans is loaded where somebody collects them, sockets of Node.js only there.
  assertEquals(foreign.map((specifier) => specifier.replace(/@[\d.]+$/, "")), [
    "node:net",
    "npm:/@opentelemetry/api",
  ]);
  const ways = info.modules.flatMap(({ dependencies = [] }) => dependencies)
    .filter(({ specifier }) =>
      ["./open_telemetry.ts", "./node_tcp.ts"].includes(specifier)
    );
  assertEquals(ways.map(({ isDynamic }) => isDynamic), [true, true]);
});
