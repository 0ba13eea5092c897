import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Logger } from "@frontier/platform/log";
import {
  type EdgeQuery,
  type Page,
  QueryError,
  type ServiceNameQuery,
  type ServiceQuery,
  type Store,
} from "./store.ts";
import { World } from "./testing/world.ts";

/** What holds of every backend; `counts` says whether it counts rows. */
const BACKENDS = [
  { backend: "buntdb", counts: false },
  { backend: "sqlite3", counts: true },
] as const;

function test(
  name: string,
  run: (world: World, store: Store, counts: boolean) => Promise<void>,
): void {
  for (const { backend, counts } of BACKENDS) {
    Deno.test(`${backend}: ${name}`, async () => {
      const world = new World();
      using store = await world.open(backend);
      await run(world, store, counts);
    });
  }
}

async function ids(page: Promise<Page<{ id: bigint }>>): Promise<bigint[]> {
  return (await page).rows.map(({ id }) => id);
}

async function names(page: Promise<Page<string>>): Promise<readonly string[]> {
  return (await page).rows;
}

test("an empty store lists nothing", async (_, store, counts) => {
  const empty = { rows: [], count: counts ? 0 : -1 };
  assertEquals(await store.edges(), empty);
  assertEquals(await store.services({ page: 3 }), empty);
  assertEquals(await store.edgeRpcs(), empty);
  assertEquals(await store.serviceRpcs(), empty);
  assertEquals(await store.serviceTopics(), empty);
  assertEquals(await store.edge(1n), undefined);
  assertEquals(await store.service(1n), undefined);
  assertEquals(await store.counts(), { edges: 0, services: 0 });
});

test(
  "what happened before the question is in the answer",
  async (world, store) => {
    const edge = world.edge(7n, "alice", { port: 9, created: 1_500 });
    const row = {
      id: 7n,
      meta: "alice",
      addr: "127.0.0.1:9",
      createdMs: 1_500,
    };
    assertEquals((await store.edges()).rows, [row]);
    assertEquals(await store.edge(7n), row);
    const service = world.service(8n, "echo", ["t"], { created: 2_000 });
    assertEquals((await store.services()).rows, [{
      id: 8n,
      service: "echo",
      addr: "127.0.0.1:1",
      createdMs: 2_000,
    }]);
    assertEquals((await store.service(8n))?.service, "echo");
    assertEquals(await store.counts(), { edges: 1, services: 1 });
    world.directory.removeEdge(edge);
    world.directory.removeService(service);
    assertEquals(await store.edge(7n), undefined);
    assertEquals(await store.service(8n), undefined);
    assertEquals(await names(store.serviceTopics()), []);
    assertEquals(await store.counts(), { edges: 0, services: 0 });
  },
);

for (const { backend } of BACKENDS) {
  Deno.test(`${backend}: whoever was there before the store is in it`, async () => {
    const world = new World();
    const service = world.service(1n, "echo", ["news"], { created: 5 });
    world.method(service, "hello");
    world.edge(2n);
    using store = await world.open(backend);
    assertEquals(await store.counts(), { edges: 1, services: 1 });
    assertEquals(await names(store.serviceRpcs()), ["hello"]);
    assertEquals(await names(store.serviceTopics()), ["news"]);
  });
}

test(
  "an id that is taken over is the newer connection",
  async (world, store) => {
    const older = world.edge(1n, "older");
    await store.edges();
    world.directory.removeEdge(older);
    const newer = world.edge(1n, "newer");
    assertEquals((await store.edge(1n))?.meta, "newer");
    assert(!world.directory.removeEdge(older));
    assertEquals((await store.edge(1n))?.meta, "newer");
    assert(world.directory.removeEdge(newer));
    assertEquals(await store.edge(1n), undefined);
  },
);

