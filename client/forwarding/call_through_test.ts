import { FrontierError, type FrontierErrorCode } from "@frontier/proto";
import { assertEquals, assertRejects } from "@std/assert";
import type { Service } from "../service.ts";
import { callThrough } from "./call_through.ts";

/** Calls at two gateways, the first of which fails; tells who was asked. */
async function asked(code: FrontierErrorCode) {
  const [first, second] = ["first", "second"] as unknown as Service[];
  const seen: Service[] = [];
  const answer = callThrough([first!, second!], (service) => {
    seen.push(service);
    return service === first
      ? Promise.reject(new FrontierError(code, `it is ${code}`))
      : Promise.resolve("pong");
  });
  await answer.catch(() => {});
  return { answer, seen: seen.length };
}

Deno.test("a call goes to the next gateway where the edge is not at the first", async () => {
  const { answer, seen } = await asked("edge-not-online");
  assertEquals([await answer, seen], ["pong", 2]);
});

Deno.test("a call that may have been carried out is not made a second time", async () => {
  for (const code of ["timeout", "remote", "force-closed"] as const) {
    const { answer, seen } = await asked(code);
    await assertRejects(() => answer, FrontierError, `it is ${code}`);
    assertEquals(seen, 1);
  }
});
