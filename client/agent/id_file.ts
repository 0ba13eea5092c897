/**
 * The id that a device keeps.
 *
 * @module
 */

import { writeAtomically } from "../program/atomic_file.ts";

/** Bits of an id: it is exact in every language that reads numbers of JSON. */
const ID_BITS = 53n;

/**
 * Reads the id of a device; where there is none yet, one is made at random and
 * written.
 *
 * @param path The file: one decimal number.
 * @returns The id.
 * @throws {Error} If the file holds something else, or cannot be read or written.
 */
export async function ownId(path: string): Promise<bigint> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new Error(
        `Cannot read the id file "${path}": ${(error as Error).message}`,
        { cause: error },
      );
    }
    return await makeId(path);
  }
  const id = /^\s*([1-9]\d{0,19})\s*$/.exec(text)?.[1];
  if (id === undefined || BigInt(id) >= 1n << 64n) {
    throw new Error(
      `Cannot use the id file "${path}": it must hold one number from 1 to 18446744073709551615, remove it to get a new one`,
    );
  }
  return BigInt(id);
}

async function makeId(path: string): Promise<bigint> {
  let id = 0n;
  while (id === 0n) {
    const [random] = crypto.getRandomValues(new BigUint64Array(1));
    id = BigInt.asUintN(Number(ID_BITS), random!);
  }
  try {
    await writeAtomically(path, `${id}\n`);
  } catch (error) {
    throw new Error(
      `Cannot write the id file "${path}": ${(error as Error).message}`,
      { cause: error },
    );
  }
  return id;
}
