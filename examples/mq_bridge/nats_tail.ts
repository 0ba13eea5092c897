/**
 * Shows messages of a NATS subject: `nats_tail.ts host:port subject count`.
 *
 * @module
 */

import { connect } from "nats";

const [servers, subject, count] = Deno.args as [string, string, string];
const connection = await connect({ servers });
const messages = connection.subscribe(subject, { max: Number(count) });
await connection.flush();
console.log(`listening on ${subject}`);
for await (const message of messages) console.log(message.string());
await connection.close();
