/** The agent as its users run it. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { FrontierError, Service } from "@frontier/client";
import type { Frontier } from "@frontier/server";
import { connectTarget } from "../../client/forwarding/connect_target.ts";
import { defaultOptions } from "../../client/agent/options.ts";
import { freePorts } from "../support/free_ports.ts";
import { eventually, startGateway } from "../support/gateway.ts";
import { echo, readText, target, writeAll } from "./peers.ts";
import { ProgramUnderTest } from "./processes.ts";

const FIXTURES = new URL("../../platform/testdata/", import.meta.url).pathname;
const encoder = new TextEncoder();

const server = (gateway: Frontier) =>
  `tcp://127.0.0.1:${gateway.edgeAddr.port}`;
const services = (gateway: Frontier) => ({ port: gateway.serviceAddr.port });

function temporary(): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  return {
    path,
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

Deno.test("an agent answers ping and info, and runs what is listed and nothing else", async () => {
  await using gateway = await startGateway();
  await using service = await Service.connect(services(gateway));
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", server(gateway)],
      ...["--forward", "ssh=127.0.0.1:22"],
      ...["--exec", 'say=["/bin/echo","$HOME; ls","a  b"]'],
      ...["--exec", "env=/usr/bin/env"],
      ...["--exec", 'flood=["/usr/bin/head","-c","200000","/dev/zero"]'],
      ...["--exec", 'sleep=["/bin/sleep","60"]'],
      ...["--exec", 'fail=["/bin/ls","/nowhere"]'],
      ...["--exec", "gone=/nowhere/program"],
      ...["--exec", "denied=/bin/date"],
      ...["--exec-timeout", "1", "--exec-output", "1000"],
    ],
    allow: [
      "--allow-run=/bin/echo,/usr/bin/env,/usr/bin/head,/bin/sleep,/bin/ls,/nowhere/program",
    ],
    env: { FRONTIER_AGENT_KEY_OF_NOBODY: "secret", LOG_LEVEL: "debug" },
  });
  const edge = await agent.connected();
  const call = async (method: string, data: string) =>
    (await service.call(edge, method, data)).text();
  assertEquals(await call("ping", "hello"), "hello");
  const info = JSON.parse(await call("info", ""));
  assertEquals(info.edgeId, `${edge}`);
  assertEquals(info.targets, ["ssh"]);
  assertEquals(info.pid, agent.pid);
  const run = async (name: string) => JSON.parse(await call("exec", name));
  const said = await run("say");
  assertEquals(said.status, 0);
  // No shell has seen it.
  assertEquals(said.stdout, "$HOME; ls a  b\n");
  const { stdout } = await run("env");
  assert(stdout.includes("PATH=") && !stdout.includes("secret"), stdout);
  const flooded = await run("flood");
  assertEquals([flooded.stdout.length, flooded.truncated], [1_000, true]);
  const failed = await run("fail");
  assert(failed.status !== 0 && failed.stderr.includes("/nowhere"), failed);
  const slow = run("sleep");
  await agent.line(/Command started command=sleep/);
  const refusals = await Promise.all(
    ["sleep", "gone", "denied", "rm", "", "__proto__"].map(async (name) =>
      (await assertRejects(() => run(name), FrontierError)).message
    ),
  );
  for (
    const [i, reason] of [
      'Cannot run "sleep": it runs already',
      'Cannot run "gone": there is no such program',
      'Cannot run "denied": the runtime has no permission for it',
      'This agent has no command "rm": it has say, env',
      'This agent has no command ""',
      'This agent has no command "__proto__"',
    ].entries()
  ) assert(refusals[i]!.includes(reason), refusals[i]);
  const cut = await slow;
  assertEquals([cut.timedOut, cut.signal], [true, "SIGTERM"]);
});

Deno.test("nothing is run that is not asked for", async () => {
  await using gateway = await startGateway();
  await using service = await Service.connect(services(gateway));
  await using agent = ProgramUnderTest.agent({
    args: [],
    env: { FRONTIER_AGENT_SERVER: server(gateway) },
  });
  const edge = await agent.connected();
  await assertRejects(
    () => service.call(edge, "exec", "reboot"),
    FrontierError,
    'This agent has no command "reboot": it runs nothing',
  );
});

Deno.test("a device keeps its number, and is found by it", async () => {
  using folder = temporary();
  await using gateway = await startGateway();
  await using service = await Service.connect(services(gateway));
  const metas: string[] = [];
  await service.registerGetEdgeId((meta) => {
    metas.push(new TextDecoder().decode(meta));
    return BigInt(/\d+/.exec(metas.at(-1)!)![0]);
  });
  const idFile = `${folder.path}/id`;
  const allow = [
    `--allow-read=${folder.path}`,
    `--allow-write=${folder.path}`,
  ];
  const args = ["--server", server(gateway), "--id-file", idFile];
  let first: bigint;
  {
    await using agent = ProgramUnderTest.agent({ args, allow });
    first = await agent.connected();
  }
  assertEquals(await Deno.readTextFile(idFile), `${first}\n`);
  assert(first > 0n && first < 1n << 53n);
  await using agent = ProgramUnderTest.agent({
    args: [...args, "--meta", '{"device":{id}}'],
    allow,
  });
  assertEquals(await agent.connected(), first);
  assertEquals(metas, [`${first}`, `{"device":${first}}`]);
  for (const text of ["", "0", "x", "-1", "18446744073709551616", "1 2"]) {
    await Deno.writeTextFile(idFile, text);
    const broken = await ProgramUnderTest.agent({ args, allow }).end();
    assertEquals(broken.code, 1);
    assert(broken.err.includes("it must hold one number"), broken.err);
  }
});

Deno.test("SIGHUP changes what can be reached, and cuts nothing", async () => {
  using folder = temporary();
  using one = echo();
  using two = echo();
  await using gateway = await startGateway();
  const config = `${folder.path}/agent.yaml`;
  const write = (text: string) => Deno.writeTextFile(config, text);
  const at = `servers: ["${server(gateway)}"]\n`;
  const address = (peer: { address: { port: number } }) =>
    `127.0.0.1:${peer.address.port}`;
  await write(`${at}forward: {one: "${address(one)}"}\n`);
  await using agent = ProgramUnderTest.agent({
    args: ["--config", config],
    allow: [`--allow-read=${config}`],
  });
  const edge = await agent.connected();
  const port = gateway.serviceAddr.port;
  await using ways = await ProgramUnderTest.listening(port, edge, "one");
  using conn = await Deno.connect({ port: ways.port });
  const buf = new Uint8Array(9);
  await conn.write(encoder.encode("a"));
  assertEquals(await conn.read(buf), 1);

  await write(`${at}forward: {two: "${address(two)}"}\nexec: {d: /bin/date}\n`);
  agent.kill("SIGHUP");
  await agent.line(/Configuration read anew targets=two commands=d/);
  await using service = await Service.connect(services(gateway));
  const info = JSON.parse((await service.call(edge, "info")).text());
  assertEquals([info.targets, info.reconnects], [["two"], 0]);
  assertEquals([info.commands, info.connections], [["d"], 1]);
  await conn.write(encoder.encode("b"));
  assertEquals(await conn.read(buf), 1);

  await write(`${at}forward: {two: nowhere}\nexe: {}\n`);
  agent.kill("SIGHUP");
  const [said] = await agent.line(/Configuration cannot be used.*/);
  assert(said.includes('Cannot forward to \\"nowhere\\"'), said);
  assert(said.includes("agent.yaml:2:16"), said);
  await conn.write(encoder.encode("c"));
  assertEquals(await conn.read(buf), 1);

  // A gateway that is not there is tried, and what is there stays.
  await write(
    `servers: ["tcp://127.0.0.1:1"]\nforward: {two: "${address(two)}"}\n`,
  );
  agent.kill("SIGHUP");
  await agent.line(/Cannot connect, trying again, the old connection stays/);
  await conn.write(encoder.encode("d"));
  assertEquals(await conn.read(buf), 1);
  assertEquals((await service.call(edge, "ping", "x")).text(), "x");

  // Another meta takes another connection.
  await write(`${at}meta: other\nforward: {two: "${address(two)}"}\n`);
  agent.kill("SIGHUP");
  const other = await agent.connected(2);
  assert(other !== edge);
  await assertRejects(() => conn.read(buf), Deno.errors.ConnectionReset);
});

