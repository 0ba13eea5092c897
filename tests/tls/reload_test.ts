/** Certificates of all listeners are replaced while connections stand. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Edge, Service } from "@frontier/client";
import { connectTls } from "@frontier/client/tls";
import { connect, type TLSSocket } from "node:tls";
import { withFile } from "../../platform/cli/testing/program_process.ts";
import { Program } from "../../server/cli/testing/program.ts";
import {
  type ListenerName,
  LISTENERS,
  openssl,
  pair,
  path,
  showing,
} from "./stage.ts";

/** The files of a gateway, which tests replace. */
class Files implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();

  /** The configuration: one certificate and one list of authorities for all listeners. */
  get config(): string {
    const { folder } = this;
    const tls =
      `tls: {enable: true, mtls: true, ca_certs: [${folder}/ca.pem], certs: [{cert: ${folder}/server.pem, key: ${folder}/server.key}]}`;
    const listen = `listen: {addr: "127.0.0.1:0", ${tls}}`;
    return `servicebound: {${listen}}
edgebound: {${listen}, edgeid_alloc_when_no_idservice_on: true}
controlplane: {enable: true, ${listen}}
observability: {enable: false}
`;
  }

  /** Puts a certificate, its key and an authority there, one file after the other. */
  async install(certificate: string, authority: string): Promise<void> {
    const { cert, key } = pair(certificate);
    await Deno.copyFile(cert, `${this.folder}/server.pem`);
    await Deno.copyFile(key, `${this.folder}/server.key`);
    await Deno.copyFile(path(`${authority}.pem`), `${this.folder}/ca.pem`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A connection to the control plane that stays. */
class Standing implements AsyncDisposable {
  readonly #socket: TLSSocket;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<Standing> {
    const { cert, key } = pair("client");
    const socket = connect({
      host: "127.0.0.1",
      port,
      ca: Deno.readTextFileSync(path("ca.pem")),
      cert: Deno.readTextFileSync(cert),
      key: Deno.readTextFileSync(key),
    });
    await new Promise((resolve, reject) =>
      socket.once("secureConnect", resolve).once("error", reject)
    );
    return new Standing(socket.setEncoding("utf8"));
  }

  /** Asks for the edges. */
  async ask(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const onClose = () => reject(new Error("The connection is closed"));
    this.#socket.once("data", resolve).once("close", onClose);
    this.#socket.write("GET /v1/edges HTTP/1.1\r\nhost: x\r\n\r\n");
    try {
      return await promise;
    } finally {
      this.#socket.off("close", onClose);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await new Promise((resolve) => this.#socket.once("close", resolve));
  }
}

const dialling = (name: string) => {
  const { cert, key } = pair(name);
  return (to: Parameters<typeof connectTls>[0]) =>
    connectTls({
      ...to,
      caFile: path("ca.pem"),
      certFile: cert,
      keyFile: key,
    });
};

for (const how of ["SIGHUP", "a change of the files"]) {
  Deno.test(`${how} replaces certificates and authorities of all listeners, and no connection ends`, async () => {
    await using files = new Files();
    await files.install("localhost", "ca");
    await withFile(files.config, async (config) => {
      await using program = new Program(["-c", config]);
      const ports = {} as Record<ListenerName, number>;
      for (const listener of LISTENERS) {
        const [, port] = await program.line(
          new RegExp(`${listener} server listening on: \\S+:(\\d+)`),
        );
        ports[listener] = Number(port);
      }
      await using service = await Service.connect({
        port: ports.servicebound,
        dial: dialling("client"),
        methods: { echo: (request) => request.data },
      });
      await using edge = await Edge.connect({
        port: ports.edgebound,
        dial: dialling("client"),
      });
      await using standing = await Standing.open(ports.controlplane);
      assertMatch(await standing.ask(), /^HTTP\/1.1 200/);

      await files.install("renewed", "other_ca");
      if (how === "SIGHUP") program.tell("SIGHUP");
      await program.line(/Certificates read anew/);

      for (const listener of LISTENERS) {
        const newcomer = await openssl(
          listener,
          ports[listener],
          showing("stranger"),
        );
        assertMatch(newcomer.info, /Peer certificate: CN = renewed\n/);
        assert(newcomer.answered > 0, newcomer.info);
        const { answered } = await openssl(
          listener,
          ports[listener],
          showing("client"),
        );
        assertEquals(answered, 0, "its authority is not trusted any more");
      }
      assertEquals(
        (await edge.call("echo", "still here")).text(),
        "still here",
      );
      assertEquals(service.stats().reconnects + edge.stats().reconnects, 0);
      assertMatch(await standing.ask(), /^HTTP\/1.1 200/);

      // A key that does not fit: every listener keeps what it has.
      await Deno.copyFile(pair("alpha").cert, `${files.folder}/server.pem`);
      if (how === "SIGHUP") program.tell("SIGHUP");
      await program.line(/Cannot read the certificates anew/);
      for (const listener of LISTENERS) {
        const { info } = await openssl(
          listener,
          ports[listener],
          showing("stranger"),
        );
        assertMatch(info, /Peer certificate: CN = renewed\n/);
      }
      assertEquals((await edge.call("echo", "and now")).text(), "and now");
    });
  });
}
