/**
 * Where `go tool pprof` looks.
 *
 * @module
 */

import type { Page, PageAnswer } from "../http/http_port.ts";
import type { Profiler } from "./profiler.ts";

/** Seconds of a profile unless it is asked for others, as Go takes them. */
const SECONDS = 30;
/** Most of them. */
const MAX_SECONDS = 300;
/** Milliseconds that a page may think: the longest profile, and time to write it. */
export const PROFILE_IDLE_MS: number = (MAX_SECONDS + 60) * 1_000;

const INDEX = `Profiles of this process, for go tool pprof:

/debug/pprof/profile?seconds=${SECONDS}  the processor, while it is taken
/debug/pprof/heap                what lives in the JavaScript heap, by where it was allocated
`;

/**
 * The pages of a profiler, under the paths that Go programs have them.
 *
 * @param profiler Takes the profiles.
 * @returns The pages, by path.
 */
export function profilingPages(
  profiler: Profiler,
): Readonly<
  Record<"/debug/pprof/" | "/debug/pprof/profile" | "/debug/pprof/heap", Page>
> {
  return {
    "/debug/pprof/": () => ({ body: INDEX }),
    "/debug/pprof/profile": async ({ url, signal }) => {
      const asked = url.searchParams.get("seconds");
      const seconds = asked === null ? SECONDS : Number(asked);
      if (!(seconds > 0 && seconds <= MAX_SECONDS)) {
        return {
          status: 400,
          body:
            `Cannot take a profile of "${asked}" seconds: expected a number above 0, ${MAX_SECONDS} at most\n`,
        };
      }
      if (profiler.busy) {
        return {
          status: 409,
          body:
            "Cannot take a profile: another one is being taken, try again when it is done\n",
        };
      }
      return file("profile", await profiler.cpu(seconds, signal));
    },
    "/debug/pprof/heap": async () => file("heap", await profiler.heap()),
  };
}

function file(name: string, body: Uint8Array): PageAnswer {
  return {
    type: "application/octet-stream",
    headers: { "content-disposition": `attachment; filename="${name}.pb.gz"` },
    body,
  };
}