Deno.test("lines are published in order, each until it is acknowledged", async () => {
  const ports = freePorts();
  const start = () =>
    startGateway({
      edgebound: { port: ports.edge },
      servicebound: { port: ports.service },
    });
  let gateway = await start();
  const agent = ProgramUnderTest.agent({
    args: ["--server", server(gateway), "--publish", "readings"],
  });
  const heard: string[] = [];
  const listen = async () => {
    const service = await Service.connect({
      ...services(gateway),
      topics: ["readings"],
    });
    void (async () => {
      for await (const message of service.messages()) {
        heard.push(message.text());
        await message.done();
      }
    })();
    return service;
  };
  await agent.connected();
  // Nobody takes the topic yet.
  await agent.write("0\n1\n2\n");
  await agent.line(/Lines wait to be published again/);
  let service = await listen();
  await eventually(() => Promise.resolve(heard.length >= 3), 20_000);
  assertEquals(heard, ["0", "1", "2"]);
  let count = 3;
  const writing = (async () => {
    for (; count < 3_000; count++) await agent.write(`${count}\n`);
  })();
  await eventually(() => Promise.resolve(heard.length > 500), 20_000);
  await service.close();
  await gateway.close();
  gateway = await start();
  service = await listen();
  await writing;
  await agent.write("last, without an end");
  await agent.endInput();
  const { code, err } = await agent.end();
  assertEquals(code, 0, err);
  const wanted = [
    ...Array.from({ length: 3_000 }, (_, i) => `${i}`),
    "last, without an end",
  ];
  assertEquals([...new Set(heard)].sort(), [...wanted].sort());
  assert(heard.length < wanted.length + 100, `${heard.length} came`);
  await service.close();
  await gateway.close();
});

