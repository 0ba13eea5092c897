/**
 * A gateway that is cut off from Frontlas, and then from everybody, in network namespaces; runs inside one of its own and
 * prints what must not have happened.
 *
 * @module
 */

import { startStandalone } from "../redis/redis_under_test.ts";
import { pause } from "./numbers.ts";
import { Stage } from "./stage.ts";

const EDGES = 500;
const NAME = "g0";
/** Of clients and of Frontlas: each link can be cut by itself. */
const CLIENTS = { link: "clients", here: "10.77.1.1", there: "10.77.1.2" };
const FRONTLAS = { link: "frontlas", here: "10.77.2.1", there: "10.77.2.2" };

async function ip(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("ip", { args }).output();
  if (!success) {
    throw new Error(
      `ip ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

const set = (link: string, state: "up" | "down") =>
  ip("link", "set", link, state);

await ip("netns", "add", NAME);
await ip("-n", NAME, "link", "set", "lo", "up");
for (const { link, here, there } of [CLIENTS, FRONTLAS]) {
  await ip(
    "link",
    "add",
    "name",
    link,
    "type",
    "veth",
    "peer",
    "name",
    link,
    "netns",
    NAME,
  );
  await ip("addr", "add", `${here}/24`, "dev", link);
  await ip("-n", NAME, "addr", "add", `${there}/24`, "dev", link);
  await ip("-n", NAME, "link", "set", link, "up");
  await set(link, "up");
}
const found: string[] = [];
{
  await using redis = await startStandalone();
  await using stage = await Stage.start({
    redis: redis.config,
    edges: EDGES,
    places: {
      [NAME]: {
        hostname: CLIENTS.there,
        frontlas: FRONTLAS.here,
        before: ["ip", "netns", "exec", NAME],
      },
    },
  });
  const before = (await stage.places()).values().filter((at) => at === NAME)
    .toArray().length;
  if (before === 0) found.push("no edge was at the gateway in question");

  // Cut off from Frontlas it goes on serving its edges.
  await set(FRONTLAS.link, "down");
  await pause(20_000);
  const during = (await stage.places()).values().filter((at) => at === NAME)
    .toArray().length;
  if (during < before) found.push(`${before - during} edges were lost`);
  await set(FRONTLAS.link, "up");
  await stage.recovery("20 s without Frontlas");

  // Cut off from everybody its edges go elsewhere, and it must not take them back.
  await set(FRONTLAS.link, "down");
  await set(CLIENTS.link, "down");
  await stage.recovery("a gateway was cut off from everybody");
  await set(FRONTLAS.link, "up");
  await set(CLIENTS.link, "up");
  await pause(12_000);
  await stage.recovery("it was connected again");
  found.push(...await stage.end());
}
console.log(`FOUND ${JSON.stringify(found)}`);
