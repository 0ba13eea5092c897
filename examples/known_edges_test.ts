import { assert, assertEquals } from "@std/assert";
import { FrontierError, type ServiceLike, type Status } from "@frontier/client";
import { KnownEdges } from "./known_edges.ts";

/** A service whose connection and edges the test controls. */
class FakeService {
  readonly online = new Set<bigint>();
  readonly asked: bigint[] = [];
  #controller!: ReadableStreamDefaultController<Status>;
  readonly #changes = new ReadableStream<Status>({
    start: (controller) => {
      this.#controller = controller;
    },
  });

  tell(state: Status["state"]): Promise<void> {
    this.#controller.enqueue({ state } as Status);
    return new Promise((resolve) => setTimeout(resolve));
  }

  end(): void {
    this.#controller.close();
  }

  call(edgeId: bigint): Promise<never> {
    this.asked.push(edgeId);
    const code = this.online.has(edgeId) ? "no-such-rpc" : "edge-not-online";
    return Promise.reject(new FrontierError(code, code));
  }

  async *status(): AsyncGenerator<Status, void, undefined> {
    yield* this.#changes;
  }
}

function make(): { service: FakeService; edges: KnownEdges; gone: bigint[] } {
  const service = new FakeService();
  const gone: bigint[] = [];
  const edges = new KnownEdges(
    service as unknown as ServiceLike,
    (edgeId) => gone.push(edgeId),
  );
  return { service, edges, gone };
}

Deno.test("edges are asked after a loss only, and those that are gone forgotten", async () => {
  const { service, edges, gone } = make();
  for (const id of [1n, 2n, 3n]) edges.add(id);
  await service.tell("connected");
  assert(await edges.has(1n));
  assertEquals(service.asked, []);
  edges.delete(3n);
  await service.tell("disconnected");
  service.online.add(2n);
  await service.tell("connecting");
  await service.tell("connected");
  assertEquals(service.asked, [1n, 2n]);
  assertEquals(gone, [1n]);
  assertEquals(edges.size, 1);
  assert(await edges.has(2n));
  assert(!await edges.has(1n));
  service.end();
});

Deno.test("one that comes while the service is back is not asked: it is not in yet", async () => {
  const { service, edges, gone } = make();
  edges.add(1n);
  await service.tell("disconnected");
  // Its event is here before the gateway lets it in.
  edges.add(1n);
  edges.add(2n);
  await service.tell("connected");
  assertEquals(service.asked, []);
  assertEquals(gone, []);
  assertEquals(edges.size, 2);
  service.end();
});

Deno.test("who wants to know before the connection is back makes it ask", async () => {
  const { service, edges, gone } = make();
  edges.add(1n);
  await service.tell("disconnected");
  assert(!await edges.has(1n));
  assertEquals(gone, [1n]);
  service.end();
});
