/**
 * A registry of packages on loopback that speaks JSR's protocol, as far as `deno publish`, `deno add` and `jsr:` specifiers use
 * it. Packages live in memory.
 *
 * @module
 */

import { gunzipSync } from "node:zlib";
import { untar } from "./untar.ts";

/** One version of a package. */
interface Version {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly exports: Readonly<Record<string, string>>;
}

/** What somebody has asked a registry for. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
}

const decoder = new TextDecoder();

/** A registry; anybody with a token may publish. */
export class JsrRegistry implements AsyncDisposable {
  /** Everything that was asked, in order. */
  readonly requests: RegistryRequest[] = [];
  readonly #packages = new Map<string, Map<string, Version>>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** What `JSR_URL` has to be. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  /** @returns Names of the files of a published version; `undefined` if it was not published. */
  files(name: string, version: string): string[] | undefined {
    const found = this.#packages.get(name)?.get(version);
    return found === undefined ? undefined : [...found.files.keys()];
  }

  /** @returns Names and versions of all that was published. */
  published(): string[] {
    return [...this.#packages].flatMap(([name, versions]) =>
      [...versions.keys()].map((version) => `${name}@${version}`)
    );
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    this.requests.push({ method: request.method, path: pathname });
    const [, scope = "", name = "", version = ""] =
      /^\/api\/scopes\/([^/]+)\/packages\/([^/]+)(?:\/versions\/([^/]+))?$/
        .exec(pathname) ?? [];
    if (scope !== "") {
      if (request.method === "POST") {
        return await this.#publish(request, searchParams, scope, name, version);
      }
      const there = this.#packages.get(`@${scope}/${name}`)?.has(version);
      return version === "" || there
        ? Response.json({ scope, name, githubRepository: null })
        : notFound();
    }
    return await this.#read(pathname) ?? notFound();
  }

  async #publish(
    request: Request,
    search: URLSearchParams,
    scope: string,
    name: string,
    version: string,
  ): Promise<Response> {
    if (request.headers.get("authorization") === null) {
      return Response.json({ code: "unauthorized", message: "no token" }, {
        status: 401,
      });
    }
    const bytes = new Uint8Array(await request.arrayBuffer());
    const files = untar(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
    const text = decoder.decode(files.get(search.get("config") ?? ""));
    const config: { exports: string | Record<string, string> } = JSON.parse(
      text,
    );
    const exports = typeof config.exports === "string"
      ? { ".": config.exports }
      : config.exports;
    const key = `@${scope}/${name}`;
    const versions = this.#packages.get(key) ?? new Map<string, Version>();
    versions.set(version, { files, exports });
    this.#packages.set(key, versions);
    return Response.json({
      id: `${key}@${version}`,
      status: "success",
      error: null,
      packageScope: scope,
      packageName: name,
      packageVersion: version,
    });
  }

  async #read(path: string): Promise<Response | undefined> {
    const [, scope = "", name = "", rest = ""] =
      /^\/@([^/]+)\/([^/]+)\/(.*)$/.exec(path) ?? [];
    const versions = this.#packages.get(`@${scope}/${name}`);
    if (versions === undefined) return undefined;
    if (rest === "meta.json") {
      const list = [...versions.keys()];
      return Response.json({
        scope,
        name,
        latest: list.at(-1),
        versions: Object.fromEntries(list.map((version) => [version, {}])),
      });
    }
    const meta = /^([^/]+)_meta\.json$/.exec(rest)?.[1];
    if (meta !== undefined) {
      const version = versions.get(meta);
      if (version === undefined) return undefined;
      const manifest: Record<string, { size: number; checksum: string }> = {};
      for (const [file, data] of version.files) {
        manifest[file] = {
          size: data.length,
          checksum: `sha256-${await sha256(data)}`,
        };
      }
      return Response.json({ exports: version.exports, manifest });
    }
    const slash = rest.indexOf("/");
    const data = versions.get(rest.slice(0, slash))?.files.get(
      rest.slice(slash),
    );
    if (data === undefined) return undefined;
    const type = rest.endsWith(".ts") ? "text/typescript" : "text/plain";
    return new Response(data.slice(), { headers: { "content-type": type } });
  }
}

function notFound(): Response {
  return Response.json(
    { code: "notFound", message: "there is no such thing" },
    {
      status: 404,
    },
  );
}

async function sha256(data: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", data.slice());
  return new Uint8Array(hash).toHex();
}
