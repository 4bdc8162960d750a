import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Frame, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { type openWindow, picture } from "./chromium.ts";

/** What hosts allow a page that declares no domain, as the specification says it: more than the page allows itself. */
const policy =
  "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'none'; frame-src 'self'; object-src 'none'";

/** The chat: the host's side of the protocol. `window.chat` has what it was sent. */
const chat = (proxy: string) => `<!doctype html><meta charset=utf-8><title>A chat</title>
<style>html{color-scheme:light dark}body{margin:0;font:15px sans-serif}iframe{border:0;width:100%;display:block}</style>
<script>
// Listens before the frame is there: it may load while the rest of this page is read.
const frame = () => document.querySelector("iframe");
const chat = (window.chat = { sent: [], takes: true });
const send = (message) => frame().contentWindow.postMessage({ jsonrpc: "2.0", ...message }, "*");
chat.send = send;
addEventListener("message", ({ source, data }) => {
  if (source !== frame().contentWindow) return;
  chat.sent.push(data);
  if (data.method === "ui/notifications/sandbox-proxy-ready") send({ method: "ui/notifications/sandbox-resource-ready", params: { html: chat.html } });
  if (data.method === "ui/initialize")
    send({ id: data.id, result: { protocolVersion: data.params.protocolVersion, hostInfo: { name: "chat", version: "1" }, hostCapabilities: { message: { text: {} } }, hostContext: { theme: chat.theme, displayMode: "inline" } } });
  if (data.method === "ui/notifications/initialized") {
    send({ method: "ui/notifications/tool-input", params: { arguments: {} } });
    send({ method: "ui/notifications/tool-result", params: chat.result });
  }
  if (data.method === "ui/notifications/size-changed") frame().style.height = data.params.height + "px";
  if (data.method === "ui/message") send(chat.takes ? { id: data.id, result: {} } : { id: data.id, error: { code: -32000, message: "denied" } });
});
</script>
<iframe sandbox="allow-scripts allow-same-origin" src="${proxy}"></iframe>`;

/** The page between chat and app, on another origin: it writes the app into a frame and passes messages on. */
const between = `<!doctype html><meta charset=utf-8><style>html,body{margin:0;height:100%}iframe{border:0;width:100%;height:100%;display:block}</style>
<script>
const inner = document.createElement("iframe");
inner.setAttribute("sandbox", "allow-scripts allow-same-origin");
document.documentElement.append(inner);
addEventListener("message", ({ source, data }) => {
  if (source === inner.contentWindow) parent.postMessage(data, "*");
  else if (data.method !== "ui/notifications/sandbox-resource-ready") inner.contentWindow.postMessage(data, "*");
  else {
    inner.contentDocument.open();
    inner.contentDocument.write(data.params.html);
    inner.contentDocument.close();
  }
});
parent.postMessage({ jsonrpc: "2.0", method: "ui/notifications/sandbox-proxy-ready", params: {} }, "*");
</script>`;

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** An app in a chat, with an answer of its tool, as a host that follows the specification shows it. */
export async function openApp(
  window: Awaited<ReturnType<typeof openWindow>>,
  html: string,
  result: object,
  theme: "light" | "dark" = "light",
) {
  const { page } = window;
  const proxy = await serve((_request, response) =>
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy }).end(between),
  );
  const host = await serve((_request, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end(
      chat(`http://127.0.0.1:${proxy}/`)
        .replace("takes: true", `takes: true, theme: ${JSON.stringify(theme)}, ...JSON.parse(document.getElementById("given").textContent)`)
        .replace(
          "<script>",
          `<script type="application/json" id="given">${JSON.stringify({ html, result }).replaceAll("<", "\\u003c")}</script>\n<script>`,
        ),
    ),
  );
  await page.goto(`http://localhost:${host}/`);
  const app = await innermost(page);
  await app.locator("h1").waitFor();
  return {
    app,
    /** What the app told the host, of one method. */
    sent: (method: string): Promise<{ params: Record<string, unknown> }[]> =>
      page.evaluate(`chat.sent.filter((one) => one.method === ${JSON.stringify(method)})`),
    send: (message: object): Promise<void> => page.evaluate(`chat.send(${JSON.stringify(message)})`),
    set: (name: string, value: unknown): Promise<void> => page.evaluate(`void (chat[${JSON.stringify(name)}] = ${JSON.stringify(value)})`),
    // A frame of another origin is painted only where the window reaches.
    async picture(name: string) {
      const { width = 1000 } = page.viewportSize() ?? {};
      await page.setViewportSize({
        width,
        height: Math.min(3_500, Math.ceil((await page.locator("iframe").boundingBox())?.height ?? 900)),
      });
      await picture(page, name);
    },
  };
}

async function innermost(page: Page): Promise<Frame> {
  await page.frameLocator("iframe").frameLocator("iframe").locator("main").waitFor();
  const frame = page.frames().at(-1);
  if (!frame) throw new Error("no frame");
  return frame;
}
