import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A name that an attacker points at this machine.
  "--host-resolver-rules=MAP rebound.example 127.0.0.1",
];

let browser: Browser;

/** The system's Chromium for all tests of a file. */
export function useChromium(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
  });
  afterAll(() => browser.close());
}

export interface Watched {
  page: Page;
  context: BrowserContext;
  /** Errors and warnings on the console, and exceptions. */
  complaints: string[];
  /** Addresses of everything that was asked for. */
  requests: string[];
}

/** A browser window of its own, gone with the test. */
export async function openWindow(options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  return { page, context, ...watch(page) };
}

function watch(page: Page): { complaints: string[]; requests: string[] } {
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  return { complaints, requests };
}

/** Everything with a role that a person can use, as a screen reader gets it: role and name. */
export async function controls(page: Page): Promise<{ role: string; name: string }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const roles = ["textbox", "checkbox", "button", "link", "combobox", "radio"];
  return nodes
    .filter((node) => !node.ignored && roles.includes(String(node.role?.value)))
    .map((node) => ({ role: String(node.role?.value), name: String(node.name?.value ?? "").trim() }));
}

/** The texts that are harder to read than 4.5 : 1 on what stands behind them, with the ratio. */
export function poorContrast(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Element | null): string => {
      if (!element) return "rgb(255, 255, 255)";
      const color = getComputedStyle(element).backgroundColor;
      return channels(color)[3] === 0 ? behind(element.parentElement) : color;
    };
    const poor: string[] = [];
    for (const element of document.querySelectorAll("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
      if (!own && !(element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement)) continue;
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (ratio < 4.5) poor.push(`${element.tagName} "${element.textContent?.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
    }
    return poor;
  });
}

/** Keeps a picture where BROWSER_SHOTS names a folder; the page must have something to show. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.BROWSER_SHOTS;
  const bytes = await page.screenshot({ fullPage: true, ...(folder ? { path: `${folder}/${name}.png` } : {}) });
  expect(bytes.length).toBeGreaterThan(5_000);
}
