/** Attacks on the control plane; those harmed would be edges and services. */

import {
  fields,
  grpcRequest,
  h2Frame,
  h2Request,
  joined,
  PREFACE,
  settings,
  u32,
} from "../../support/http2_frames.ts";
import type { RawSocket } from "../../support/raw_socket.ts";
import type { Attacks } from "../attack.ts";
import type { Battle } from "../attacker.ts";

const WORK = ["call echo", "publish t", "echo svc", "admission"];
const TARGETS = ["svc"];
const utf8 = new TextEncoder();
const LIST = "/v1/edges?page_size=10000";
const LIST_EDGES = "/controlplane.ControlPlane/ListEdges";
/** Edges that are listed; enough for a page to be large. */
const EDGES = 1_000;

/** Sends the same bytes until it is thrown out. */
async function flood(socket: RawSocket, batch: Uint8Array): Promise<void> {
  while (await socket.send(batch, 10_000));
}

/** Connects and speaks HTTP/2. */
async function http2(
  battle: Battle,
  values: Readonly<Record<number, number>> = {},
): Promise<RawSocket> {
  const socket = await battle.control();
  await socket.send(joined([PREFACE, settings(values)]));
  return socket;
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
}

/** Edges with a lot to say of themselves. */
async function crowd(battle: Battle, meta: string): Promise<void> {
  for (let i = 0; i < EDGES; i++) await battle.edge({ meta });
}

/** Sends a byte of a request now and then. */
async function trickle(battle: Battle, text: string): Promise<void> {
  const socket = await battle.control();
  await socket.send(utf8.encode(text));
  while (await socket.send(utf8.encode("x"))) await battle.pause(100);
}

/** Asks again and again, reads what comes or does not. */
async function ask(
  battle: Battle,
  path: string,
  reads: boolean,
): Promise<void> {
  const socket = await battle.control();
  if (!reads) socket.pause();
  await flood(socket, utf8.encode(get(path).repeat(reads ? 8 : 64)));
}

/** Begins calls and gives them up at once, in numbers. */
async function reset(battle: Battle, begin: (id: number) => Uint8Array) {
  const socket = await http2(battle);
  for (let id = 1; id < 1_000_000; id += 200) {
    const parts: Uint8Array[] = [];
    for (let i = id; i < id + 200; i += 2) {
      parts.push(begin(i), h2Frame("rst", 0, i, u32(8)));
    }
    if (!await socket.send(joined(parts), 10_000)) return;
  }
}

/** Begins calls, more than a connection may have, and gives up none. */
async function callOn(battle: Battle, message?: null): Promise<void> {
  const socket = await http2(battle);
  for (let id = 1; id < 200_000; id += 2) {
    const call = grpcRequest(id, LIST_EDGES, message);
    if (!await socket.send(call, 10_000)) return;
    if (id % 200 === 1) await battle.pause(10);
  }
}

function control(
  run: (battle: Battle) => Promise<void>,
): Attacks[string] {
  return { targets: TARGETS, work: WORK, control: true, run };
}

function each(one: (battle: Battle) => Promise<void>): Attacks[string] {
  return control((battle) => battle.each(() => one(battle)));
}

