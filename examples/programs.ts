/**
 * The programs of the examples: what they are called, where they are, and the
 * least they may do.
 *
 * @module
 */

/** One program. */
export interface ExampleProgram {
  /** Its file, from this folder. */
  readonly path: string;
  /** What it needs, as options of `deno run`. */
  readonly permissions: readonly string[];
  /** What it does, in one line. */
  readonly summary: string;
}

/** All programs by their names, those of the original where it has them. */
export const PROGRAMS = {
  chatroom_service: {
    path: "chatroom/service.ts",
    permissions: ["--allow-net"],
    summary: "a chatroom: everybody hears what everybody else says",
  },
  chatroom_client: {
    path: "chatroom/client.ts",
    permissions: ["--allow-net"],
    summary: "a user of the chatroom",
  },
  iclm_service: {
    path: "iclm/service.ts",
    permissions: ["--allow-net", "--allow-env=TERM"],
    summary: "a service to type commands into",
  },
  iclm_edge: {
    path: "iclm/edge.ts",
    permissions: ["--allow-net", "--allow-env=TERM"],
    summary: "an edge to type commands into",
  },
  rtmp_service: {
    path: "rtmp/service.ts",
    permissions: ["--allow-net"],
    summary: "an RTMP server whose connections are streams",
  },
  rtmp_edge: {
    path: "rtmp/edge.ts",
    permissions: ["--allow-net"],
    summary: "carries RTMP connections to it",
  },
  "wg-router": {
    path: "wireguard/router.ts",
    permissions: ["--allow-net"],
    summary: "joins wg-edges with the same pair id",
  },
  "wg-edge": {
    path: "wireguard/edge.ts",
    permissions: ["--allow-net"],
    summary: "carries the datagrams of a local WireGuard peer",
  },
  udpping: {
    path: "wireguard/udpping.ts",
    permissions: ["--allow-net"],
    summary: "sends datagrams or returns them",
  },
  wireguard_demo: {
    path: "wireguard/demo.ts",
    permissions: [
      "--allow-run",
      "--allow-env",
      "--allow-read",
      "--allow-write",
    ],
    summary: "WireGuard between two hosts that only a gateway joins",
  },
  remote_shell_edge: {
    path: "remote_shell/edge.ts",
    permissions: [
      "--allow-net",
      "--allow-env",
      "--allow-ffi",
      "--allow-run",
      "--allow-read",
      "--allow-write",
    ],
    summary: "a machine that lends its terminal",
  },
  remote_shell_service: {
    path: "remote_shell/service.ts",
    permissions: ["--allow-net", "--allow-env=TERM"],
    summary: "a terminal on such a machine",
  },
  http_proxy_service: {
    path: "http_proxy/service.ts",
    permissions: ["--allow-net"],
    summary: "publishes the web servers of edges under /{edge}/...",
  },
  http_proxy_edge: {
    path: "http_proxy/edge.ts",
    permissions: ["--allow-net"],
    summary: "lends a local web server",
  },
  file_transfer: {
    path: "file_transfer/main.ts",
    permissions: ["--allow-net", "--allow-read", "--allow-write"],
    summary: "a service pulls a file from an edge over a stream",
  },
  mq_bridge: {
    path: "mq_bridge/main.ts",
    permissions: [
      "--allow-net",
      "--allow-read",
      "--allow-env",
      "--allow-sys",
      "--allow-run",
    ],
    summary: "edges publish readings to message queues",
  },
  demo_cluster: {
    path: "cluster/main.ts",
    permissions: ["--allow-net", "--allow-run"],
    summary: "a cluster that loses a gateway in front of the viewer",
  },
  demo: {
    path: "demo.ts",
    permissions: ["--allow-net"],
    summary: "a gateway, a service and three edges in one process",
  },
} satisfies Record<string, ExampleProgram>;

/** Name of a program. */
export type ProgramName = keyof typeof PROGRAMS;

/**
 * Says how a program is run.
 *
 * @param name Which one.
 * @param args Its arguments.
 * @returns Arguments for `deno`; nothing asks for more permissions.
 */
export function runArguments(
  name: ProgramName,
  args: readonly string[],
): string[] {
  const { path, permissions } = PROGRAMS[name];
  return [
    "run",
    "--quiet",
    "--no-prompt",
    ...permissions,
    new URL(path, import.meta.url).href,
    ...args,
  ];
}
