import { assertEquals } from "@std/assert";
import { Intake } from "./intake.ts";
import { cutNats } from "./nats.ts";

const MESSAGES = [
  'INFO {"server_id":"X"}\r\n',
  "PONG\r\n",
  "MSG e.3 1 s 4\r\nab\r\n\r\n",
  "MSG i.12 2 0\r\n\r\n",
  "+OK\r\n",
  "MSG echo 1 i.3 13\r\nMSG a 1 9\r\n\r\n\r\n",
  "-ERR 'Unknown Protocol Operation'\r\n",
];

Deno.test("NATS messages are cut at their ends, wherever the reads end", () => {
  const bytes = new TextEncoder().encode(MESSAGES.join(""));
  for (let step = 1; step <= bytes.length; step++) {
    const intake = new Intake(16, (size) => {
      const memory = new ArrayBuffer(size);
      return { bytes: new Uint8Array(memory), view: new DataView(memory) };
    }, cutNats);
    const seen: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(step, intake.room, bytes.length - at);
      intake.memory.bytes.set(bytes.subarray(at, at + count), intake.end);
      at += count;
      intake.took(count, (_, from, to) => {
        seen.push(
          new TextDecoder().decode(intake.memory.bytes.subarray(from, to)),
        );
        return true;
      });
    }
    assertEquals(seen, MESSAGES, `step ${step}`);
  }
});
