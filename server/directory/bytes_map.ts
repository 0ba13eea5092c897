/**
 * Values by byte string.
 *
 * @module
 */

interface Entry<T> {
  readonly key: Uint8Array;
  value: T;
  next: Entry<T> | undefined;
}

/** Where the hash begins that nothing was mixed into. */
const PLAIN = 0x811c9dc5;

function hash(
  buf: Uint8Array,
  start: number,
  end: number,
  salt: number,
): number {
  let h = salt;
  for (let i = start; i < end; i++) h = Math.imul(h ^ buf[i]!, 0x01000193);
  return h;
}

function equals(
  key: Uint8Array,
  buf: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) {
    if (key[i] !== buf[start + i]) return false;
  }
  return true;
}

/**
 * A map whose keys are ranges of a buffer, so that a look-up on the data path
 * makes neither a string nor a view.
 */
export class BytesMap<T> {
  readonly #heads: Map<number, Entry<T>> = new Map();
  readonly #salt: number;
  /** What was found last: whoever asks once mostly asks again. */
  #last: Entry<T> | undefined = undefined;

  /**
   * @param salt A random 32-bit number: peers choose names, and must not be able
   * to choose them so that all look-ups of one are slow.
   */
  constructor(salt: number = PLAIN) {
    this.#salt = salt | 0;
  }

  /**
   * @param buf Where the key is.
   * @param start Its first byte.
   * @param end After its last byte.
   * @returns The value, if there is one.
   */
  get(buf: Uint8Array, start: number, end: number): T | undefined {
    const last = this.#last;
    if (last !== undefined && equals(last.key, buf, start, end)) {
      return last.value;
    }
    let entry = this.#heads.get(hash(buf, start, end, this.#salt));
    while (entry !== undefined && !equals(entry.key, buf, start, end)) {
      entry = entry.next;
    }
    if (entry === undefined) return undefined;
    this.#last = entry;
    return entry.value;
  }

  /**
   * @param key The key; it must not change afterwards.
   * @param value What {@linkcode BytesMap.get} returns for it; the one before
   * is forgotten.
   */
  set(key: Uint8Array, value: T): void {
    const h = hash(key, 0, key.length, this.#salt);
    const head = this.#heads.get(h);
    for (let entry = head; entry !== undefined; entry = entry.next) {
      if (equals(entry.key, key, 0, key.length)) {
        entry.value = value;
        return;
      }
    }
    this.#heads.set(h, { key, value, next: head });
  }

  /**
   * @param key The key to remove.
   */
  delete(key: Uint8Array): void {
    const h = hash(key, 0, key.length, this.#salt);
    let before: Entry<T> | undefined;
    for (
      let entry = this.#heads.get(h);
      entry !== undefined;
      before = entry, entry = entry.next
    ) {
      if (!equals(entry.key, key, 0, key.length)) continue;
      this.#last = undefined;
      if (before !== undefined) before.next = entry.next;
      else if (entry.next !== undefined) this.#heads.set(h, entry.next);
      else this.#heads.delete(h);
      return;
    }
  }
}
