import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkTlsFiles } from "./check.ts";

const folder = new URL("../testdata/", import.meta.url).pathname;
const file = (name: string) => `${folder}${name}`;
const pair = (cert: string, key = cert) => ({
  cert: file(`${cert}.pem`),
  key: file(`${key}.key`),
});

const CASES: [
  name: string,
  options: Parameters<typeof checkTlsFiles>[0],
  found: [
    list: "certs" | "caCerts",
    index: number,
    skipped: boolean,
    message: string,
  ][],
][] = [
  ["good files", {
    mtls: true,
    caCerts: [file("ca.pem")],
    certs: [pair("localhost"), pair("wildcard")],
  }, []],
  ["a missing certificate", {
    mtls: false,
    caCerts: [],
    certs: [pair("nowhere", "localhost")],
  }, [["certs", 0, false, "Cannot read the certificate"]]],
  ["a missing key", {
    mtls: false,
    caCerts: [],
    certs: [pair("localhost", "nowhere")],
  }, [["certs", 0, false, "Cannot read the private key"]]],
  ["the key of another certificate", {
    mtls: false,
    caCerts: [],
    certs: [pair("localhost", "wildcard")],
  }, [["certs", 0, false, "it is not the key of"]]],
  ["a bad pair beside a good one", {
    mtls: false,
    caCerts: [],
    certs: [pair("localhost"), pair("localhost", "wildcard")],
  }, [["certs", 1, true, "it is not the key of"]]],
  ["two bad pairs", {
    mtls: false,
    caCerts: [],
    certs: [pair("nowhere"), pair("localhost", "wildcard")],
  }, [
    ["certs", 0, false, "Cannot read the certificate"],
    ["certs", 1, false, "it is not the key of"],
  ]],
  ["a missing authority", {
    mtls: true,
    caCerts: [file("ca.pem"), file("nowhere.pem")],
    certs: [pair("localhost")],
  }, [["caCerts", 1, false, "Cannot read the CA file"]]],
  ["an authority that is none", {
    mtls: true,
    caCerts: [file("localhost.key")],
    certs: [pair("localhost")],
  }, [["caCerts", 0, true, "holds no usable certificate"]]],
  ["authorities that nobody needs", {
    mtls: false,
    caCerts: [file("nowhere.pem")],
    certs: [pair("localhost")],
  }, []],
];

for (const [name, options, expected] of CASES) {
  Deno.test(`${name} for TLS: ${expected.length} problems`, async () => {
    const found = await checkTlsFiles(options);
    assertEquals(
      found.map(({ list, index, skipped }) => [list, index, skipped]),
      expected.map(([list, index, skipped]) => [list, index, skipped]),
    );
    for (const [i, [, , , message]] of expected.entries()) {
      assertStringIncludes(found[i]?.message ?? "", message);
    }
  });
}
