import { expect, test } from "vitest";
import { everyAddress, namedAddresses } from "../../src/catalog/addresses.ts";
import { named } from "../../src/catalog/destinations.ts";

const hosts = (found: readonly { address: string }[]) => found.map(({ address }) => named({ address, verified: true }));
const filler = "\t".repeat(300);

test.each([
  "https://good.example.com\t.evil.com",
  "https://good.example.com\n@evil.com",
  "https://good.example.com'@evil.com",
  'https://good.example.com"@evil.com',
  "https://good.example.com<@evil.com",
  "https://good.example.com`@evil.com",
  "https:evil.com/?u=https://good.example.com/",
  "https:\\\\evil.com/?u=https://good.example.com/",
  "//evil.com/?u=https://good.example.com/",
  "evil.com/?u=https://good.example.com/",
  `https://good.example.com${filler}.evil.com/x`,
  `https://good.example.com${filler}@evil.com`,
  `https://${"a".repeat(300)}@evil.com`,
  "(https://evil.com/x)",
  "'https://evil.com/x'",
  "\u200bhttps://evil.com/x",
  "view-source:https://evil.com/x",
])("a value that a parser takes to another host names that host: %j", (value) => {
  for (const found of [everyAddress({ proxy: value }, "params"), namedAddresses({ proxy: value }, "params")])
    expect(hosts(found).join()).toContain("evil.com");
});

test.each([`https://${"a".repeat(5000)}@evil.com`, `see https://${"a".repeat(5000)}@evil.com`])(
  "an address longer than any is none of the known",
  (value) => {
    expect(hosts(everyAddress({ x: value }, "params")).join()).toMatch(/unreadable address/);
  },
);

test("prose with dots and marks is no address, and takes no time", () => {
  const began = process.cpuUsage();
  for (const unit of [".?", "a.b?c.d:e#f;", "[.:]/", "://", "https://a ", "//."])
    for (const key of ["target", "x", "url"])
      for (const read of [everyAddress, namedAddresses]) read({ [key]: `${unit.repeat(20_000)} x` }, "params");
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(4_000);
});
