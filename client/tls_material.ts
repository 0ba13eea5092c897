/**
 * Whom to trust over TLS, and what to show.
 *
 * @module
 */

import {
  authoritiesIn,
  certificatePair,
  readPem,
} from "@frontier/platform/net";

/** Whom to trust over TLS, and what to show. */
export interface TlsMaterialOptions {
  /**
   * Name that the other side's certificate must be for, and that is sent to it.
   *
   * @default {the `hostname`}
   */
  readonly serverName?: string;
  /**
   * The authorities that may vouch for it, in PEM. Together with those
   * of `caFile` they take the place of the authorities that the runtime trusts.
   *
   * @default {those that the runtime trusts}
   */
  readonly ca?: string | readonly string[];
  /** Paths of PEM files with such authorities; they are read at every connect. */
  readonly caFile?: string | readonly string[];
  /** Certificate chain to show when it asks for one, in PEM, leaf first. */
  readonly cert?: string;
  /** Private key of `cert`, in PEM. */
  readonly key?: string;
  /** Path of a PEM file in place of `cert`; it is read at every connect. */
  readonly certFile?: string;
  /** Path of a PEM file in place of `key`; it is read at every connect. */
  readonly keyFile?: string;
}

/** What {@linkcode TlsMaterialOptions} name, read. */
export interface TlsMaterial {
  /** Authorities in PEM; `undefined` for those that the runtime trusts. */
  readonly ca: string[] | undefined;
  /** What to show, in PEM; `undefined` for nothing. */
  readonly own: { readonly cert: string; readonly key: string } | undefined;
}

/**
 * Reads authorities and certificates.
 *
 * @param options Where they are.
 * @returns What was read.
 * @throws {TypeError} If a certificate or key comes without the other.
 * @throws {Error} If a file or certificate cannot be used.
 */
export async function readTlsMaterial(
  options: TlsMaterialOptions,
): Promise<TlsMaterial> {
  const [ca, own] = await Promise.all([authorities(options), shown(options)]);
  return { ca, own };
}

async function authorities(
  { ca, caFile }: TlsMaterialOptions,
): Promise<string[] | undefined> {
  if (ca === undefined && caFile === undefined) return undefined;
  const found = list(ca).flatMap((pem) => usable(pem, "text in `ca`"));
  for (const path of list(caFile)) {
    found.push(...usable(await readPem(path, "CA file"), `CA file "${path}"`));
  }
  // None is not the same as not given: the runtime would trust its own.
  if (found.length > 0) return found;
  throw new TypeError(
    "Cannot trust anybody: the lists of authorities are empty",
  );
}

/** A file without a certificate would leave nobody to trust, or fewer than was meant. */
function usable(pem: string, what: string): string[] {
  const found = authoritiesIn(pem, (cause) => {
    throw new Error(`Cannot use the ${what}: a certificate in it is broken`, {
      cause,
    });
  });
  if (found.length > 0) return found;
  throw new Error(`Cannot use the ${what}: it holds no PEM certificate`);
}

async function shown(
  { cert, key, certFile, keyFile }: TlsMaterialOptions,
): Promise<{ cert: string; key: string } | undefined> {
  if (cert !== undefined && certFile !== undefined) {
    throw new TypeError("Cannot show two certificates: give cert or certFile");
  }
  if (key !== undefined && keyFile !== undefined) {
    throw new TypeError("Cannot use two keys: give key or keyFile");
  }
  const hasCert = cert !== undefined || certFile !== undefined;
  const hasKey = key !== undefined || keyFile !== undefined;
  if (hasCert !== hasKey) {
    throw new TypeError(
      hasCert
        ? "Cannot show a certificate without its key: give key or keyFile"
        : "Cannot use a key without its certificate: give cert or certFile",
    );
  }
  if (!hasCert) return undefined;
  return certificatePair(
    cert ?? await readPem(certFile!, "certificate"),
    key ?? await readPem(keyFile!, "private key"),
    {
      cert: certFile === undefined
        ? "certificate"
        : `certificate "${certFile}"`,
      key: keyFile === undefined ? "private key" : `private key "${keyFile}"`,
    },
  );
}

function list(value: string | readonly string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}