test(
  "ids above 2^63, and those equal as floats, are told apart",
  async (world, store) => {
    const all = [0n, 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n]
      .concat([2n ** 63n + 1n, 2n ** 64n - 2n, 2n ** 64n - 1n]);
    for (const id of all) world.method(world.edge(id, `m${id}`), `r${id}`);
    assertEquals(await ids(store.edges({ order: "+edge_id" })), all);
    assertEquals(
      await ids(store.edges({ order: "-edge_id" })),
      all.toReversed(),
    );
    for (const id of all) {
      assertEquals((await store.edge(id))?.meta, `m${id}`);
      assertEquals(await ids(store.edges({ edgeId: id })), [id]);
      assertEquals(await names(store.edgeRpcs({ edgeId: id })), [`r${id}`]);
    }
    world.directory.removeEdge(world.directory.edge(0x8000_0000, 0)!);
    assertEquals(await store.edge(2n ** 63n), undefined);
    assertEquals((await store.counts()).edges, all.length - 1);
  },
);

test("the newest come first", async (world, store) => {
  for (
    const [id, created] of [[1n, 20], [2n, 30], [3n, 10], [4n, 30]] as const
  ) {
    world.method(world.edge(id, "", { created }), `m${id}`);
    world.service(id + 10n, "", [`t${id}`], { created });
  }
  assertEquals(await ids(store.edges()), [4n, 2n, 1n, 3n]);
  assertEquals(await ids(store.edges({ order: "" })), [4n, 2n, 1n, 3n]);
  assertEquals(await ids(store.services()), [14n, 12n, 11n, 13n]);
});

test(
  "a field without a sign is descending for edges and ascending for others",
  async (world, store) => {
    for (const id of [1n, 2n, 3n]) {
      const edge = world.edge(id, `e${id}`, { created: Number(id) });
      const service = world.service(id, `s${id}`, [`t${id}`], {
        created: Number(id),
      });
      world.now = Number(id);
      world.method(edge, `m${id}`);
      world.method(service, `m${id}`);
    }
    for (const order of ["edge_id", "meta", "create_time"]) {
      assertEquals(await ids(store.edges({ order })), [3n, 2n, 1n], order);
      assertEquals(await ids(store.edges({ order: `-${order}` })), [
        3n,
        2n,
        1n,
      ]);
      assertEquals(await ids(store.edges({ order: `+${order}` })), [
        1n,
        2n,
        3n,
      ]);
    }
    for (const order of ["service_id", "service", "create_time"]) {
      assertEquals(await ids(store.services({ order })), [1n, 2n, 3n], order);
      assertEquals(await ids(store.services({ order: `-${order}` })), [
        3n,
        2n,
        1n,
      ]);
    }
    for (const order of ["rpc", "edge_id", "create_time"]) {
      assertEquals(await names(store.edgeRpcs({ order })), ["m1", "m2", "m3"]);
      assertEquals(await names(store.edgeRpcs({ order: `-${order}` })), [
        "m3",
        "m2",
        "m1",
      ]);
    }
    for (const order of ["service_id", "create_time"]) {
      for (const sign of ["", "+", "-"]) {
        const query = { order: sign + order };
        const up = sign !== "-";
        const methods = ["m1", "m2", "m3"];
        const topics = ["t1", "t2", "t3"];
        if (!up) { for (const list of [methods, topics]) list.reverse(); }
        assertEquals(await names(store.serviceRpcs(query)), methods);
        assertEquals(await names(store.serviceTopics(query)), topics);
      }
    }
  },
);

test(
  "text is ordered without regard to the case of ASCII letters",
  async (world, store) => {
    const metas = [
      "b",
      "B",
      "A",
      "a",
      "",
      "ä",
      "Ä",
      "\u{1f600}",
      "\uffee",
      "a\0b",
      "a\0a",
    ];
    metas.forEach((meta, id) => world.edge(BigInt(id), meta));
    const listed =
      (await store.edges({ order: "+meta", pageSize: 100, page: 1 }))
        .rows.map(({ meta }) => meta);
    assertEquals(listed, [
      "",
      "A",
      "a",
      "a\0a",
      "a\0b",
      "b",
      "B",
      "Ä",
      "ä",
      "\uffee",
      "\u{1f600}",
    ]);
  },
);

