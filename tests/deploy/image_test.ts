/** The images: checked, built and run for real, with nothing that they do not need. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildGo } from "../interop/toolchain.ts";
import { Containers } from "./containers.ts";
import { deployTest, run } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const MOST_BYTES = 130_000_000;

interface Said {
  readonly listeningMs: number;
  readonly stopMs: number;
  readonly [key: string]: unknown;
}

interface Config {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
}

deployTest("checkers", "the Dockerfile has no findings", async () => {
  await run("hadolint", [`${ROOT}/Dockerfile`]);
});

deployTest("containers", "the images are built and run", async (t) => {
  await using containers = await Containers.create();
  for (
    const [name, ports] of [
      ["frontier", [30_010, 30_011, 30_012, 9_091]],
      ["frontlas", [40_011, 40_012, 9_092]],
    ] as const
  ) {
    await t.step(`the image ${name} is small and says what it is`, async () => {
      const image = await containers.build(name);
      const [{ Size, Config: config }]: [{ Size: number; Config: Config }] =
        JSON.parse(await containers.podman("inspect", image));
      console.log(`image ${name}: ${(Size / 1e6).toFixed(0)} MB`);
      assert(Size < MOST_BYTES, `${Size} bytes`);
      assertEquals(config.User, "65532:65532");
      assertEquals(config.Entrypoint, [`/usr/bin/${name}`]);
      assertEquals(config.Cmd, ["--config", `/usr/conf/${name}.yaml`]);
      assertEquals(
        Object.keys(config.ExposedPorts).sort(),
        ports.map((port) => `${port}/tcp`).sort(),
      );
      assertEquals(config.Labels["org.opencontainers.image.title"], name);
    });
  }

  await t.step("the image of the operator is small and runs", async () => {
    const image = await containers.build("operator");
    const [{ Size, Config: config }]: [{ Size: number; Config: Config }] = JSON
      .parse(await containers.podman("inspect", image));
    console.log(`image operator: ${(Size / 1e6).toFixed(0)} MB`);
    assert(Size < MOST_BYTES, `${Size} bytes`);
    assertEquals(config.User, "65532:65532");
    assertEquals(config.Entrypoint, ["/usr/bin/frontier-operator"]);
    assertEquals(Object.keys(config.ExposedPorts), ["8081/tcp"]);
    assertStringIncludes(
      await containers.inside<string>("operator_image_program.ts", image),
      "Usage: frontier-operator",
    );
  });

  await t.step(
    "the gateway serves Go peers and ours, and stops at once",
    async () => {
      await buildGo("new");
      const config = await Deno.makeTempFile({ suffix: ".yaml" });
      await Deno.writeTextFile(
        config,
        "edgebound: { listen: { network: tcp, addr: 0.0.0.0:31012 } }\nservicebound: { listen: { network: tcp, addr: 0.0.0.0:31011 } }\n",
      );
      await Deno.chmod(config, 0o644);
      try {
        const image = "localhost/frontier:test";
        const said = await containers.inside<Said>(
          "image_program.ts",
          image,
          config,
        );
        console.log(
          `listening after ${said.listeningMs} ms, stopped after ${said.stopMs} ms`,
        );
        assertEquals(said.go, "from Go");
        assertEquals(said.ours, "from ours");
        assertEquals(said.back, "on the edge");
        assertEquals(said.shell, "shell\n");
        assertEquals(said.who, "65532 65532\n");
        assertEquals(said.healthy, true);
        assertEquals(said.status, "0");
        assertStringIncludes(`${said.log}`, "Stopped");
        assertEquals(said.configured, true);
        // Ten times the usual, the starting of podman's own programs included.
        assert(said.stopMs < 10_000, `${said.stopMs} ms`);
      } finally {
        await Deno.remove(config);
      }
    },
  );
});
