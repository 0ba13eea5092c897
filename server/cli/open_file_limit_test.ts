import { withFile } from "../../platform/cli/testing/program_process.ts";
import { GOOD, PERMISSIONS, Program } from "./testing/program.ts";

Deno.test("the program reports the limit where it may see it, and says how it could where it may not", async () => {
  const text = `${GOOD}daemon: {rlimit: {enable: yes, nofile: 16}}\n`;
  await withFile(text, async (path) => {
    await using seeing = new Program(["-c", path], {}, [
      ...PERMISSIONS,
      "--allow-ffi",
    ]);
    await seeing.line(/INFO .*Limit of open files limit=\d+$/);
    await using blind = new Program(["-c", path]);
    await blind.line(/WARN .*Cannot see the limit of open files: .*wanted=16$/);
  });
});
