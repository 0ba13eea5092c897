/** A gateway with peers at work, whom nobody hostile may disturb. */

import { assert, assertEquals } from "@std/assert";
import {
  SimGateway,
  type SimGatewayOptions,
  type SimPeer,
} from "../gateway/simulation.ts";
import { bytes, tail } from "../support/test_peer.ts";

/** A gateway with one service and one edge, and an offender to be. */
export class Scene {
  /** The gateway. */
  readonly gateway: SimGateway;
  /** A service that echoes calls to `echo` and takes topic `t`. */
  readonly service: SimPeer;
  /** An edge that echoes calls. */
  readonly edge: SimPeer;

  /**
   * @param options How the gateway is set up.
   */
  constructor(options: SimGatewayOptions = {}) {
    this.gateway = new SimGateway(options);
    this.service = this.gateway.service("S", {
      methods: ["echo"],
      topics: ["t"],
    });
    this.edge = this.gateway.edge({ flags: 0x38 });
    this.service.onRequest = this.edge.onRequest = ({ body }) => ({
      value: body.value,
    });
  }

  /** Checks that calls and messages of the others work in both directions. */
  undisturbed(): void {
    const { gateway, service, edge } = this;
    const up = edge.call("echo", "up");
    const down = service.call("m", {
      value: bytes("down"),
      custom: tail(edge.id),
    });
    const message = edge.publish("t");
    gateway.run(5);
    assertEquals(edge.outcome(up), "ok: up");
    assertEquals(service.outcome(down), "ok: down");
    assertEquals(edge.outcome(message), "ok: ");
    assertEquals([edge.closed, service.closed], [undefined, undefined]);
  }

  /**
   * Checks that a peer's connection ended for what it sent, with a logged
   * reason, and that nobody else noticed.
   *
   * @param offender Who sent it.
   * @param what What it was, for the failure's text.
   */
  ended(offender: SimPeer, what = ""): void {
    this.gateway.run(5);
    assert(offender.closed !== undefined, `still connected: ${what}`);
    assert(
      this.gateway.log.has("Connection ended for what its peer sent", "warn"),
      what,
    );
    this.undisturbed();
  }
}