Deno.test("a line that is refused is reported, and the others come", async () => {
  await using gateway = await startGateway();
  await using service = await Service.connect({
    ...services(gateway),
    topics: ["t"],
  });
  const heard: string[] = [];
  void (async () => {
    for await (const message of service.messages()) {
      if (message.text() === "bad") await message.error("out of paper");
      else {
        heard.push(message.text());
        await message.done();
      }
    }
  })();
  const agent = ProgramUnderTest.agent({
    args: ["--server", server(gateway), "--publish", "t"],
  });
  await agent.write(`good\nbad\n\n${"x".repeat(1_048_577)}\nbetter\n`);
  await agent.endInput();
  const { code, err } = await agent.end();
  assertEquals(heard, ["good", "", "better"]);
  assertEquals(code, 1);
  assert(err.includes("out of paper"), err);
  assert(err.includes("Line dropped: it is too long"), err);
});

Deno.test("who writes lines that nobody takes is stopped", async () => {
  await using gateway = await startGateway();
  await using agent = ProgramUnderTest.agent({
    args: ["--server", server(gateway), "--publish", "t"],
  });
  await agent.connected();
  const line = `${"x".repeat(9_999)}\n`;
  let written = 0;
  const writing = (async () => {
    for (;;) {
      await agent.write(line);
      written += line.length;
    }
  })().catch(() => {});
  let before = -1;
  await eventually(async () => {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return written === before && written > 0;
  }, 20_000);
  assert(written < 2_000_000, `${written} bytes were taken`);
  agent.kill("SIGTERM");
  const { code, err } = await agent.end();
  assertEquals(code, 1);
  assert(/Lines were read and not published lines=\d+/.test(err), err);
  await writing;
});

