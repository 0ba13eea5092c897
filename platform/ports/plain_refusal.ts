/**
 * An answer for peers that speak the protocol without TLS where TLS is spoken.
 *
 * @module
 */

import {
  Link,
  type LinkHandler,
  type LinkSettings,
} from "@frontier/proto/internal";
import { Driver } from "../driver.ts";
import type { Connection } from "./connection.ts";
import type { PortHandler } from "./port.ts";
import { speaksProtocol } from "./sniff.ts";

const REASON = "this port speaks TLS, connect with TLS";
const nothing = () => {};

/** Hears a peer introduce itself, and refuses it. Nothing else can happen. */
const REFUSAL: LinkHandler = {
  onConn: (link) => link.refuse(REASON),
  onOpen: nothing,
  onRefused: nothing,
  onRequest: nothing,
  onMessage: nothing,
  onCancel: nothing,
  onRegister: nothing,
  onStream: nothing,
  onSession: nothing,
  onSessionOpen: nothing,
  onSessionEnd: nothing,
  onSessionClosed: nothing,
  onWritable: nothing,
  onLeaving: nothing,
  onClosed: nothing,
};

/**
 * Makes what tells a plain peer at a TLS port what is wrong: it would wait for
 * an answer that it understands.
 *
 * @param settings Settings of connections.
 * @returns The handler.
 */
export function plainRefusal(settings: LinkSettings): PortHandler {
  return {
    sniff: speaksProtocol,
    handle(connection: Connection): void {
      const driver = new Driver(connection.transport);
      const link = new Link("server", settings, REFUSAL, driver);
      link.hurry(connection.deadlineAt!);
      connection.deadlineAt = undefined;
      driver.start(link, connection.first, connection);
    },
  };
}
