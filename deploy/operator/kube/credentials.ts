/**
 * Where the API server is, and who we are to it.
 *
 * @module
 */

/** Where a pod finds what it needs to talk to the API server. */
export const SERVICE_ACCOUNT_FOLDER =
  "/var/run/secrets/kubernetes.io/serviceaccount";

/** How to reach the API server. */
export interface Credentials {
  /** Its origin: `https://10.96.0.1:443`. */
  readonly server: string;
  /** Certificates of the authorities that it is trusted by, as PEM. */
  readonly ca: string;
  /** Tells the token, which is replaced from time to time. */
  readonly token: () => Promise<string>;
}

/**
 * Credentials of the ServiceAccount of this pod.
 *
 * @param folder Where they are.
 * @param env Variables of the environment.
 * @returns The credentials.
 * @throws {Error} If this is no pod; the message says what to do.
 */
export async function inCluster(
  folder: string,
  env: (name: string) => string | undefined,
): Promise<Credentials> {
  const host = env("KUBERNETES_SERVICE_HOST");
  const port = env("KUBERNETES_SERVICE_PORT");
  if (!host || !port) {
    throw new Error(
      "Cannot find the API server: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, run the operator in a pod or set them",
    );
  }
  const read = async (name: string) => {
    try {
      return (await Deno.readTextFile(`${folder}/${name}`)).trim();
    } catch (error) {
      throw new Error(
        `Cannot read ${folder}/${name}: ${
          error instanceof Error ? error.message : error
        }, mount the token of a ServiceAccount there`,
        { cause: error },
      );
    }
  };
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca: await read("ca.crt"),
    token: () => read("token"),
  };
}
