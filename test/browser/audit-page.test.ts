import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { AuditDocument } from "../../src/commands/audit/document.ts";
import { renderAuditPage } from "../../src/commands/audit/page.ts";
import { auditDocument, manyRows, row } from "../commands/audit/documents.ts";
import { nastyNames } from "../commands/audit/nasty-names.ts";
import { freshFolder } from "../support/folder.ts";
import { controls, inPage, openWindow, picture, useChromium } from "./chromium.ts";

useChromium();

const fewRows = [0, 1, 2, 3, 4, 5, 6].map((n) => row(n, n < 4 ? "default" : "payments", n === 5 ? { known: true } : {}));
const few = auditDocument(fewRows);
const partial = auditDocument(fewRows, {
  complete: false,
  not_checked: [{ space: "security", checks: ["failing"], why: "Kibana refused.", fix: "Give the key read access." }],
  baseline: {
    file: "b.json",
    written_at: "2026-11-01T00:00:00.000Z",
    deployment: "x",
    other_spaces: { gone: [], left_out: [] },
    stale: [{ id: "0", check: "unused", severity: "low", space: "default", connector: "old-slack" }],
    unseen: 0,
  },
});

/** The page as whoever got the file by mail opens it. */
async function opened(document: AuditDocument, options: BrowserContextOptions = {}) {
  const file = join(await freshFolder(), "audit.html");
  writeFileSync(file, await renderAuditPage(document));
  const window = await openWindow(options);
  await window.page.goto(pathToFileURL(file).href);
  return window;
}

const shown = (page: Page) => page.locator(".finding:visible").count();
const status = (page: Page) => page.getByRole("status").textContent();

describe("a reader", () => {
  test("finds by words, in any order, and sees how many there are", async () => {
    const { page, complaints, requests } = await opened(few);
    expect([await shown(page), await status(page)]).toEqual([7, "7 findings"]);
    await page.getByRole("searchbox").fill("PAYMENTS unused");
    await page.getByText("1 finding of 7 shown").waitFor();
    expect(await shown(page)).toBe(1);
    await page.getByRole("button", { name: "Clear" }).click();
    await page
      .getByRole("status")
      .filter({ hasText: /^7 findings$/ })
      .waitFor();
    expect(await shown(page)).toBe(7);
    expect([complaints, requests.length]).toEqual([[], 1]);
  });

  test("filters by severity, space, check and by what is new; all of them hold at once", async () => {
    const { page } = await opened(few);
    await page.getByRole("checkbox", { name: "Critical" }).uncheck();
    await page.getByText("5 findings of 7 shown").waitFor();
    await page.getByRole("combobox", { name: "Space" }).selectOption({ label: "payments" });
    await page.getByText("3 findings of 7 shown").waitFor();
    await page.getByRole("checkbox", { name: "Only new ones" }).check();
    await page.getByText("2 findings of 7 shown").waitFor();
    await page.getByRole("combobox", { name: "Check" }).selectOption({ label: "Insecure URL" });
    await page.getByText("1 finding of 7 shown").waitFor();
    expect(await page.locator(".finding:visible .who").allTextContents()).toEqual([expect.stringContaining("Checkout errors")]);
    await page.getByRole("searchbox").fill("nothing has this name");
    await page.getByText("Nothing matches.").waitFor();
  });

  test("of 500 findings gets to each by a search, which opens its space", async () => {
    const document = auditDocument(manyRows(500, 24));
    const { page } = await opened(document);
    const last = document.findings.at(-1);
    expect(await page.locator(`#f-${last?.id}`).isVisible()).toBe(false);
    await page.getByRole("searchbox").fill(last?.id ?? "");
    await page.getByText("1 finding of 500 shown").waitFor();
    expect(await page.locator(`#f-${last?.id}`).isVisible()).toBe(true);
    await page.getByRole("button", { name: "Clear" }).click();
    await page
      .getByRole("status")
      .filter({ hasText: /^500 findings$/ })
      .waitFor();
    expect(await page.locator(".space[open]").count()).toBe(1);
  });

  test("without scripts has everything but the filter", async () => {
    const { page } = await opened(few, { javaScriptEnabled: false });
    expect(await shown(page)).toBe(7);
    expect(await page.locator(".filter").isVisible()).toBe(false);
    await page.getByText("The call for an agent").first().click();
    expect(await page.locator("pre:visible").first().textContent()).toContain("update_connector");
  });

  test("with the keyboard reaches the filter, the spaces and the details", async () => {
    const { page } = await opened(few);
    await page.keyboard.press("Tab");
    expect(await inPage(page, "focused")).toContain("Skip to the findings");
    await page.getByRole("searchbox").focus();
    await page.keyboard.type("unused");
    await page.getByText("1 finding of 7 shown").waitFor();
    await page.locator(".space:visible > summary").focus();
    expect(await inPage(page, "focusStyle")).toBe("solid");
    await page.keyboard.press("Enter");
    expect(await shown(page)).toBe(0);
  });

  test("on paper has every finding with its details, and no form", async () => {
    const { page } = await opened(auditDocument(manyRows(200, 8)), { javaScriptEnabled: false });
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".filter").isVisible()).toBe(false);
    for (const place of [".finding", ".finding details pre"])
      expect((await page.locator(place).last().boundingBox())?.height).toBeGreaterThan(10);
    const [red = 0] = await inPage(page, "background");
    expect(red).toBe(255);
  });
});

