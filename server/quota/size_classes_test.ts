import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Account } from "./account.ts";
import { SizeClasses } from "./size_classes.ts";

function account(serial: number): Account {
  const holder = { account: undefined, charged: true, describe: () => "" };
  return new Account(holder, serial, []);
}

Deno.test("nobody has twice what the biggest has, whatever changes", () => {
  const change = fc.tuple(
    fc.nat({ max: 199 }),
    fc.oneof(
      fc.constant(0),
      fc.nat({ max: 2 ** 33 }),
      fc.nat({ max: 200_000 }),
    ),
  );
  fc.assert(fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
    const classes = new SizeClasses();
    const accounts = Array.from({ length: 200 }, (_, i) => account(i));
    for (const [index, bytes] of changes) {
      accounts[index]!.bytes = bytes;
      classes.place(accounts[index]!);
      const most = Math.max(...accounts.map((one) => one.bytes));
      const biggest = classes.biggest();
      if (most < 65_536) assertEquals(biggest, undefined);
      else assert(biggest!.bytes * 2 > most, `${biggest!.bytes} of ${most}`);
    }
    for (const one of accounts) {
      one.bytes = 0;
      classes.place(one);
    }
    assertEquals(classes.biggest(), undefined);
  }));
});
