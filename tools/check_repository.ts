/**
 * Checks what no other tool does: that every package of the workspace has the
 * same version, that no test switches a sanitizer off, that no files import
 * each other in a circle, that citations and the names of files in papers lead
 * somewhere, that the page of the architecture names every file, that every
 * guarantee names the tests that hold it, and that the Helm chart is made of what
 * there is.
 *
 * @module
 */

import { circles, importsOf } from "../tests/circles.ts";
import { sources as sourcesOf } from "../tests/sources.ts";
import { wrongArchitecture } from "./architecture.ts";
import { sectionsOf, wrongCitations, wrongFiles } from "./citations.ts";
import { generated } from "./helm_chart.ts";
import { wrongPromises } from "./promises.ts";

/** What a package's configuration says about it. */
interface PackageConfig {
  name?: string;
  version?: string;
  license?: string;
  workspace?: string[];
}

function read(path: string): PackageConfig {
  return JSON.parse(Deno.readTextFileSync(path));
}

/**
 * Compares every package, and the version the gateway prints, with the root.
 */
function versions(): string[] {
  const root = read("deno.json");
  const problems: string[] = [];
  for (const member of root.workspace ?? []) {
    const path = `${member}/deno.json`;
    const { name, version, license } = read(path);
    if (version !== root.version) {
      problems.push(
        `${path}: version ${version}, but the workspace has ${root.version}`,
      );
    }
    if (license !== root.license) {
      problems.push(
        `${path}: license ${license}, but the workspace has ${root.license}`,
      );
    }
    if (!name?.startsWith("@frontier/")) {
      problems.push(`${path}: name ${name} does not begin with @frontier/`);
    }
  }
  const printed = /VERSION = "([^"]*)"/.exec(
    Deno.readTextFileSync("platform/version.ts"),
  )?.[1];
  if (printed !== root.version) {
    problems.push(
      `platform/version.ts: version ${printed}, but the workspace has ${root.version}`,
    );
  }
  for (const path of ["README.md", "README.zh-CN.md"]) {
    const text = Deno.readTextFileSync(path);
    for (const [, named] of text.matchAll(/jsr:@frontier\/\w+@\^([\d.]+)/g)) {
      if (named !== root.version) {
        problems.push(
          `${path}: names version ${named}, but the workspace has ${root.version}`,
        );
      }
    }
  }
  return problems;
}

const FORBIDDEN: [RegExp, string][] = [
  [/sanitize(?:Ops|Resources|Exit)\s*:\s*false/, "switches a sanitizer off"],
  [/Deno\.test\.sanitizer\(/, "changes the sanitizers"],
  [
    /\bDeno\.test\.(?:only|ignore)\b|\bonly\s*:\s*true/,
    "runs only some of the tests",
  ],
];

function* sources(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = folder === "." ? name : `${folder}/${name}`;
    if (
      isDirectory && !name.startsWith(".") && name !== "node_modules" &&
      name !== "dist"
    ) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

function* documents(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* documents(path);
    else if (name.endsWith(".md")) yield path;
  }
}

function tests(): string[] {
  const problems: string[] = [];
  for (const path of sources(".")) {
    if (!path.endsWith("_test.ts")) continue;
    Deno.readTextFileSync(path).split("\n").forEach((line, i) => {
      for (const [pattern, what] of FORBIDDEN) {
        if (pattern.test(line)) problems.push(`${path}:${i + 1}: ${what}`);
      }
    });
  }
  return problems;
}

function citations(): string[] {
  const folder = "docs/spec";
  const sections = new Map<string, Set<string>>();
  for (const { name } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    sections.set(path, sectionsOf(Deno.readTextFileSync(path)));
  }
  return [...sources(".")].flatMap((path) =>
    path.startsWith("tools/citations")
      ? []
      : wrongCitations(Deno.readTextFileSync(path), sections).map((problem) =>
        `${path}: ${problem}`
      )
  );
}

const PAPERS = [
  "CONTRIBUTING.md",
  "README.md",
  "README.zh-CN.md",
  "SECURITY.md",
];

/** Finds files that papers name and that are not there. */
function files(): string[] {
  const docs = [...documents("docs")];
  const all = [...sources("."), ...docs, ...documents("bench"), ...PAPERS];
  return [...docs.filter((path) => !path.startsWith("docs/spec/")), ...PAPERS]
    .flatMap((path) =>
      wrongFiles(Deno.readTextFileSync(path), all)
        .map((problem) => `${path}: ${problem}`)
    );
}

/** Finds files that the page of the architecture lacks or makes up. */
function architecture(): string[] {
  const path = "docs/ARCHITECTURE.md";
  const members = (read("deno.json").workspace ?? [])
    .map((member) => member.replace("./", ""));
  const files = members.map((own) =>
    [
      own,
      [...sourcesOf(own)].map(({ path }) => path.slice(own.length + 1)),
    ] as const
  );
  return wrongArchitecture(Deno.readTextFileSync(path), new Map(files))
    .map((problem) => `${path}: ${problem}`);
}

function promises(): string[] {
  const path = "docs/GUARANTEES.md";
  const read = (test: string) => {
    try {
      return Deno.readTextFileSync(test);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  };
  return wrongPromises(Deno.readTextFileSync(path), read)
    .map((problem) => `${path}: ${problem}`);
}

/** Finds files that import each other in a circle. */
function importCircles(): string[] {
  return (read("deno.json").workspace ?? []).flatMap((member) =>
    circles(importsOf(member.replace("./", ""))).map((files) =>
      `Import circle: ${files.join(", ")}`
    )
  );
}

/** Finds files of the Helm chart that were not made anew after a change. */
function chart(): string[] {
  return Object.entries(generated())
    .filter(([path, text]) => Deno.readTextFileSync(path) !== text)
    .map(([path]) => `${path}: is of the past, deno task helm writes it anew`);
}

if (import.meta.main) {
  const problems = [
    ...versions(),
    ...tests(),
    ...importCircles(),
    ...citations(),
    ...files(),
    ...architecture(),
    ...promises(),
    ...chart(),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
  console.log(
    "One version everywhere, no sanitizer switched off, no import circle, every citation leads somewhere, every file is in its place on the page of the architecture, every guarantee has its test, the chart is of this day",
  );
}
