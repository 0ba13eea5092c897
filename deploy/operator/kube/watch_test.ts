import { assertEquals } from "@std/assert";
import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./object.ts";
import { Watch } from "./watch.ts";

/** A Secret as `kubectl apply` leaves it, with what it was given. */
const SECRET = {
  metadata: {
    name: "s",
    namespace: "n",
    uid: "u",
    resourceVersion: "7",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    managedFields: [{ manager: "kubectl" }],
  },
};

async function listed(metadataOnly: boolean): Promise<KubeObject[]> {
  const stop = new AbortController();
  const request = (_method: string, path: string) => {
    if (path.includes("watch=1")) stop.abort();
    const list = { metadata: { resourceVersion: "9" }, items: [SECRET] };
    return Promise.resolve(Response.json(list));
  };
  const watch = new Watch(
    { request } as Partial<KubeClient> as KubeClient,
    { path: "/api/v1/secrets", metadataOnly, onChange: () => {} },
  );
  await watch.run(stop.signal);
  return [...watch.objects()];
}

Deno.test("of an object it is not kept who set which field, and of one whose metadata is asked for only its version is", async () => {
  const { annotations, managedFields: _, ...version } = SECRET.metadata;
  assertEquals(await listed(true), [{ metadata: version }]);
  assertEquals(await listed(false), [{
    metadata: { ...version, annotations },
  }]);
});
