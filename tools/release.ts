/**
 * Prepares a release: `deno run --allow-read --allow-write=. --allow-run=git tools/release.ts VERSION [DATE]` writes a version
 * into everything that names one, and closes the changelog's part of what is unreleased. Look at the difference, commit it, and
 * tag it `vVERSION`: the tag is what `.github/workflows/release.yml` publishes.
 *
 * @module
 */

/** A version that is newer in its last part has a part behind a hyphen, such as `1.0.0-rc.1`. */
const VERSION = /^\d+\.\d+\.\d+(?:-[0-9a-z]+(?:\.[0-9a-z]+)*)?$/;

/** Whether a text is a day of the calendar, as `2026-01-31`. */
function isDate(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  return !isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The order of versions: one with a part behind a hyphen comes before the one without. */
function compareVersions(a: string, b: string): number {
  const parts = (version: string) => /^([^-]*)(?:-(.*))?$/.exec(version)!;
  const [, left = "", leftEnd] = parts(a);
  const [, right = "", rightEnd] = parts(b);
  const order = (x: string, y: string) =>
    x.localeCompare(y, "en", { numeric: true });
  if (left !== right) return order(left, right);
  if (leftEnd === undefined || rightEnd === undefined) {
    return Number(leftEnd === undefined) - Number(rightEnd === undefined);
  }
  return order(leftEnd, rightEnd);
}

/** Files that name the version, and how; `OLD` stands for it. */
const NAMED: readonly (readonly [file: string, text: string])[] = [
  ["Dockerfile", "ARG VERSION=OLD"],
  ["platform/version.ts", 'FRONTIER_VERSION = "OLD"'],
  ["deploy/compose/docker-compose.yml", "singchia/frontier:OLD"],
  ["deploy/compose/cluster.yml", "singchia/frontier:OLD"],
  ["deploy/compose/cluster.yml", "singchia/frontlas:OLD"],
  ["deploy/helm/frontier/Chart.yaml", "\nversion: OLD"],
  ["deploy/helm/frontier/Chart.yaml", 'appVersion: "OLD"'],
  ["deploy/operator/install.yaml", "singchia/frontier-operator:OLD"],
  ["docs/DEPLOYING.md", "singchia/frontier:OLD"],
  ["docs/DEPLOYING.md", "singchia/frontlas:OLD"],
  ["docs/openapi.json", '"version": "OLD"'],
  ["docs/openapi-frontlas.json", '"version": "OLD"'],
  ["README.md", "@frontier/client@^OLD"],
  ["README.md", "singchia/frontier:OLD"],
  ["README.zh-CN.md", "@frontier/client@^OLD"],
  ["README.zh-CN.md", "singchia/frontier:OLD"],
];

interface Config {
  readonly version: string;
  readonly workspace: readonly string[];
}

/**
 * Writes a version into a checkout.
 *
 * @param root Its folder.
 * @param version The new version.
 * @param date Day of the release, `YYYY-MM-DD`.
 * @returns Paths of the files that have changed.
 * @throws {RangeError} If the version or the date is malformed, or the version is older than the one that is there, or was
 * released before.
 * @throws {Error} If a file does not name the old version where it should, or the changelog tells of nothing that is
 * unreleased; nothing is written then.
 */
export function prepareRelease(
  root: string,
  version: string,
  date: string,
): string[] {
  if (!VERSION.test(version)) {
    throw new RangeError(
      `Cannot release "${version}": a version is three numbers, such as 1.4.0, and perhaps -rc.1`,
    );
  }
  if (!isDate(date)) {
    throw new RangeError(`Cannot release on "${date}": write it as 2026-01-31`);
  }
  const read = (path: string) => Deno.readTextFileSync(`${root}/${path}`);
  const { version: old, workspace }: Config = JSON.parse(read("deno.json"));
  const order = compareVersions(version, old);
  if (order < 0) {
    throw new RangeError(
      `Cannot release ${version}: the packages are called ${old} already, choose a later version`,
    );
  }
  const changelog = read("CHANGELOG.md");
  const released = [...changelog.matchAll(/^## (\S+) - \d/gm)]
    .map(([, name]) => name);
  if (released.includes(version)) {
    throw new RangeError(
      `Cannot release ${version}: CHANGELOG.md says that it was released, choose a later version`,
    );
  }
  const configs = ["", ...workspace.map((member) => `${member}/`)]
    .map((member) => `${member}deno.json`.replace(/^\.\//, ""));
  const changed = new Map<string, string>();
  const replace = (path: string, from: string, to: string) => {
    const text = changed.get(path) ?? read(path);
    if (!text.includes(from)) {
      throw new Error(`Cannot find ${JSON.stringify(from)} in ${path}`);
    }
    changed.set(path, text.replaceAll(from, to));
  };
  // The packages may be called what is going to be released.
  if (order > 0) {
    for (const path of configs) {
      replace(path, `"version": "${old}"`, `"version": "${version}"`);
    }
    for (const [path, text] of NAMED) {
      replace(path, text.replace("OLD", old), text.replace("OLD", version));
    }
  }
  // What was prepared as one version may come out as another.
  const [heading, , notes] =
    /^## (\S+) - unreleased$([^]*?)(?=^## |(?![^]))/m.exec(changelog) ?? [];
  if (heading === undefined) {
    throw new Error(
      'Cannot find what is unreleased in CHANGELOG.md: "## VERSION - unreleased"',
    );
  }
  if (notes!.trim() === "") {
    throw new Error(
      `Cannot release ${version}: CHANGELOG.md has nothing to say about it`,
    );
  }
  replace("CHANGELOG.md", heading.split("\n")[0]!, `## ${version} - ${date}`);
  for (const [path, text] of changed) {
    Deno.writeTextFileSync(`${root}/${path}`, text);
  }
  return [...changed.keys()];
}

/** @returns Files of the checkout that differ from what was committed, a line each; those that git does not know are not meant. */
async function changesNotCommitted(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["status", "--porcelain", "--untracked-files=no"],
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr).trim());
  return decoder.decode(stdout).trimEnd();
}

if (import.meta.main) {
  const [version, date = new Date().toISOString().slice(0, 10)] = Deno.args;
  if (version === undefined) {
    console.error("Usage: tools/release.ts VERSION [DATE]");
    Deno.exit(2);
  }
  try {
    const changes = await changesNotCommitted();
    if (changes !== "") {
      throw new Error(
        `Cannot release ${version}: the commit of a release is nothing but that, commit or stash first:\n${changes}`,
      );
    }
    for (const path of prepareRelease(".", version, date)) console.log(path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
