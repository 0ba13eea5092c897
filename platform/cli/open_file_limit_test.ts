import { assertEquals } from "@std/assert";
import { NULL_LOGGER } from "../log/mod.ts";
import { reportOpenFiles } from "./open_file_limit.ts";

function said(
  rlimit: { enable: boolean; nofile?: number },
  limit: number | undefined,
): [string, string, unknown] | undefined {
  let line: [string, string, unknown] | undefined = undefined;
  reportOpenFiles(rlimit, limit, {
    ...NULL_LOGGER,
    info: (message, fields) => void (line = ["info", message, fields]),
    warn: (message, fields) => void (line = ["warn", message, fields]),
  });
  return line;
}

Deno.test("nobody who does not ask is told of the limit", () => {
  assertEquals(said({ enable: false, nofile: 100 }, 10), undefined);
});

Deno.test("the limit in force is reported", () => {
  const line = ["info", "Limit of open files", { limit: 1024 }];
  for (const nofile of [undefined, -1, 0, 1023, 1024]) {
    const rlimit = { enable: true, ...(nofile !== undefined && { nofile }) };
    assertEquals(said(rlimit, 1024), line as [string, string, unknown]);
  }
});

Deno.test("a limit that is too low, or cannot be seen, is a warning that says how to raise it", () => {
  const [level, message, fields] = said({ enable: true, nofile: 1025 }, 1024)!;
  assertEquals([level, fields], ["warn", { limit: 1024, wanted: 1025 }]);
  const unseen = said({ enable: true, nofile: 5 }, undefined)!;
  assertEquals([unseen[0], unseen[2]], ["warn", { wanted: 5 }]);
  for (const text of [message, unseen[1]]) {
    assertEquals(/ulimit -Hn.*LimitNOFILE=.*container/.test(text), true, text);
  }
});
