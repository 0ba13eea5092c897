/**
 * Checks a paper of promises: that every sentence names the tests that hold it, and that those tests are there.
 *
 * A sentence names its tests by footnotes, and a footnote reads `tests/gateway/rpc_test.ts "title of the test"`, with more of
 * them after a semicolon. What comes before the first heading below the title introduces the paper and promises nothing.
 *
 * @module
 */

/** A place in a test file. */
interface NamedTest {
  /** The file's path in the repository. */
  path: string;
  /** The test's title, as the file has it. */
  title: string;
}

const MARKER = /\[\^([\w-]+)\]/g;
const FOOTNOTE = /^\[\^([\w-]+)\]:([\s\S]*)$/;
const NAMED = /`?([\w./-]+(?:_test|compliance)\.ts)`?\s+"([^"]*)"/g;
/** The end of a sentence, and the footnotes behind it. */
const SENTENCE_END = /(?<=[.!?](?:\[\^[\w-]+\])*)\s+(?=[A-Z`"])/;
/** A title is the first argument of what registers a test, or its `name`. */
const TITLE =
  /\b(?:\w*[tT]est|step|forEach\w+)\(\s*(?:\{\s*name:\s*)?(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/**
 * Finds the titles of the tests in a file.
 *
 * @param source The file's text.
 * @returns The titles. What a template fills in is `…`.
 */
export function titlesOf(source: string): Set<string> {
  const titles = new Set<string>();
  for (const [, text, template] of source.matchAll(TITLE)) {
    const title = (text ?? template ?? "").replace(/\$\{[^}]*\}/g, "…")
      .replace(/\\(.)/g, "$1");
    titles.add(plain(title));
  }
  return titles;
}

/** Cuts a paper into paragraphs, items of lists and rows of tables, without the introduction. */
function blocksOf(paper: string): string[] {
  const lines = paper.split("\n");
  const start = lines.findIndex((line) => line.startsWith("## "));
  const blocks: string[] = [];
  let open = false;
  for (const [i, line] of lines.entries()) {
    if (i < start || start < 0) continue;
    const isRow = line.startsWith("|");
    const isHead = isRow && /^\|[ :|-]+\|$/.test(lines[i + 1] ?? "");
    if (
      line.trim() === "" || line.startsWith("#") || isHead ||
      /^\|[ :|-]+\|$/.test(line)
    ) {
      open = false;
    } else if (open && !isRow && !/^(?:[*-] |\[\^)/.test(line)) {
      blocks[blocks.length - 1] += ` ${line}`;
    } else {
      blocks.push(line);
      open = !isRow;
    }
  }
  return blocks.map(plain);
}

function sentencesOf(block: string): string[] {
  return block.startsWith("|") ? [block] : block.split(SENTENCE_END);
}

function testsIn(footnote: string): NamedTest[] {
  return [...footnote.matchAll(NAMED)].map(([, path, title]) => ({
    path: path ?? "",
    title: plain(title ?? ""),
  }));
}

/**
 * Finds what is wrong with a paper's promises.
 *
 * @param paper The paper's text.
 * @param read Gives the text of a file, or undefined if there is none.
 * @returns What is wrong, in words.
 */
export function wrongPromises(
  paper: string,
  read: (path: string) => string | undefined,
): string[] {
  const problems: string[] = [];
  const footnotes = new Map<string, string>();
  const used = new Set<string>();
  for (const block of blocksOf(paper)) {
    const footnote = FOOTNOTE.exec(block);
    if (footnote !== null) {
      const [, name = "", text = ""] = footnote;
      if (footnotes.has(name)) problems.push(`has two footnotes "${name}"`);
      footnotes.set(name, text);
      continue;
    }
    for (const sentence of sentencesOf(block)) {
      const names = [...sentence.matchAll(MARKER)].map(([, name = ""]) => name);
      if (names.length === 0) {
        problems.push(`names no test that holds "${sentence}"`);
      }
      for (const name of names) used.add(name);
    }
  }
  for (const name of used) {
    if (!footnotes.has(name)) problems.push(`has no footnote "${name}"`);
  }
  for (const [name, text] of footnotes) {
    if (!used.has(name)) problems.push(`uses footnote "${name}" nowhere`);
    const tests = testsIn(text);
    if (tests.length === 0) problems.push(`footnote "${name}" names no test`);
    for (const { path, title } of tests) {
      const source = read(path);
      if (source === undefined) {
        problems.push(`names ${path}, which is not there`);
      } else if (!titlesOf(source).has(title)) {
        problems.push(`names "${title}", which is no test of ${path}`);
      }
    }
  }
  return problems;
}