test(
  "an order by anything else is refused, with what there is",
  async (_, store) => {
    for (
      const [ask, message] of [
        [
          () => store.edges({ order: "-rpc" }),
          'Cannot order edges by "rpc": there is no such field, use one of edge_id, meta, addr, create_time with - or + before it',
        ],
        [
          () => store.services({ order: "edge_id" }),
          "Cannot order services by",
        ],
        [
          () => store.edgeRpcs({ order: " rpc" }),
          "Cannot order methods of edges",
        ],
        [
          () => store.serviceRpcs({ order: "topic" }),
          "Cannot order methods of",
        ],
        [() => store.serviceTopics({ order: "--topic" }), 'topics by "-topic"'],
        [() => store.edges({ order: "+" }), 'Cannot order edges by ""'],
        [
          () => store.edges({ order: "meta; DROP TABLE edges" }),
          "Cannot order",
        ],
      ] as const
    ) await assertRejects(ask, QueryError, message);
    assertEquals(await ids(store.edges()), []);
  },
);

test("pages follow each other and end", async (world, store, counts) => {
  for (let id = 0n; id < 25n; id++) {
    world.edge(id, "", { created: Number(id) });
  }
  const page = async (page: number, pageSize: number) =>
    (await ids(store.edges({ page, pageSize, order: "+edge_id" }))).map(Number);
  const range = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => from + i);
  assertEquals(await page(1, 10), range(0, 10));
  assertEquals(await page(2, 10), range(10, 20));
  assertEquals(await page(3, 10), range(20, 25));
  assertEquals(await page(4, 10), []);
  assertEquals(await page(1, 1000), range(0, 25));
  assertEquals(await page(25, 1), [24]);
  assertEquals(await page(2 ** 62, 2 ** 62), []);
  assertEquals(await page(1, 2 ** 62), range(0, 25));
  // Either below one: the first ten.
  for (const [n, size] of [[0, 5], [-1, 5], [3, 0], [3, -1], [0, 0]] as const) {
    assertEquals(await page(n, size), range(0, 10), `${n} ${size}`);
  }
  for (const query of [{}, { page: 99 }, { meta: "" }, { pageSize: 1 }]) {
    assertEquals((await store.edges(query)).count, counts ? 25 : -1);
  }
});

test("filters take every character for itself", async (world, store) => {
  const metas = [
    "100%",
    "100_",
    "1000",
    'a"b',
    "a'b",
    "a\\b",
    "a\0b",
    "a\nb",
    "ab",
    "[a]",
    "a*b",
    "a?b",
    "äöü",
    "💥",
  ];
  metas.forEach((meta, id) =>
    world.method(world.edge(BigInt(id), meta), `call ${meta}`)
  );
  for (const [id, meta] of metas.entries()) {
    assertEquals(await ids(store.edges({ meta })), [BigInt(id)], meta);
    assertEquals(await ids(store.edges({ metaContains: meta })), [BigInt(id)]);
    assertEquals(await ids(store.edges({ rpc: `call ${meta}` })), [BigInt(id)]);
    assertEquals(await names(store.edgeRpcs({ meta })), [`call ${meta}`]);
  }
  assertEquals((await store.edges({ meta: "%" })).rows, []);
  assertEquals((await store.edges({ metaContains: "_" })).rows.length, 1);
  metas.forEach((name, id) =>
    world.method(
      world.service(BigInt(id), name, [`to ${name}`]),
      `call ${name}`,
    )
  );
  for (const [id, name] of metas.entries()) {
    assertEquals(await ids(store.services({ service: name })), [BigInt(id)]);
    assertEquals(await ids(store.services({ rpc: `call ${name}` })), [
      BigInt(id),
    ]);
    assertEquals(await ids(store.services({ topic: `to ${name}` })), [
      BigInt(id),
    ]);
    assertEquals(await names(store.serviceRpcs({ service: name })), [
      `call ${name}`,
    ]);
    assertEquals(await names(store.serviceTopics({ service: name })), [
      `to ${name}`,
    ]);
  }
});

