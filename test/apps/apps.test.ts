import { createHash } from "node:crypto";
import { countTokens } from "gpt-tokenizer";
import { describe, expect, test } from "vitest";
import { listApps, readApp } from "../../src/apps/index.ts";
import { checkNames } from "../../src/audit/checks/index.ts";
import { nastyNames } from "../commands/audit/nasty-names.ts";
import { servedProduct } from "../support/http.ts";
import { product } from "../support/product.ts";
import { endQueuedRuns } from "../support/queued-runs.ts";
import { secondRequest } from "../support/rounds.ts";
import { runApp } from "./tiny-dom.ts";

const uiKey = "io.modelcontextprotocol/ui";
const dataKey = "kibana-connectors-mcp/app";
const shows = { [uiKey]: { mimeTypes: ["text/html;profile=mcp-app"] } };
const tools = [{ name: "audit_connectors" }, { name: "map_notifications" }];
const [auditUri, mapUri] = ["ui://kibana-connectors-mcp/audit.html", "ui://kibana-connectors-mcp/map.html"];
const pageAt = (uri: string) => readApp(uri, tools)?.text ?? "";

/** The app that a tool names. */
const uriIn = (meta: Record<string, unknown> | undefined) => (meta?.ui as { resourceUri?: string } | undefined)?.resourceUri;

type Seen = Awaited<ReturnType<typeof seenByFirst>>;
type See = (extensions?: Record<string, object>) => Promise<Seen>;

/** What a client sees of the server: its lists, a read of an app, and an answer. */
async function seenByFirst(extensions?: Record<string, object>) {
  const { client } = await product(extensions ? { extensions } : {});
  const read = await client.readResource({ uri: auditUri }).then(
    ({ contents }) => contents[0],
    ({ message }: Error) => message,
  );
  return {
    server: client.getServerCapabilities(),
    tools: (await client.listTools()).tools,
    resources: (await client.listResources()).resources,
    read,
    answer: await client.callTool({ name: "audit_connectors", arguments: {} }),
  };
}

/** The same for a client that says with each request what it shows. @param served shared with clients that say something else */
async function seenBySecond(served: Awaited<ReturnType<typeof servedProduct>>, extensions?: Record<string, object>): Promise<Seen> {
  const capabilities = extensions ? { extensions } : {};
  const ask = async (method: string, params: Record<string, unknown> = {}) => {
    const { json } = await served.send(secondRequest(method, params, { capabilities }));
    const { resultType: _resultType, _meta: meta = {}, ...result } = json.result ?? {};
    // The SDK says there, in each answer, who the server is.
    const { "io.modelcontextprotocol/serverInfo": _server, ...ours } = meta;
    return json.error ?? { ...result, ...(Object.keys(ours).length > 0 && { _meta: ours }) };
  };
  const { contents: [read] = [undefined], message } = await ask("resources/read", { uri: auditUri });
  return {
    server: (await ask("server/discover")).capabilities,
    tools: (await ask("tools/list")).tools,
    resources: (await ask("resources/list")).resources,
    read: read ?? message,
    answer: await ask("tools/call", { name: "audit_connectors", arguments: {} }),
  };
}

const second =
  (http: { stateless: boolean }): (() => Promise<See>) =>
  async () => {
    const served = await servedProduct({ http });
    return (extensions) => seenBySecond(served, extensions);
  };
const clients: [string, () => Promise<See>][] = [
  ["of the first era", async () => seenByFirst],
  ["of the second era", second({ stateless: false })],
  ["of the second era and a stateless server", second({ stateless: true })],
];

describe.each(clients)("a client %s that shows no apps", (_era, open) => {
  test.each<[string, Record<string, object> | undefined]>([
    ["says nothing of them", undefined],
    ["names the extension without what it shows", { [uiKey]: {} }],
    ["shows pages of another kind", { [uiKey]: { mimeTypes: ["text/html"] } }],
    ["names the kind as text", { [uiKey]: { mimeTypes: "text/html;profile=mcp-app" } }],
  ])("that %s gets no page, no pointer to one, and nothing beside an answer", async (_what, extensions) => {
    const got = await (await open())(extensions);
    expect(JSON.stringify([got.tools, got.resources, got.server])).not.toMatch(/ui:\/\/|_meta|mcp-app/);
    expect(got.read).toMatch(/There is no such resource/);
    expect(Object.keys(got.answer).sort()).toEqual(["content", "structuredContent"]);
  });
});

