/**
 * The sources of the packages, for tests that look at the code itself.
 *
 * @module
 */

const ROOT = new URL("..", import.meta.url);
/** A string, which is kept, or a comment, which is not. */
const STRING_OR_COMMENT =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|\/\*[^]*?\*\/|\/\/[^\n]*/g;

/** One source file. */
export interface Source {
  /** Path from the root of the repository. */
  path: string;
  /** Its text without comments. */
  code: string;
}

/**
 * @param text TypeScript.
 * @returns The same without comments.
 */
export function withoutComments(text: string): string {
  return text.replace(
    STRING_OR_COMMENT,
    (part) => part.startsWith("/") ? " " : part,
  );
}

/**
 * Lists the sources of a folder; tests and what only they use are left out.
 *
 * @param folder Path from the root of the repository.
 * @returns The sources.
 */
export function* sources(folder: string): Generator<Source, void, undefined> {
  for (const entry of Deno.readDirSync(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) {
      if (!/^(testing|testdata|node_modules)$/.test(entry.name)) {
        yield* sources(path);
      }
    } else if (/\.ts$/.test(path) && !/_test\.ts$/.test(path)) {
      yield source(path);
    }
  }
}

/**
 * Reads one source.
 *
 * @param path Path from the root of the repository.
 * @returns The source.
 */
export function source(path: string): Source {
  const text = Deno.readTextFileSync(new URL(path, ROOT));
  return { path, code: withoutComments(text) };
}

/**
 * @param code TypeScript without comments.
 * @returns All module specifiers it imports or exports from.
 */
export function specifiers(code: string): string[] {
  const found = code.matchAll(
    /\b(?:from|import)\s*\(?\s*(?:"([^"]+)"|'([^']+)')/g,
  );
  return [...found].map(([, double, single]) => double ?? single!);
}