Deno.test("the status file tells how it is, and is always whole", async () => {
  using folder = temporary();
  const ports = freePorts();
  const start = () =>
    startGateway({
      edgebound: { port: ports.edge },
      servicebound: { port: ports.service },
    });
  const path = `${folder.path}/status.json`;
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", `tcp://127.0.0.1:${ports.edge}`],
      ...["--status-file", path],
    ],
    allow: [`--allow-read=${folder.path}`, `--allow-write=${folder.path}`],
  });
  let reads = 0;
  const state = async (wanted: string) => {
    let status: Record<string, unknown> = {};
    await eventually(async () => {
      const text = await Deno.readTextFile(path);
      reads++;
      assert(text.endsWith("}\n"), text);
      status = JSON.parse(text);
      return status.state === wanted;
    }, 20_000);
    return status;
  };
  await agent.line(/Cannot connect, trying again/);
  assertEquals((await state("connecting")).edgeId, undefined);
  let gateway = await start();
  const edge = await agent.connected();
  const up = await state("connected");
  assertEquals(up.edgeId, `${edge}`);
  assertEquals(up.gateway, `127.0.0.1:${ports.edge}`);
  await gateway.close();
  assert((await state("disconnected")).reason !== undefined);
  gateway = await start();
  await agent.connected(2);
  assertEquals((await state("connected")).reconnects, 1);
  agent.kill("SIGTERM");
  assertEquals((await agent.end()).code, 0);
  assertEquals((await state("stopped")).gateway, undefined);
  assert(reads > 4);
  assertEquals([...Deno.readDirSync(folder.path)].length, 1);
  await gateway.close();
});

Deno.test("an agent connects over TLS, with a certificate of its own", async () => {
  const tls = {
    certs: [{
      cert: `${FIXTURES}localhost.pem`,
      key: `${FIXTURES}localhost.key`,
    }],
    mtls: true,
    caCerts: [`${FIXTURES}ca.pem`],
  };
  await using gateway = await startGateway({
    edgebound: { tls },
    servicebound: { tls },
  });
  using peer = echo();
  const files = [
    ...["--ca", `${FIXTURES}ca.pem`],
    ...["--cert", `${FIXTURES}client.pem`],
    ...["--key", `${FIXTURES}client.key`],
  ];
  const allow = [
    `--allow-read=${
      ["ca.pem", "client.pem", "client.key"].map((name) => FIXTURES + name)
        .join(",")
    }`,
  ];
  const url = (port: number) => `tls://localhost:${port}`;
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", url(gateway.edgeAddr.port), ...files],
      ...["--forward", `x=127.0.0.1:${peer.address.port}`],
    ],
    allow,
  });
  const edge = await agent.connected();
  await using through = ProgramUnderTest.forward({
    args: [
      ...["--gateway", url(gateway.serviceAddr.port), ...files],
      ...["--edge", `${edge}`, "--target", "x", "--stdio"],
    ],
    allow,
  });
  await through.write("over TLS");
  await through.endInput();
  const { code, out, err } = await through.end();
  assertEquals([code, out], [0, "over TLS"], err);
  // Whom nobody vouches for is told apart.
  await using stranger = ProgramUnderTest.agent({
    args: ["--server", url(gateway.edgeAddr.port)],
  });
  await stranger.line(/Cannot connect.*(certificate|authority|issuer)/);
});

