/**
 * Circles of imports, types included: files of which each needs the others cannot
 * be read, tested or moved one by one.
 *
 * @module
 */

import { sources, specifiers } from "./sources.ts";

/** Which files a file imports, by path from the root of the repository. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * Reads who imports whom inside a package; what it imports by the name of a
 * package is left out, for those lie below it.
 *
 * @param folder Path of the package from the root of the repository.
 * @returns The imports of all its files but tests.
 */
export function importsOf(folder: string): Imports {
  const imports = new Map<string, string[]>();
  for (const { path, code } of sources(folder)) {
    const relative = specifiers(code).filter((one) => one.startsWith("."));
    imports.set(
      path,
      relative.map((one) => new URL(one, `file:///${path}`).pathname.slice(1)),
    );
  }
  return imports;
}

/**
 * Finds circles: the strongly connected components of the graph, by Tarjan.
 *
 * @param imports Who imports whom.
 * @returns Every largest set of files that reach each other, sorted; a file that
 * imports itself is one, too.
 */
export function circles(imports: Imports): string[][] {
  const found: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file)!);
    stack.push(file);
    const targets = imports.get(file) ?? [];
    for (const target of targets) {
      if (!imports.has(target)) continue;
      if (!order.has(target)) visit(target);
      // What has left the stack is of another circle, or of none.
      else if (!stack.includes(target)) continue;
      lowest.set(file, Math.min(lowest.get(file)!, lowest.get(target)!));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1 || targets.includes(file)) found.push(circle.sort());
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}
