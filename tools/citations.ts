/**
 * Finds citations that lead nowhere: of the specification, and of files in papers.
 *
 * @module
 */

/** A citation: a paper, then the sections it names, such as `docs/spec/wire.md §1.5.1 and §1.6.8`. */
const CITATION = /(docs\/spec\/\w+\.md)((?:[\s*,]|and|to|§[\d.]*\d)*)/g;
/** How the specification was cited before it was in the repository. */
const OLD = /\b(?:wire|behaviour)\s+(?:\*\s+)?specification\b/;

/**
 * Lists what is wrong with the citations in a text.
 *
 * @param text a source file or a paper.
 * @param sections by paper, the numbers of the sections it has.
 * @returns one sentence for each wrong citation.
 */
export function wrongCitations(
  text: string,
  sections: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const problems: string[] = [];
  for (const [, paper = "", list = ""] of text.matchAll(CITATION)) {
    const known = sections.get(paper);
    if (known === undefined) {
      problems.push(`cites ${paper}, which is not there`);
    }
    for (const [, section = ""] of list.matchAll(/§([\d.]*\d)/g)) {
      if (known?.has(section) === false) {
        problems.push(`cites ${paper} §${section}, which is not there`);
      }
    }
  }
  const old = OLD.exec(text)?.[0];
  if (old !== undefined) {
    problems.push(`says "${old}" instead of docs/spec/NAME.md §N`);
  }
  return problems;
}

/**
 * Lists the sections of a paper.
 *
 * @param text Markdown, whose headings begin with a number.
 * @returns the numbers.
 */
export function sectionsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+ ([\d.]*\d)\.? /gm)].map(([, number = ""]) => number),
  );
}

/** A file in a paper, with as much of its path as is needed. */
const FILE = /`(?:[^`\s]*[( ])?([\w/.-]+\.(?:ts|md))`/g;
/** Stands for any file. */
const ANY = /(?:^|\/)foo(?:_test)?\.ts$/;

/**
 * Lists the files that a paper names and that are not there.
 *
 * @param paper Markdown.
 * @param files the paths of all files.
 * @returns one sentence for each of them.
 */
export function wrongFiles(paper: string, files: readonly string[]): string[] {
  const named = new Set(
    [...paper.matchAll(FILE)].map(([, name = ""]) => name),
  );
  return [...named].filter((name) =>
    !ANY.test(name) &&
    !files.some((path) => path === name || path.endsWith(`/${name}`))
  ).map((name) => `names ${name}, which is not there`);
}
