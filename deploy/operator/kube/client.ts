/**
 * A client of the API server on the runtime's own `fetch`, which sees lost connections and aborts at once.
 *
 * @module
 */

import type { Credentials } from "./credentials.ts";
import type { KubeObject } from "./object.ts";
import { StatusError } from "./status_error.ts";

/** Name under which the API server records the fields that we set. */
export const FIELD_MANAGER = "frontier-operator";

/** How a request differs from a plain one. */
export interface RequestOptions {
  /** What is sent, as JSON. */
  readonly body?: unknown;
  /** Its media type. @default {"application/json"} */
  readonly type?: string;
  /** What is accepted. @default {"application/json"} */
  readonly accept?: string;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** A client of the API server. */
export class KubeClient implements Disposable {
  readonly #credentials: Credentials;
  readonly #http: Deno.HttpClient;
  readonly #requestMs: number;
  /** Requests that changed, or could have changed, something. */
  writes = 0;

  /**
   * @param credentials Where the API server is, and who we are.
   * @param requestMs Most milliseconds of one request; watches have a limit of their own.
   */
  constructor(credentials: Credentials, requestMs = 15_000) {
    this.#credentials = credentials;
    this.#requestMs = requestMs;
    this.#http = Deno.createHttpClient({ caCerts: [credentials.ca] });
  }

  /**
   * Sends a request.
   *
   * @param method Method of HTTP.
   * @param path Path and query.
   * @param options What differs from a plain request.
   * @returns The answer, a success.
   * @throws {StatusError} If the API server refuses.
   */
  async request(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Response> {
    const { body, type, accept = "application/json", signal } = options;
    if (method !== "GET") this.writes++;
    const headers: Record<string, string> = {
      accept,
      authorization: `Bearer ${await this.#credentials.token()}`,
      "user-agent": FIELD_MANAGER,
    };
    if (body !== undefined) headers["content-type"] = type ?? accept;
    const response = await fetch(this.#credentials.server + path, {
      method,
      headers,
      client: this.#http,
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw await StatusError.from(response);
  }

  async #json<T>(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<T> {
    const response = await this.request(method, path, {
      signal: AbortSignal.timeout(this.#requestMs),
      ...options,
    });
    return await response.json();
  }

  /**
   * @param path Path and query.
   * @param accept What is accepted.
   * @returns What is there.
   */
  get<T>(path: string, accept?: string): Promise<T> {
    return this.#json("GET", path, accept === undefined ? {} : { accept });
  }

  /** Makes an object. @returns It, as the API server has it. */
  create<T extends KubeObject>(path: string, body: T): Promise<T> {
    return this.#json("POST", path, { body });
  }

  /** Replaces an object, if it is still the version that `body` names. @returns It. */
  replace<T extends KubeObject>(path: string, body: T): Promise<T> {
    return this.#json("PUT", path, { body });
  }

  /**
   * Makes the fields of an object what `body` says, and takes away those that we set before and that `body` lacks. Fields of others
   * stay as they are.
   *
   * @returns The object, as the API server has it.
   */
  apply<T extends KubeObject>(path: string, body: T): Promise<T> {
    return this.#json(
      "PATCH",
      `${path}?fieldManager=${FIELD_MANAGER}&force=true`,
      { body, type: "application/apply-patch+yaml" },
    );
  }

  /** Changes some fields of an object. @returns It. */
  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#json("PATCH", `${path}?fieldManager=${FIELD_MANAGER}`, {
      body,
      type: "application/merge-patch+json",
    });
  }

  /** Deletes an object. */
  async delete(path: string, body: unknown = {}): Promise<void> {
    await this.#json("DELETE", path, { body });
  }

  /** Closes its connections. */
  [Symbol.dispose](): void {
    this.#http.close();
  }
}
