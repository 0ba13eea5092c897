/** A collector of OpenTelemetry spans: OTLP over HTTP in JSON, on loopback. */

/** A span, as far as tests look at it. */
export interface Collected {
  /** The process that sent it: its `OTEL_SERVICE_NAME`. */
  readonly process: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** Number of OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Whether its status is an error. */
  readonly failed: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface WireSpan extends Omit<Collected, "process" | "tags" | "failed"> {
  readonly attributes?: readonly Attribute[];
  readonly status?: { readonly code?: number };
}

interface Export {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

/** A running collector. */
export class Collector implements AsyncDisposable {
  /** What has come. */
  readonly spans: Collected[] = [];
  /** Requests that came, whatever they brought. */
  requests = 0;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      async (request) => {
        this.requests++;
        const body = await request.json();
        if (new URL(request.url).pathname === "/v1/traces") this.#take(body);
        return Response.json({});
      },
    );
  }

  /**
   * The environment of a program whose spans are to come here.
   *
   * @param process What to call the program.
   * @returns Variables.
   */
  environment(process: string): Record<string, string> {
    return {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_SERVICE_NAME: process,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${this.#server.addr.port}`,
    };
  }

  /** Stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #take({ resourceSpans = [] }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      const process = textsOf(resource.attributes)["service.name"] ?? "";
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        const { traceId, spanId, name, kind, attributes = [] } = span;
        this.spans.push({
          process,
          traceId,
          spanId,
          parentSpanId: span.parentSpanId ?? "",
          name,
          kind,
          tags: textsOf(attributes),
          failed: span.status?.code === 2,
        });
      }
    }
  }
}

function textsOf(attributes: readonly Attribute[]): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]),
  );
}
