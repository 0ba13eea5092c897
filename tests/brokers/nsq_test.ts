import { assert } from "@std/assert";
import {
  brokerTest,
  compliance,
  faults,
  killAndRestart,
} from "./compliance.ts";
import { NSQ, startNsq } from "./nsq_broker.ts";

/** Messages that nsqd keeps in its memory by itself (`-mem-queue-size`). */
const IN_MEMORY = 10_000;

compliance(NSQ);

brokerTest(
  "of an nsqd as it comes a kill loses what it had in memory, and no more",
  "nsq",
  "nsq",
  async () => {
    const missing = await faults({
      ...NSQ,
      name: "nsq, in memory",
      durable: false,
      start: () => startNsq({ inMemory: true }),
    }, killAndRestart);
    assert(missing <= IN_MEMORY, `${missing} are missing`);
  },
);
