import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../errors/protocol_error.ts";
import { REPORT_METHODS } from "./methods.ts";
import { decodeReport, encodeReport, type Report } from "./report.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string) => encoder.encode(text);

const BIG = 7405239014619127057n;
/** What Go's encoding/json writes of each report, and the report. */
const WRITTEN: readonly [string, Report][] = [
  [
    `{"frontier_id":"f1","edge_id":${BIG},"addr":"192.0.2.7:51234"}`,
    {
      method: "edge_online",
      frontierId: "f1",
      edgeId: BIG,
      addr: "192.0.2.7:51234",
    },
  ],
  [
    `{"frontier_id":"f1","edge_id":18446744073709551615}`,
    {
      method: "edge_offline",
      frontierId: "f1",
      edgeId: 2n ** 64n - 1n,
      addr: "",
    },
  ],
  [
    `{"frontier_id":"","edge_id":0}`,
    { method: "edge_heartbeat", frontierId: "", edgeId: 0n, addr: "" },
  ],
  [
    `{"frontier_id":"f1","service_id":${BIG},"service":` +
    `"{\\"service\\":\\"a\\u003cb\\u0026\\u2028\\",\\"topics\\":null}","addr":"[::1]:9"}`,
    {
      method: "service_online",
      frontierId: "f1",
      serviceId: BIG,
      service: `{"service":"a<b&\u2028","topics":null}`,
      addr: "[::1]:9",
    },
  ],
  [
    `{"frontier_id":"é","service_id":9007199254740993}`,
    {
      method: "service_offline",
      frontierId: "é",
      serviceId: 9007199254740993n,
      service: "",
      addr: "",
    },
  ],
  [
    `{"frontier_id":"f1","service_id":1}`,
    {
      method: "service_heartbeat",
      frontierId: "f1",
      serviceId: 1n,
      service: "",
      addr: "",
    },
  ],
  [
    `{"frontier_id":"f1","edge_count":12,"service_count":3}`,
    { method: "frontier_stats", frontierId: "f1", edges: 12, services: 3 },
  ],
];

Deno.test("every report is written as Go writes it, and read back", () => {
  assertEquals(WRITTEN.map(([, { method }]) => method), [...REPORT_METHODS]);
  for (const [text, report] of WRITTEN) {
    assertEquals(decoder.decode(encodeReport(report)), text);
    assertEquals(decodeReport(report.method, bytes(text)), report);
  }
});

Deno.test("no part of a report is one", () => {
  for (const [text, { method }] of WRITTEN) {
    const whole = bytes(text);
    for (let end = 0; end < whole.length; end++) {
      assertThrows(
        () => decodeReport(method, whole.subarray(0, end)),
        ProtocolError,
      );
    }
  }
});

Deno.test("a report is read as leniently as Go reads it", () => {
  const expected = {
    method: "edge_online" as const,
    frontierId: "f",
    edgeId: 5n,
    addr: "a",
  };
  for (
    const text of [
      ` {"addr":"a", "edge_id":5 ,"frontier_id":"f"}\n`,
      `{"ADDR":"a","Edge_Id":5,"FRONTIER_ID":"f"}`,
      `{"addr":"x","addr":"a","edge_id":4,"edge_id":5,"frontier_id":"f"}`,
      `{"addr":"a","addr":null,"edge_id":5,"edge_id":null,"frontier_id":"f"}`,
      `{"addr":"a","edge_id":5,"frontier_id":"f","other":[{"addr":1}],"":0}`,
      `{"\\u0061ddr":"\\u0061","edge_id":5,"frontier_id":"f"}`,
      `{"addr":"a","edge_id":5,"frontier_id":"f","__proto__":{},"constructor":1}`,
    ]
  ) assertEquals(decodeReport("edge_online", bytes(text)), expected, text);
  // What is not said is empty; a long s is an s.
  for (const text of ["{}", "null", `{"ſervice_count":0}`]) {
    assertEquals(decodeReport("frontier_stats", bytes(text)), {
      method: "frontier_stats",
      frontierId: "",
      edges: 0,
      services: 0,
    });
  }
  // The address is no field of these two.
  for (const method of ["edge_offline", "edge_heartbeat"] as const) {
    assertEquals(
      decodeReport(method, bytes(`{"edge_id":1,"addr":5}`)),
      { method, frontierId: "", edgeId: 1n, addr: "" },
    );
  }
  const negative = decodeReport("frontier_stats", bytes(`{"edge_count":-3}`));
  assertEquals(negative.method === "frontier_stats" && negative.edges, -3);
});

Deno.test("a report that Go refuses is refused", () => {
  for (
    const text of [
      "",
      " ",
      "[]",
      `"x"`,
      "5",
      "true",
      `{"edge_id":1}x`,
      `{"edge_id":1}{}`,
      `{"edge_id":-1}`,
      `{"edge_id":1.0}`,
      `{"edge_id":1e3}`,
      `{"edge_id":"1"}`,
      `{"edge_id":18446744073709551616}`,
      `{"edge_id":99999999999999999999999999}`,
      `{"edge_id":-0}`,
      `{"edge_id":[]}`,
      `{"edge_id":01}`,
      `{"edge_id":true,"edge_id":1}`,
      `{"frontier_id":5}`,
      `{"frontier_id":{}}`,
      `{"addr":"\n"}`,
      `{"addr":"\\x"}`,
      `{"edge_id":1,}`,
    ]
  ) {
    assertThrows(
      () => decodeReport("edge_online", bytes(text)),
      ProtocolError,
      "Cannot decode",
      text,
    );
  }
  for (
    const count of ["9223372036854775808", "1.5", `"1"`, "-9223372036854775809"]
  ) {
    assertThrows(
      () => decodeReport("frontier_stats", bytes(`{"edge_count":${count}}`)),
      ProtocolError,
    );
  }
  const long = bytes(`{"addr":"${"x".repeat(2 * 1024 * 1024)}"}`);
  assertThrows(
    () => decodeReport("edge_online", long),
    ProtocolError,
    "exceed 2097152",
  );
});
