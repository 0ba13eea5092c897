/**
 * How to look at each broker with its own tools.
 *
 * @module
 */

import { parseAddress } from "../flags.ts";

/** A broker that readings go to. */
export type BrokerName = "nats" | "redis" | "kafka" | "amqp" | "nsq";

/** The command line of a broker's own consumer. */
export interface Consumer {
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** Whether it has to listen before anything is published. */
  readonly early: boolean;
}

/**
 * @param broker The broker.
 * @param addr Its address as `host:port`.
 * @param topic What it takes.
 * @param count How many messages to show.
 * @param admin Where RabbitMQ's management listens, as `host:port`.
 * @returns What shows the messages.
 */
export function consumerOf(
  broker: BrokerName,
  addr: string,
  topic: string,
  count: number,
  admin: string,
): Consumer {
  const { hostname, port } = parseAddress(addr);
  switch (broker) {
    case "kafka":
      return {
        command: [
          "kcat",
          "-b",
          addr,
          "-C",
          "-q",
          "-e",
          "-t",
          topic,
          "-o",
          "beginning",
          "-f",
          "%k %s\n",
        ],
        early: false,
      };
    case "redis":
      return {
        command: [
          "redis-cli",
          "-h",
          hostname,
          "-p",
          `${port}`,
          "XRANGE",
          topic,
          "-",
          "+",
        ],
        early: false,
      };
    case "nsq":
      return {
        command: [
          "nsq_tail",
          "-topic",
          topic,
          "-nsqd-tcp-address",
          addr,
          "-n",
          `${count}`,
        ],
        early: false,
      };
    case "amqp": {
      const { hostname, port } = parseAddress(admin);
      return {
        command: [
          "rabbitmqadmin",
          "-H",
          hostname,
          "-P",
          `${port}`,
          "-f",
          "tsv",
          "get",
          `queue=${topic}`,
          `count=${count}`,
        ],
        early: false,
      };
    }
    case "nats":
      return {
        command: [
          Deno.execPath(),
          "run",
          "--quiet",
          "--allow-net",
          new URL("nats_tail.ts", import.meta.url).href,
          addr,
          topic,
          `${count}`,
        ],
        early: true,
      };
  }
}