test(
  "metas, names and addresses are found by how they begin, with case",
  async (world, store) => {
    world.edge(1n, "factory-1", { host: "10.0.0.1", port: 80, created: 1 });
    world.edge(2n, "Factory-2", { host: "10.0.0.12", port: 80, created: 2 });
    world.edge(3n, "my factory", { host: "::1", port: 80, created: 3 });
    world.service(4n, "echo", [], { host: "10.0.0.1", port: 8080, created: 1 });
    world.service(5n, "Echo", [], { host: "10.0.0.1", port: 80, created: 2 });
    world.service(6n, "an echo", [], {
      host: "10.0.0.1",
      port: 81,
      created: 3,
    });
    assertEquals(await ids(store.edges({ meta: "factory" })), [1n]);
    assertEquals(await ids(store.edges({ meta: "F" })), [2n]);
    assertEquals(await ids(store.edges({ metaContains: "actory" })), [
      3n,
      2n,
      1n,
    ]);
    assertEquals(await ids(store.edges({ addr: "10.0.0.1" })), [2n, 1n]);
    assertEquals(await ids(store.edges({ addr: "10.0.0.1:" })), [1n]);
    assertEquals(await ids(store.edges({ addr: "[::1]:80" })), [3n]);
    assertEquals(await ids(store.services({ service: "echo" })), [4n]);
    assertEquals(await ids(store.services({ addr: "10.0.0.1:80" })), [5n, 4n]);
    const both = { meta: "factory", addr: "10.0.0.12" };
    assertEquals(await ids(store.edges(both)), []);
    assertEquals(
      await ids(store.edges({ ...both, meta: "F", order: "+addr" })),
      [2n],
    );
  },
);

test(
  "the time range is half open, and there only with both ends",
  async (world, store, counts) => {
    for (const s of [10, 11, 12, 13]) {
      const created = s * 1000 + 500;
      world.now = created;
      world.method(world.edge(BigInt(s), "m", { created }), `r${s}`);
      world.method(
        world.service(BigInt(s), "s", [`t${s}`], { created }),
        `r${s}`,
      );
    }
    const range = (startTime: number, endTime: number) => ({
      startTime,
      endTime,
    });
    for (const more of [{}, { meta: "m" }, { order: "-meta" }]) {
      const query = { ...range(11, 13), ...more };
      assertEquals(await ids(store.edges(query)), [12n, 11n]);
      assertEquals((await store.edges(query)).count, counts ? 2 : -1);
    }
    assertEquals(await ids(store.services(range(11, 13))), [12n, 11n]);
    assertEquals(await names(store.edgeRpcs(range(11, 13))), ["r12", "r11"]);
    assertEquals(await names(store.serviceRpcs(range(11, 13))), ["r12", "r11"]);
    assertEquals(await names(store.serviceTopics(range(11, 13))), [
      "t12",
      "t11",
    ]);
    assertEquals(await ids(store.edges(range(12, 12))), []);
    assertEquals(await ids(store.edges(range(13, 11))), []);
    for (
      const query of [range(0, 12), range(12, 0), { startTime: 12 }, {
        endTime: 12,
      }, range(0, 0)]
    ) assertEquals((await store.edges(query)).rows.length, 4);
    assertEquals(await ids(store.edges({ connectedSince: 12 })), [13n, 12n]);
    assertEquals(
      await ids(store.edges({ connectedSince: 12, ...range(10, 13) })),
      [12n],
    );
    assertEquals(await ids(store.services({ connectedSince: 13 })), [13n]);
  },
);

