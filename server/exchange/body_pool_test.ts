import { assertEquals } from "@std/assert";
import { DataBody } from "@frontier/proto/internal";
import { encodeEdited } from "./body_edit.ts";
import { BodyPool, type PooledBody } from "./body_pool.ts";
import { Call } from "./call.ts";

const call = new Call();

function bodyOf(bytes: number): DataBody {
  const value = btoa("v".repeat(bytes));
  const text = JSON.stringify({ key: "bWV0aG9k", value });
  const body = new DataBody();
  const buf = new TextEncoder().encode(text);
  assertEquals(body.read(buf, 0, buf.length), true);
  return body;
}

function bytesOf({ buf, length }: PooledBody): Uint8Array {
  return buf.slice(0, length);
}

Deno.test("bodies of every length around the sizes kept are what they would be without", () => {
  const pool = new BodyPool();
  for (let round = 0; round < 2; round++) {
    for (let bytes = 0; bytes < 1_800; bytes++) {
      const body = bodyOf(bytes);
      const wanted = encodeEdited(body, call);
      const got = pool.encode(body, call);
      assertEquals(bytesOf(got), wanted);
      pool.release(got.buf);
    }
  }
});

Deno.test("bodies that wait at the same time share nothing", () => {
  const pool = new BodyPool();
  const lengths = [0, 1, 50, 100, 100, 100, 1_000, 1_000, 5_000];
  for (let round = 0; round < 3; round++) {
    const bodies = lengths.map((bytes) => pool.encode(bodyOf(bytes), call));
    assertEquals(new Set(bodies.map((one) => one.buf)).size, lengths.length);
    lengths.forEach((bytes, i) =>
      assertEquals(bytesOf(bodies[i]!), encodeEdited(bodyOf(bytes), call))
    );
    for (const { buf } of bodies) pool.release(buf);
  }
});

Deno.test("a buffer is used again for a body of about its length, and few are kept", () => {
  const pool = new BodyPool();
  const first = pool.encode(bodyOf(300), call).buf;
  pool.release(first);
  assertEquals(pool.encode(bodyOf(300), call).buf === first, true);
  const many = Array.from(
    { length: 5_000 },
    () => pool.encode(bodyOf(300), call).buf,
  );
  const old = new Set(many);
  for (const buf of many) pool.release(buf);
  let again = 0;
  for (let i = 0; i < 5_000; i++) {
    if (old.has(pool.encode(bodyOf(300), call).buf)) again++;
  }
  assertEquals(again, Math.ceil(131_072 / first.length));
});
