import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PeerAddress } from "@frontier/platform";
import { ClusterService } from "./cluster/mod.ts";
import {
  type DialTarget,
  Edge,
  FrontierError,
  type Handler,
  type LogFields,
  Service,
} from "./mod.ts";
import { ScriptedGateway, until } from "./testing/scripted_gateway.ts";

/** What programs without types may hand over. */
// deno-lint-ignore no-explicit-any
const WRONG: any[] = [undefined, null, 5, {}, Symbol("x")];

const text = (bytes?: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("a name that is no text is the program's mistake, not a reason to try again", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  await using service = await Service.connect({ dial: gateway.dial });
  for (const name of WRONG) {
    await assertRejects(() => edge.call(name), TypeError, "as a method");
    await assertRejects(() => edge.publish(name, ""), TypeError, "as a topic");
    await assertRejects(() => edge.openStream(name), TypeError, "as a service");
    await assertRejects(() => edge.register(name, () => {}), TypeError);
    // Without a topic there is none.
    const topic = name ?? 5;
    await assertRejects(() => service.publish(1n, "", { topic }), TypeError);
  }
});

Deno.test("a handler that is no function is refused, and the one before it answers on", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const { side } = gateway;
  await edge.register("m", () => "first");
  for (const handler of WRONG) {
    await assertRejects(() => edge.register("m", handler), TypeError);
    await assertRejects(
      () => Edge.connect({ dial: gateway.dial, methods: { m: handler } }),
      TypeError,
    );
  }
  const answer = async () => text((await side.request("m")).value);
  assertEquals(await answer(), "first");
  await edge.register("m", () => "second");
  assertEquals(await answer(), "second");
});

Deno.test("time limits are numbers", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  // deno-lint-ignore no-explicit-any
  const timeoutMs = "5000" as any;
  await assertRejects(
    () => edge.call("m", "", { timeoutMs }),
    RangeError,
    'Cannot wait "5000" ms: need a positive number',
  );
  const limits = { handlers: "5" } as never;
  await assertRejects(
    () => Edge.connect({ dial: gateway.dial, limits }),
    RangeError,
    'Cannot use "5" as handlers: need a number above 0',
  );
  // What an environment variable gives.
  const port = "30012" as never;
  await assertRejects(
    () => Edge.connect({ port }),
    RangeError,
    'Cannot connect to port "30012": need a number from 1 to 65535',
  );
});

Deno.test("a service whose name or topics have another type is told before anything is tried", async () => {
  const dial = () => {
    throw new Error("Dialled");
  };
  const wrong: [unknown, string][] = [
    [{ name: 5 }, "Cannot take number as a name of a service: need text"],
    [{ name: null }, "Cannot take object as a name of a service: need text"],
    [
      { topics: "news" },
      'Cannot take string as topics: need a list, such as ["news"]',
    ],
    [{ topics: ["news", 5] }, "Cannot take number as a topic: need text"],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(
      () => Service.connect({ dial, ...(options as object) }),
      TypeError,
      message,
    );
    await assertRejects(
      () => ClusterService.connect(options as object),
      TypeError,
      message,
    );
  }
});

Deno.test("a port that cannot be is refused before anything is tried, again and again", async () => {
  for (const port of [-1, 0, 65_536, 1.5, NaN]) {
    await assertRejects(
      () => Edge.connect({ port, waitForFirstConnect: true }),
      RangeError,
      "Cannot connect to port",
    );
  }
});

Deno.test("what is too large is named", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  const name = "m".repeat(100);
  await assertRejects(
    () => edge.call(name, new Uint8Array(9_000_000)),
    FrontierError,
    `Cannot call "${name}": encoded it has 120`,
  );
  await assertRejects(
    () => edge.publish("t", "", { custom: new Uint8Array(9_000_000) }),
    FrontierError,
    'Cannot publish to topic "t": encoded it has 120',
  );
});

Deno.test("a logger that throws costs neither an answer nor the connection", async () => {
  using gateway = new ScriptedGateway({
    onRequest: (request) => request.error("record not found", "not-run"),
  });
  let records = 0;
  const full = (_message: string, _fields?: LogFields) => {
    records++;
    throw new Error("no space left");
  };
  const slow: Handler = () => new Promise((resolve) => setTimeout(resolve, 50));
  await using service = await Service.connect({
    dial: gateway.dial,
    limits: { handlers: 1 },
    methods: { slow },
    logger: { debug: full, info: full, warn: full, error: full },
  });
  // As at the port for edges: the service warns.
  await assertRejects(() => service.call(1n, "m"), Error, "record not found");
  assertEquals(records, 1);
  // And again when requests wait for a place.
  await Promise.all([1, 2, 3, 4].map(() => gateway.side.request("slow")));
  await until(() => records >= 2);
  assertEquals(service.state, "connected");
});

