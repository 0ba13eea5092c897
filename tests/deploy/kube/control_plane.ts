/**
 * A control plane of Kubernetes: the real store, API server and controllers on free ports of loopback. Pods are never started by it;
 * a {@linkcode FakeKubelet} says that they were.
 *
 * @module
 */

import { KubeClient } from "../../../deploy/operator/kube/client.ts";
import type { Credentials } from "../../../deploy/operator/kube/credentials.ts";
import { freePort } from "../../support/free_ports.ts";
import { run } from "../tools.ts";
import { type KubeProgram, kubeProgram } from "./programs.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const READY_MS = 120_000;
const ADMIN_TOKEN = "admin-of-the-tests";

const CONTROLLERS = [
  "deployment-controller",
  "disruption-controller",
  "garbage-collector-controller",
  "namespace-controller",
  "replicaset-controller",
  "root-ca-certificate-publisher-controller",
  "serviceaccount-controller",
  "serviceaccount-token-controller",
  "statefulset-controller",
].join(",");

/** What to start. */
export interface ControlPlaneOptions {
  /** Whether Deployments become pods, and what belongs to nobody is deleted. @default true */
  readonly controllers?: boolean;
}

/** A control plane that runs. */
export class ControlPlane implements AsyncDisposable {
  /** Origin of the API server. */
  readonly server: string;
  /** Certificate of its authority, as PEM. */
  readonly ca: string;
  /** Path of a configuration for `kubectl` and `helm`, with all rights. */
  readonly kubeconfig: string;
  /** A client with all rights. */
  readonly admin: KubeClient;
  readonly #folder: string;
  readonly #etcd: readonly [client: number, peer: number];
  readonly #port: number;
  readonly #running = new Map<KubeProgram, Deno.ChildProcess>();

  private constructor(folder: string, ca: string) {
    this.#folder = folder;
    this.#port = freePort();
    this.#etcd = [freePort(), freePort()];
    this.ca = ca;
    this.server = `https://127.0.0.1:${this.#port}`;
    this.kubeconfig = `${folder}/kubeconfig`;
    this.admin = new KubeClient(this.credentials(ADMIN_TOKEN));
  }

  /** Starts one, and waits until it answers. */
  static async start(
    { controllers = true }: ControlPlaneOptions = {},
  ): Promise<ControlPlane> {
    const folder = await Deno.makeTempDir({ prefix: "frontier-kube-" });
    await run("sh", [
      `${ROOT}deploy/certificates/make.sh`,
      "--out",
      folder,
      "127.0.0.1",
    ]);
    const key = `${folder}/accounts.key`;
    await run("openssl", ["genrsa", "-out", key, "2048"]);
    await run("openssl", [
      "rsa",
      "-in",
      key,
      "-pubout",
      "-out",
      `${folder}/accounts.pub`,
    ]);
    await Deno.writeTextFile(
      `${folder}/tokens.csv`,
      `${ADMIN_TOKEN},admin,admin,"system:masters"\n`,
    );
    const plane = new ControlPlane(
      folder,
      await Deno.readTextFile(`${folder}/ca.crt`),
    );
    try {
      await plane.#writeKubeconfig();
      plane.#startEtcd();
      await plane.startApiServer();
      if (controllers) plane.startControllers();
    } catch (error) {
      await plane[Symbol.asyncDispose]();
      throw error;
    }
    return plane;
  }

  /** @returns How somebody with this token reaches the API server. */
  credentials(token: string): Credentials {
    return {
      server: this.server,
      ca: this.ca,
      token: () => Promise.resolve(token),
    };
  }

  /** Runs `kubectl` with all rights. @returns What it wrote. */
  async kubectl(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(
      kubeProgram("kubectl"),
      {
        args: [
          `--kubeconfig=${this.kubeconfig}`,
          `--cache-dir=${this.#folder}/kubectl`,
          ...args,
        ],
        stdin: "null",
      },
    ).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(stdout) + decoder.decode(stderr);
    if (!success) throw new Error(`kubectl ${args.join(" ")} failed:\n${text}`);
    return text;
  }

