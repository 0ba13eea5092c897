import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { GOOD, PERMISSIONS, Program } from "./testing/program.ts";

const FIXTURES = new URL("../../platform/testdata/", import.meta.url).pathname;

function tls(certs: [cert: string, key: string][], more = ""): string {
  const list = certs.map(([cert, key]) =>
    `{cert: ${FIXTURES}${cert}.pem, key: ${FIXTURES}${key}.key}`
  );
  return `tls: {enable: true, certs: [${list.join(", ")}]${more}}`;
}

/** The least file, with more for the edges' listener. */
function edges(more: string): string {
  return GOOD.replace(
    'edgebound: {listen: {addr: "127.0.0.1:0"',
    `edgebound: {listen: {addr: "127.0.0.1:0", ${more}`,
  );
}

/** The least file, with a bypass. */
function bypass(address: string, more = ""): string {
  return GOOD.replace(
    /edgebound:.*/,
    `edgebound: {listen: {addr: "127.0.0.1:4711"}, bypass_enable: true, bypass: {addrs: ["${address}"]${more}}}`,
  );
}

const FATAL: [name: string, text: string, said: string][] = [
  [
    "a missing certificate file",
    edges(tls([["nowhere", "localhost"]])),
    `:2:71: Cannot read the certificate "${FIXTURES}nowhere.pem"`,
  ],
  [
    "a key that belongs to another certificate",
    edges(tls([["localhost", "wildcard"]])),
    `it is not the key of the certificate "${FIXTURES}localhost.pem" (edgebound.listen.tls.certs[0])`,
  ],
  [
    "a missing authority",
    edges(
      tls(
        [["localhost", "localhost"]],
        ", mtls: true, ca_certs: [/nowhere.pem]",
      ),
    ),
    'Cannot read the CA file "/nowhere.pem"',
  ],
  [
    "two listeners on one address",
    GOOD.replaceAll("127.0.0.1:0", "127.0.0.1:4711"),
    "Cannot listen on 127.0.0.1:4711",
  ],
  [
    "two listeners on one port, one of them on every interface",
    GOOD.replace("127.0.0.1:0", "0.0.0.0:4711").replace(
      "127.0.0.1:0",
      "127.0.0.1:4711",
    ),
    "Cannot listen on 127.0.0.1:4711",
  ],
  [
    "a bypass that leads back to the edges' port",
    bypass("localhost:4711"),
    "they would come back for ever",
  ],
  [
    "an address of another machine",
    GOOD.replace("127.0.0.1:0", "192.0.2.1:4711"),
    "Cannot listen on 192.0.2.1:4711: it is not an address of this machine (servicebound.listen.addr)",
  ],
  [
    "a host that has no address",
    edges("").replace(
      'edgebound: {listen: {addr: "127.0.0.1:0"',
      'edgebound: {listen: {addr: "nowhere.invalid:4711"',
    ),
    "Cannot listen on nowhere.invalid:4711: it cannot be listened on: ",
  ],
  [
    "a log file that is a folder",
    `${GOOD}log: {output: file, file: {path: /tmp}}\n`,
    "Cannot open the log file /tmp: Is a directory",
  ],
  [
    "a log file within a file",
    `${GOOD}log: {output: both, file: {path: ${FIXTURES}ca.pem/a/x.log}}\n`,
    `Cannot open the log file ${FIXTURES}ca.pem/a/x.log: `,
  ],
];

const WRITE = [...PERMISSIONS, "--allow-write"];

for (const [name, text, said] of FATAL) {
  Deno.test(`--check finds ${name}, and a start fails for the same reason`, async () => {
    await withFile(text, async (path) => {
      await using check = new Program(["--check", "-c", path], {}, WRITE);
      const { code, out, err } = await check.end();
      assertEquals([code, out], [1, ""]);
      assertStringIncludes(err, said);
      assert(err.startsWith(`frontier: error: ${path}:`), err);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
      await using start = new Program(["-c", path], {}, WRITE);
      assertEquals((await start.end()).code, 1);
    });
  });
}

