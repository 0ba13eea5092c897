/**
 * What the control plane says about itself.
 *
 * @module
 */

import {
  docsPage,
  type Json,
  openApi,
  type Page,
} from "@frontier/platform/control";
import { CLUSTER } from "./cluster.ts";
import { CLUSTER_SERVICE } from "./cluster_service.ts";
import { HEALTH } from "./health.ts";

/**
 * @param version Version of the program.
 * @returns The document of OpenAPI, as text.
 */
export function openApiText(version: string): string {
  return `${JSON.stringify(document(version), undefined, 2)}\n`;
}

function document(version: string): Json {
  return openApi({
    title: "Frontlas control plane",
    version,
    description:
      "Finds the gateways of a cluster, and the edges and services that are connected to them. The same methods are there over gRPC on the same port.",
  }, [CLUSTER_SERVICE, HEALTH, CLUSTER]);
}

/**
 * @param version Version of the program.
 * @returns The documents that everybody may read.
 */
export function pages(version: string): Page[] {
  return [
    {
      path: "/openapi.json",
      type: "application/json",
      text: openApiText(version),
    },
    {
      path: "/docs",
      type: "text/html; charset=utf-8",
      text: docsPage(document(version)),
    },
  ];
}