  /** Starts the API server, again after it was killed, and waits until it answers. */
  async startApiServer(): Promise<void> {
    const folder = this.#folder;
    const process = this.#start("kube-apiserver", [
      `--etcd-servers=http://127.0.0.1:${this.#etcd[0]}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${this.#port}`,
      `--cert-dir=${folder}/generated`,
      `--tls-cert-file=${folder}/server.crt`,
      `--tls-private-key-file=${folder}/server.key`,
      `--token-auth-file=${folder}/tokens.csv`,
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--endpoint-reconciler-type=none",
      "--storage-media-type=application/json",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${folder}/accounts.pub`,
      `--service-account-signing-key-file=${folder}/accounts.key`,
    ]);
    let ended = false;
    process.status.then(() => ended = true);
    await until("the API server is ready", async () => {
      if (ended) throw new Error(await this.#log("kube-apiserver"));
      return await this.admin.request("GET", "/readyz")
        .then(async (response) => await response.text() === "ok", () => false);
    }, READY_MS);
  }

  /** Ends the API server as a crash would, and waits until it is gone. */
  async killApiServer(): Promise<void> {
    await this.#kill("kube-apiserver");
  }

  /** Stops everything at once, and removes what it has written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.admin[Symbol.dispose]();
    for (const name of [...this.#running.keys()].reverse()) {
      await this.#kill(name);
    }
    await Deno.remove(this.#folder, { recursive: true });
  }

  #startEtcd(): void {
    const [client, peer] = this.#etcd.map((port) => `http://127.0.0.1:${port}`);
    this.#start("etcd", [
      `--data-dir=${this.#folder}/etcd`,
      "--unsafe-no-fsync",
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
    ]);
  }

  /**
   * Starts the controllers. What they find there at their start is looked after at once; a resource that is defined later only
   * after half a minute.
   */
  startControllers(): void {
    this.#start("kube-controller-manager", [
      `--kubeconfig=${this.kubeconfig}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${freePort()}`,
      `--cert-dir=${this.#folder}/controllers`,
      "--leader-elect=false",
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${this.#folder}/accounts.key`,
      `--root-ca-file=${this.#folder}/ca.crt`,
      `--controllers=${CONTROLLERS}`,
    ]);
  }

  /** Starts a program; what it says goes into a file. */
  #start(name: KubeProgram, args: string[]): Deno.ChildProcess {
    // Nobody reads pipes of what is killed: a shell sends both into a file and becomes the program.
    const process = new Deno.Command("/bin/sh", {
      args: [
        "-c",
        'log=$1; shift; exec "$@" >>"$log" 2>&1',
        "sh",
        `${this.#folder}/${name}.log`,
        kubeProgram(name),
        ...args,
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#running.set(name, process);
    return process;
  }

  async #kill(name: KubeProgram): Promise<void> {
    const process = this.#running.get(name);
    if (process === undefined) return;
    this.#running.delete(name);
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await process.status;
  }

  async #log(name: KubeProgram): Promise<string> {
    const text = await Deno.readTextFile(`${this.#folder}/${name}.log`);
    return `${name} has ended:\n${text.slice(-4_000)}`;
  }

  async #writeKubeconfig(): Promise<void> {
    await Deno.writeTextFile(
      this.kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{
          name: "test",
          cluster: {
            server: this.server,
            "certificate-authority": `${this.#folder}/ca.crt`,
          },
        }],
        users: [{ name: "admin", user: { token: ADMIN_TOKEN } }],
        contexts: [{
          name: "test",
          context: { cluster: "test", user: "admin" },
        }],
        "current-context": "test",
      }),
    );
  }
}

/**
 * Asks again and again until something holds.
 *
 * @param what What is waited for, as a sentence.
 * @param holds Whether it holds.
 * @param ms Most milliseconds.
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!await holds()) {
    if (performance.now() > deadline) {
      throw new Error(`Waited ${ms} ms in vain: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