const DOUBTFUL: [name: string, text: string, said: string][] = [
  [
    "one of two certificates that cannot be used",
    edges(tls([["localhost", "localhost"], ["nowhere", "localhost"]])),
    `Cannot read the certificate "${FIXTURES}nowhere.pem"`,
  ],
  [
    "a missing certificate of the bypass",
    bypass("h.invalid:1", `, ${tls([["nowhere", "localhost"]])}`).replace(
      "4711",
      "0",
    ),
    "(edgebound.bypass.tls.certs[0])",
  ],
  [
    "a part that is not served",
    `${GOOD}controlplane: {listen: {advertised_addr: "r:1"}}\n`,
    'This version does not serve what "controlplane.listen.advertised_addr" asks for',
  ],
  [
    "a missing certificate of the link to the cluster's directory",
    `${GOOD}frontlas: {enable: true, dial: {addrs: ["127.0.0.1:1"], ${
      tls([["nowhere", "localhost"]])
    }}}\n`,
    "(frontlas.dial.tls.certs[0])",
  ],
];

for (const [name, text, said] of DOUBTFUL) {
  Deno.test(`--check warns about ${name}, and a start goes well`, async () => {
    await withFile(text, async (path) => {
      await using check = new Program(["--check", "-c", path], {}, WRITE);
      const { code, out, err } = await check.end();
      assertEquals([code, out], [0, `${path}: ok`]);
      assert(err.startsWith(`frontier: warning: ${path}:`), err);
      assertStringIncludes(err, said);
      assertEquals(err.trimEnd().split("\n").length, 1, err);
      await using start = new Program(["-c", path], {}, WRITE);
      await start.line(/edgebound server listening on/);
    });
  });
}

Deno.test("--check warns about ports of its own that could not be opened beside others, and that it can do without", async () => {
  const text = GOOD.replace("127.0.0.1:0", "127.0.0.1:4711") +
    "observability: {enable: true, addr: ':4711'}\n" +
    "daemon: {pprof: {enable: true, addr: '127.0.0.1:4711'}}\n";
  await withFile(text, async (path) => {
    await using check = new Program(["--check", "-c", path], {}, WRITE);
    const { code, out, err } = await check.end();
    assertEquals([code, out], [0, `${path}: ok`]);
    const lines = err.trimEnd().split("\n");
    assertEquals(lines.length, 2, err);
    for (const [i, key] of ["observability", "daemon.pprof"].entries()) {
      assert(lines[i]!.startsWith(`frontier: warning: ${path}:`), err);
      assertStringIncludes(lines[i]!, "4711, choose another port");
      assertStringIncludes(lines[i]!, `(${key}.addr)`);
    }
  });
});

Deno.test("--check says nothing about addresses that it may not try", async () => {
  const text = GOOD.replace("127.0.0.1:0", "192.0.2.1:4711");
  await withFile(text, async (path) => {
    const without = PERMISSIONS.filter((one) => one !== "--allow-net");
    await using check = new Program(["--check", "-c", path], {}, without);
    const { code, out } = await check.end();
    assertEquals([code, out], [0, `${path}: ok`]);
  });
});

Deno.test("--check takes no port and makes no file", async () => {
  const folder = await Deno.makeTempDir();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const text = `${
    GOOD.replace("127.0.0.1:0", `127.0.0.1:${taken.addr.port}`)
  }log: {output: file, file: {path: ${folder}/a/frontier.log}}\n`;
  await withFile(text, async (path) => {
    await using check = new Program(["--check", "-c", path], {}, WRITE);
    assertEquals((await check.end()).code, 0);
  });
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

Deno.test("--check with --print-config prints the file instead of ok, and fails all the same", async () => {
  await withFile(GOOD, async (path) => {
    const { code, out } = await Program.run([
      "--check",
      "--print-config",
      "-c",
      path,
    ]);
    assertEquals(code, 0);
    assertStringIncludes(out, "forward_deadlines: services");
  });
  await withFile(edges(tls([["nowhere", "localhost"]])), async (path) => {
    const { code, out } = await Program.run([
      "--check",
      "--print-config",
      "-c",
      path,
    ]);
    assertEquals([code, out], [1, ""]);
  });
});
