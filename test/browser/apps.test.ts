import type { BrowserContextOptions, Frame } from "playwright-core";
import { describe, expect, test } from "vitest";
import { readApp } from "../../src/apps/index.ts";
import { nastyNames } from "../commands/audit/nasty-names.ts";
import { product } from "../support/product.ts";
import { openApp } from "./app-host.ts";
import { inPage, openWindow, useChromium } from "./chromium.ts";

useChromium();

const shows = { "io.modelcontextprotocol/ui": { mimeTypes: ["text/html;profile=mcp-app"] } };
const dataKey = "kibana-connectors-mcp/app";
const calls = { audit: ["audit_connectors", {}], map: ["map_notifications", { space: "*" }] } as const;
type Name = keyof typeof calls;
const pageOf = (name: Name) =>
  readApp(`ui://kibana-connectors-mcp/${name}.html`, [{ name: "audit_connectors" }, { name: "map_notifications" }])?.text ?? "";

async function answerOf(name: Name) {
  const { client } = await product({ extensions: shows });
  const [tool, args] = calls[name];
  return client.callTool({ name: tool, arguments: args });
}

async function opened(name: Name, result: object, options: BrowserContextOptions = {}, theme: "light" | "dark" = "light") {
  const window = await openWindow(options);
  return { ...window, ...(await openApp(window, pageOf(name), result, theme)) };
}

const shown = (app: Frame) => app.locator(".finding:visible").count();
/** "Critical 3": what the boxes of the filter say together. */
const total = async (app: Frame) =>
  (await app.locator(".chips label").allTextContents()).reduce((sum, text) => sum + Number(/\d+$/.exec(text)?.[0]), 0);

