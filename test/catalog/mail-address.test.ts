import { expect, test } from "vitest";
import { mailboxes } from "../../src/catalog/mail-address.ts";

test.each<[text: string, found: [address: string, name?: string][]]>([
  ["a@example.com", [["a@example.com"]]],
  [" a@example.com ", [["a@example.com"]]],
  ["a.b+c@mail.example.com", [["a.b+c@mail.example.com"]]],
  ["root@localhost", [["root@localhost"]]],
  ["a@[192.0.2.1]", [["a@[192.0.2.1]"]]],
  ['"a b"@example.com', [['"a b"@example.com']]],
  ["Ann Other <a@example.com>", [["a@example.com", "Ann Other"]]],
  ['"Other, Ann" <a@example.com>', [["a@example.com", "Other, Ann"]]],
  ["J. Doe <j@example.com>", [["j@example.com", "J. Doe"]]],
  ["<a@example.com>", [["a@example.com"]]],
  ["a@example.com (Ann)", [["a@example.com"]]],
  ["a@example.com, B <b@example.com>", [["a@example.com"], ["b@example.com", "B"]]],
  ["team: a@example.com, b@example.com;", [["a@example.com"], ["b@example.com"]]],
  ["nobody:;, a@example.com", [["a@example.com"]]],
  ["jürgen@exämple.com", [["jürgen@exämple.com"]]],
])("%j", (text, found) => {
  expect(mailboxes(text)).toEqual(found.map(([address, name = ""]) => ({ address, name })));
});

test.each([
  ...["", "bob", "a@@example.com", "a..b@example.com", ".a@example.com", "a@example..com", "a@", "@example.com", "a@example.com,"],
  ...["a@example.com b@example.com", "a@example.com\nb", "<a@example.com", "Ann a@example.com", "team: a@example.com", "a@example.com;"],
  ...["a b@example.com", "a@exa mple.com", '"a@example.com', "a@example.com\\"],
])("%j is no list of addresses", (text) => {
  expect(mailboxes(text)).toBeUndefined();
});

test("a long text takes no time", () => {
  const start = performance.now();
  for (const text of [`${"a ".repeat(50_000)}x`, "a.".repeat(50_000), "(".repeat(50_000), `"${"\\a".repeat(50_000)}`]) mailboxes(text);
  expect(performance.now() - start).toBeLessThan(1000);
});