Deno.test("an option that nobody knows is refused, and the nearest is named", async () => {
  const dial = () => {
    throw new Error("Dialled");
  };
  const wrong: [Record<string, unknown>, string][] = [
    [
      { hostnme: "h" },
      'the edge option "hostnme": there is none, the nearest one is "hostname"',
    ],
    [
      { timeout: 5 },
      '"timeout": there is none, the nearest one is "timeoutMs"',
    ],
    [{ name: "greeter" }, 'the edge option "name"'],
    [
      { limits: { handler: 5 } },
      'the limit "handler": there is none, the nearest one is "handlers"',
    ],
    [
      { reconnect: { maxDelay: 5 } },
      'the reconnect option "maxDelay": there is none, the nearest one is "maxDelayMs"',
    ],
  ];
  for (const [options, message] of wrong) {
    await assertRejects(
      () => Edge.connect({ dial, ...options }),
      TypeError,
      message,
    );
  }
  // One that is not given may be named.
  const error = await assertRejects(
    () => Edge.connect({ dial, meta: undefined as unknown as string }),
    FrontierError,
  );
  assertEquals(error.code, "not-connected");
});

Deno.test("the address of a gateway can be spread into the options", async () => {
  using gateway = new ScriptedGateway();
  const dialled: string[] = [];
  const dial = ({ hostname, port }: DialTarget) => {
    dialled.push(`${hostname}:${port}`);
    return gateway.dial();
  };
  const address: PeerAddress = { network: "tcp", hostname: "h", port: 7 };
  await using edge = await Edge.connect({ ...address, dial });
  await using service = await Service.connect({ ...address, dial });
  assertEquals([edge.state, service.state], ["connected", "connected"]);
  assertEquals(dialled, ["h:7", "h:7"]);
});

Deno.test("a network other than tcp takes a dial of its own", async () => {
  using gateway = new ScriptedGateway();
  for (const network of ["udp", "memory", ""]) {
    await assertRejects(
      () => Edge.connect({ network }),
      TypeError,
      `Cannot connect by network "${network}": only "tcp" is known, hand over a dial for others`,
    );
    await using edge = await Edge.connect({ network, dial: gateway.dial });
    assertEquals(edge.state, "connected");
  }
});

Deno.test("a hostname with more than a host in it is refused before anything is tried", async () => {
  const wrong: [string, string][] = [
    ["127.0.0.1:1", 'it has a port in it, put that into "port"'],
    ["localhost:30012", 'it has a port in it, put that into "port"'],
    ["[::1]:30012", 'it has a port in it, put that into "port"'],
    ["tcp://127.0.0.1", "it is more than a host, leave out the rest"],
    ["gateway.example/edges", "it is more than a host, leave out the rest"],
  ];
  for (const [hostname, why] of wrong) {
    await assertRejects(
      () => Edge.connect({ hostname, waitForFirstConnect: true }),
      SyntaxError,
      `Cannot connect to the hostname "${hostname}": ${why}`,
    );
  }
  await assertRejects(
    () => Edge.connect({ hostname: 5 as unknown as string }),
    TypeError,
  );
  // IPv6 is full of colons, and a dial of its own may take any name.
  for (const hostname of ["::1", "fe80::1", "2001:db8:0:0:0:0:0:1"]) {
    const signal = AbortSignal.abort();
    const error = await assertRejects(() => Edge.connect({ hostname, signal }));
    assert(!(error instanceof SyntaxError), hostname);
  }
  using gateway = new ScriptedGateway();
  const { dial } = gateway;
  await using edge = await Edge.connect({ hostname: "wss://h:1/x", dial });
  assertEquals(edge.state, "connected");
});

Deno.test("an option of an operation that nobody knows is refused, and the nearest is named", async () => {
  using gateway = new ScriptedGateway();
  await using edge = await Edge.connect({ dial: gateway.dial });
  await using service = await Service.connect({ dial: gateway.dial });
  const timeout = { timeout: 5 } as object;
  const message =
    'Cannot use the option "timeout": there is none, the nearest one is "timeoutMs"';
  const operations = (options: object | undefined) => [
    () => edge.call("m", "", options),
    () => edge.publish("t", "", options),
    () => edge.register("m", () => {}, options),
    () => edge.openStream("s", options),
    () => edge.rtt(options),
    () => service.call(1n, "m", "", options),
    () => service.publish(1n, "", options),
    () => service.openStream(1n, options),
    () => service.registerEdgeOnline(() => {}, options),
  ];
  for (const operation of operations(timeout)) {
    await assertRejects(operation, TypeError, message);
  }
  for (const wrong of [5_000, null]) {
    for (const operation of operations(wrong as unknown as object)) {
      const message = `Cannot take ${wrong} as options`;
      await assertRejects(operation, TypeError, message);
    }
  }
  const topic = { topic: "t" } as object;
  await assertRejects(() => edge.call("m", "", topic), TypeError, '"topic"');
  // One that is not given may be named.
  await edge.call(
    "m",
    "",
    { timeoutMs: undefined, custom: undefined } as object,
  );
});