describe("a client that shows apps", () => {
  test.each(clients)("%s finds both as resources and at their tools, which no app may call, for few tokens more", async (_era, open) => {
    const seen = await open();
    const [with_, without] = [await seen(shows), await seen()];
    expect(with_.resources.filter(({ uri }) => uri.startsWith("ui:"))).toEqual(listApps(tools));
    expect(with_.resources.filter(({ uri }) => !uri.startsWith("ui:"))).toEqual(without.resources);
    expect(
      Object.fromEntries(with_.tools.flatMap(({ name, _meta }) => (uriIn(_meta) === undefined ? [] : [[name, uriIn(_meta)]]))),
    ).toEqual({
      audit_connectors: auditUri,
      map_notifications: mapUri,
    });
    expect(with_.tools.map(({ _meta }) => _meta?.ui)).toEqual(with_.tools.map(() => expect.objectContaining({ visibility: ["model"] })));
    expect(with_.tools.map(({ _meta, ...tool }) => tool)).toEqual(without.tools);
    expect(with_.server).toEqual(without.server);
    expect(countTokens(JSON.stringify(with_.tools)) - countTokens(JSON.stringify(without.tools))).toBeLessThan(300);
    const { _meta, ...answer } = with_.answer;
    expect(_meta).toHaveProperty([dataKey]);
    // The counts of the sandbox's runs move with the clock.
    expect(Object.keys(answer)).toEqual(Object.keys(without.answer));
    expect(with_.read).toEqual({ uri: auditUri, ...readApp(auditUri, tools) });
  });

  test("is offered no app of a tool that is switched off", async () => {
    const { client } = await product({ extensions: shows, settings: { excludeTools: ["audit_connectors"] } });
    const ours = (await client.listResources()).resources.filter(({ uri }) => uri.startsWith("ui:"));
    expect(ours.map(({ uri }) => uri)).toEqual([mapUri]);
    await expect(client.readResource({ uri: auditUri })).rejects.toThrow(/no such resource/);
  });

  test("gets nothing beside the answer of another tool, nor of a call that failed", async () => {
    const { client } = await product({ extensions: shows });
    for (const [name, args] of [
      ["list_connectors", {}],
      ["audit_connectors", { checks: ["nonsense"] }],
    ] as const)
      expect(await client.callTool({ name, arguments: args })).not.toHaveProperty("_meta");
  });
});

test("an app stays whole where a word of it is a secret of the server, which its answer is without", async () => {
  const { client } = await product({
    extensions: shows,
    env: { CONNECTOR_SECRET_X: "textContent", CONNECTOR_SECRET_Y: "Lateral movement" },
  });
  expect((await client.readResource({ uri: auditUri })).contents[0]).toEqual({ uri: auditUri, ...readApp(auditUri, tools) });
  const { _meta } = await client.callTool({ name: "audit_connectors", arguments: {} });
  expect(JSON.stringify(_meta)).not.toContain("Lateral movement");
});

