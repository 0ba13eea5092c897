import { assertEquals } from "@std/assert";
import { allows, type Role, Tokens, whyNotToken } from "./tokens.ts";

const READ = "read-token-0123456789";
const ADMIN = "admin-token-0123456789";
const tokens = new Tokens([
  { secret: READ, role: "read" },
  { secret: ADMIN, role: "admin" },
]);

const HEADERS: [string | undefined, Role | undefined][] = [
  [`Bearer ${READ}`, "read"],
  [`bearer ${ADMIN}`, "admin"],
  [`BEARER   ${ADMIN}  `, "admin"],
  [undefined, undefined],
  ["", undefined],
  ["Bearer", undefined],
  ["Bearer ", undefined],
  [READ, undefined],
  [`Basic ${READ}`, undefined],
  [`Bearer ${READ}x`, undefined],
  [`Bearer ${READ.slice(0, -1)}`, undefined],
  [`Bearer ${READ} ${ADMIN}`, undefined],
  [`Bearer ${READ},${ADMIN}`, undefined],
];

for (const [header, role] of HEADERS) {
  Deno.test(`${header} is shown by ${role ?? "nobody"}`, () => {
    assertEquals(tokens.roleOf(header), role);
  });
}

Deno.test("without any token everybody may do everything", () => {
  const none = new Tokens([]);
  assertEquals(none.required, false);
  assertEquals(none.roleOf(undefined), "admin");
});

Deno.test("a token that stands twice has the larger role", () => {
  for (const roles of [["read", "admin"], ["admin", "read"]] as Role[][]) {
    const twice = new Tokens(roles.map((role) => ({ secret: READ, role })));
    assertEquals(twice.roleOf(`Bearer ${READ}`), "admin");
  }
});

Deno.test("who may read may not do everything", () => {
  assertEquals(allows("read", "read"), true);
  assertEquals(allows("read", "admin"), false);
  assertEquals(allows("admin", "read"), true);
  assertEquals(allows("admin", "admin"), true);
});

const SECRETS: [string, string | undefined][] = [
  ["0123456789abcdef", undefined],
  ["abcDEF012-._~+/=" + "=", undefined],
  ["", "it is empty"],
  ["0123456789abcde", "it has fewer than 16 characters"],
  ["0123456789abcde ", "characters that a bearer token cannot have"],
  ["0123456789abcdé", "it has fewer than 16 characters"],
  ["0123456789abcdefé", "characters that a bearer token cannot have"],
  ["0123456789\nabcdef", "characters that a bearer token cannot have"],
  ["====================", "characters that a bearer token cannot have"],
];

for (const [secret, why] of SECRETS) {
  Deno.test(`${JSON.stringify(secret)} ${why ?? "can be a token"}`, () => {
    const found = whyNotToken(secret);
    if (why === undefined) assertEquals(found, undefined);
    else assertEquals(found?.includes(why), true, found);
    // What is wrong with a secret is said without it.
    if (secret !== "") assertEquals(found?.includes(secret) ?? false, false);
  });
}
