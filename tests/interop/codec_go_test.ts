/** Our codec against the Go library's: what we accept and what we write, Go accepts, and understands alike. */

import { assert, assertEquals } from "@std/assert";
import { DataBody } from "../../proto/body/data_body.ts";
import {
  decodeConnBody,
  decodeDataBody,
  decodeSessionBody,
  encodeConnBody,
  encodeDataBody,
  encodeSessionBody,
} from "../../proto/body/json_body.ts";
import { decodePacket, encodePacket } from "../../proto/packet/packet.ts";
import { ProtocolError } from "../../proto/errors/protocol_error.ts";
import {
  BODY_SLACK,
  encodeErrorText,
  writeAnswer,
  writeError,
  writeForward,
  writeWithoutTail,
  writeWithTail,
} from "../../proto/body/splice.ts";
import vectors from "../../proto/testdata/wire_vectors.json" with {
  type: "json",
};
import { GoOracle, type Verdict } from "./go_oracle.ts";
import { interopTest } from "./interop_test_case.ts";
import { damage, randomConnectionBody, randomDataBody } from "./random_body.ts";
import { SeededRandom } from "./seeded_random.ts";

const SEED = Number(Deno.env.get("FRONTIER_FUZZ_SEED") ?? 20261122);
const BODIES = 12_000;
const BATCH = 1500;

const HEADER = 14;
/** Length of what stands before the JSON, by packet type. */
const FIXED: Record<number, number> = {
  0x01: 10,
  0x02: 9,
  0x31: 10,
  0x32: 18,
  0x41: 8,
  0x51: 8,
  0x52: 8,
  0x71: 8,
  0x72: 8,
};

function frame(type: number, body: Uint8Array): Uint8Array {
  const fixed = FIXED[type] as number;
  const out = new Uint8Array(HEADER + fixed + body.length);
  out[0] = 1;
  out[1] = type;
  out[9] = 7;
  new DataView(out.buffer).setUint32(10, fixed + body.length);
  out[HEADER + fixed - 1] = 1;
  out.set(body, HEADER + fixed);
  return out;
}

/** Whether Go has decoded the frame, whatever it can do with it then. */
function took(verdict: Verdict): boolean {
  return verdict.kind === "ok" || verdict.kind === "only";
}

function bodyOf(type: number, verdict: Verdict): Uint8Array<ArrayBuffer> {
  assert(verdict.frame !== undefined);
  return verdict.frame.slice(HEADER + (FIXED[type] as number));
}

