/**
 * Installs the brokers that the tests of message queues run for real.
 *
 * @module
 */

import { type Broker, BROKERS, provision } from "../tests/brokers/provision.ts";

const HELP =
  `Installs what is missing to test with real brokers: Debian packages with apt-get (as root),
Kafka's jars from Maven Central, nsqd from its Go module. Built things go to .cache/brokers.

Usage: deno task brokers [${BROKERS.join("|")}]...   all of them by default`;

if (import.meta.main) {
  const strangers = Deno.args.filter((arg) => !BROKERS.includes(arg as Broker));
  if (strangers.length > 0) {
    const asked = strangers.some((arg) => arg === "--help" || arg === "-h");
    console.error(
      asked ? HELP : `Unknown broker "${strangers[0]}"\n\n${HELP}`,
    );
    Deno.exit(asked ? 0 : 2);
  }
  const wanted = Deno.args.length === 0 ? BROKERS : Deno.args as Broker[];
  const missing = await provision(wanted, (line) => console.log(line));
  if (missing.size > 0) Deno.exit(1);
}
