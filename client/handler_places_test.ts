import { assert, assertEquals } from "@std/assert";
import type { DataFields, Session } from "@frontier/proto/internal";
import {
  type LogFields,
  type Logger,
  Service,
  type ServiceOptions,
  type Status,
} from "./mod.ts";
import {
  type GatewaySide,
  ScriptedGateway,
  until,
} from "./testing/scripted_gateway.ts";

const decoder = new TextDecoder();
const text = (bytes: Uint8Array | undefined) => decoder.decode(bytes);

/** A service whose method `slow` ends when the test says so, and what it has begun. */
interface Stage extends AsyncDisposable {
  gateway: ScriptedGateway;
  service: Service;
  side: GatewaySide;
  begun: string[];
  finish: Map<string, () => void>;
  /** Asks in the name of an edge. */
  ask(
    edge: number,
    value: string,
    fields?: Partial<DataFields>,
    method?: string,
  ): ReturnType<GatewaySide["request"]>;
}

async function stage(options: ServiceOptions = {}): Promise<Stage> {
  const gateway = new ScriptedGateway();
  const begun: string[] = [];
  const finish = new Map<string, () => void>();
  const slow = (value: string) =>
    new Promise<string>((resolve) => {
      begun.push(value);
      finish.set(value, () => resolve(`done ${value}`));
    });
  const service = await Service.connect({
    dial: gateway.dial,
    ...options,
    methods: {
      slow: (request) => slow(request.text()),
      edge_online: (request) => slow(request.text()),
      quick: (request) => `quick ${request.text()}`,
    },
  });
  const { side } = gateway;
  const ask: Stage["ask"] = (edge, value, fields = {}, method = "slow") => {
    const custom = new Uint8Array(8);
    new DataView(custom.buffer).setBigUint64(0, BigInt(edge) + (1n << 60n));
    return side.request(method, value, { custom, ...fields });
  };
  const close = async () => {
    for (const end of finish.values()) end();
    await service.close();
    gateway[Symbol.dispose]();
  };
  return {
    gateway,
    service,
    side,
    begun,
    finish,
    ask,
    [Symbol.asyncDispose]: close,
  };
}

/** When everything sent before was dealt with. */
async function settled(stage: Stage): Promise<void> {
  const begin = stage.gateway.log.length;
  await stage.service.publish(1n, "");
  assert(stage.gateway.log.length > begin);
}

/** Asks many times in the name of one edge. */
function askMany(
  { ask }: Stage,
  edge: number,
  count: number,
  fields?: Partial<DataFields>,
): ReturnType<GatewaySide["request"]>[] {
  return Array.from(
    { length: count },
    (_, i) => ask(edge, `${edge}.${i}`, fields),
  );
}

Deno.test("a caller that takes all it can leaves room for the next ones", async () => {
  await using it = await stage({ limits: { handlers: 16 } });
  void askMany(it, 1, 40);
  await settled(it);
  assertEquals(it.begun.length, 16);
  void askMany(it, 2, 40);
  await settled(it);
  // Four places are left for others: the second may hold what is still free.
  assertEquals(it.begun.length, 18);
  void askMany(it, 3, 40);
  await settled(it);
  assertEquals(it.begun.filter((name) => name.startsWith("3.")), ["3.0"]);
  // The last place is for who has none.
  const quick = await it.ask(4, "x", {}, "quick");
  assertEquals(quick.error, "");
});

Deno.test("places that become free go round among the callers", async () => {
  await using it = await stage({ limits: { handlers: 2 } });
  void askMany(it, 1, 6);
  for (const edge of [2, 3]) void askMany(it, edge, 2);
  await settled(it);
  const order = [...it.begun];
  for (let i = 0; i < 10; i++) {
    it.finish.get(order[i]!)?.();
    await settled(it);
    for (const name of it.begun) if (!order.includes(name)) order.push(name);
  }
  assertEquals(order.length, 10);
  const last = (edge: string) =>
    order.findLastIndex((name) => name.startsWith(edge));
  // Who asked six times waits longest, whoever came first.
  assert(last("2.") < last("1.") && last("3.") < last("1."), `${order}`);
});

Deno.test("what waits is bounded for one caller, and the next one has room", async () => {
  await using it = await stage({ limits: { handlers: 8, requests: 8 } });
  const refused = await Promise.all(askMany(it, 1, 18).slice(16));
  for (const { error, verdict } of refused) {
    assertEquals([error, verdict], ["short buffer", "not-run"]);
  }
  // For another caller one place is free, and room for one that waits.
  const second = askMany(it, 2, 3);
  assertEquals((await second[2]!).error, "short buffer");
  assertEquals(it.begun.slice(8), ["2.0"]);
  it.finish.get("2.0")!();
  assertEquals(text((await second[0]!).value), "done 2.0");
  await until(() => it.begun.includes("2.1"));
});