Deno.test("a stop waits for what is under way, and not for ever", async () => {
  await using gateway = await startGateway();
  await using service = await Service.connect(services(gateway));
  const start = (stopSeconds: string) =>
    ProgramUnderTest.agent({
      args: [
        ...["--server", server(gateway), "--stop-seconds", stopSeconds],
        ...["--exec", 'nap=["/bin/sleep","1"]'],
        ...["--exec", 'sleep=["/bin/sleep","60"]'],
      ],
      allow: ["--allow-run=/bin/sleep"],
    });
  const patient = start("30");
  const edge = await patient.connected();
  const nap = service.call(edge, "exec", "nap");
  await patient.line(/Command started/);
  patient.kill("SIGTERM");
  await patient.line(/Stopping/);
  await assertRejects(
    () => service.call(edge, "exec", "sleep"),
    FrontierError,
    "this agent is stopping",
  );
  assertEquals(JSON.parse((await nap).text()).status, 0);
  assertEquals((await patient.end()).code, 0);
  const hasty = start("1");
  const sleep = service.call(await hasty.connected(), "exec", "sleep");
  sleep.catch(() => {});
  await hasty.line(/Command started/);
  const since = performance.now();
  hasty.kill("SIGTERM");
  assertEquals((await hasty.end()).code, 0);
  assert(performance.now() - since < 20_000);
  const second = start("60");
  const other = service.call(await second.connected(), "exec", "sleep");
  other.catch(() => {});
  await second.line(/Command started/);
  second.kill("SIGTERM");
  await second.line(/Stopping/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  second.kill("SIGTERM");
  assertEquals((await second.end()).code, 143);
});

Deno.test("an agent that has to end at once cuts what it forwards, and nobody takes that for its end", async () => {
  await using gateway = await startGateway();
  await using service = await Service.connect(services(gateway));
  const ends: string[] = [];
  using peer = target(async (conn) => {
    await writeAll(conn, encoder.encode("x"));
    try {
      ends.push(`${await conn.read(new Uint8Array(1))}`);
    } catch (error) {
      ends.push((error as Error).name);
    }
  });
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", server(gateway), "--stop-seconds", "600"],
      ...["--forward", `x=127.0.0.1:${peer.address.port}`],
    ],
  });
  const edgeId = await agent.connected();
  const conn = await connectTarget(service, { edgeId, target: "x" });
  assertEquals((await conn.read())!.length, 1);
  agent.kill("SIGTERM");
  await agent.line(/Stopping/);
  await new Promise((resolve) => setTimeout(resolve, 700));
  agent.kill("SIGTERM");
  assertEquals((await agent.end()).code, 143);
  await eventually(() => Promise.resolve(ends.length === 1), 20_000);
  assertEquals(ends, ["ConnectionReset"]);
  await assertRejects(() => conn.read());
});

Deno.test("whoever is killed resets the client, and is used again when it is back", async () => {
  using folder = temporary();
  using peer = target(async (conn) => {
    await writeAll(conn, encoder.encode("x"));
    await conn.read(new Uint8Array(1));
  });
  const { GatewayProcess } = await import("../support/gateway_process.ts");
  const ports = freePorts();
  let gateway = await GatewayProcess.start({ ports });
  const ids = async () => {
    const service = await Service.connect({
      port: ports.service,
      waitForFirstConnect: true,
      name: "ids",
    });
    await service.registerGetEdgeId((meta) =>
      BigInt(new TextDecoder().decode(meta))
    );
    return service;
  };
  await using _ids = await ids();
  await Deno.writeTextFile(`${folder.path}/id`, "42\n");
  const start = () =>
    ProgramUnderTest.agent({
      args: [
        ...["--server", `tcp://127.0.0.1:${ports.edge}`],
        ...["--id-file", `${folder.path}/id`],
        ...["--forward", `x=127.0.0.1:${peer.address.port}`],
      ],
      allow: [`--allow-read=${folder.path}/id`],
    });
  let agent = start();
  assertEquals(await agent.connected(), 42n);
  await using ways = await ProgramUnderTest.listening(ports.service, 42n, "x");
  const open = async () => {
    let conn: Deno.TcpConn | undefined;
    await eventually(async () => {
      conn?.close();
      conn = await Deno.connect({ port: ways.port });
      return await conn.read(new Uint8Array(1)) === 1;
    }, 30_000);
    return conn!;
  };
  {
    using conn = await open();
    agent.kill();
    await assertRejects(
      () => conn.read(new Uint8Array(1)),
      Deno.errors.ConnectionReset,
    );
    await agent.end();
  }
  agent = start();
  await agent.connected();
  {
    using conn = await open();
    gateway.kill();
    await assertRejects(
      () => conn.read(new Uint8Array(1)),
      Deno.errors.ConnectionReset,
    );
  }
  await gateway[Symbol.asyncDispose]();
  gateway = await GatewayProcess.start({ ports });
  await eventually(async () => {
    await agent.line(/edge=42[^]*edge=42$/m);
    return true;
  }, 30_000);
  (await open()).close();
  agent.kill();
  await agent.end();
  await gateway[Symbol.asyncDispose]();
});