describe("names from Kibana", () => {
  test("run no script, fetch nothing, lead nowhere, and stand there as they are", async () => {
    const rows = nastyNames.map((name, n) =>
      row(n, name, {
        connector: { id: name, name, type: name },
        rule: { id: name, name, enabled: true },
        evidence: name,
        next: { tool: name, args: { [name]: name }, why: name },
      }),
    );
    const { page, complaints, requests } = await opened(
      auditDocument(rows, { deployment: { name: nastyNames.join(" "), url: nastyNames.join(" "), sandbox: false } }),
      {
        viewport: { width: 360, height: 740 },
      },
    );
    await page.getByRole("searchbox").fill("window.owned");
    await page.getByRole("status").filter({ hasText: "shown" }).waitFor();
    expect(await page.evaluate("window.owned")).toBeUndefined();
    expect([complaints, requests.length, page.frames().length]).toEqual([[], 1, 1]);
    expect(await page.locator("img, iframe, base, form:not(.filter), svg:not([role=img]):not([aria-hidden])").count()).toBe(0);
    expect(await page.locator(".finding:visible").first().textContent()).toContain("window.owned");
    expect(await inPage(page, "width")).toBeLessThanOrEqual(360);
  });
});

const states: [string, AuditDocument][] = [
  ["few", few],
  ["none", auditDocument([])],
  ["not everything checked", partial],
  ["500", auditDocument(manyRows(500, 24))],
];

describe.each(states)("the page of an audit: %s", (name, document) => {
  test.each(["light", "dark"] as const)("reads well when it is %s", async (colorScheme) => {
    const { page, complaints } = await opened(document, { colorScheme });
    const [red = 0] = await inPage(page, "background");
    expect(red > 128).toBe(colorScheme === "light");
    expect(await inPage(page, "poorContrast")).toEqual([]);
    expect(complaints).toEqual([]);
    await picture(page, `audit-${name.replaceAll(" ", "-")}-${colorScheme}`);
  });

  test("fits a phone 360 pixels wide, and one of 280, without scrolling sideways", async () => {
    const { page } = await opened(document, {
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    for (const width of [360, 280]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await inPage(page, "width")).toBeLessThanOrEqual(width);
    }
    await picture(page, `audit-${name.replaceAll(" ", "-")}-phone`);
  });

  test("names everything for a screen reader, in one language, with one main heading", async () => {
    const { page } = await opened(document);
    const named = await controls(page);
    expect(named.filter((one) => one.name === "")).toEqual([]);
    const shape = await inPage(page, "shape");
    expect(shape).toMatchObject({ lang: "en", main: 1, h1: 1 });
    expect(shape.levels.every((level, n) => level - (shape.levels[n - 1] ?? 0) <= 1)).toBe(true);
    expect(new Set(shape.ids).size).toBe(shape.ids.length);
    expect(shape.points.filter((id) => !shape.ids.includes(id))).toEqual([]);
  });
});