test(
  "a name that several have is listed once, at its newest or oldest owner",
  async (world, store, counts) => {
    const owners: [bigint, number, string[]][] = [
      [1n, 1_000, ["a", "common"]],
      [2n, 2_000, ["b"]],
      [3n, 3_000, ["c", "common"]],
    ];
    for (const [id, now, methods] of owners) {
      world.now = now;
      const edge = world.edge(id, `edge ${id}`);
      const service = world.service(id, `service ${id}`, methods, {
        created: now,
      });
      for (const method of methods) {
        world.method(edge, method);
        world.method(service, method);
      }
    }
    for (
      const list of [
        (query?: ServiceNameQuery) => store.edgeRpcs(query),
        (query?: ServiceNameQuery) => store.serviceRpcs(query),
        (query?: ServiceNameQuery) => store.serviceTopics(query),
      ]
    ) {
      assertEquals(await list(), {
        rows: ["common", "c", "b", "a"],
        count: counts ? 4 : -1,
      });
      assertEquals(await names(list({ order: "+create_time" })), [
        "a",
        "common",
        "b",
        "c",
      ]);
      assertEquals(await list({ page: 2, pageSize: 3 }), {
        rows: ["a"],
        count: counts ? 4 : -1,
      });
      assertEquals(await names(list({ startTime: 2, endTime: 3 })), ["b"]);
    }
    assertEquals(await names(store.edgeRpcs({ edgeId: 3n })), ["common", "c"]);
    assertEquals(await names(store.edgeRpcs({ meta: "ge 1" })), [
      "common",
      "a",
    ]);
    assertEquals(await names(store.serviceRpcs({ serviceId: 2n })), ["b"]);
    assertEquals(
      await names(store.serviceRpcs({ service: "ice 3", serviceId: 3n })),
      ["common", "c"],
    );
    assertEquals(
      await names(store.serviceRpcs({ service: "ice 3", serviceId: 2n })),
      [],
    );
    assertEquals(await names(store.serviceTopics({ service: "2" })), ["b"]);
    world.directory.removeService(world.directory.service(3n)!);
    assertEquals(await names(store.serviceRpcs({ order: "rpc" })), [
      "a",
      "b",
      "common",
    ]);
    assertEquals(await ids(store.services({ rpc: "common" })), [1n]);
    assertEquals(await ids(store.services({ topic: "b" })), [2n]);
  },
);

test(
  "hooks are methods of their services, brokers are nobody",
  async (world, store) => {
    world.method(world.service(1n), "edge_online");
    world.directory.addBrokerTopic({} as never, "orders");
    assertEquals(await names(store.serviceRpcs()), ["edge_online"]);
    assertEquals(await names(store.serviceTopics()), []);
  },
);

test("bytes that are not UTF-8 are replaced", async (world, store) => {
  world.edge(1n, new Uint8Array([0x61, 0xff, 0x62]));
  world.service(2n, "a\ud800", ["\udc00"]);
  assertEquals((await store.edge(1n))?.meta, "a\ufffdb");
  assertEquals(await ids(store.edges({ meta: "a\ufffd" })), [1n]);
  assertEquals((await store.service(2n))?.service, "a\ufffd");
  assertEquals(await names(store.serviceTopics()), ["\ufffd"]);
});

test("large metas are listed and found whole", async (world, store, counts) => {
  const large = (text: string, length: number) => text + "x".repeat(length);
  const metas = [255, 256, 257, 4_096, 4_097, 1_048_570].map((length, i) =>
    large(`${i}-ä`, length - 4) + "end"
  );
  metas.forEach((meta, i) => world.edge(BigInt(i), meta));
  world.edge(9n, "💥".repeat(200) + "z");
  for (const [i, meta] of metas.entries()) {
    assertEquals((await store.edge(BigInt(i)))?.meta, meta);
    assertEquals(await ids(store.edges({ meta })), [BigInt(i)]);
    assertEquals(await ids(store.edges({ meta: `${i}-ä` })), [BigInt(i)]);
    assertEquals((await store.edges({ meta: `${meta}!` })).rows, []);
  }
  assertEquals(await store.edges({ metaContains: "xend", pageSize: 1 }), {
    rows: [{ id: 5n, meta: metas[5]!, addr: "127.0.0.1:1", createdMs: 0 }],
    count: counts ? 6 : -1,
  });
  assertEquals(await ids(store.edges({ order: "+meta" })), [
    0n,
    1n,
    2n,
    3n,
    4n,
    5n,
    9n,
  ]);
  assertEquals(await ids(store.edges({ meta: "💥".repeat(200) })), [9n]);
  assertEquals(await ids(store.edges({ meta: "💥".repeat(128) })), [9n]);
  world.method(world.directory.edge(0, 5)!, "of the large one");
  assertEquals(await names(store.edgeRpcs({ meta: "xend" })), [
    "of the large one",
  ]);
  world.directory.removeEdge(world.directory.edge(0, 5)!);
  assertEquals((await store.edges({ metaContains: "xend" })).rows.length, 5);
});

