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
import { FRONTIER_VERSION } from "@frontier/platform/internal";
import { ADMIN } from "./admin.ts";
import { CONTROL_PLANE } from "./control_plane.ts";

/** @returns The document of OpenAPI, as text. */
export function openApiText(): string {
  return `${JSON.stringify(document(), undefined, 2)}\n`;
}

function document(): Json {
  return openApi({
    title: "Frontier control plane",
    version: FRONTIER_VERSION,
    description:
      "Lists, looks into and closes the connections of one gateway. The same methods are there over gRPC on the same port.",
  }, [CONTROL_PLANE, ADMIN]);
}

/** @returns The documents that everybody may read. */
export function pages(): Page[] {
  return [
    { path: "/openapi.json", type: "application/json", text: openApiText() },
    {
      path: "/docs",
      type: "text/html; charset=utf-8",
      text: docsPage(document()),
    },
  ];
}