Deno.test("what makes no sense is said in one line, before anything is done", async () => {
  const agent = (...args: string[]) => ProgramUnderTest.agent({ args }).end();
  const some = ["--server", "tcp://127.0.0.1:1"];
  const wrong: [string[], number, string][] = [
    [[], 1, "no gateway is named, use --server tls://host:30012"],
    [["--server", "127.0.0.1:30012"], 2, "need tls://host:port"],
    [["--server", "tls://a:70000"], 2, "70000"],
    [
      [...some, "--server", "tls://127.0.0.1:1"],
      1,
      "both with TLS and without",
    ],
    [[...some, "--ca", "x"], 1, "name a gateway that begins with tls://"],
    [["--server", "tls://a", "--key", "x"], 1, "give --cert"],
    [[...some, "--forward", "ssh"], 2, "need name=value"],
    [[...some, "--forward", "a b=h:1"], 2, 'Cannot use "a b" as a name'],
    [[...some, "--forward", "a=h:1", "--forward", "a=h:2"], 2, "twice"],
    [[...some, "--forward", "a=unix:x"], 2, "need host:port or unix:/path"],
    [[...some, "--exec", "a=reboot"], 2, "need the whole path"],
    [[...some, "--exec", 'a=["/x",1]'], 2, "need a JSON list of texts"],
    [[...some, "--exec-timeout", "0"], 2, "number from 1 to 2147483"],
    [[...some, "--id-file", "x", "--meta", "y"], 1, "write {id} there"],
    [[...some, "--meta", "{id}"], 1, "give --id-file"],
    [[...some, "--loglevel", "loud"], 2, "debug, info, warn, error"],
    [[...some, "--sever", "x"], 2, "Unknown flag --sever"],
    [["--config", "/nowhere"], 1, "Cannot read the configuration /nowhere"],
  ];
  await Promise.all(wrong.map(async ([args, status, text]) => {
    const { code, err, out } = await agent(...args);
    assert(err.includes(text), `${args}: ${err}`);
    assertEquals([code, out, err.trim().split("\n").length], [status, "", 1]);
  }));
  const { code, out } = await agent("--check", ...some);
  assertEquals([code, out], [0, "ok\n"]);
  const gone = await ProgramUnderTest.agent({
    args: ["--check", ...some, "--exec", "a=/nowhere/a"],
    allow: ["--allow-run=/nowhere/a", "--allow-read=/nowhere/a"],
  }).end();
  assertEquals([gone.code, gone.out], [1, ""]);
  assert(
    gone.err.includes('Cannot run "a": /nowhere/a does not exist'),
    gone.err,
  );
});