Deno.test("bytes that wait are bounded for one caller, and the next one has room", async () => {
  await using it = await stage({
    limits: { handlers: 8, requestBytes: 8_000 },
  });
  const large = "x".repeat(1_000);
  void askMany(it, 1, 8);
  const first = Array.from({ length: 8 }, (_, i) => it.ask(1, `${i}${large}`));
  assertEquals((await first[7]!).error, "short buffer");
  void it.ask(2, "second");
  const second = [1, 2].map((i) => it.ask(2, `2.${i}${large}`));
  assertEquals((await second[1]!).error, "short buffer");
  it.finish.get("second")!();
  await until(() => it.begun.includes(`2.1${large}`));
});

Deno.test("a request whose caller has given up while it waited is not run", async () => {
  await using it = await stage({ limits: { handlers: 2 } });
  void askMany(it, 1, 2);
  const timeoutNs = 30_000_000n;
  const late = await it.ask(1, "late", { timeoutNs });
  assertEquals([late.error, late.verdict], ["timeout", "not-run"]);
  const canceled = it.ask(1, "canceled");
  const session: Session = it.side.link.openSession("s")!;
  const inside = it.side.request("slow", "inside", {}, session);
  await settled(it);
  it.side.link.sendCancel(canceled.pending);
  assertEquals((await canceled).verdict, "not-run");
  const inStream = await inside;
  assertEquals(inStream.error, "no such rpc: slow");
  for (const name of ["1.0", "1.1"]) it.finish.get(name)!();
  await it.ask(1, "x", {}, "quick");
  assertEquals(it.begun, ["1.0", "1.1"]);
});

Deno.test("a handler whose caller has given up frees its place, though it goes on", async () => {
  await using it = await stage({ limits: { handlers: 2 } });
  const canceled = askMany(it, 1, 2);
  const waiting = [it.ask(1, "third"), it.ask(1, "fourth")];
  await settled(it);
  assertEquals(it.begun.length, 2);
  it.side.link.sendCancel(canceled[0]!.pending);
  await until(() => it.begun.includes("third"));
  it.side.link.sendCancel(canceled[1]!.pending);
  await until(() => it.begun.includes("fourth"));
  // Their answers come all the same.
  it.finish.get("1.0")!();
  assertEquals(text((await canceled[0]!).value), "done 1.0");
  it.finish.get("third")!();
  assertEquals(text((await waiting[0]!).value), "done third");
});

Deno.test("a place is free as soon as the time of its caller is over", async () => {
  await using it = await stage({ limits: { handlers: 2 } });
  const timeoutNs = 50_000_000n;
  void askMany(it, 1, 2, { timeoutNs });
  const third = it.ask(1, "third");
  await until(() => it.begun.includes("third"));
  it.finish.get("third")!();
  assertEquals(text((await third).value), "done third");
});

Deno.test("handlers that never end do not take more than a bounded memory, and keep no other method from being run", async () => {
  await using it = await stage({ limits: { handlers: 2, requests: 100 } });
  // Sixteen may go on that nobody waits for, fourteen of them of one method.
  for (let i = 0; i < 30; i++) {
    const request = it.ask(1, `${i}`);
    await settled(it);
    it.side.link.sendCancel(request.pending);
  }
  await settled(it);
  assertEquals(it.begun.length, 14);
  const refused = await it.ask(2, "refused");
  assertEquals(refused.error, "short buffer");
  const quick = await it.ask(2, "other", {}, "quick");
  assertEquals(text(quick.value), "quick other");
  it.finish.get("0")!();
  await settled(it);
  const next = it.ask(1, "next");
  await until(() => it.begun.includes("next"));
  it.finish.get("next")!();
  assertEquals(text((await next).value), "done next");
});

Deno.test("hooks have places of their own", async () => {
  await using it = await stage({ limits: { handlers: 2, requests: 2 } });
  for (const edge of [1, 2, 3, 4]) void askMany(it, edge, 8);
  await settled(it);
  const hook = it.side.request("edge_online", "hook");
  await until(() => it.begun.includes("hook"));
  it.finish.get("hook")!();
  assertEquals(text((await hook).value), "done hook");
});

Deno.test("status() and the log tell when places are used up, and when they are not any more", async () => {
  const lines: string[] = [];
  let fields: LogFields = {};
  const logger: Logger = {
    debug: () => {},
    info: (line) => lines.push(line),
    warn: (line, more) => {
      lines.push(line);
      fields = more!;
    },
    error: () => {},
  };
  await using it = await stage({ limits: { handlers: 1 }, logger });
  const seen: Status[] = [];
  const watching = (async () => {
    for await (const status of it.service.status()) seen.push(status);
  })();
  void askMany(it, 1, 3);
  await until(() => seen.length === 2);
  assertEquals(lines, ["Requests wait: the places for handlers are used up"]);
  assertEquals(fields, { running: 1, abandoned: 0, waiting: 1, refused: 0 });
  for (const name of ["1.0", "1.1", "1.2"]) {
    await until(() => it.begun.includes(name));
    it.finish.get(name)!();
  }
  await until(() => seen.length === 3);
  assertEquals(lines.length, 2);
  const busy = seen.map((status) =>
    status.state === "connected" ? status.busy : status.state
  );
  assertEquals(busy, [false, true, false]);
  await it.service.close();
  await watching;
});
