import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readUrl } from "../src/read-url.ts";

test("an address with an umlaut is one, however often it was read", () => {
  const read = new Set<string | undefined>();
  for (let n = 0; n < 50_000; n++) read.add(readUrl("https://bücher.example")?.hostname);
  expect([...read]).toEqual(["xn--bcher-kva.example"]);
});

test("what is no address is none, unless it is below one", () => {
  expect([readUrl("no address"), readUrl("/path"), readUrl("/path", "https://a.example")?.href]).toEqual([
    undefined,
    undefined,
    "https://a.example/path",
  ]);
});

test("no file of ours asks Node's own function, which forgets such characters", () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts") && file !== "read-url.ts");
  expect(files.filter((file) => readFileSync(join("src", file), "utf8").includes("URL.canParse"))).toEqual([]);
});
