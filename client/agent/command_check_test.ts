import { assertEquals, assertRejects } from "@std/assert";
import { checkCommands } from "./command_check.ts";
import { commandsOf } from "./agent_fields.ts";

Deno.test("each command that cannot be started has a line that says why", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/plain`, "", { mode: 0o644 });
  await Deno.writeTextFile(`${folder}/program`, "", { mode: 0o755 });
  const check = (...names: string[]) =>
    checkCommands(commandsOf(names.map((name) => `${name}=${folder}/${name}`)));
  try {
    assertEquals(await check("program"), []);
    const { message } = await assertRejects(
      () => check("program", "plain", "gone"),
      Error,
    );
    assertEquals(message.split("\n"), [
      `Cannot run "plain": ${folder}/plain may not be executed, see chmod +x`,
      `Cannot run "gone": ${folder}/gone does not exist, name a program of this device`,
    ]);
    await assertRejects(
      () => checkCommands(new Map([["folder", [folder] as const]])),
      Error,
      "is no file",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "what must not be run or looked at is told",
  permissions: { run: ["/bin/sh"] },
  async fn() {
    assertEquals(await checkCommands(commandsOf(["a=/bin/sh"])), [
      'Cannot check the command "a": the runtime must not look at /bin/sh, add --allow-read=/bin/sh',
    ]);
    await assertRejects(
      () => checkCommands(commandsOf(["b=/bin/ls"])),
      Error,
      'Cannot run "b": /bin/ls is not permitted, add --allow-run=/bin/ls',
    );
  },
});