function attempt<T>(fn: () => T): T | undefined {
  try {
    return fn();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/**
 * Puts a body where bodies are found: in a buffer that goes on behind it. What comes there must not matter.
 */
function inBuffer(
  random: SeededRandom,
  body: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const behind = new TextEncoder().encode(
    random.pick(["}", '"', "5}", ',"x"', " ", "\0"]),
  );
  const buffer = new Uint8Array(body.length + behind.length);
  buffer.set(body);
  buffer.set(behind, body.length);
  return buffer;
}

/** Says which body a comparison failed for. */
function named(body: Uint8Array, verdict: Verdict): string {
  return `for ${
    JSON.stringify(new TextDecoder().decode(body))
  } (hex ${body.toHex()}), Go says: ${verdict.text.slice(0, 300)}`;
}

interopTest(
  `data bodies are accepted and understood as Go does (seed ${SEED})`,
  async () => {
    await using oracle = await GoOracle.start();
    const random = new SeededRandom(SEED);
    const view = new DataBody();
    let accepted = 0;
    for (let done = 0; done < BODIES; done += BATCH) {
      const bodies = Array.from(
        { length: BATCH },
        () => randomDataBody(random),
      );
      const types = bodies.map(() => random.pick([0x51, 0x52, 0x71, 0x72]));
      const verdicts = await oracle.judge(
        bodies.map((body, i) => frame(types[i] as number, body)),
      );
      bodies.forEach((body, i) => {
        const verdict = verdicts[i] as Verdict;
        const buffer = inBuffer(random, body);
        const fields = attempt(() => decodeDataBody(buffer, 0, body.length));
        assertEquals(
          fields !== undefined,
          took(verdict),
          named(body, verdict),
        );
        assertEquals(
          view.read(buffer, 0, body.length),
          took(verdict),
          named(body, verdict),
        );
        if (fields === undefined) return;
        accepted++;
        if (verdict.kind === "only") return;
        const again = bodyOf(types[i] as number, verdict);
        const ours = encodeDataBody({ ...fields, timeoutNs: fields.timeoutNs });
        assertEquals(
          new TextDecoder().decode(ours),
          new TextDecoder().decode(again),
          named(body, verdict),
        );
      });
    }
    // The comparison means something only if both kinds are plenty.
    assert(
      accepted > BODIES / 4 && accepted < BODIES * 0.9,
      `${accepted} of ${BODIES} accepted`,
    );
  },
);

interopTest(`what the splicers write, Go accepts (seed ${SEED})`, async () => {
  await using oracle = await GoOracle.start();
  const random = new SeededRandom(SEED + 1);
  const view = new DataBody();
  const decode = new TextDecoder();
  for (let done = 0; done < BODIES; done += BATCH) {
    const written: Uint8Array[] = [];
    const expected: {
      value?: Uint8Array;
      custom?: Uint8Array;
      error?: string;
      key?: Uint8Array;
      topic?: string;
    }[] = [];
    for (let i = 0; i < BATCH; i++) {
      const body = randomDataBody(random);
      const buffer = inBuffer(random, body);
      if (!view.read(buffer, 0, body.length)) continue;
      const { key, value, custom, topic, error } = decodeDataBody(
        body,
        0,
        body.length,
      );
      const errorText = random.pick([
        "timeout",
        'no "such" <rpc>',
        "größe\u2028\u0000",
      ]);
      const errorJson = encodeErrorText(errorText);
      const room = new Uint8Array(
        2 * (view.end - view.start) + errorJson.length + BODY_SLACK + 100,
      );
      const dst = new DataView(room.buffer);
      const at = random.int(100);
      const write = (to: number, want: typeof expected[number]) => {
        written.push(room.slice(at, to));
        expected.push(want);
      };
      const common = { key, value, topic };
      write(writeForward(dst, at, view, 0), { ...common, custom });
      write(writeForward(dst, at, view, 30_000), { ...common, custom });
      const [hi, lo] = [random.int(2 ** 32), random.int(2 ** 32)];
      const id = new Uint8Array(8);
      new DataView(id.buffer).setBigUint64(0, (BigInt(hi) << 32n) | BigInt(lo));
      write(writeWithTail(dst, at, view, hi, lo, 1.5), {
        ...common,
        custom: Uint8Array.of(...(custom ?? []), ...id),
      });
      if (view.readTail()) {
        write(writeWithoutTail(dst, at, view, 0), {
          ...common,
          custom: custom?.subarray(0, custom.length - 8),
        });
      }
      write(
        writeAnswer(dst, at, view),
        error === "" ? { key, value } : { key, error },
      );
      write(writeError(dst, at, random.chance(0.5) ? view : null, errorJson), {
        error: errorText,
      });
    }
    const verdicts = await oracle.judge(
      written.map((body) => frame(0x51, body)),
    );
    written.forEach((body, i) => {
      const verdict = verdicts[i] as Verdict;
      assertEquals(verdict.kind, "ok", named(body, verdict));
      const seen = JSON.parse(decode.decode(bodyOf(0x51, verdict)));
      const want = expected[i] as typeof expected[number];
      assertEquals(seen.error ?? "", want.error ?? "", named(body, verdict));
      if (want.error !== undefined) return;
      for (const name of ["key", "value", "custom"] as const) {
        assertEquals(
          seen[name] ?? "",
          (want[name] ?? new Uint8Array()).toBase64(),
          named(body, verdict),
        );
      }
      assertEquals(seen.topic ?? "", want.topic ?? "", named(body, verdict));
    });
  }
});

interopTest(
  `conn and session bodies are accepted and understood as Go does (seed ${SEED})`,
  async () => {
    await using oracle = await GoOracle.start();
    const random = new SeededRandom(SEED + 2);
    for (let done = 0; done < BODIES / 2; done += BATCH) {
      const bodies = Array.from(
        { length: BATCH },
        () => randomConnectionBody(random),
      );
      const types = bodies.map(() =>
        random.pick([0x01, 0x02, 0x31, 0x32, 0x41])
      );
      const verdicts = await oracle.judge(
        bodies.map((body, i) => frame(types[i] as number, body)),
      );
      bodies.forEach((body, i) => {
        const type = types[i] as number;
        const verdict = verdicts[i] as Verdict;
        const ours = attempt(() => {
          if (type >= 0x31) {
            return encodeSessionBody(decodeSessionBody(body, 0, body.length));
          }
          const { meta, error } = decodeConnBody(body, 0, body.length);
          return encodeConnBody({ meta, error });
        });
        assertEquals(
          ours !== undefined,
          took(verdict),
          named(body, verdict),
        );
        if (ours === undefined || verdict.kind === "only") return;
        const again = bodyOf(type, verdict);
        assertEquals(
          new TextDecoder().decode(ours),
          new TextDecoder().decode(again),
          named(body, verdict),
        );
      });
    }
  },
);

/** What our packet codec makes of a frame: the frame it encodes again, or undefined when it refuses. */
function roundTrip(bytes: Uint8Array): Uint8Array | undefined {
  return attempt(() => encodePacket(decodePacket(bytes)));
}

interopTest("every vector means to Go what it means to us", async () => {
  await using oracle = await GoOracle.start();
  const frames = vectors.map((vector) => Uint8Array.fromHex(vector.hex));
  const verdicts = await oracle.judge(frames);
  vectors.forEach((vector, i) => {
    const verdict = verdicts[i] as Verdict;
    const ours = roundTrip(frames[i] as Uint8Array);
    assertEquals(
      ours !== undefined,
      verdict.kind === "ok",
      `${vector.name}: ${verdict.text}`,
    );
    if (verdict.frame !== undefined && ours !== undefined) {
      assertEquals(ours.toHex(), verdict.frame.toHex(), vector.name);
    }
  });
});

interopTest(
  `damaged frames: what we accept, Go accepts (seed ${SEED})`,
  async () => {
    await using oracle = await GoOracle.start();
    const random = new SeededRandom(SEED + 3);
    const whole = vectors.filter((vector) => !("hostile" in vector.fields)).map(
      (vector) => Uint8Array.fromHex(vector.hex),
    );
    let accepted = 0;
    for (let round = 0; round < 4; round++) {
      const frames = Array.from({ length: 2000 }, () => {
        const frame = damage(random, random.pick(whole));
        // A right length lets the damage inside be judged; half are left with a wrong one.
        if (frame.length >= HEADER && random.chance(0.5)) {
          new DataView(frame.buffer).setUint32(10, frame.length - HEADER);
        }
        return frame;
      });
      const verdicts = await oracle.judge(frames);
      frames.forEach((frame, i) => {
        const verdict = verdicts[i] as Verdict;
        const ours = roundTrip(frame);
        if (ours === undefined) return;
        accepted++;
        assert(took(verdict), `hex ${frame.toHex()}, Go says: ${verdict.text}`);
        // Reserved bits before the JSON are kept by us and cleared by Go.
        const fixed = FIXED[frame[1] as number];
        if (verdict.frame === undefined || fixed === undefined) return;
        const json = HEADER + fixed;
        assertEquals(
          ours.subarray(json).toHex(),
          verdict.frame.subarray(json).toHex(),
          `hex ${frame.toHex()}`,
        );
      });
    }
    assert(accepted > 1000, `${accepted} accepted`);
  },
);
