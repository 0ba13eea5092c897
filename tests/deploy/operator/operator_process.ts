/**
 * The operator as a process of its own, with the rights that `install.yaml` gives it and no others.
 *
 * @module
 */

import { freePort } from "../../support/free_ports.ts";
import { ControlPlane, until } from "../kube/control_plane.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const NAMESPACE = "frontier-system";

/** Starts a control plane on which the operator's definition, account and roles are installed. */
export async function installed(): Promise<ControlPlane> {
  const plane = await ControlPlane.start({ controllers: false });
  try {
    await install(plane);
  } catch (error) {
    await plane[Symbol.asyncDispose]();
    throw error;
  }
  return plane;
}

async function install(plane: ControlPlane): Promise<void> {
  await until(
    "the API server takes the installation",
    () =>
      plane.kubectl("apply", "-f", `${ROOT}deploy/operator/install.yaml`)
        .then(() => true, (error: Error) => {
          // Right after its start it does not know of its namespaces yet.
          if (!/not found|Forbidden|forbidden/.test(error.message)) throw error;
          return false;
        }),
  );
  await plane.kubectl(
    "wait",
    "--for=condition=Established",
    "--timeout=60s",
    "crd/frontierclusters.frontier.singchia.io",
  );
  plane.startControllers();
  await until(
    "the namespace for tests is there",
    () =>
      plane.kubectl("get", "serviceaccount", "default").then(
        () => true,
        () => false,
      ),
  );
}

/** An operator that runs. */
export class OperatorProcess implements AsyncDisposable {
  /** Where its health and metrics are. */
  readonly addr: string;
  readonly #process: Deno.ChildProcess;
  readonly #folder: string;
  readonly #reading: Promise<void>;
  #log = "";

  private constructor(
    process: Deno.ChildProcess,
    folder: string,
    addr: string,
  ) {
    this.#process = process;
    this.#folder = folder;
    this.addr = addr;
    this.#reading = Promise.all(
      [process.stdout, process.stderr].map((out) => this.#read(out)),
    ).then(() => {});
  }

  /**
   * Starts one with the token of the account that `install.yaml` makes.
   *
   * @param plane The control plane.
   * @param name Its name, as that of its pod.
   * @param flags More flags.
   */
  static async start(
    plane: ControlPlane,
    name = "operator",
    ...flags: string[]
  ): Promise<OperatorProcess> {
    const folder = await Deno.makeTempDir({ prefix: "frontier-operator-" });
    const token = await plane.kubectl(
      "create",
      "token",
      "frontier-operator",
      `--namespace=${NAMESPACE}`,
    );
    for (
      const [file, text] of [
        ["token", token],
        ["ca.crt", plane.ca],
        ["namespace", NAMESPACE],
      ] as const
    ) await Deno.writeTextFile(`${folder}/${file}`, text);
    const server = new URL(plane.server);
    const addr = `127.0.0.1:${freePort()}`;
    const process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--cached-only",
        `--allow-net=${server.host},${addr}`,
        `--allow-read=${folder}`,
        "--allow-env=KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT,POD_NAME",
        `${ROOT}deploy/operator/main.ts`,
        `--addr=${addr}`,
        `--credentials=${folder}`,
        ...flags,
      ],
      env: {
        KUBERNETES_SERVICE_HOST: server.hostname,
        KUBERNETES_SERVICE_PORT: server.port,
        POD_NAME: name,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new OperatorProcess(process, folder, addr);
  }

  /** What it has logged. */
  get log(): string {
    return this.#log;
  }

  /** @returns A figure of its metrics; `undefined` when it has none. */
  async figure(name: string): Promise<number | undefined> {
    const response = await fetch(`http://${this.addr}/metrics`);
    const text = await response.text();
    const line = text.split("\n").find((line) => line.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.split(" ")[1]);
  }

  /** @returns What `/readyz` says. */
  async ready(): Promise<string> {
    return await fetch(`http://${this.addr}/readyz`)
      .then((response) => response.text(), () => "no answer");
  }

  /** Waits until it has logged something. */
  async said(pattern: RegExp, ms = 60_000): Promise<void> {
    try {
      await until(
        `the operator says ${pattern}`,
        () => pattern.test(this.#log),
        ms,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.#log}`);
    }
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#end();
  }

  /** Stops it. @returns Its exit status. */
  async stop(): Promise<number> {
    this.#process.kill("SIGTERM");
    return (await this.#end()).code;
  }

  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.#process.status;
    await this.#reading;
    await Deno.remove(this.#folder, { recursive: true });
    return status;
  }

  /** Ends it, if it has not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      return;
    }
    await this.#end();
  }

  async #read(out: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of out.pipeThrough(new TextDecoderStream())) {
      this.#log += text;
    }
  }
}
