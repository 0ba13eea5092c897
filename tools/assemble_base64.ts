/**
 * Assembles the WebAssembly module that checks long base64 text, and writes it to proto/body/base64_module.ts:
 * `deno run --allow-write=proto tools/assemble_base64.ts`.
 *
 * In words, for a range of 64-byte blocks in the module's memory:
 *
 *     skip(at, end):
 *       do
 *         bad = 0
 *         for each of the four vectors v of 16 bytes at `at`
 *           bad |= LOW[v & 15] & HIGH[v >> 4]        one lookup per half of each byte
 *         if any byte of bad is set: return at
 *         at += 64
 *       while at < end
 *       return at
 *
 * A base64 character is known by its two halves. Rows of the ASCII table are told apart by one bit each in HIGH; LOW has that bit set for the
 * columns that hold no base64 character in that row.
 *
 * @module
 */

const FILE = new URL("../proto/body/base64_module.ts", import.meta.url);

const ALPHABET =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** Bytes that one turn of the loop looks at. */
const BLOCK = 64;
const VECTOR = 16;

const I32 = 0x7f;
const V128 = 0x7b;
const NO_RESULT = 0x40;

/** Encodes an unsigned number in LEB128. */
function unsigned(value: number): number[] {
  const rest = Math.floor(value / 128);
  return rest === 0 ? [value] : [value % 128 | 0x80, ...unsigned(rest)];
}

/** Encodes a signed number that is not negative in LEB128: its highest bit must stay free. */
function signed(value: number): number[] {
  return value < 64 ? [value] : [value % 128 | 0x80, ...signed(value >> 7)];
}

const vector = (items: number[][]): number[] => [
  ...unsigned(items.length),
  ...items.flat(),
];
const section = (id: number, items: number[][]): number[] => {
  const body = vector(items);
  return [id, ...unsigned(body.length), ...body];
};
const text = (name: string): number[] => {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
};

/** The instructions that are used. */
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const block = (...body: number[][]): number[] => [
  0x02,
  NO_RESULT,
  ...body.flat(),
  0x0b,
];
const loop = (...body: number[][]): number[] => [
  0x03,
  NO_RESULT,
  ...body.flat(),
  0x0b,
];
const branchIf = (depth: number): number[] => [0x0d, depth];
const i32Const = (value: number): number[] => [0x41, ...signed(value)];
const I32_LESS_UNSIGNED = [0x49];
const I32_ADD = [0x6a];
const simd = (code: number, ...operands: number[]): number[] => [
  0xfd,
  ...unsigned(code),
  ...operands,
];
const v128Load = (offset: number): number[] => simd(0, 0, ...unsigned(offset));
const v128Const = (bytes: number[]): number[] => simd(12, ...bytes);
const I8X16_SWIZZLE = simd(14);
const V128_AND = simd(78);
const V128_OR = simd(80);
const V128_ANY_TRUE = simd(83);
const I8X16_SHIFT_RIGHT_UNSIGNED = simd(109);

/** The bit of each row of the ASCII table; rows that look alike share one. */
function rowBits(): number[] {
  const rows = Array.from({ length: 16 }, (_, row) =>
    Array.from(
      { length: 16 },
      (_, column) =>
        ALPHABET.includes(String.fromCharCode(row << 4 | column)) ? "1" : "0",
    ).join(""));
  const kinds = [...new Set(rows)];
  return rows.map((row) => 1 << kinds.indexOf(row));
}

/** For each column, the bits of the rows that hold no base64 character there. */
function columnBits(rows: number[]): number[] {
  return Array.from({ length: 16 }, (_, column) =>
    rows.reduce(
      (bits, bit, row) =>
        ALPHABET.includes(String.fromCharCode(row << 4 | column))
          ? bits
          : bits | bit,
      0,
    ));
}

/** Locals of the function; the first two are its parameters. */
const AT = 0;
const END = 1;
const BYTES = 2;
const LOW = 3;
const HIGH = 4;
const FIFTEEN = 5;

/** Looks up the bytes of one vector; leaves what is wrong with them on the stack. */
function check(offset: number): number[] {
  return [
    get(LOW),
    get(AT),
    v128Load(offset),
    tee(BYTES),
    get(FIFTEEN),
    V128_AND,
    I8X16_SWIZZLE,
    get(HIGH),
    get(BYTES),
    i32Const(4),
    I8X16_SHIFT_RIGHT_UNSIGNED,
    I8X16_SWIZZLE,
    V128_AND,
  ].flat();
}

function functionBody(): number[] {
  const rows = rowBits();
  const checks = [check(0)];
  for (let offset = VECTOR; offset < BLOCK; offset += VECTOR) {
    checks.push(check(offset), V128_OR);
  }
  const locals = vector([[...unsigned(FIFTEEN + 1 - BYTES), V128]]);
  const code = [
    v128Const(columnBits(rows)),
    set(LOW),
    v128Const(rows),
    set(HIGH),
    v128Const(Array(VECTOR).fill(15)),
    set(FIFTEEN),
    block(loop(
      ...checks,
      V128_ANY_TRUE,
      branchIf(1),
      get(AT),
      i32Const(BLOCK),
      I32_ADD,
      tee(AT),
      get(END),
      I32_LESS_UNSIGNED,
      branchIf(0),
    )),
    get(AT),
    [0x0b],
  ];
  const body = [...locals, ...code.flat()];
  return [...unsigned(body.length), ...body];
}

/**
 * Assembles the module.
 *
 * @returns Its bytes. It exports `memory`, one page, and `skip(at, end)`.
 */
export function assemble(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...vector([[I32], [I32]]), ...vector([[I32]])]]),
    ...section(3, [[0]]),
    ...section(5, [[0, 1]]),
    ...section(7, [[...text("memory"), 2, 0], [...text("skip"), 0, 0]]),
    ...section(10, [functionBody()]),
  ]);
}

/**
 * Writes the source file that carries the module.
 *
 * @returns Its text.
 */
export function source(): string {
  return `/**
 * The module that tools/assemble_base64.ts makes, where it is explained. Do not
 * edit it here.
 *
 * @module
 */

/** The module's bytes in base64. */
export const BASE64_MODULE =
  "${assemble().toBase64()}";
`;
}

if (import.meta.main) Deno.writeTextFileSync(FILE, source());
