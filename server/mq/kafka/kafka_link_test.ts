import { assertEquals } from "@std/assert";
import { resolveOptions } from "../../config/mod.ts";
import { KafkaLink } from "./kafka_link.ts";

Deno.test("a link that is closed while a broker is asked leaves no timer behind", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { mqm } = resolveOptions({
    mqm: {
      kafka: {
        enable: true,
        addrs: [`127.0.0.1:${listener.addr.port}`],
        // Far longer than the test.
        producer: { topics: ["t"], retry: { backoffSeconds: 600 } },
      },
    },
  });
  const link = new KafkaLink(mqm.kafka, () => {});
  link.keeper.start();
  using connection = await listener.accept();
  // The broker is asked, and does not answer: its client tries again when the connection is lost.
  await connection.read(new Uint8Array(1_000));
  await link.close();
  assertEquals(link.keeper.state.kind, "closed");
});