test(
  "whoever comes and goes while a list is made neither ends nor doubles it",
  async (world, store) => {
    const stay = 3_000n;
    for (let id = 0n; id < stay; id++) world.edge(id * 2n, "stays");
    await store.counts();
    const asked = [
      store.edges({ pageSize: 10_000, meta: "stays", order: "+edge_id" }),
      store.edges({ pageSize: 10_000, metaContains: "stays", order: "-meta" }),
      store.edges({ pageSize: 10_000, addr: "127" }),
    ];
    let done = false;
    const all = Promise.all(asked).finally(() => done = true);
    for (let id = 1n; !done; id += 2n) {
      const edge = world.edge(id % (stay * 2n), "stays");
      await store.edge(edge.id);
      world.directory.removeEdge(edge);
    }
    for (const { rows } of await all) {
      const listed = rows.map(({ id }) => id).filter((id) => id % 2n === 0n);
      assertEquals(new Set(listed).size, Number(stay));
      assertEquals(listed.length, Number(stay));
    }
  },
);

test(
  "questions fail once it is closed, those under way as well",
  async (world, store) => {
    world.edge(1n);
    const asked = store.edges();
    store.close();
    store.close();
    await assertRejects(
      () => asked,
      Error,
      "Cannot ask the store: it is closed",
    );
    await assertRejects(() => store.counts(), Error, "it is closed");
    world.edge(2n);
  },
);

/** The words of random metas, names, methods and topics. */
const WORDS = [
  "",
  "a",
  "A",
  "ab",
  "aB",
  "b%",
  "b_",
  "\\",
  '"',
  "'",
  "ä",
  "💥",
  "\uffee",
];

/** Random numbers that can be repeated. */
function randomOf(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(seed / 0x1_0000_0000 * below);
  };
}

