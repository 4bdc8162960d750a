import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { renderMapPage } from "../../src/commands/audit/map-page.ts";
import { mapDocument, nastyMap } from "../commands/audit/map-documents.ts";
import { freshFolder } from "../support/folder.ts";
import { openWindow, useChromium } from "./chromium.ts";

useChromium();

const schemes = ["light", "dark"] as const;

test.each(schemes)("the map in the %s scheme fits a phone, asks for nothing, and runs no name", async (colorScheme) => {
  for (const document of [mapDocument(), nastyMap()]) {
    const file = join(await freshFolder(), "map.html");
    writeFileSync(file, await renderMapPage(document));
    const address = pathToFileURL(file).href;
    const { page, complaints, requests } = await openWindow({ colorScheme, viewport: { width: 360, height: 800 } });
    await page.goto(address);
    for (const closed of await page.locator("details:not([open]) > summary").all()) await closed.click();
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(await page.evaluate("window.owned")).toBeUndefined();
    expect([complaints, requests]).toEqual([[], [address]]);
  }
});
