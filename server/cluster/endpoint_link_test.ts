import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  CLUSTER_FEATURES,
  encodeEvictions,
  METHOD_EVICT,
  METHOD_RESYNC,
  REPORT_METHODS,
} from "@frontier/proto/cluster";
import {
  LINK_SETTINGS,
  type Timers,
  TimerWheel,
} from "@frontier/proto/internal";
import { MemoryNetwork, systemTimers } from "@frontier/platform/internal";
import { Connection, EndpointCore } from "@frontier/endpoint/internal";
import { openEndpointLink } from "./endpoint_link.ts";
import type { ClusterLink } from "./cluster_link.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A directory at the other end of a connection within this process. */
class Other implements AsyncDisposable {
  readonly core: EndpointCore;
  readonly metas: string[] = [];
  readonly asked: string[] = [];
  refusal = "";
  timers: Timers = systemTimers;
  /** Methods that it registers after the handshake; none where it is ours. */
  methods: readonly string[] = [];
  connection: Connection | undefined = undefined;
  readonly #network = new MemoryNetwork();

  constructor(readonly ours: boolean) {
    this.core = new EndpointCore({
      methods: {
        report: ({ data }) => {
          this.asked.push(decoder.decode(data));
          return "taken";
        },
      },
    });
  }

  async open(): Promise<ClusterLink> {
    const accepted = this.#accept();
    const link = openEndpointLink({
      transport: this.#network.connect(),
      introduce: ({ network }) => encoder.encode(`from ${network}`),
      requests: {
        evict: (data) => void this.asked.push(`evict ${data.length}`),
        resync: () => void this.asked.push("resync"),
      },
      timers: this.timers,
      signal: new AbortController().signal,
    });
    await accepted;
    return await link;
  }

  async #accept(): Promise<void> {
    const settings = this.ours
      ? { ...LINK_SETTINGS, features: CLUSTER_FEATURES }
      : { ...LINK_SETTINGS, features: [] };
    const connection = this.connection = Connection.accept(
      await this.#network.accept(),
      settings,
      this.core,
      (meta) => {
        this.metas.push(decoder.decode(meta));
        if (this.refusal !== "") throw new Error(this.refusal);
        return 7n;
      },
    );
    const opened = await connection.opened.then(() => true, () => false);
    if (!opened) return;
    this.core.use(connection);
    for (const method of this.methods) {
      await this.core.channel.register(method, () => "");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection?.close(0);
    this.core.close();
  }
}

Deno.test("a directory of ours is told who we are, takes calls and calls", async () => {
  await using other = new Other(true);
  const link = await other.open();
  assertEquals(link.ours, true);
  assertEquals(other.metas, ["from memory"]);
  const reply = await link.call("report", encoder.encode("x"));
  assertEquals(decoder.decode(reply), "taken");
  const evictions = encodeEvictions([{
    edgeId: 7n,
    stamp: { since: 1, seq: 2 },
  }]);
  const { channel } = other.core;
  await channel.call(METHOD_EVICT, evictions, undefined, undefined);
  await channel.call(METHOD_RESYNC, "", undefined, undefined);
  assertEquals(other.asked, ["x", `evict ${evictions.length}`, "resync"]);
  await link.close(true);
  assertEquals(link.over, true);
});

Deno.test("a directory of the original's is waited for until it has registered its methods", async () => {
  await using other = new Other(false);
  other.methods = REPORT_METHODS;
  const link = await other.open();
  assertEquals(link.ours, false);
  await link.close(true);
});

Deno.test("a directory of the original's that installs one method only is not reported to", async () => {
  await using other = new Other(false);
  other.methods = REPORT_METHODS.slice(0, 1);
  const wheel = new TimerWheel();
  other.timers = wheel;
  const opening = assertRejects(() => other.open(), Error);
  while (wheel.size === 0) await new Promise((done) => setTimeout(done, 1));
  wheel.advance(4_900);
  assertEquals(wheel.size, 1);
  wheel.advance(5_100);
  const error = await opening;
  assert(error.message.includes("it has not registered edge_offline,"));
});

Deno.test("a refusal is said with the text of the directory", async () => {
  await using other = new Other(false);
  other.refusal = "frontier already set";
  await assertRejects(() => other.open(), Error, "frontier already set");
});

Deno.test("a link says why it is over", async () => {
  await using other = new Other(true);
  const link = await other.open();
  other.connection!.link.fail({ kind: "lost", text: "gone" });
  assert((await link.closed).startsWith("Connection lost"));
  assertEquals(link.over, true);
  await link.close(false);

  const second = await other.open();
  second.cut("it does not answer");
  assertEquals(await second.closed, "it does not answer");
  await second.close(false);
});