/** Attacks on the control plane. */
export const CONTROL_ATTACKS: Attacks = {
  "control: heads that never end": each((battle) =>
    trickle(battle, "GET /v1/edges HTTP/1.1\r\nx-slow: ")
  ),
  "control: bodies that never end": each((battle) =>
    trickle(
      battle,
      "POST /admin/v1/drain HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{",
    )
  ),
  "control: heads without end": each(async (battle) => {
    const socket = await battle.control();
    await socket.send(utf8.encode("GET / HTTP/1.1\r\n"));
    await flood(socket, utf8.encode(`x-more: ${"y".repeat(1_000)}\r\n`));
  }),
  "control: bytes of no protocol": each(async (battle) => {
    const socket = await battle.control();
    const noise = crypto.getRandomValues(new Uint8Array(4_096));
    await flood(socket, noise);
  }),
  "control: long lists, read": control(async (battle) => {
    await crowd(battle, "m".repeat(200));
    await battle.each(() => ask(battle, LIST, true));
  }),
  "control: long lists that nobody reads": control(async (battle) => {
    await crowd(battle, "m".repeat(2_000));
    await battle.each(() => ask(battle, LIST, false));
  }),
  "control: searches that find nothing": control(async (battle) => {
    await crowd(battle, "m".repeat(2_000));
    await battle.each(() =>
      ask(battle, `/admin/v1/edges?meta_contains=${"m".repeat(500)}z`, true)
    );
  }),
  "control: calls begun and given up": each((battle) =>
    reset(battle, (id) => grpcRequest(id, LIST_EDGES))
  ),
  "control: requests begun and given up": each((battle) =>
    reset(battle, (id) => h2Request(id, LIST))
  ),
  "control: watches begun and given up": each((battle) =>
    reset(battle, (id) => h2Request(id, "/admin/v1/watch"))
  ),
  "control: calls whose requests never come": each((battle) =>
    callOn(battle, null)
  ),
  "control: calls without a pause": each((battle) => callOn(battle)),
  "control: answers without room for a byte": control(async (battle) => {
    await crowd(battle, "m".repeat(2_000));
    await battle.each(async () => {
      // The window of every stream is 0.
      const socket = await http2(battle, { 4: 0 });
      for (let id = 1; id < 20_001; id += 2) {
        const request = id % 4 === 1
          ? h2Request(id, LIST)
          : grpcRequest(id, LIST_EDGES);
        if (!await socket.send(request, 10_000)) return;
        if (id % 20 === 1) await battle.pause(5);
      }
      await socket.until(() => false, 15_000);
    });
  }),
  "control: settings without end": each(async (battle) => {
    const socket = await http2(battle);
    const batch = Array.from({ length: 500 }, () => settings({ 4: 65_535 }));
    await flood(socket, joined(batch));
  }),
  "control: pings without end": each(async (battle) => {
    const socket = await http2(battle);
    const ping = h2Frame("ping", 0, 0, new Uint8Array(8));
    await flood(socket, joined(Array.from({ length: 500 }, () => ping)));
  }),
  "control: pings whose answers nobody reads": each(async (battle) => {
    const socket = await http2(battle);
    socket.pause();
    const ping = h2Frame("ping", 0, 0, new Uint8Array(8));
    await flood(socket, joined(Array.from({ length: 500 }, () => ping)));
  }),
  "control: header blocks without end": each(async (battle) => {
    const socket = await http2(battle);
    const block = fields([["x-more", "y".repeat(1_000)]]);
    await socket.send(h2Frame("headers", 0, 1, block));
    const more = h2Frame("continuation", 0, 1, block);
    await flood(socket, joined(Array.from({ length: 50 }, () => more)));
  }),
  "control: many fields in every request": each(async (battle) => {
    const socket = await http2(battle);
    const many = Array.from(
      { length: 90 },
      (_, i) => [`x-${i}`, "y".repeat(100)] as const,
    );
    for (let id = 1; id < 200_000; id += 2) {
      if (!await socket.send(h2Request(id, "/v1/edges", many), 10_000)) return;
    }
  }),
  "control: data for streams that are over": each(async (battle) => {
    const socket = await http2(battle);
    await socket.send(grpcRequest(1, LIST_EDGES));
    const data = h2Frame("data", 0, 1, new Uint8Array(1_000));
    await flood(socket, joined(Array.from({ length: 50 }, () => data)));
  }),
  "control: connections that come and go": each(async (battle) => {
    for (let i = 0; i < 50; i++) {
      using socket = await http2(battle);
      await socket.send(h2Frame("goaway", 0, 0, new Uint8Array(8)));
    }
  }),
  "control: a thousand watches that nobody reads": control(async (battle) => {
    const watch = async () => {
      const socket = await battle.control();
      socket.pause();
      await socket.send(utf8.encode(get("/admin/v1/watch")));
      await socket.until(() => false, 15_000);
    };
    const watchH2 = async () => {
      const socket = await http2(battle);
      socket.pause();
      for (let id = 1; id < 200; id += 2) {
        await socket.send(h2Request(id, "/admin/v1/watch"));
      }
      await socket.until(() => false, 15_000);
    };
    for (let i = 0; i < 200; i++) void watch();
    for (let i = 0; i < 10; i++) void watchH2();
    await battle.pause(200);
    // Something to watch, and much of it.
    const meta = "m".repeat(100_000);
    await battle.each(async () => {
      using edge = await battle.edge({ meta });
      await battle.pause(edge.closed ? 20 : 1);
    });
  }),
};
