/**
 * Certificates of brokers and their clients.
 *
 * @module
 */

import type { ConfigOptions } from "./broker_under_test.ts";

/** Paths of a set of certificates, all PEM. */
export interface Certificates {
  /** The authority. */
  readonly ca: string;
  /** Another authority, which vouches for none of them. */
  readonly otherCa: string;
  /** The server's, for localhost and 127.0.0.1. */
  readonly serverCert: string;
  readonly serverKey: string;
  /** Key and certificate of the server in one file. */
  readonly serverPem: string;
  /** A client's. */
  readonly clientCert: string;
  readonly clientKey: string;
}

/**
 * Makes certificates with openssl.
 *
 * @param folder Where they are put.
 * @returns Their paths.
 * @throws {Error} If openssl fails; the message has its output.
 */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const key = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
  ];
  for (const name of ["ca", "other"]) {
    await openssl(folder, [
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.pem`,
      "-days",
      "30",
      "-subj",
      `/CN=test-${name}`,
    ]);
  }
  await Deno.writeTextFile(
    `${folder}/ext`,
    "subjectAltName=DNS:localhost,IP:127.0.0.1\n",
  );
  for (const name of ["server", "client"]) {
    await openssl(folder, [
      "req",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.csr`,
      "-subj",
      `/CN=${name}`,
    ]);
    await openssl(folder, [
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "30",
      "-extfile",
      "ext",
      "-out",
      `${name}.crt`,
    ]);
  }
  const read = (name: string) => Deno.readTextFile(`${folder}/${name}`);
  await Deno.writeTextFile(
    `${folder}/server.pem`,
    await read("server.key") + await read("server.crt"),
  );
  return {
    ca: `${folder}/ca.pem`,
    otherCa: `${folder}/other.pem`,
    serverCert: `${folder}/server.crt`,
    serverKey: `${folder}/server.key`,
    serverPem: `${folder}/server.pem`,
    clientCert: `${folder}/client.crt`,
    clientKey: `${folder}/client.key`,
  };
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [...args],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(
      `Cannot make certificates: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

/**
 * The `tls` of a gateway's configuration for a broker with these certificates.
 *
 * @param certificates The broker's; `undefined` where it has no TLS.
 * @param options Whose authority is trusted, and whether a certificate is shown.
 * @returns The section, to be spread into the broker's.
 */
export function tlsSection(
  certificates: Certificates | undefined,
  { ca = "right", client = false }: ConfigOptions,
) {
  if (certificates === undefined) return {};
  return {
    tls: {
      enable: true,
      mtls: client,
      caCerts: [ca === "right" ? certificates.ca : certificates.otherCa],
      certs: client
        ? [{ cert: certificates.clientCert, key: certificates.clientKey }]
        : [],
    },
  };
}
