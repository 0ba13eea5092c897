/**
 * The methods that are offered.
 *
 * @module
 */

import type {
  DescMessage,
  DescMethod,
  DescService,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Api, ApiDescription, CallContext, Route } from "./api.ts";

/** One method as both protocols see it. */
export interface Method {
  /** Its descriptor. */
  readonly desc: DescMethod;
  /** What it does. */
  readonly run: (
    request: MessageShape<DescMessage>,
    context: CallContext,
  ) => unknown;
  /** How it is reached. */
  readonly route: Route;
  /** The service it belongs to. */
  readonly api: Api;
}

/**
 * @param method A method.
 * @returns Its name for logs and metrics, with that of its service.
 */
export function nameOfMethod({ desc }: Method): string {
  return `${desc.parent.name}.${desc.name}`;
}

/**
 * @param api A service.
 * @returns Its descriptor.
 */
export function descriptorOf({ service }: ApiDescription): DescService {
  return service as DescService;
}

/**
 * @param api A service.
 * @returns Its methods.
 * @throws {Error} If one is not implemented, or has no route.
 */
export function methodsOf(api: Api): Method[] {
  return descriptorOf(api).methods.map((desc) => {
    const run = api.implementation[desc.localName];
    const route = api.routes[desc.localName];
    if (run === undefined || route === undefined) {
      throw new Error(
        `Cannot offer ${desc.name}: it is not implemented, or has no route`,
      );
    }
    return { desc, run: run as Method["run"], route, api };
  });
}
