import { assert, assertFalse, assertThrows } from "@std/assert";
import type { TLSSocket } from "node:tls";
import { VerifiedClients } from "./clients.ts";

/** What the runtime tells about a client after its handshake. */
function client(
  facts: {
    fingerprint?: string;
    reused?: boolean;
    authorized?: boolean;
    validTo?: string;
  } = {},
): TLSSocket {
  const {
    fingerprint = "AA:01",
    reused = false,
    authorized = true,
    validTo = "Jan  1 00:00:00 2120 GMT",
  } = facts;
  return {
    authorized,
    isSessionReused: () => reused,
    getPeerCertificate: () =>
      fingerprint === ""
        ? undefined
        : { fingerprint256: fingerprint, valid_to: validTo },
  } as unknown as TLSSocket;
}

Deno.test("VerifiedClients takes a verified client in, also when it resumes", () => {
  const clients = new VerifiedClients(["one"]);
  clients.check(client());
  clients.check(client({ reused: true }));
});

Deno.test("VerifiedClients refuses a client without a verified certificate", () => {
  const clients = new VerifiedClients(["one"]);
  const refuse = (socket: TLSSocket) =>
    assertThrows(() => clients.check(socket), Error, "is not verified");
  refuse(client({ authorized: false }));
  refuse(client({ fingerprint: "" }));
  // A session that began at a listener which asks for no certificate.
  refuse(client({ fingerprint: "", reused: true }));
});

Deno.test("VerifiedClients refuses to resume what it did not verify itself", () => {
  const edges = new VerifiedClients(["one"]);
  const services = new VerifiedClients(["another"]);
  edges.check(client());
  assertThrows(
    () => services.check(client({ reused: true })),
    Error,
    "not verified any more",
  );
  assertThrows(() => edges.check(client({ fingerprint: "B", reused: true })));
});

Deno.test("VerifiedClients refuses to resume after the end of validity", () => {
  const clients = new VerifiedClients(["one"]);
  for (const validTo of ["Jan  1 00:00:00 2021 GMT", "nonsense"]) {
    clients.check(client({ validTo }));
    assertThrows(() => clients.check(client({ validTo, reused: true })));
  }
});

Deno.test("verifiedBy() tells the same authorities from others", () => {
  const clients = new VerifiedClients(["one", "two"]);
  assert(clients.verifiedBy(["one", "two"]));
  assertFalse(clients.verifiedBy(["one"]));
  assertFalse(clients.verifiedBy(["one", "three"]));
});
