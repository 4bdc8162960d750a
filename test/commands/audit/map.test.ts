import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MapDocument } from "../../../src/commands/audit/map-document.ts";
import { renderMapPage } from "../../../src/commands/audit/map-page.ts";
import { runCommand } from "../../support/command.ts";
import { freshFolder } from "../../support/folder.ts";
import { mapDocument, nastyMap } from "./map-documents.ts";

/** Opening tags of the page, without the contents of its style. */
const tagsOf = (page: string) => page.replace(/(<style>)[\s\S]*?(<\/style>)/, "$1$2").match(/<[a-z!/][^>]*>/gi) ?? [];

describe("the page of the map", () => {
  test.each<[string, MapDocument]>([
    ["a usual map", mapDocument()],
    ["names that somebody chose to break it", nastyMap()],
  ])("is one file without script that fetches nothing: %s", async (_what, document) => {
    const page = await renderMapPage(document);
    for (const tag of tagsOf(page)) {
      expect(tag).not.toMatch(/^<(?:script|link|img|iframe|object|embed|base|form|input|source|video|audio)\b/i);
      expect(tag).not.toMatch(/\s(?:src|srcset|action|formaction|style|on\w+)\s*=/i);
      expect(/\shref="([^"]*)"/.exec(tag)?.[1] ?? "#rules").toBe("#rules");
    }
    expect(page).not.toMatch(/url\(|@import/);
    expect(page).toMatch(
      /content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"/,
    );
  });

  test("begins with how many tell nobody, and with what was not seen", async () => {
    const gap = { space: "security", what: "workflows", why: "This key may not read them.", fix: "Give it the privilege." };
    const page = await renderMapPage(mapDocument({ not_seen: [gap] }));
    const order = [
      "<h1>1 of 3 rules tells nobody, 1 perhaps",
      "Not everything was seen",
      "This key may not read them.",
      "From tags to connectors",
      "By tag",
      "Checkout errors",
    ];
    const places = order.map((part) => page.indexOf(part));
    expect(places.every((place) => place > 0)).toBe(true);
    expect([...places].sort((one, other) => one - other)).toEqual(places);
  });

  test.each<[string, Partial<MapDocument>, string]>([
    ["no rules", { counts: { nobody: 0, perhaps: 0, told: 0 } }, "<h1>There are no rules"],
    [
      "no rules that could be seen",
      { counts: { nobody: 0, perhaps: 0, told: 0 }, not_seen: [{ space: "*", what: "rules", why: "no" }] },
      "<h1>No rule could be seen",
    ],
    ["all well", { counts: { nobody: 0, perhaps: 0, told: 3 } }, "<h1>All 3 rules tell somebody"],
    ["only doubt", { counts: { nobody: 0, perhaps: 2, told: 3 } }, "<h1>2 of 5 rules may tell nobody"],
  ])("says so of %s", async (_what, more, headline) => {
    expect(await renderMapPage(mapDocument({ groups: [], ...more }))).toContain(headline);
  });
});

describe("audit --map", () => {
  test("writes the map beside the audit, readable by its owner alone", async () => {
    const file = join(await freshFolder(), "map.html");
    const { code, stderr, stdout } = await runCommand("audit", ["--sandbox", "--map", file], {});
    expect([code, stderr]).toEqual([0, expect.stringContaining(`the map is in ${file}.`)]);
    expect(stdout).toContain("Exit code 0");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const page = readFileSync(file, "utf8");
    for (const part of [
      "3 of 14 rules tell nobody, 2 perhaps",
      "Lateral movement",
      "the connector is not in this space",
      "Checkout latency",
    ])
      expect(page).toContain(part);
  });

  test("is refused where it would overwrite the other page", async () => {
    const { code, stderr } = await runCommand("audit", ["--sandbox", "--map", "a.html", "--html", "a.html"], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining("--html and --map name the same file")]);
  });
});
