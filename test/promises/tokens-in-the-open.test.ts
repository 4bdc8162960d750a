import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { no, type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { openClient, send, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { callInRounds } from "../support/rounds.ts";

type Json = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
const env = () => ({ KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "500" });
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.4"]);
});
afterAll(() => sandbox.stop());

/** Looks like a token, in no known shape and under no name that says so. */
const token = "wh-till-5Qd81xPzE7m2Lk";
const at = "https://tills.example.com/hooks/alerts";
const percented = [...token].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
const hook = (url: string, headers?: Json) => ({ type: ".webhook", config: { url, hasAuth: false, ...(headers && { headers }) } });

describe("what looks like a token is not stored in a config unasked", () => {
  let server: Started;
  beforeAll(async () => {
    server = await startServer({ env: env(), person: no });
  });
  afterAll(() => server.close());

  const inUrls = [
    ...[`?t=${token}`, `?x=1&c=${token}`, `?c=a,${token}`, `?${token}`, `?${token}=1`, `?id=${token}`, `?t=${percented}`],
    ...[`#${token}`, `#/in?t=${token}`, `#a=${token}`, `;m=${token}/x`, `;m=${token}?x=1`, `?t=4bf92f3577b34da6a3ce929d0e0e4736`],
  ];
  const places: [what: string, wanted: Json][] = [
    ...inUrls.map((rest): [string, Json] => [rest, hook(at + rest)]),
    ["behind a host like a token", hook(`https://a1B2c3D4e5F6g7H8i9J0k1.example.net/${token}`)],
    ["the user and the password of a URL", hook(`https://${token}:a-b@a1B2c3D4e5F6g7H8i9J0k1.example.net/`)],
    ["the user of a URL", hook(`https://${token}@tills.example.com/`)],
    ["a header", hook(at, { "X-Req": token })],
    ["a header of several words", hook(at, { "X-Req": `v=1; s=${token}` })],
    ["a header that calls it an id", hook(at, { "X-Request-Id": token })],
    ["the name of a header", hook(at, { [token]: "1" })],
    [".http", { type: ".http", config: { url: `${at}?t=${token}`, hasAuth: false, authType: null } }],
    [".http, a header", { type: ".http", config: { url: at, hasAuth: false, authType: null, headers: { "X-Req": token } } }],
    [".mcp", { type: ".mcp", config: { serverUrl: `${at}#${token}`, hasAuth: false, authType: "none" } }],
    [".index", { type: ".index", config: { index: token } }],
    [
      ".cases-webhook",
      {
        type: ".cases-webhook",
        config: {
          ...{ hasAuth: false, createIncidentUrl: at, createIncidentResponseKey: "id", viewIncidentUrl: `${at}/{{{external.system.id}}}` },
          ...{ getIncidentUrl: `${at}/{{{external.system.id}}}`, getIncidentResponseExternalTitleKey: "title" },
          ...{ updateIncidentUrl: `${at}/{{{external.system.id}}}`, updateIncidentJson: '{"t":{{{case.title}}}}' },
          createIncidentJson: `{"t":{{{case.title}}},"x":"${token}"}`,
        },
      },
    ],
  ];
  test.each(places)("%s", async (what, wanted) => {
    const { body, raw } = await server.call("create_connector", { name: `At ${places.findIndex(([one]) => one === what)}`, ...wanted });
    expect(body.error?.code ?? body.status).toMatch(/^(literal_secret_refused|declined)$/);
    for (const part of [token, percented, "4bf92f3577b34da6a3ce929d0e0e4736"]) expect(JSON.stringify(raw)).not.toContain(part);
  });

  test.each([
    ["changes a connector to it", async () => ({ id: (await made("Plain", at)).id, config: { url: `${at}?t=${token}` } })],
    ["adds a header with it", async () => ({ id: (await made("Plain 2", at)).id, config: { headers: { "X-Req": token } } })],
  ])("nor where an update %s", async (_what, args) => {
    const { body, raw } = await server.call("update_connector", await args());
    expect(body.error?.code ?? body.status).toMatch(/^(literal_secret_refused|declined)$/);
    expect(JSON.stringify(raw)).not.toContain(token);
  });

  test("nor where a copy has it, and one that is there already is shown to nobody", async () => {
    const { id } = await made("Till sync", `${at}?t=${token}`, { "X-Req": token });
    const copy = await server.call("create_connector", { name: "A copy", from: { id: "kibana-log" }, config: { x: token } });
    expect(copy.failed).toBe(true);
    for (const [tool, args] of [
      ["get_connector", { id }],
      ["update_connector", { id, config: { url: `${at}/2` }, dry_run: true }],
      ["safe_delete_connector", { ids: [id], dry_run: true }],
      ["create_connector", { name: "Another", from: { id }, dry_run: true }],
      ["export_connectors", {}],
      ["audit_connectors", { detail: true, limit: 50 }],
    ] as const) {
      const { raw, failed } = await server.call(tool, args);
      expect([tool, failed, JSON.stringify(raw).includes(token)]).toEqual([tool, false, false]);
    }
  });

  const innocentUrls = [
    ...["?q=1&page=2&sort=key", "?space=0b7f3c1e-5a2d-4c1b-9f6e-2d3c4b5a6978", "?traceId=4bf92f3577b34da6a3ce929d0e0e4736"],
    ...[
      "?sys_id=4bf92f3577b34da6a3ce929d0e0e4736",
      "?from=2026-11-22T10:00:00.000Z&to=2026-11-23T10%3A00%3A00Z",
      "?to=Ann.Smith2@Example.com",
    ],
    ...[
      "?team=Payments-Platform-Team-2026",
      "?region=v2-eu-west-1&channel=C0123ABCD45&issue=OPS-4471",
      "?index=logs-prod-eu-2026.10.12-000001",
    ],
    ...["?deployment=MyTeam-GPT4-Deployment-EastUS2", "?next=https%3A%2F%2Fexample.com%2FTeam%2Fv2%2Freleases2026"],
    ...["?tenant=4bf92f3577b34da6a3ce929d0e0e4736", "/commits/da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    "/v1/MyVeryLongProjectName2024Production/events",
    ...["#/discover?_g=(time:(from:now-15m,to:now))&_a=(dataViewId:'0b7f3c1e-5a2d-4c1b-9f6e-2d3c4b5a6978')", ";v=2;lang=en-GB/alerts"],
  ];
  const headers = {
    ...{ "X-Request-Id": "0b7f3c1e-5a2d-4c1b-9f6e-2d3c4b5a6978", "X-Trace-Id": "4bf92f3577b34da6a3ce929d0e0e4736" },
    ...{ traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "X-Sent": "2026-11-22T10:00:00.000Z" },
    ...{
      "X-Team": "Payments-Platform-Team-2026",
      "X-From": "Ann.Smith2@Example.com",
      "User-Agent": "Kibana-Alerting/9.2.1 (Linux; x86_64)",
    },
    ...{ "X-Region": "v2-eu-west-1", "X-Channel": "C0123ABCD45", "X-Issue": "OPS-4471", Accept: "application/vnd.github.v3+json;q=0.9" },
    ...{ "X-Index": "logs-prod-eu-2026.10.12-000001", "X-Slug": "kibana-alerts-for-the-payments-team-2026" },
    ...{ "Content-Type": "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "X-Org": "AcmeEurope2024DivisionNorth1" },
    ...{ "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.RunTask", "X-Scope-OrgID": "TeamPlatformObservability01Europe" },
    ...{ Digest: "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", "X-Secret-Santa": "yes" },
    ...{ "X-Cert-Fingerprint": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "X-Signature-Algorithm": "RSASSA-PKCS1-v1_5-SHA256WithMGF1" },
  };
  const hosts = [
    ...["https://a1B2c3D4e5F6g7H8i9J0k1.example.net", "https://da39a3ee5e6b4b0d3255bfef95601890afd80709.example.net:8443"],
    ...["https://[2001:db8:85a3:1234:5678:8a2e:370:7334]:8443", "HTTP:\\\\a1B2c3D4e5F6g7H8i9J0k1.example.net"],
  ];
  const innocents: [string, Json][] = [
    ...innocentUrls.map((rest): [string, Json] => [rest, hook(at + rest)]),
    ["headers", hook(at, headers)],
    ...hosts.map((host): [string, Json] => [host, hook(`${host}/x`)]),
    [".index", { type: ".index", config: { index: "logs-prod-eu-2026.10.12-000001", executionTimeField: "@timestamp" } }],
    [
      "the id of a client",
      {
        type: ".servicenow",
        config: {
          apiUrl: "https://dev.example.com",
          isOAuth: true,
          clientId: "0oa1bCdEfGHIJ2k3l4M5n6",
          userIdentifierValue: "ops",
          jwtKeyId: "4bf92f3577b34da6a3ce929d0e0e4736",
        },
        secrets: { clientSecret: { $ask: true }, privateKey: { $ask: true } },
      },
    ],
  ];
  test.each(innocents)("innocent neighbours are neither asked about nor hidden: %s", async (_what, wanted) => {
    const { body } = await server.call("create_connector", { name: "Innocent", ...wanted, dry_run: true });
    expect(body.status).toBe("planned");
    expect(JSON.stringify(body)).not.toMatch(/looks like a secret|\[redacted\]|as plain text/);
  });

  async function made(name: string, url: string, more?: Json): Promise<{ id: string }> {
    const answer = await fetch(`${sandbox.url}/api/actions/connector`, {
      method: "POST",
      headers: { "kbn-xsrf": "1", "content-type": "application/json", authorization: "ApiKey any" },
      body: JSON.stringify({ name, connector_type_id: ".webhook", config: { ...hook(url, more).config, method: "post" }, secrets: {} }),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { id: string };
  }
});

describe("a value that was refused as a secret", () => {
  const value = "5Qd81xPz-E7m2Lk";
  let server: Started;
  beforeAll(async () => {
    server = await startServer({ env: env(), person: yes });
    const refused = await server.call("create_connector", {
      ...{ name: "Till sync", ...hook(at) },
      secrets: {
        user: "ops@example.com",
        secretHeaders: { "X-Till-Token": value, "X-Tenant": "team-payments-42" },
        password: "ops-slack-2",
      },
    });
    expect(refused.body.error.code).toBe("literal_secret_refused");
  });
  afterAll(() => server.close());

  const base64 = Buffer.from(`till:${value}`).toString("base64");
  const calls: [what: string, tool: string, args: Json][] = [
    ["a parameter", "create_connector", { name: "Till sync", ...hook(`${at}?t=${value}`) }],
    ["a parameter, in base64", "create_connector", { name: "Till sync", ...hook(`${at}?t=${base64}`) }],
    [
      "a parameter, escaped",
      "create_connector",
      { name: "Till sync", ...hook(`${at}?t=${[...value].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("")}`) },
    ],
    ["a header", "create_connector", { name: "Till sync", ...hook(at, { "X-Req": `v=1 ${value}` }) }],
    ["the name", "create_connector", { name: `Till ${value}`, ...hook(at) }],
    ["the id", "create_connector", { name: "Till sync", id: `a-${value}`, ...hook(at) }],
    ["a copy", "create_connector", { name: "Copy", from: { id: "ops-slack" }, config: { x: value } }],
    ["several spaces", "create_connector", { name: "Till sync", space: "*", ...hook(`${at}?t=${value}`) }],
    ["a change", "update_connector", { id: "soc-hook", config: { url: `${at}?t=${value}` } }],
    ["another name", "update_connector", { id: "ops-slack-2", name: `Ops ${value}` }],
    ["a message", "execute_connector", { id: "ops-slack-2", params: { message: `it is ${value}` } }],
    ["a test", "test_connector", { id: "ops-slack-2", mode: "loud", fill: { text: value } }],
    ["a rule's message", "attach_connector", { connector: "ops-slack-2", rules: ["disk-almost-full"], params: { message: value } }],
    ["a rule's key", "attach_connector", { connector: "ops-slack-2", rules: ["disk-almost-full"], dedup_key: `k-${value}` }],
    ["the params of a replacement", "replace_connector", { from: "ops-slack", to: "ops-slack-2", params: { message: value } }],
    ...["{{!x}}", "{{nope}}", "{{{nope}}}", "{{#no}}x{{/no}}", "{{^yes}}x{{/yes}}", "{{=<% %>=}}<%nope%>"].map(
      (tags): [string, string, Json] => [
        `a rule's message, split by ${tags}`,
        "attach_connector",
        { connector: "ops-slack-2", rules: ["disk-almost-full"], params: { message: value.slice(0, 6) + tags + value.slice(6) } },
      ],
    ),
    [
      "the name of a secret header",
      "create_connector",
      { name: "Till sync", ...hook(at), secrets: { secretHeaders: { [value]: { $ask: true } } } },
    ],
    ["a dry run", "update_connector", { id: "ops-slack-2", name: `Ops ${value}`, dry_run: true }],
  ];
  test.each(calls)("is refused in %s, and not repeated", async (_what, tool, args) => {
    const { body, raw } = await server.call(tool, args);
    expect(body.error).toMatchObject({ code: "literal_secret_refused", message: expect.stringContaining("refused as a secret before") });
    expect(body.error.fix).toContain('{"$ask": true}');
    expect(JSON.stringify(raw)).not.toMatch(new RegExp(`${value}|${base64}`));
    expect(server.questions).toEqual([]);
  });

  test("takes no user's name, address, id or plain word from later calls, and hides nothing", async () => {
    const args = { name: "ops-slack-2 for ops@example.com", ...hook(at, { "X-Tenant": "team-payments-42" }) };
    expect((await server.call("create_connector", { ...args, dry_run: true })).body.status).toBe("planned");
    const named = await server.call("attach_connector", { connector: "ops-slack-2", rules: ["disk-almost-full"], dry_run: true });
    expect(named.body.plan.summary).toContain("ops-slack-2");
    const secrets = { secretHeaders: { "X-Till-Token": { $ask: true } } };
    expect((await server.call("create_connector", { name: "Till sync", ...hook(at), secrets, dry_run: true })).body.status).toBe("planned");
  });

  test("takes nothing from what names a connector or a rule, nor an id from its right place", async () => {
    const other = await startServer({ env: env(), person: yes });
    onTestFinished(() => other.close());
    const id = "till-5qd81xpz-7m2k";
    expect((await other.call("create_connector", { name: "With an id", id, ...hook(`${at}/ids`) })).body.status).toBe("done");
    const literal = await other.call("create_connector", { name: "P", type: ".pagerduty", config: {}, secrets: { routingKey: id } });
    expect(literal.body.error.code).toBe("literal_secret_refused");
    for (const [tool, args] of [
      ["update_connector", { id, name: "Another" }],
      ["safe_delete_connector", { ids: [id] }],
      ["attach_connector", { connector: id, rules: ["disk-almost-full"], params: { body: "x" } }],
      ["create_connector", { name: "Copy", from: { id } }],
    ] as const)
      expect([tool, (await other.call(tool, { ...args, dry_run: true })).body.status]).toEqual([tool, "planned"]);
    const clientId = "1a2b3c4d1a2b4c3d8e9f0123456789ab";
    const config = { apiUrl: "https://dev.example.com", isOAuth: true, jwtKeyId: "a", userIdentifierValue: "ops" };
    const secrets = { clientSecret: { $ask: true }, privateKey: { $ask: true } };
    const snow = { name: "Snow", type: ".servicenow", dry_run: true };
    const misplaced = await other.call("create_connector", { ...snow, config, secrets: { ...secrets, clientId } });
    expect(misplaced.body.error.code).toBe("literal_secret_refused");
    expect((await other.call("create_connector", { ...snow, config: { ...config, clientId }, secrets })).body.status).toBe("planned");
  });

  test.each<[string, Json]>([
    ["a secret under a name that the type does not have", { type: ".pagerduty", config: {}, secrets: { api_key: "9Zk4-mWq7Rt2b" } }],
    ["a header of config", hook(at, { "X-Till-Token": "9Zk4-mWq7Rt2b" })],
    ["a field of secrets in config", { type: ".webhook", config: { url: at, password: "9Zk4-mWq7Rt2b" } }],
    [
      "one of several secrets, with its scheme",
      { ...hook(at), secrets: { password: "a-1", secretHeaders: { Authorization: "Bearer 9Zk4-mWq7Rt2b" } } },
    ],
    ["the address of a service", hook("https://hooks.slack.com/services/T0123/B0123/9Zk4mWq7Rt2b9Zk4mWq7Rt2b")],
  ])("is known from %s", async (_what, wanted) => {
    const other = await startServer({ env: env(), person: yes });
    onTestFinished(() => other.close());
    expect((await other.call("create_connector", { name: "Till sync", ...wanted })).body.error.code).toBe("literal_secret_refused");
    const part = JSON.stringify(wanted).match(/9Zk4[\w-]*/)?.[0] ?? "";
    const { body } = await other.call("create_connector", { name: `Till ${part}`, ...hook(at) });
    expect(body.error?.message).toContain("refused as a secret before");
  });

  test("stops no undo, whose config was there before", async () => {
    const other = await startServer({ env: env(), person: yes });
    onTestFinished(() => other.close());
    const { body } = await other.call("create_connector", { name: "With a word", ...hook(`${at}?t=${value}`) });
    const { change, result } = body;
    expect(body.status).toBe("done");
    await other.call("update_connector", { id: result.connector.id, config: { url: at } });
    await other.call("create_connector", { name: "Till sync", ...hook(at), secrets: { secretHeaders: { "X-Till-Token": value } } });
    expect((await other.call("undo_change", { change: "last" })).body.status).toBe("done");
    expect((await other.call("undo_change", { change })).body.status).toBe("done");
  });

  test("is known in every session and era of a token's holder, and of nobody else", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "kcm-tokens-")), "tokens.json");
    writeFileSync(file, JSON.stringify({ principals: ["ann", "bob"].map((name) => ({ name, token: tokenOf(name), access: "full" })) }), {
      mode: 0o600,
    });
    const { url } = await startHttpProcess(["--http", "127.0.0.1:0"], { MCP_AUTH_TOKEN_FILE: file }, sandbox.url);
    const inFirst = async (holder: string, args: Json) =>
      (await (await openClient(url, tokenOf(holder))).call("create_connector", args)).text;
    const inSecond = async (holder: string, args: Json) =>
      (await callInRounds((sent) => send(url, sent), "create_connector", args, { holder })).text;
    const literal = { name: "Till sync", ...hook(at), secrets: { secretHeaders: { "X-Till-Token": value } } };
    expect(await inFirst("ann", literal)).toContain("literal_secret_refused");
    const later = { name: `Till ${value}`, ...hook(at), dry_run: true };
    for (const call of [inFirst, inSecond]) {
      expect(await call("ann", later)).toContain("refused as a secret before");
      expect(await call("bob", later)).toContain(value);
    }
    expect(await inSecond("bob", literal)).toContain("literal_secret_refused");
    expect(await inFirst("bob", later)).toContain("refused as a secret before");
  });
});
