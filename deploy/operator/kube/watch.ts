/**
 * What is there of a kind, kept up to date: listed once, then watched.
 *
 * @module
 */

import { Backoff } from "@frontier/platform/internal";
import type { KubeClient } from "./client.ts";
import { keyOf, type KubeObject, type Metadata } from "./object.ts";
import { lines } from "./lines.ts";
import { StatusError } from "./status_error.ts";

/** Longest silence of a watch, in milliseconds; the API server ends one before that. */
const IDLE_MS = 75_000;

/** A watch that ends within so many milliseconds was cut short. */
const SOON_MS = 1_000;

/** What a watch is about. */
export interface WatchOptions {
  /** Path of the objects, without a query. */
  readonly path: string;
  /** Which of them, as a query such as `labelSelector=a%3Db`. */
  readonly query?: string;
  /** Whether only the metadata is asked for: all that is to be known of the Secrets of others. */
  readonly metadataOnly?: boolean;
  /** Told of every object that is new, changed or gone. */
  readonly onChange: (object: KubeObject) => void;
  /** Told why the watch has to begin anew. */
  readonly onRetry?: (error: unknown) => void;
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject & {
    readonly code?: number;
    readonly reason?: string;
    readonly message?: string;
  };
}

interface List {
  readonly metadata: { readonly resourceVersion: string };
  /** `null` where there are none: as metadata, an empty list is written so. */
  readonly items: readonly KubeObject[] | null;
}

/** The objects of a kind, as they are. */
export class Watch<T extends KubeObject> {
  /** Resolves when all objects were listed once. */
  readonly synced: Promise<void>;
  readonly #client: KubeClient;
  readonly #options: WatchOptions;
  readonly #known = new Map<string, KubeObject>();
  #sync!: () => void;
  /** The version to watch from; empty when everything has to be listed. */
  #version = "";

  /**
   * @param client Whom to ask.
   * @param options About what.
   */
  constructor(client: KubeClient, options: WatchOptions) {
    this.#client = client;
    this.#options = options;
    this.synced = new Promise((resolve) => this.#sync = resolve);
  }

  /** All objects. */
  objects(): IterableIterator<T> {
    return this.#known.values() as IterableIterator<T>;
  }

  /** @returns The object of a name; `undefined` when there is none. */
  get(namespace: string, name: string): T | undefined {
    return this.#known.get(`${namespace}/${name}`) as T | undefined;
  }

  /**
   * Lists and watches until the signal.
   *
   * @param signal Ends it.
   */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstDelayMs: 250, maxDelayMs: 10_000 });
    while (!signal.aborted) {
      try {
        if (this.#version === "") await this.#list(signal);
        const begun = performance.now();
        await this.#watch(signal, () => backoff.reset());
        // A server that ends watches at once must not be asked in a circle.
        if (performance.now() - begun < SOON_MS) {
          await pause(backoff.next(), signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        let wait = backoff.next();
        if (error instanceof StatusError) {
          // Gone, and a version that a restored store has not reached yet.
          if (error.code === 410 || error.code === 504) this.#version = "";
          wait = Math.max(wait, error.retryAfterMs);
        }
        this.#options.onRetry?.(error);
        await pause(wait, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { path, query, onChange } = this.#options;
    const response = await this.#client.request(
      "GET",
      `${path}?limit=0${query === undefined ? "" : `&${query}`}`,
      {
        accept: this.#accept("PartialObjectMetadataList"),
        signal: AbortSignal.any([signal, AbortSignal.timeout(IDLE_MS)]),
      },
    );
    const list: List = await response.json();
    const items = list.items ?? [];
    const there = new Set(items.map(keyOf));
    // What was deleted while nobody watched.
    for (const [key, object] of this.#known) {
      if (there.has(key)) continue;
      this.#known.delete(key);
      onChange(object);
    }
    for (const object of items) this.#take(object);
    this.#version = list.metadata.resourceVersion;
    this.#sync();
  }

  #take(object: KubeObject): void {
    const key = keyOf(object);
    const before = this.#known.get(key)?.metadata.resourceVersion;
    const kept = this.#kept(object);
    this.#known.set(key, kept);
    if (before !== kept.metadata.resourceVersion) this.#options.onChange(kept);
  }

  /**
   * What is kept of an object: not who set which field, which is most of it, and of one whose metadata alone is asked for nothing but
   * its version. The annotations of a Secret may hold all that `kubectl apply` was given.
   */
  #kept(object: KubeObject): KubeObject {
    const { managedFields: _, ...metadata } = object.metadata;
    if (this.#options.metadataOnly !== true) return { ...object, metadata };
    const { name, namespace, uid, resourceVersion } = metadata;
    return { metadata: { name, namespace, uid, resourceVersion } as Metadata };
  }

  async #watch(signal: AbortSignal, onEvent: () => void): Promise<void> {
    const { path, query } = this.#options;
    const quiet = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => quiet.abort(new Error("the API server has gone silent")),
        IDLE_MS,
      );
    };
    heard();
    try {
      const seconds = Math.floor(IDLE_MS * 0.8 / 1000);
      const response = await this.#client.request(
        "GET",
        `${path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${this.#version}${
          query === undefined ? "" : `&${query}`
        }`,
        {
          accept: this.#accept("PartialObjectMetadata"),
          signal: AbortSignal.any([signal, quiet.signal]),
        },
      );
      for await (const line of lines(response.body!, heard)) {
        this.#obey(JSON.parse(line));
        onEvent();
      }
    } finally {
      clearTimeout(timer);
      quiet.abort();
    }
  }

  #obey({ type, object }: WatchEvent): void {
    if (type === "ERROR") {
      throw new StatusError(
        object.code ?? 500,
        object.reason ?? "",
        object.message ?? "The watch has failed",
      );
    }
    this.#version = object.metadata.resourceVersion!;
    if (type === "BOOKMARK") return;
    if (type !== "DELETED") return this.#take(object);
    this.#known.delete(keyOf(object));
    this.#options.onChange(object);
  }

  #accept(kind: string): string {
    return this.#options.metadataOnly === true
      ? `application/json;as=${kind};g=meta.k8s.io;v=v1`
      : "application/json";
  }
}

/**
 * @param ms Milliseconds to wait.
 * @param signal Ends the waiting early.
 */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
