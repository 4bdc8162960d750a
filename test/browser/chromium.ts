import { readFileSync } from "node:fs";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Frame, type Page } from "playwright-core";
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

interface InPage {
  poorContrast(): string[];
  focused(): string;
  shape(): { lang: string; title: string; main: number; h1: number; levels: number[]; ids: string[]; points: string[] };
  focusStyle(): string;
  background(): number[];
  width(): number;
  styleOf(id: string, property: string): string;
  post(url: string, mode: string): string;
  read(url: string): string;
}

const inPageSource = readFileSync(new URL("in-page.js", import.meta.url), "utf8")
  .trim()
  .replace(/;$/, "")
  .replace(/\n(\(\{.*\}\))$/, "\nreturn $1;");

/** Calls one of the functions of in-page.js in the page; the policy of the page does not count for the debugger. */
export function inPage<Name extends keyof InPage>(
  page: Page | Frame,
  name: Name,
  ...args: Parameters<InPage[Name]>
): Promise<ReturnType<InPage[Name]>> {
  return page.evaluate(`(() => {${inPageSource}})().${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`);
}

/** Keeps a picture where BROWSER_SHOTS names a folder; the page must have something to show. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.BROWSER_SHOTS;
  const bytes = await page.screenshot({ fullPage: true, ...(folder ? { path: `${folder}/${name}.png` } : {}) });
  expect(bytes.length).toBeGreaterThan(5_000);
}
