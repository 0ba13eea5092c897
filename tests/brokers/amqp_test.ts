import { assertEquals, assertRejects } from "@std/assert";
import { Edge, FrontierError } from "@frontier/client";
import { startFrontier } from "@frontier/server";
import { AMQP, startRabbit } from "./amqp_broker.ts";
import { brokerTest, compliance } from "./compliance.ts";

compliance(AMQP);

brokerTest(
  "a message that no queue takes is refused, unless the file says that it may be lost",
  "amqp",
  "amqp",
  async () => {
    await using rabbit = await startRabbit();
    for (const mandatory of [true, false]) {
      await using gateway = await startFrontier({
        edgebound: { hostname: "127.0.0.1", port: 0 },
        servicebound: { hostname: "127.0.0.1", port: 0 },
        mqm: {
          amqp: {
            enable: true,
            addrs: [rabbit.addr],
            producer: { routingKeys: ["nowhere"], mandatory },
          },
        },
      });
      await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
      const publishing = edge.publish("nowhere", "x");
      if (mandatory) {
        const error = await assertRejects(
          () => publishing,
          FrontierError,
          'message refused: no queue takes "nowhere"',
        );
        assertEquals([error.code, error.retryable], ["refused", false]);
      } else await publishing;
    }
  },
);

brokerTest(
  "exchanges and bindings are declared, and properties are sent",
  "amqp",
  "amqp",
  async () => {
    await using rabbit = await startRabbit();
    await using gateway = await startFrontier({
      edgebound: { hostname: "127.0.0.1", port: 0 },
      servicebound: { hostname: "127.0.0.1", port: 0 },
      mqm: {
        amqp: {
          enable: true,
          addrs: [`guest:guest@${rabbit.addr}/%2F`],
          exchanges: [{
            name: "sensors",
            kind: "topic",
            durable: true,
            autoDelete: false,
            internal: false,
            nowait: false,
          }],
          queues: [{
            name: "all",
            durable: true,
            autoDelete: false,
            exclusive: false,
            nowait: false,
          }],
          queueBindings: [{
            queueName: "all",
            exchangeName: "sensors",
            bindingKey: "house.#",
            nowait: false,
          }],
          producer: { exchange: "sensors", routingKeys: ["house.roof"] },
        },
      },
    });
    await using edge = await Edge.connect({ port: gateway.edgeAddr.port });
    await edge.publish("house.roof", "hot");
    const stored = await AMQP.readBack!(rabbit, "all");
    assertEquals(stored.map(({ data }) => new TextDecoder().decode(data)), [
      "hot",
    ]);
    assertEquals(stored[0]!.id.length, 36);
  },
);
