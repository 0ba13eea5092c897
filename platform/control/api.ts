/**
 * What a program offers on its control port.
 *
 * @module
 */

import type { Reply } from "./reply.ts";
import type { Access } from "./tokens.ts";

/** What is known of a call beside its request. */
export interface CallContext {
  /** Aborted when the caller has gone or the port closes. Who answers any number of times must end then. */
  readonly signal: AbortSignal;
  /** Says more about the answer, of a method with one answer. */
  readonly reply: Reply;
}

/** What generated code says of a service. */
export interface ServiceDescription {
  /** What is described. */
  readonly kind: "service";
  /** Its full name. */
  readonly typeName: string;
}

/**
 * What methods do, by their names in generated code, which has a type for it:
 * one answer, a promise of one, or any number of them.
 */
export type MethodImplementations = Readonly<
  Record<string, (request: never, context: CallContext) => unknown>
>;

/**
 * What a call costs, which decides whom it waits for: queries wait for each
 * other, look-ups cost little and do not wait for queries, commands mostly
 * wait for peers, and a watch lasts as long as its watcher wants.
 */
export type CallKind = "query" | "lookup" | "command" | "watch";

/** How a method is reached over REST, and who may call it. */
export interface Route {
  /** The verb. */
  readonly verb: "GET" | "POST" | "DELETE";
  /**
   * Whether the same is had by a `POST` with a JSON body, for those who ask for
   * more than an address can hold.
   * @default false
   */
  readonly alsoPost?: boolean;
  /** The path; `{name}` stands for the field of that name. Empty where there is only gRPC. */
  readonly path: string;
  /** Who may call the method, over REST and gRPC. */
  readonly role: Access;
  /** What a call costs. */
  readonly kind: CallKind;
}

/** A service as it is described. */
export interface ApiDescription {
  /** Its descriptor, from generated code. */
  readonly service: ServiceDescription;
  /** How each is reached, by its name in generated code. */
  readonly routes: Readonly<Record<string, Route>>;
  /** What it is called in documents. */
  readonly title: string;
  /** What stands above the declarations in its `.proto` file, by full name; from generated code. */
  readonly comments: Readonly<Record<string, string>>;
  /** Whether a parameter that no field is meant by is an error over REST, instead of ignored. */
  readonly strict: boolean;
  /**
   * Whether REST gives fields the names of JSON (`edgeId`), instead of those
   * in the `.proto` file (`edge_id`). Parameters may have either.
   * @default false
   */
  readonly jsonNames?: boolean;
}

/** A service as it is offered. */
export interface Api extends ApiDescription {
  /** What its methods do. */
  readonly implementation: MethodImplementations;
}
