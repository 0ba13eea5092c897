import { assertEquals } from "@std/assert";
import { withRequire } from "./bundle.ts";

/** What the bundler writes for a call of `require` that it cannot resolve. */
const HELPER =
  `var $r=(s=>typeof require<"u"?require:s)(function(s){if(typeof require<"u")return require.apply(this,arguments);throw Error('Dynamic require of "'+s+'" is not supported')});`;

Deno.test("a package in a bundle can require what the runtime has", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/bundled.mjs`;
  try {
    const code = `${HELPER}export default $r("node:path").basename("/a/b");`;
    await Deno.writeTextFile(file, withRequire(code));
    assertEquals((await import(`file://${file}`)).default, "b");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const other = "export default 1;";
  assertEquals(withRequire(other), other);
});