describe.each(["audit", "map"] as const)("the app of the %s in a chat", (name) => {
  test.each(["light", "dark"] as const)("reads well in a chat that is %s, whatever the system is, and asks for nothing", async (theme) => {
    const { page, app, sent, complaints, requests, picture } = await opened(
      name,
      await answerOf(name),
      { colorScheme: theme === "dark" ? "light" : "dark" },
      theme,
    );
    expect(await shown(app)).toBeGreaterThan(10);
    const [red = 0] = await inPage(app, "background");
    expect(red > 128).toBe(theme === "light");
    expect(await inPage(app, "poorContrast")).toEqual([]);
    // The chat, the page between, and no more.
    expect([complaints, requests.length]).toEqual([[], 2]);
    const heights = (await sent("ui/notifications/size-changed")).map(({ params }) => params.height);
    const box = await page.locator("iframe").boundingBox();
    expect(box?.height).toBe(heights.at(-1));
    expect(await app.evaluate("document.documentElement.scrollHeight <= innerHeight")).toBe(true);
    await picture(`app-${name}-${theme}`);
  });

  test("fits a chat 360 pixels wide, and one of 280, without scrolling sideways", async () => {
    const { page, app, picture } = await opened(name, await answerOf(name), {
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
    });
    for (const width of [280, 360]) {
      await page.setViewportSize({ width, height: 740 });
      expect(await inPage(app, "width")).toBeLessThanOrEqual(width);
      for (const one of await app.locator("button:visible").all()) expect((await one.boundingBox())?.height).toBeGreaterThanOrEqual(40);
    }
    await picture(`app-${name}-narrow`);
  });

  test("follows a change of the chat's theme, and filters", async () => {
    const { app, send } = await opened(name, await answerOf(name));
    await send({ method: "ui/notifications/host-context-changed", params: { theme: "dark" } });
    await app.locator(":root[data-theme=dark]").waitFor();
    const all = await total(app);
    await app.getByRole("searchbox").fill("security");
    await app.getByText(`of ${all} shown`).waitFor();
    expect(await shown(app)).toBeGreaterThan(0);
    expect(await shown(app)).toBeLessThan(all);
    const [first] = await app.getByRole("checkbox").all();
    await app.getByRole("searchbox").fill("");
    await first?.uncheck();
    await app.getByText(`of ${all} shown`).waitFor();
    expect(await inPage(app, "shape")).toMatchObject({ lang: "en", main: 1, h1: 1 });
  });

  test("runs no name, fetches nothing for one, and lets none out of its place", async () => {
    const all = <T>(make: (name: string) => T) => nastyNames.map(make);
    const next = all((one) => ({ tool: one, args: { [one]: one }, why: one }));
    const rows = all((one) => ({
      ...{ id: one, name: one, type: one, space: one, check: one, evidence: one, key_owner: one, connector: one },
      ...{ verdict: "nobody", severity: "critical", in_the_way: [one], tags: [one] },
      ...{
        routes: [{ connector: one, to: one, via: [one], on: one, in_the_way: [one] }],
        next: { tool: one, args: { [one]: one }, why: one },
      },
    }));
    const gaps = all((one) => ({ space: one, what: one, checks: [one], why: one, fix: one }));
    const boxes = all((one) => ({ x: 10, y: 25, text: one, rules: 1 }));
    const lines = all((one) => ({ path: one, thickness: one }));
    const picture = { width: 720, height: 60, box: { width: 240, height: 30 }, boxes, lines };
    const given = { summary: nastyNames.join(" "), rules: [], not_checked: gaps, not_seen: gaps, warnings: nastyNames, next };
    const more = { deployment: { name: nastyNames.join(" ") }, findings: rows, rules: rows, picture };
    const { page, app, complaints, requests, ...chat } = await opened(
      name,
      { structuredContent: given, _meta: { [dataKey]: more } },
      { viewport: { width: 360, height: 740 } },
    );
    expect(await shown(app)).toBeGreaterThan(5);
    for (const one of await app.locator("summary").all()) await one.click();
    expect(await app.evaluate("window.owned")).toBeUndefined();
    expect([complaints, requests.length, page.frames().length]).toEqual([[], 2, 3]);
    expect(await app.locator("main").locator("script, img, iframe, base, meta, link, a, style").count()).toBe(0);
    expect(await inPage(app, "width")).toBeLessThanOrEqual(360);
    await chat.picture(`app-${name}-nasty`);
  });

  test("reaches nothing even if a script of somebody else's ran in it", async () => {
    const { app } = await opened(name, await answerOf(name));
    const tries = `Promise.all([
      fetch("https://evil.example/").then(() => "fetched", () => ""),
      new Promise((done) => { const one = new Image(); one.onload = () => done("image"); one.onerror = () => done(""); one.src = "https://evil.example/x.png"; }),
      new Promise((done) => { const one = document.createElement("script"); one.textContent = "window.owned = 1"; document.body.append(one); done(window.owned ? "script" : ""); }),
      new Promise((done) => { const one = document.createElement("b"); one.setAttribute("onclick", "window.owned = 1"); document.body.append(one); one.click(); done(window.owned ? "handler" : ""); }),
    ])`;
    expect(await app.evaluate(tries)).toEqual(["", "", "", ""]);
  });
});

test("a call is handed to the chat by a person's press, once, as it is read there", async () => {
  const { app, sent, set } = await opened("audit", await answerOf("audit"));
  expect(await sent("ui/message")).toEqual([]);
  const details = app.locator("details", { has: app.locator("button.hand") }).first();
  await details.locator("summary").click();
  const text = await details.locator("pre").textContent();
  await set("takes", false);
  await details.getByRole("button").click();
  await details.getByText("did not take it").waitFor();
  await set("takes", true);
  await details.getByRole("button").click();
  await details.getByText("Handed to the chat.").waitFor();
  expect(await details.getByRole("button").isDisabled()).toBe(true);
  expect((await sent("ui/message")).map(({ params }) => params)).toEqual(
    [1, 2].map(() => ({ role: "user", content: [{ type: "text", text }] })),
  );
  expect(await sent("tools/call")).toEqual([]);
});
