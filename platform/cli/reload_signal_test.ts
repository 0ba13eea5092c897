import { assertEquals } from "@std/assert";
import { ReloadSignal } from "./reload_signal.ts";

const hangUp = () => Deno.kill(Deno.pid, "SIGHUP");
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));

if (Deno.build.os !== "windows") {
  Deno.test("a signal that came early is obeyed later, once", async () => {
    using signal = new ReloadSignal();
    hangUp();
    hangUp();
    await soon();
    let reloads = 0;
    signal.obey(() => Promise.resolve(void reloads++));
    await soon();
    assertEquals(reloads, 1);
  });

  Deno.test("signals that come while one is obeyed are obeyed once more, never two at a time", async () => {
    using signal = new ReloadSignal();
    let reloads = 0;
    const gates = [1, 2].map(() => Promise.withResolvers<void>());
    signal.obey(() => gates[reloads++]?.promise ?? Promise.resolve());
    hangUp();
    await soon();
    assertEquals(reloads, 1);
    for (let i = 0; i < 5; i++) hangUp();
    await soon();
    assertEquals(reloads, 1);
    gates[0]?.resolve();
    await soon();
    assertEquals(reloads, 2);
    gates[1]?.resolve();
    await soon();
    assertEquals(reloads, 2);
    hangUp();
    await soon();
    assertEquals(reloads, 3);
  });
}
