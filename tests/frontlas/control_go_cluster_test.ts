/** What the cluster client of the Go SDK asks a Frontlas, asked by a Go program: docs/spec/frontlas.md §5.1 to §5.4. */

import { assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { clientTest, FRONTLAS_CLIENTS } from "../control/clients/clients.ts";
import { GO_FRONTLAS_CLIENT } from "../control/clients/tools.ts";
import { SwitchedStore } from "../../frontlas/control/testing/switched_store.ts";
import { ControlStage, until } from "./control_stage.ts";

const go = FRONTLAS_CLIENTS.find(({ name }) => name === "grpc-go")!;
const EDGE = 7564932850180653057n;

type Line = Record<string, unknown>;

/** The program, and what it says. */
class ClusterClient implements AsyncDisposable {
  /** Gateways after each refresh. */
  readonly refreshes: Record<string, string>[] = [];
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #read: Promise<void>;
  readonly #lookUps: ((line: Line) => void)[] = [];

  constructor(target: string) {
    this.#child = new Deno.Command(GO_FRONTLAS_CLIENT, {
      args: ["cluster", target, "100"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#read = this.#lines();
  }

  async #lines(): Promise<void> {
    const lines = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const text of lines) {
      const line = JSON.parse(text);
      if (line.edge !== undefined) this.#lookUps.shift()!(line);
      else if (line.refresh === "ok") {
        this.refreshes.push(line.frontiers ?? {});
      }
    }
  }

  /** Looks an edge up. */
  async lookUp(edge: bigint): Promise<Line> {
    const line = new Promise<Line>((resolve) => this.#lookUps.push(resolve));
    await this.#writer.write(new TextEncoder().encode(`${edge}\n`));
    return await line;
  }

  /** What it said when it ended by itself. */
  async failure(): Promise<string> {
    const [{ success }, stderr] = await Promise.all([
      this.#child.status,
      new Response(this.#child.stderr).text(),
    ]);
    await this.#read;
    await this.#writer.abort().catch(() => {});
    assertEquals(success, false);
    return stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#child.status;
    await this.#child.stderr.cancel();
    await this.#read;
  }
}

clientTest(
  go,
  "a cluster client finds gateways and edges as they come, move and go",
  async () => {
    await using at = await ControlStage.open();
    const first = await at.switched.gateway("frontier01", [EDGE]);
    await using client = new ClusterClient(at.target);
    await until(() => client.refreshes.length > 0);
    assertEquals(client.refreshes[0], { frontier01: "frontier01:30011" });
    assertEquals(await client.lookUp(EDGE), {
      edge: String(EDGE),
      frontier: "frontier01",
      addr: "frontier01:30011",
    });
    const unknown = await client.lookUp(17n);
    assertEquals(unknown.code, 5);
    assertMatch(String(unknown.message), /^redis: nil/);

    // A gateway dies: it is never listed again, and its edges are nowhere.
    await at.switched.memory.release(first, 0);
    await at.switched.gateway("frontier02", [3n]);
    await until(() =>
      JSON.stringify(client.refreshes.at(-1)) ===
        '{"frontier02":"frontier02:30011"}'
    );
    assertEquals((await client.lookUp(EDGE)).code, 5);
    assertEquals((await client.lookUp(3n)).frontier, "frontier02");

    // The store goes: what was asked before is answered as before.
    at.switched.off();
    assertEquals((await client.lookUp(3n)).frontier, "frontier02");
    assertEquals((await client.lookUp(EDGE)).code, 14);
    const { length } = client.refreshes;
    await until(() => client.refreshes.length > length + 2);
    assertEquals(client.refreshes.at(-1), { frontier02: "frontier02:30011" });
  },
);

clientTest(
  go,
  "a cluster client does not begin with a Frontlas that knows nothing, and is told why",
  async () => {
    const switched = new SwitchedStore();
    switched.off();
    await using at = await ControlStage.open({}, switched);
    const client = new ClusterClient(at.target);
    assertMatch(
      await client.failure(),
      /code = Unavailable desc = .*the store/,
    );
  },
);
