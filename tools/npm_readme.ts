/**
 * What npm shows of a package, made of the documentation of its main entry.
 *
 * @module
 */

const REPOSITORY = "https://github.com/singchia/frontier";

/**
 * @param name Name of the package.
 * @param source Text of its main entry, which begins with its documentation.
 * @returns A README: the documentation up to its first example with a name of
 * its own, and what users of Node.js have to know.
 * @throws {Error} If the entry does not begin with documentation.
 */
export function npmReadme(name: string, source: string): string {
  const comment = /^\/\*\*\n([^]*?)\n \*\//.exec(source)?.[1];
  if (comment === undefined) {
    throw new Error(
      `Cannot write a README for ${name}: its main entry does not begin with documentation, write some`,
    );
  }
  const doc = comment.replaceAll(/^ \* ?/gm, "")
    .replace(/^@(?:example|module)\b[^]*/m, "")
    .replaceAll(/\{@link(?:code)? (\S+)\}/g, "`$1`")
    .trim();
  return `# ${name}

${doc}

It runs on Node.js 20 and newer, and has types of its own. \`await using\` takes TypeScript, or Node.js 24: call \`close()\`
where there is neither.

[The whole of it](${REPOSITORY}), [the guide](${REPOSITORY}/blob/main/README.md),
[changes](${REPOSITORY}/blob/main/CHANGELOG.md).
`;
}