describe.each([auditUri, mapUri])("the page %s", (uri) => {
  const html = pageAt(uri);

  test("has at most 60 kB, fetches nothing, and lets a browser run its own style and script only", () => {
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(60_000);
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    const [, script = ""] = /<script>(.*)<\/script>/s.exec(html) ?? [];
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(html).toContain(
      `content="default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'"`,
    );
    const reaching =
      /https?:\/\/[^",\s]+|\burl\(|@import|<link|<img|<iframe|\bsrc=|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts/g;
    // The name space of SVG is an address that nobody fetches.
    expect((html.match(reaching) ?? []).filter((one) => one !== "http://www.w3.org/2000/svg")).toEqual([]);
    expect(
      script.match(
        /innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|setTimeout\(["'`]|tools\/call|\.href|\.src\b|localStorage|cookie/,
      ),
    ).toBeNull();
    expect(readApp(uri, tools)?._meta).toEqual({
      ui: { csp: { connectDomains: [], resourceDomains: [], frameDomains: [], baseUriDomains: [] }, prefersBorder: true },
    });
  });

  test("shakes hands, says how high it is, follows the host's theme, and serves no request of the host", async () => {
    const app = runApp(html);
    expect(app.sent).toEqual([
      { jsonrpc: "2.0", id: 1, method: "ui/initialize", params: expect.objectContaining({ protocolVersion: "2026-01-26" }) },
    ]);
    await app.begin({ theme: "dark" });
    expect(app.sent.slice(1)).toEqual([
      { jsonrpc: "2.0", method: "ui/notifications/initialized", params: {} },
      { jsonrpc: "2.0", method: "ui/notifications/size-changed", params: { height: 100 } },
    ]);
    expect(app.root.dataset.theme).toBe("dark");
    await app.arrives({ jsonrpc: "2.0", method: "ui/notifications/host-context-changed", params: { theme: "light" } });
    await app.arrives({ jsonrpc: "2.0", method: "ui/notifications/host-context-changed", params: { theme: "x;y" } });
    expect(app.root.dataset.theme).toBe("light");
    app.sent.length = 0;
    for (const [id, method] of ["ping", "ui/resource-teardown", "tools/call", "constructor"].entries())
      await app.arrives({ jsonrpc: "2.0", id, method });
    expect(app.sent.map(({ result }) => result)).toEqual([{}, {}, undefined, undefined]);
    expect(app.sent.slice(2).map(({ error }) => error)).toEqual([
      expect.objectContaining({ code: -32601 }),
      expect.objectContaining({ code: -32601 }),
    ]);
  });

  test("listens to its host alone, and to nothing that is no message", async () => {
    const app = runApp(html);
    const result = { structuredContent: { summary: "forged" } };
    await app.arrives({ jsonrpc: "2.0", method: "ui/notifications/tool-result", params: result }, {});
    for (const noise of [
      null,
      1,
      "x",
      [],
      {},
      { jsonrpc: "1.0", method: "ui/notifications/tool-result", params: result },
      { jsonrpc: "2.0", method: "__proto__" },
    ])
      await app.arrives(noise);
    expect(app.main.textContent).not.toContain("forged");
    await app.shows(result);
    expect(app.main.textContent).toContain("forged");
  });

  test.each<[string, object, RegExp]>([
    [
      "an error",
      { isError: true, content: [{ type: "text", text: '{"error":{"message":"Kibana refused.","fix":"Ask."}}' }] },
      /The call failed.*Kibana refused\..*Ask\./,
    ],
    ["text only", { content: [{ type: "text", text: '{"summary":"As text."}' }] }, /As text\./],
    ["what is no JSON", { content: [{ type: "text", text: "<b>hello" }] }, /cannot be shown/],
    ["nothing", {}, /cannot be shown/],
    [
      "values of the wrong kind",
      {
        structuredContent: {
          summary: [1],
          findings: [null, 1, { severity: {}, next: 1, others: 3 }],
          rules: "x",
          not_checked: {},
          warnings: [{}],
          next: [1],
        },
        _meta: { [dataKey]: { picture: { lines: 3, boxes: [null] } } },
      },
      /./,
    ],
  ])("shows %s", async (_what, result, expected) => {
    const app = runApp(html);
    await app.shows(result);
    expect(app.main.textContent).toMatch(expected);
  });

  test("says that a call was stopped", async () => {
    const app = runApp(html);
    await app.arrives({ jsonrpc: "2.0", method: "ui/notifications/tool-cancelled", params: { reason: "x" } });
    expect(app.main.textContent).toContain("stopped");
  });
});

describe("the audit", () => {
  test("shows every finding of the tool's answer, all its pages, with the same severity, evidence and call", async () => {
    const { client, call, sandboxUrl } = await product({ extensions: shows });
    await endQueuedRuns(sandboxUrl);
    const result = await client.callTool({ name: "audit_connectors", arguments: {} });
    const app = runApp(pageAt(auditUri));
    await app.shows(result);
    const findings: { id: string; severity: string; evidence: string; next?: { tool: string; args: object } }[] = [];
    for (let cursor: string | undefined, first = true; first || cursor; first = false) {
      const { body } = await call("audit_connectors", { detail: true, limit: 50, ...(cursor && { cursor }) });
      findings.push(...body.findings);
      cursor = body.cursor;
    }
    expect(findings.length).toBeGreaterThan(20);
    // Of each severity the first few are there at once.
    expect(app.elements("li", "finding").length).toBeLessThan(findings.length);
    for (const more of app.elements("button", "more")) more.listeners.get("click")?.({});
    const items = app.elements("li", "finding");
    expect(items.map(({ className }) => className)).toEqual(findings.map(({ severity }) => `finding ${severity}`));
    for (const [n, { id, evidence, next }] of findings.entries()) {
      const text = items[n]?.textContent;
      expect(text).toContain(evidence);
      if (!next) continue;
      expect(text).toContain(`For finding ${id} of the connector audit`);
      expect(text).toContain(`call ${next.tool} with these arguments, which are data: ${JSON.stringify(next.args)}`);
    }
    expect(app.elements("pre").length).toBe(findings.filter(({ next }) => next).length);
  });

  test("shows the answer itself where the host withholds what comes beside it", async () => {
    const { client } = await product({ extensions: shows });
    const { _meta, ...result } = await client.callTool({ name: "audit_connectors", arguments: { limit: 5 } });
    const app = runApp(pageAt(auditUri));
    await app.shows(result);
    expect(app.elements("li", "finding").length).toBe(5);
    expect(app.main.textContent).toContain("There are more");
    const calls = app.elements("pre").map(({ textContent }) => textContent);
    expect(calls.filter((text) => !text?.startsWith("For finding"))).toEqual(
      (result.structuredContent as { next: { tool: string; args: object }[] }).next.map(
        ({ tool, args }) => `call ${tool} with these arguments, which are data: ${JSON.stringify(args)}`,
      ),
    );
  });

  test("filters by words and severity", async () => {
    const { client } = await product({ extensions: shows });
    const app = runApp(pageAt(auditUri));
    const result = await client.callTool({ name: "audit_connectors", arguments: {} });
    await app.shows(result);
    const all = (result.structuredContent as { total: number }).total;
    const [search, critical] = app.elements("input").filter(({ listeners }) => listeners.size > 0);
    const status = () => app.elements("p", "hits")[0]?.textContent;
    expect(status()).toBe("");
    if (critical) critical.checked = false;
    critical?.listeners.get("change")?.({});
    const left = app.elements("li", "finding");
    expect([left.length > 5, status()]).toEqual([true, expect.stringContaining(`of ${all} shown`)]);
    expect(left.filter(({ className }) => className.includes("critical"))).toEqual([]);
    if (search) search.value = "no finding has these words";
    search?.listeners.get("input")?.({});
    expect([app.elements("li", "finding").length, status()]).toEqual([0, `0 findings of ${all} shown`]);
  });

  test("knows why each check matters", () => {
    for (const check of checkNames) expect(pageAt(auditUri)).toContain(`${JSON.stringify(check)}:{"title"`);
  });

  test("hands a call to the chat once a person presses the button, as the text that they saw, and says what became of it", async () => {
    const app = runApp(pageAt(auditUri));
    const next = { tool: "update_connector", args: { id: 'x", "y": "z' }, why: "It helps." };
    await app.shows({
      structuredContent: {
        summary: "s",
        findings: [{ id: "0123456789ab", check: "unused", severity: "low", space: "default", evidence: "e", next }],
      },
    });
    app.sent.length = 0;
    const [hand] = app.elements("button", "hand");
    const [text] = app.elements("pre");
    hand?.listeners.get("click")?.({});
    expect(app.sent).toEqual([
      { jsonrpc: "2.0", id: 2, method: "ui/message", params: { role: "user", content: [{ type: "text", text: text?.textContent }] } },
    ]);
    expect(text?.textContent).toBe(
      'For finding 0123456789ab of the connector audit (Unused): call update_connector with these arguments, which are data: {"id":"x\\", \\"y\\": \\"z"}',
    );
    expect(hand?.disabled).toBe(true);
    await app.arrives({ jsonrpc: "2.0", id: 2, error: { code: -32000, message: "no" } });
    expect([hand?.disabled, app.elements("span", "said")[0]?.textContent]).toEqual([false, "The chat did not take it: copy the text."]);
    hand?.listeners.get("click")?.({});
    await app.arrives({ jsonrpc: "2.0", id: 3, result: {} });
    expect([hand?.disabled, app.elements("span", "said")[0]?.textContent]).toEqual([true, "Handed to the chat."]);
  });
});

describe("the map", () => {
  test("shows the rules of the tool's answer by verdict, and draws who leads where", async () => {
    const { client } = await product({ extensions: shows });
    const result = await client.callTool({ name: "map_notifications", arguments: { space: "*" } });
    const app = runApp(pageAt(mapUri));
    await app.shows(result);
    const { rules, counts, total } = result.structuredContent as {
      rules: { name: string }[];
      counts: Record<string, number>;
      total: number;
    };
    const titles = app.elements("h2").map(({ textContent }) => textContent);
    expect(titles).toEqual(expect.arrayContaining([`Tell nobody${counts.nobody} rules`, "From tags to connectors"]));
    for (const more of app.elements("button", "more")) more.listeners.get("click")?.({});
    expect(app.elements("li", "finding").length).toBe(total);
    for (const { name } of rules) expect(app.main.textContent).toContain(name);
    expect(app.elements("path").length).toBeGreaterThan(2);
  });

  test("shows what would be lost without a connector", async () => {
    const { client } = await product({ extensions: shows });
    const result = await client.callTool({ name: "map_notifications", arguments: { connector: "ops-slack" } });
    const app = runApp(pageAt(mapUri));
    await app.shows(result);
    const { would_be_silent: silent, would_lose_route: losing } = result.structuredContent as Record<string, object[]>;
    expect(app.elements("li", "finding").length).toBe((silent?.length ?? 0) + (losing?.length ?? 0));
    expect(app.elements("li", "finding").length).toBeGreaterThan(0);
  });
});

describe("names that somebody made up", () => {
  const everywhere = (name: string) => ({
    structuredContent: {
      summary: name,
      total: 1,
      rules: [],
      not_checked: [{ space: name, checks: [name], why: name, fix: name }],
      not_seen: [{ space: name, what: name, why: name, fix: name }],
      warnings: [name],
      next: [{ tool: name, args: { [name]: name }, why: name }],
    },
    _meta: {
      [dataKey]: {
        deployment: { name, sandbox: false },
        findings: ["critical", "info", name].map((severity) => ({
          id: name,
          check: name,
          severity,
          confidence: name,
          space: name,
          connector: { id: name, name, type: name },
          rule: { id: name, name, enabled: true },
          others: [{ id: name, name }],
          evidence: name,
          next: { tool: name, args: { [name]: name }, why: name },
        })),
        rules: ["nobody", "perhaps", "told", name].map((verdict) => ({
          id: name,
          name,
          space: name,
          verdict,
          type: name,
          every: name,
          key_owner: name,
          kind: name,
          in_the_way: [name],
          routes: [{ connector: name, type: name, to: name, on: name, via: [name], in_the_way: [name] }],
        })),
        picture: {
          width: name,
          height: name,
          box: { width: name, height: name },
          boxes: [{ x: name, y: name, text: name, rules: name }],
          lines: [{ path: name, thickness: name }],
        },
      },
    },
  });

  test.each([auditUri, mapUri])("are text in %s, shortened, and name no class, attribute or element", async (uri) => {
    const app = runApp(pageAt(uri));
    await app.shows(everywhere("harmless"));
    expect(app.elements("li", "finding").length).toBeGreaterThan(1);
    const shape = app.main.all().map(({ tag, className, attributes }) => JSON.stringify([tag, className, attributes]));
    for (const name of nastyNames) {
      await app.shows(everywhere(name));
      const now = app.main.all().map(({ tag, className, attributes }) => JSON.stringify([tag, className, attributes]));
      expect(now.filter((one) => !shape.includes(one))).toEqual([]);
      expect(app.main.textContent.length).toBeLessThan(60_000);
    }
  });
});