Deno.test("both backends answer random questions alike, and as plain lists do", async () => {
  const random = randomOf(7);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const maybe = <T>(value: () => T): T | undefined =>
    random(3) === 0 ? value() : undefined;
  const text = () => pick(WORDS) + pick(WORDS);
  const world = new World();
  using memory = await world.open("buntdb");
  using sqlite = await world.open("sqlite");
  const id = () => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
  for (let i = 0; i < 700; i++) {
    world.now = random(20) * 1000;
    const who = { created: world.now, host: text(), port: random(3) };
    const edge = world.edge(id(), text() + text(), who);
    const service = world.service(id(), text(), [text(), text()], who);
    for (let n = random(3); n > 0; n--) {
      world.method(edge, text());
      world.method(service, text());
    }
    if (random(10) === 0) world.directory.removeEdge(edge);
    if (random(10) === 0) world.directory.removeService(service);
  }
  const edges = [...world.directory.edges()];
  const services = [...world.directory.services()];
  const decoder = new TextDecoder();
  let found = 0;
  for (let i = 0; i < 200; i++) {
    const list = {
      page: random(4),
      pageSize: random(40),
      order: pick(["", "-", "+"]),
      startTime: maybe(() => random(20)),
      endTime: maybe(() => random(20)),
    };
    const within = (created: number) =>
      !list.startTime || !list.endTime ||
      (created >= list.startTime * 1000 && created < list.endTime * 1000);
    const edgeQuery: EdgeQuery = {
      ...list,
      order: list.order === ""
        ? ""
        : list.order + pick(["edge_id", "meta", "addr", "create_time"]),
      meta: maybe(text),
      metaContains: maybe(text),
      addr: maybe(text),
      rpc: maybe(text),
      edgeId: random(9) === 0 ? pick(edges).id : undefined,
      connectedSince: maybe(() => random(20)),
    };
    const { meta = "", metaContains = "", addr = "", rpc } = edgeQuery;
    const wanted = edges.filter((edge) => {
      const said = decoder.decode(edge.meta);
      const { hostname, port } = edge.address;
      return said.startsWith(meta) && said.includes(metaContains) &&
        `${hostname}:${port}`.startsWith(addr) && within(edge.created) &&
        (rpc === undefined || edge.methods.includes(rpc)) &&
        (edgeQuery.edgeId === undefined || edge.id === edgeQuery.edgeId) &&
        edge.created >= (edgeQuery.connectedSince ?? 0) * 1000;
    });
    const page = await sqlite.edges(edgeQuery);
    assertEquals(page.count, wanted.length, JSON.stringify(list));
    assertEquals((await memory.edges(edgeQuery)).rows, page.rows);
    const listed = new Set(wanted.map((edge) => edge.id));
    for (const row of page.rows) assert(listed.has(row.id));
    found += page.rows.length;

    const serviceQuery: ServiceQuery = {
      ...list,
      order: list.order === ""
        ? ""
        : list.order + pick(["service_id", "service", "addr", "create_time"]),
      service: maybe(text),
      addr: maybe(text),
      rpc: maybe(text),
      topic: maybe(text),
    };
    const servicePage = await sqlite.services(serviceQuery);
    assertEquals((await memory.services(serviceQuery)).rows, servicePage.rows);
    assertEquals(
      servicePage.count,
      services.filter(({ name, methods, topics, address, created }) =>
        name.startsWith(serviceQuery.service ?? "") &&
        `${address.hostname}:${address.port}`.startsWith(
          serviceQuery.addr ?? "",
        ) && within(created) &&
        (serviceQuery.rpc === undefined ||
          methods.includes(serviceQuery.rpc)) &&
        (serviceQuery.topic === undefined ||
          topics.includes(serviceQuery.topic))
      ).length,
    );

    const field = pick(["name", "id", "create_time"]);
    const nameOrder = (name: string, owner: string) =>
      list.order === "" ? "" : list.order +
        (field === "name" ? name : field === "id" ? owner : field);
    const ofEdges = {
      ...list,
      order: nameOrder("rpc", "edge_id"),
      meta: maybe(text),
      edgeId: random(5) === 0 ? pick(edges).id : undefined,
    };
    const rpcs = await sqlite.edgeRpcs(ofEdges);
    assertEquals((await memory.edgeRpcs(ofEdges)).rows, rpcs.rows);
    const ofServices = {
      ...list,
      service: maybe(text),
      serviceId: random(5) === 0 ? pick(services).id : undefined,
    };
    const byRpc = { ...ofServices, order: nameOrder("rpc", "service_id") };
    const serviceRpcs = await sqlite.serviceRpcs(byRpc);
    assertEquals((await memory.serviceRpcs(byRpc)).rows, serviceRpcs.rows);
    const byTopic = { ...ofServices, order: nameOrder("topic", "service_id") };
    const topics = await sqlite.serviceTopics(byTopic);
    assertEquals((await memory.serviceTopics(byTopic)).rows, topics.rows);
    assertEquals(
      topics.count,
      new Set(
        services.filter(({ id, name, created }) =>
          name.includes(ofServices.service ?? "") && within(created) &&
          (ofServices.serviceId === undefined || id === ofServices.serviceId)
        ).flatMap(({ topics }) => topics),
      ).size,
    );
    found += rpcs.rows.length + topics.rows.length + servicePage.rows.length;
  }
  assert(found > 500, `only ${found} rows were found`);
});

Deno.test("what is asked is reported where that is wanted, without what was said", async () => {
  for (const { backend } of BACKENDS) {
    const lines: [string, Record<string, unknown>?][] = [];
    const note = (message: string, fields?: Record<string, unknown>) => {
      lines.push([message, fields]);
    };
    const log = { error: note, warn: note, info: note, debug: note } as Logger;
    const world = new World();
    using store = await world.open(backend, log);
    world.edge(1n, "secret");
    await store.edges({ meta: "secret" });
    const answered = lines.filter(([message]) => message === "Store answered");
    assertEquals(answered.length, 1);
    assertEquals(answered[0]![1]!.list, "edges");
    assertEquals(answered[0]![1]!.rows, 1);
    const statements = lines.filter(([message]) => message === "SQL")
      .map(([, fields]) => String(fields!.sql));
    assertEquals(statements.length > 0, backend === "sqlite3");
    for (const verb of ["INSERT INTO", "SELECT *"]) {
      assertEquals(
        statements.some((sql) => sql.includes(verb)),
        backend === "sqlite3",
      );
    }
    assert(!JSON.stringify(lines).includes("secret"));
  }
});
