/**
 * What the referenced Secrets contain, as digests: pods are replaced when they change. Only the digests are kept.
 *
 * @module
 */

import type { Settings } from "../api/settings.ts";
import { digest } from "../desired/digest.ts";
import type { SecretDigests } from "../desired/objects.ts";
import type { KubeClient } from "../kube/client.ts";
import { type KubeObject, pathOf } from "../kube/object.ts";
import type { Watch } from "../kube/watch.ts";
import { find } from "./ensure.ts";

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A Secret that is missing, or lacks what is needed of it. */
export class SecretProblem extends Error {
  /** @param message What is missing. */
  constructor(message: string) {
    super(message);
    this.name = "SecretProblem";
  }
}

interface Needed {
  /** Name of the Secret. */
  readonly name: string;
  readonly keys: readonly string[];
  /** The field that names it. */
  readonly field: string;
  readonly optional: boolean;
}

const EDGE_TLS = "spec.frontier.edgebound.tls";

/** The Secrets that pods of the gateways need. */
function ofFrontier({ frontier: { tls } }: Settings): Needed[] {
  if (tls === undefined) return [];
  const optional = false;
  const pair = {
    name: tls.secret,
    keys: ["tls.crt", "tls.key"],
    field: `${EDGE_TLS}.certificateKeySecretRef`,
    optional,
  };
  if (tls.ca === undefined) return [pair];
  const field = `${EDGE_TLS}.caCertificateSecretRef`;
  return [pair, { name: tls.ca, keys: ["ca.crt"], field, optional }];
}

/** The Secrets that pods of the directory need. */
function ofFrontlas({ frontlas: { redis } }: Settings): Needed[] {
  const { passwordSecret } = redis;
  if (!passwordSecret?.name) return [];
  const { name, key, optional = false } = passwordSecret;
  const field = "spec.frontlas.redis.passwordSecret";
  return [{ name, keys: [key], field, optional }];
}

/** @returns Names of the Secrets that are referenced. */
export function referencedSecrets(settings: Settings): string[] {
  return [...ofFrontier(settings), ...ofFrontlas(settings)]
    .map(({ name }) => name);
}

/** Digests of Secrets, each read once for each of its versions. */
export class SecretReader {
  readonly #client: KubeClient;
  readonly #metadata: Watch<KubeObject>;
  readonly #read = new Map<
    string,
    { version: string; digests: ReadonlyMap<string, string> }
  >();

  /**
   * @param client Who reads.
   * @param metadata What is known of all Secrets: that they are there, and in which version.
   */
  constructor(client: KubeClient, metadata: Watch<KubeObject>) {
    this.#client = client;
    this.#metadata = metadata;
  }

  /**
   * @param namespace Where the Secrets are.
   * @param settings What refers to them.
   * @returns Their digests.
   * @throws {SecretProblem} If one is missing or lacks a key.
   */
  async digests(namespace: string, settings: Settings): Promise<SecretDigests> {
    return {
      frontier: await this.#all(namespace, ofFrontier(settings)),
      frontlas: await this.#all(namespace, ofFrontlas(settings)),
    };
  }

  async #all(namespace: string, needed: readonly Needed[]): Promise<string> {
    const found: string[] = [];
    for (const { name, keys, field, optional } of needed) {
      const digests = await this.#one(namespace, name);
      for (const key of keys) {
        const value = digests?.get(key);
        if (value === undefined && !optional) {
          throw new SecretProblem(
            digests === undefined
              ? `Cannot find the Secret ${namespace}/${name}: create it (${field})`
              : `Cannot find the key "${key}" in the Secret ${namespace}/${name}: add it (${field})`,
          );
        }
        found.push(value ?? "");
      }
    }
    return found.length === 0 ? "" : digest(...found);
  }

  async #one(
    namespace: string,
    name: string,
  ): Promise<ReadonlyMap<string, string> | undefined> {
    const key = `${namespace}/${name}`;
    const version = this.#metadata.get(namespace, name)?.metadata
      .resourceVersion;
    const known = this.#read.get(key);
    if (version !== undefined && known?.version === version) {
      return known.digests;
    }
    const secret = await find<Secret>(
      this.#client,
      pathOf("Secret", namespace, name),
    );
    if (secret === undefined) {
      this.#read.delete(key);
      return undefined;
    }
    const digests = new Map(
      Object.entries(secret.data ?? {})
        .filter(([, value]) => value !== "")
        .map(([name, value]) => [name, digest(value)]),
    );
    this.#read.set(key, {
      version: secret.metadata.resourceVersion!,
      digests,
    });
    return digests;
  }

  /** Forgets a Secret that is gone. */
  forget(key: string): void {
    this.#read.delete(key);
  }
}