Deno.test("each thing an agent can be told may stand in its file", async () => {
  using folder = temporary();
  const path = `${folder.path}/agent.yaml`;
  const paper = await Deno.readTextFile(
    new URL("../../docs/AGENT.md", import.meta.url),
  );
  const sample = /```yaml\n([^]*?)```/.exec(paper)![1]!;
  await Deno.writeTextFile(
    path,
    sample.replaceAll("/etc/frontier-agent/", FIXTURES)
      .replace("/usr/sbin/reboot", "/bin/true"),
  );
  const check = (text?: string) => {
    if (text !== undefined) Deno.writeTextFileSync(path, text);
    return ProgramUnderTest.agent({
      args: ["--config", path, "--check"],
      allow: ["--allow-read", "--allow-run=/bin/true,/bin/df"],
    }).end();
  };
  assertEquals((await check()).err, "");
  // The sample of the paper has every key there is.
  const keys = [...sample.matchAll(/^([a-z_]+):/gm)].map(([, key]) => key);
  const known = { ...defaultOptions(), log: 0 } as Record<string, unknown>;
  delete known.logLevel;
  delete known.logFormat;
  assertEquals(
    keys.sort(),
    Object.keys(known).map((key) =>
      key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    ).sort(),
  );
  const wrong = [
    ["servers: [x]", ":1:11: ", "need tls://host:port"],
    ["servers: [tcp://a]\nforwards: {}", ":2:1: ", "forward"],
    ["servers: [tcp://a]\nforward: {a b: h:1}", ":2:11: ", "as a name"],
    ["servers: [tcp://a]\nexec: {a: x}", ":2:11: ", "whole path"],
    ["servers: [tcp://a]\nexec: {a: []}", ":2:11: ", "whole path"],
    ["servers: [tcp://a]\nmax_connections: 0", ":2:18: ", "at least 1"],
    ["edgebound: {}", ":1:1: ", "configuration of a gateway"],
    ["servers: [", "", "as YAML"],
    [`servers: [tls://a]\nca: ${path}`, path, "holds no PEM certificate"],
    ["servers: [tls://a]\nca: /nowhere", "/nowhere", "Cannot read"],
  ];
  for (const [text, place, reason] of wrong) {
    const { code, err } = await check(`${text}\n`);
    assertEquals(code, 1, text);
    assert(err.includes(place!) && err.includes(reason!), `${text}: ${err}`);
  }
});

Deno.test("the permissions of the paper are enough for a Unix socket, and the network can be narrow", async () => {
  using folder = temporary();
  await using gateway = await startGateway();
  const path = `${folder.path}/app.sock`;
  await using _server = Deno.serve(
    { path, onListen: () => {} },
    () => new Response("from a socket"),
  );
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", server(gateway), "--forward", `app=unix:${path}`],
      ...["--forward", "ssh=127.0.0.1:22"],
    ],
    command: [
      `--allow-net=127.0.0.1:${gateway.edgeAddr.port},unix:${path}`,
      `--allow-read=${path}`,
      `--allow-write=${path}`,
      new URL("../../client/agent/main.ts", import.meta.url).pathname,
    ],
  });
  const edge = await agent.connected();
  const through = async (target: string) => {
    const program = ProgramUnderTest.forward({
      args: [
        ...["--gateway", `127.0.0.1:${gateway.serviceAddr.port}`],
        ...["--edge", `${edge}`, "--target", target, "--stdio"],
      ],
    });
    await program.write("GET / HTTP/1.0\r\n\r\n");
    await program.endInput();
    return await program.end();
  };
  const app = await through("app");
  assert(app.out.endsWith("from a socket"), app.err);
  const ssh = await through("ssh");
  assertEquals(ssh.code, 1);
  assert(ssh.err.includes("the runtime has no permission for it"), ssh.err);
});

