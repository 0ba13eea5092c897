import { assertEquals, assertThrows } from "@std/assert";
import { generated } from "./helm_chart.ts";
import { readChartValues } from "./helm_values.ts";

const ROOT = new URL("..", import.meta.url);
const CHART = "deploy/helm/frontier";

Deno.test("what the chart has from elsewhere is what is there: deno task helm writes it", () => {
  for (const [path, text] of Object.entries(generated())) {
    assertEquals(Deno.readTextFileSync(new URL(path, ROOT)), text, path);
  }
});

Deno.test("chart and programs have one version", () => {
  const { version } = JSON.parse(
    Deno.readTextFileSync(new URL("deno.json", ROOT)),
  );
  const chart = Deno.readTextFileSync(new URL(`${CHART}/Chart.yaml`, ROOT));
  assertEquals(/^version: (.*)$/m.exec(chart)?.[1], version);
  assertEquals(/^appVersion: "(.*)"$/m.exec(chart)?.[1], version);
});

Deno.test("values are read with what their comments say", () => {
  const [top] = readChartValues(`
# Of the whole file.

# The first
# of all. [any keys]
top:
  # A port, \`[a]\`. [integer 1..9]
  port: 3
  list:
    - a: 1
  # Nothing.
  none: {}
`);
  const port = {
    key: "port",
    path: "top.port",
    description: "A port, `[a]`.",
    type: "integer 1..9",
    fallback: 3,
  };
  const rest = { description: "", type: "" };
  assertEquals(top, {
    key: "top",
    path: "top",
    description: "The first of all.",
    type: "any keys",
    fallback: { port: 3, list: [{ a: 1 }], none: {} },
    children: [
      port,
      { key: "list", path: "top.list", ...rest, fallback: [{ a: 1 }] },
      {
        key: "none",
        path: "top.none",
        description: "Nothing.",
        type: "",
        fallback: {},
      },
    ],
  });
});

Deno.test("every value says what it is", () => {
  const all = readChartValues(
    Deno.readTextFileSync(new URL(`${CHART}/values.yaml`, ROOT)),
  );
  const silent: string[] = [];
  const look = (values: typeof all) => {
    for (const { path, type, description, children } of values) {
      if (description === "") silent.push(path);
      if (type === "") look([...children ?? []]);
    }
  };
  look(all);
  assertEquals(silent, []);
  assertThrows(() => readChartValues("a: ["), Error);
});
