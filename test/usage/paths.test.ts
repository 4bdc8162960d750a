import fc from "fast-check";
import { expect, test } from "vitest";
import { normalPath } from "../../src/usage/paths.ts";
import { seed } from "../support/seed.ts";

/** What a program that fetches the address asks for, where several slashes count as one. */
function asFetched(address: string): string {
  const segments = new URL(`http://kibana${address}`).pathname.split("/").filter((one) => one !== "");
  return `/${segments.map(decodeURIComponent).join("/")}`;
}

test("an address is read as URL parsers read it", () => {
  const units = ["/", "/", "\\", ".", "..", "%2e", "%2E", "a", "%61", "%41", "-", "~", "b c", "ü", "%2F", "%25", "\t", "\r\n", "conn"];
  const texts = fc.array(fc.constantFrom(...units), { maxLength: 14 }).map((all) => `/${all.join("")}`);
  fc.assert(
    fc.property(texts, (text) => {
      expect(decodeURIComponent(normalPath(text))).toBe(asFetched(text));
    }),
    { numRuns: 5_000, seed },
  );
});