Deno.test("a forwarder tells what cannot be reached", async () => {
  await using gateway = await startGateway();
  await using agent = ProgramUnderTest.agent({
    args: ["--server", server(gateway)],
  });
  const edge = await agent.connected();
  const port = gateway.serviceAddr.port;
  const forward = (...args: string[]) =>
    ProgramUnderTest.forward({ args }).end();
  const at = ["--gateway", `127.0.0.1:${port}`];
  const to = [...at, "--edge", `${edge}`];
  const wrong: [string[], number, string][] = [
    [[...to, "--target", "x", "--stdio"], 1, "it forwards nothing"],
    [[...at, "--edge", "1", "--target", "x", "--stdio"], 1, "not online"],
    [[...to, "--call", "nothing"], 1, "no such rpc"],
    [[...to, "--call", "exec"], 1, "it runs nothing"],
    [
      ["--gateway", "127.0.0.1:1", "--edge", "1", "--call", "ping"],
      1,
      "refused",
    ],
    [[...to, "--target", "x", "--listen", `127.0.0.1:${port}`], 1, "in use"],
    [
      [...to, "--target", "x", "--listen", "192.0.2.1:0"],
      1,
      "Cannot listen on 192.0.2.1:0: this machine has no such address, take 127.0.0.1",
    ],
    [
      [...to, "--target", "x", "--listen", "127.0.0.1"],
      2,
      "need an address and a port",
    ],
    [[...to, "--stdio"], 2, "no --target is named"],
    [[...at, "--edge", "x", "--call", "ping"], 2, "a number from 1"],
    [[...at, "--call", "ping"], 2, "no --edge is named"],
    [["--edge", "1", "--call", "ping"], 2, "no --gateway is named"],
    [[...to, "--target", "x"], 2, "give one of --listen, --stdio and --call"],
    [[...to, "--target", "x", "--stdio", "--call", "y"], 2, "give just one of"],
    [
      [...to, "--target", "x", "--call", "y"],
      2,
      'use --target "x" with --call',
    ],
    [[...to, "--target", "x", "--stdio", "--data", "z"], 2, "without --call"],
  ];
  await Promise.all(wrong.map(async ([args, status, text]) => {
    const { code, err } = await forward(...args);
    assert(err.includes(text), `${args}: ${err}`);
    assertEquals(code, status, err);
  }));
  const { code, out } = await forward(...to, "--call", "ping", "--data", "hi");
  assertEquals([code, out], [0, "hi\n"]);
  // Without a permission for its port it ends, too.
  const shut = await ProgramUnderTest.forward({
    args: [...to, "--target", "x", "--listen", "127.0.0.1:0"],
    command: [
      `--allow-net=127.0.0.1:${port}`,
      new URL("../../client/forward/main.ts", import.meta.url).pathname,
    ],
  }).end();
  assertEquals(shut.code, 1, shut.err);
  assert(
    shut.err.includes("the runtime has no permission for it, see --allow-net"),
    shut.err,
  );
});

Deno.test("of several gateways the forwarder finds the one of the agent", async () => {
  await using here = await startGateway();
  await using there = await startGateway();
  using peer = echo();
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", "tcp://127.0.0.1:1", "--server", server(there)],
      ...["--forward", `x=127.0.0.1:${peer.address.port}`],
    ],
  });
  const edge = await agent.connected();
  await using through = ProgramUnderTest.forward({
    args: ["--edge", `${edge}`, "--target", "x", "--stdio"],
    env: {
      FRONTIER_FORWARD_GATEWAY: [
        "127.0.0.1:1",
        ...[here, there].map(
          ({ serviceAddr }) => `tcp://127.0.0.1:${serviceAddr.port}`,
        ),
      ].join(" "),
    },
  });
  await through.write("found");
  await through.endInput();
  const { code, out, err } = await through.end();
  assertEquals([code, out], [0, "found"], err);
});

Deno.test("a forwarder that stops resets what is left", async () => {
  await using gateway = await startGateway();
  using peer = echo();
  await using agent = ProgramUnderTest.agent({
    args: [
      ...["--server", server(gateway)],
      ...["--forward", `x=127.0.0.1:${peer.address.port}`],
    ],
  });
  const edge = await agent.connected();
  const port = gateway.serviceAddr.port;
  const ways = await ProgramUnderTest.listening(port, edge, "x");
  using conn = await Deno.connect({ port: ways.port });
  await conn.write(encoder.encode("x"));
  assertEquals(await conn.read(new Uint8Array(2)), 1);
  using whole = await Deno.connect({ port: ways.port });
  await whole.write(encoder.encode("all"));
  whole.closeWrite();
  assertEquals(await readText(whole), "all");
  ways.kill("SIGTERM");
  await assertRejects(
    () => conn.read(new Uint8Array(1)),
    Deno.errors.ConnectionReset,
  );
  assertEquals((await ways.end()).code, 0);
});
