import { assertEquals } from "@std/assert";

const SCRIPT = new URL("testing/perturbed.ts", import.meta.url);

Deno.test("calls that are opened, cancelled and closed in any order do not end the process", async () => {
  const { code, signal, stdout, stderr } = await new Deno.Command(
    Deno.execPath(),
    {
      args: [
        "run",
        "--no-check",
        "--allow-net=127.0.0.1",
        "--allow-env",
        SCRIPT.pathname,
        "10",
      ],
      // What is freed is overwritten: a use of it shows at once.
      env: { GLIBC_TUNABLES: "glibc.malloc.perturb=165", NO_COLOR: "1" },
    },
  ).output();
  const text = new TextDecoder();
  assertEquals(
    { code, signal, out: text.decode(stdout) },
    { code: 0, signal: null, out: "10 rounds\n" },
    text.decode(stderr),
  );
});
