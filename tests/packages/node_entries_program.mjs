// Imports every entry of the installed packages on Node.js, and prints those that cannot be, and why. What only waits for an
// optional peer, which nobody has installed here, is fine.
import { readdirSync, readFileSync } from "node:fs";

const scope = "node_modules/@frontier";
const wrong = [];
for (const folder of readdirSync(scope)) {
  const { name, exports, peerDependencies = {} } = JSON.parse(
    readFileSync(`${scope}/${folder}/package.json`, "utf8"),
  );
  for (const entry of Object.keys(exports)) {
    const door = name + entry.slice(1);
    try {
      await import(door);
    } catch (error) {
      const waits = error.code === "ERR_MODULE_NOT_FOUND" &&
        Object.keys(peerDependencies).some((peer) =>
          error.message.includes(`'${peer}'`)
        );
      if (!waits) wrong.push(`${door}: ${error}`);
    }
  }
}
console.log(JSON.stringify(wrong));
