/**
 * Whether the page of the architecture names all files there are, and no others.
 *
 * @module
 */

/** Doors and programs, which are alike in every package. */
const DOORS = /(?:^|\/)(?:mod|main|internal)\.ts$/;

/** A section about one package, up to the next heading of its rank. */
const SECTION = /^## [^\n]*`(\w+)\/`\n([^]*?)(?=^## |(?![^]))/gm;

/** What the tables of a section name in their first column. */
function named(section: string): string[] {
  return section.split("\n").filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...line.split(" | ")[0]!.matchAll(/`([^`]+)`/g)])
    .map(([, path]) => path!);
}

/**
 * @param page The text of the page: a section for each package, its tables with
 * paths from there in their first column. A folder, `mq/`, stands for all in it.
 * @param files The sources of each package, from its folder, without tests.
 * @returns What is named and not there, and what is there and not named.
 */
export function wrongArchitecture(
  page: string,
  files: ReadonlyMap<string, readonly string[]>,
): string[] {
  const sections = new Map(
    [...page.matchAll(SECTION)].map(([, own, text]) => [own!, named(text!)]),
  );
  return [...files].flatMap(([own, there]) => {
    const names = sections.get(own) ?? [];
    const covers = (name: string, file: string) =>
      name.endsWith("/") ? file.startsWith(name) : file === name;
    return [
      ...names.filter((name) => !there.some((file) => covers(name, file)))
        .map((name) => `names ${own}/${name}, which is not there`),
      ...there.filter((file) =>
        !DOORS.test(file) && !names.some((name) => covers(name, file))
      ).map((file) => `does not name ${own}/${file}, nor its folder`),
    ];
  });
}
