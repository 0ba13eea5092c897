import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { DriverLine, Outcome } from "./load/driver.ts";
import { BODY_AT, frame, getU32, SESSION_ONE, u64 } from "./load/frames.ts";
import { Intake } from "./load/intake.ts";
import type { Scenario } from "./scenarios.ts";

/** A gateway for one service and one edge which does just enough, and spoils answers on request. */
class TinyGateway implements AsyncDisposable {
  readonly #listeners = [0, 1].map(() =>
    Deno.listen({ hostname: "127.0.0.1", port: 0 })
  );
  readonly #done: Promise<void>[] = [];
  readonly #conns: Deno.Conn[] = [];
  #service: Deno.Conn | undefined;
  #edge: Deno.Conn | undefined;
  #answers = 0;
  readonly #spoil: (answer: Uint8Array, number: number) => Uint8Array;

  constructor(spoil: (answer: Uint8Array, number: number) => Uint8Array) {
    this.#spoil = spoil;
    this.#listeners.forEach((listener, i) =>
      this.#done.push(this.#accept(listener, i === 1))
    );
  }

  get ports(): { edge: number; service: number } {
    const [edge, service] = this.#listeners.map((listener) =>
      (listener.addr as Deno.NetAddr).port
    );
    return { edge: edge ?? 0, service: service ?? 0 };
  }

  async #accept(listener: Deno.TcpListener, isService: boolean): Promise<void> {
    for await (const conn of listener) {
      if (isService) this.#service = conn;
      else this.#edge = conn;
      this.#conns.push(conn);
      this.#done.push(this.#serve(conn));
    }
  }

  async #serve(conn: Deno.Conn): Promise<void> {
    const intake = new Intake(4096, (size) => {
      const memory = new ArrayBuffer(size);
      return { bytes: new Uint8Array(memory), view: new DataView(memory) };
    });
    for (;;) {
      const n = await conn.read(intake.memory.bytes.subarray(intake.end)).catch(
        () => null,
      );
      if (n === null) return;
      const frames: Uint8Array[] = [];
      intake.took(n, (_, at, end) => {
        frames.push(intake.memory.bytes.slice(at, end));
        return true;
      });
      for (const one of frames) await this.#handle(conn, one);
    }
  }

  async #handle(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
    const id = getU32(bytes, 6);
    const body = new TextDecoder().decode(bytes.subarray(BODY_AT));
    if (bytes[1] === 0x01) {
      await conn.write(frame(0x02, id, new Uint8Array(1), u64(7), "{}"));
    } else if (bytes[1] === 0x81) {
      await conn.write(frame(0x82, id, SESSION_ONE, "{}"));
    } else if (bytes[1] === 0x71) {
      const custom = u64(7).toBase64();
      await this.#service?.write(
        frame(
          0x71,
          id,
          SESSION_ONE,
          body.slice(0, -1) + `,"custom":"${custom}"}`,
        ),
      );
    } else if (bytes[1] === 0x72) {
      await this.#edge?.write(this.#spoil(bytes, this.#answers++));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const listener of this.#listeners) listener.close();
    for (const conn of this.#conns) {
      try {
        conn.close();
      } catch {
        // Closed by the other side already.
      }
    }
    await Promise.all(this.#done);
  }
}

async function generate(
  ports: { edge: number; service: number },
): Promise<Outcome> {
  const load: Scenario["load"] = {
    kind: "rpc",
    options: { edges: 1, depth: 4 },
  };
  const plan = { warmup: 0.1, seconds: 0.2, repeat: 2, drain: 0.3 };
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--allow-ffi",
      new URL("generator.ts", import.meta.url).pathname,
      JSON.stringify({ load, ports, watch: { gateway: Deno.pid }, plan }),
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  let outcome: Outcome | undefined;
  let rest = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines.map((one) => JSON.parse(one) as DriverLine)) {
      if ("outcome" in line) outcome = line.outcome;
      else if ("ask" in line) {
        await writer.write(new TextEncoder().encode("ok\n"));
      }
    }
  }
  await writer.close().catch(() => {});
  await child.status;
  if (outcome === undefined) throw new Error("The generator reported nothing");
  return outcome;
}

const onLinux = { ignore: Deno.build.os !== "linux" };

Deno.test(
  { name: "The generator counts right answers", ...onLinux },
  async () => {
    await using gateway = new TinyGateway((answer) => answer);
    const outcome = await generate(gateway.ports);
    assertEquals([outcome.errors, outcome.firstError], [0, ""]);
    assertEquals(outcome.windows.length, 2);
    for (const window of outcome.windows) {
      assertGreater(window.ops, 0);
      assertGreater(window.p50Us, 0);
      assertEquals(Object.keys(window.used).sort(), ["gateway", "generator"]);
    }
  },
);

Deno.test(
  { name: "The generator notices a changed value", ...onLinux },
  async () => {
    await using gateway = new TinyGateway((answer, number) => {
      if (number === 5) answer[BODY_AT + 20] = (answer[BODY_AT + 20] ?? 0) ^ 1;
      return answer;
    });
    const outcome = await generate(gateway.ports);
    assertEquals(outcome.errors, 1);
    assertMatch(outcome.firstError, /^Wrong answer: /);
  },
);

Deno.test({
  name: "The generator notices an answer to nobody's call",
  ...onLinux,
}, async () => {
  await using gateway = new TinyGateway((answer, number) => {
    if (number === 5) return frame(0x72, 77, SESSION_ONE, "{}");
    return answer;
  });
  const outcome = await generate(gateway.ports);
  // The call whose answer was replaced is missing in the end.
  assertEquals(outcome.errors, 2);
  assertMatch(outcome.firstError, /^Answer to call 77, /);
});

Deno.test(
  { name: "The generator notices an error answer", ...onLinux },
  async () => {
    await using gateway = new TinyGateway((answer, number) => {
      if (number === 5) {
        return frame(
          0x72,
          getU32(answer, 6),
          SESSION_ONE,
          '{"error":"timeout"}',
        );
      }
      return answer;
    });
    const outcome = await generate(gateway.ports);
    assertEquals(outcome.errors, 1);
    assertMatch(outcome.firstError, /"error":"timeout"/);
  },
);
