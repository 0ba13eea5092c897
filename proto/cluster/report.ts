/**
 * The seven calls by which any gateway reports to a directory, as Go writes and
 * reads them. Source: docs/spec/frontlas.md §1.6.
 *
 * @module
 */

import { escapeText } from "../body/json_text.ts";
import { readObject } from "./json_object.ts";
import type { ReportMethod } from "./methods.ts";

const encoder = new TextEncoder();

/** An edge has come, or is there still, or has gone. */
export interface EdgeReport {
  /** The method that is called. */
  readonly method: "edge_online" | "edge_heartbeat" | "edge_offline";
  /** The gateway, as it calls itself. */
  readonly frontierId: string;
  /** The edge. */
  readonly edgeId: bigint;
  /** Where it came from; said when it has come, else empty. */
  readonly addr: string;
}

/** A service has come, or is there still, or has gone. */
export interface ServiceReport {
  /** The method that is called. */
  readonly method: "service_online" | "service_heartbeat" | "service_offline";
  /** The gateway, as it calls itself. */
  readonly frontierId: string;
  /** The service. */
  readonly serviceId: bigint;
  /** What it said about itself, as text; said when it has come, else empty. */
  readonly service: string;
  /** Where it came from; said when it has come, else empty. */
  readonly addr: string;
}

/** How many peers a gateway has. */
export interface StatsReport {
  /** The method that is called. */
  readonly method: "frontier_stats";
  /** The gateway, as it calls itself. */
  readonly frontierId: string;
  /** Its edges. */
  readonly edges: number;
  /** Its services. */
  readonly services: number;
}

/** One call. */
export type Report = EdgeReport | ServiceReport | StatsReport;

/**
 * Writes what a gateway reports, byte for byte as Go does.
 *
 * @param report What it reports.
 * @returns The data of the call of `report.method`.
 */
export function encodeReport(report: Report): Uint8Array<ArrayBuffer> {
  return encoder.encode(
    `{"frontier_id":${quoted(report.frontierId)}${rest(report)}}`,
  );
}

function rest(report: Report): string {
  switch (report.method) {
    case "edge_online":
      return `,"edge_id":${report.edgeId},"addr":${quoted(report.addr)}`;
    case "edge_offline":
    case "edge_heartbeat":
      return `,"edge_id":${report.edgeId}`;
    case "service_online":
      return `,"service_id":${report.serviceId},"service":${
        quoted(report.service)
      },"addr":${quoted(report.addr)}`;
    case "service_offline":
    case "service_heartbeat":
      return `,"service_id":${report.serviceId}`;
    case "frontier_stats":
      return `,"edge_count":${report.edges},"service_count":${report.services}`;
  }
}

function quoted(text: string): string {
  return `"${escapeText(text)}"`;
}

/**
 * Reads what a gateway reports, as leniently as Go does: what is not said is
 * empty or 0.
 *
 * @param method The method that was called.
 * @param data The data of the call.
 * @returns What it reports.
 * @throws {ProtocolError} If Go would refuse the data, or it is too long.
 */
export function decodeReport(method: ReportMethod, data: Uint8Array): Report {
  switch (method) {
    case "edge_online":
    case "edge_offline":
    case "edge_heartbeat": {
      const said = { frontierId: "", edgeId: 0n, addr: "" };
      readObject(method, data, {
        frontier_id: (value) => said.frontierId = value.text(),
        edge_id: (value) => said.edgeId = value.uint64(),
        ...(method === "edge_online" && {
          addr: (value) => said.addr = value.text(),
        }),
      });
      return { method, ...said };
    }
    case "service_online":
    case "service_offline":
    case "service_heartbeat": {
      const said = { frontierId: "", serviceId: 0n, service: "", addr: "" };
      readObject(method, data, {
        frontier_id: (value) => said.frontierId = value.text(),
        service_id: (value) => said.serviceId = value.uint64(),
        ...(method === "service_online" && {
          service: (value) => said.service = value.text(),
          addr: (value) => said.addr = value.text(),
        }),
      });
      return { method, ...said };
    }
    case "frontier_stats": {
      const said = { frontierId: "", edges: 0, services: 0 };
      readObject(method, data, {
        frontier_id: (value) => said.frontierId = value.text(),
        edge_count: (value) => said.edges = value.int(),
        service_count: (value) => said.services = value.int(),
      });
      return { method, ...said };
    }
  }
}
