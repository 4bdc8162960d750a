import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { look, post } from "../pages/form.ts";
import { startServer } from "../support/built-server.ts";
import { rewritingProxy } from "../support/config-proxy.ts";
import { servedProduct } from "../support/http.ts";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";
import { callInRounds, yes } from "../support/rounds.ts";
import { listen } from "../support/server.ts";
import { kibanaSettings } from "../support/settings.ts";

const sales = { name: "Sales", type: ".inboundWebhook" };
const rotate = { id: "sales", secrets: { $rotate: true } };

/** A person opens the page and clicks. */
async function shown(url: string): Promise<string> {
  const { status, html } = await post(url, "application/x-www-form-urlencoded", "");
  expect(status).toBe(200);
  return /<pre>([^<]+)<\/pre>/.exec(html)?.[1] ?? "";
}

async function kibana(options: ProductOptions = {}) {
  const made = await product({ person: accepts, ...options, sandbox: { empty: true, version: "9.6.0", ...options.sandbox } });
  const texts: string[] = [];
  const call = async (tool: string, args: Record<string, unknown> = {}) => {
    const { body, text } = await made.call(tool, args);
    texts.push(text);
    return body;
  };
  /** By id: the hash of the token that senders have to use now. */
  const hashes = async () =>
    (JSON.parse(await made.bare("GET", "/sandbox/state")).connectors as { id: string; ingestTokenHash?: string }[]).map(
      (one) => one.ingestTokenHash,
    );
  return { ...made, call, texts, hashes };
}

const hash = (token: string) => createHash("sha256").update(token).digest("hex");

test("a new one comes with the address of a page that shows its token, after a click, once", async () => {
  const { call, hashes, texts } = await kibana();
  const { status, result } = await call("create_connector", sales);
  expect([status, result.tokens]).toEqual([
    "done",
    [
      {
        ...{ id: "sales", space: "default" },
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/p\/[\w-]{32}$/),
        expires_at: expect.any(String),
        how: expect.stringContaining("Do not open it yourself"),
      },
    ],
  ]);
  const { url } = result.tokens[0];
  const [hashed] = await hashes();
  // What looks at addresses by itself, and any program that is no browser, uses nothing up.
  for (const method of ["GET", "HEAD"]) expect((await fetch(url, { method })).status).toBe(200);
  expect((await fetch(url, { method: "POST" })).status).toBe(403);
  expect((await look(url)).html).not.toContain("<pre>");
  const token = await shown(url);
  expect(hash(token)).toBe(hashed);
  for (const again of [await look(url), await post(url, "text/plain", "")]) {
    expect(again).toMatchObject({ status: 410, html: expect.stringContaining("Already shown") });
    expect(again.html).not.toContain(token);
  }
  expect(texts.join("\n")).not.toContain(token);
});

test("a client whose question ends the call gets the address of such a page too, and nothing else", async () => {
  const { send } = await servedProduct({ sandbox: { empty: true, version: "9.6.0" } });
  const created = await callInRounds(send, "create_connector", sales);
  expect(created.text).not.toContain(await shown(created.body.result.tokens[0].url));
  const { asked, state } = await callInRounds(send, "update_connector", rotate);
  expect(asked.form.params.message).toContain("whoever sends with the old one is refused at once");
  const rotated = await callInRounds(send, "update_connector", rotate, { state, answers: yes });
  expect(rotated.text).not.toContain(await shown(rotated.body.result.tokens[0].url));
});

test("a token that nobody looked at in ten minutes is shown no more", async () => {
  const { call, clock } = await kibana();
  const { url } = (await call("create_connector", sales)).result.tokens[0];
  clock.advance(600_000);
  for (const seen of [await look(url), await post(url, "text/plain", "")]) {
    expect(seen).toMatchObject({ status: 410, html: expect.stringContaining("Nobody has seen the token") });
    expect(seen.html).not.toContain("<pre>");
  }
});

test.each<[string, (call: Awaited<ReturnType<typeof kibana>>["call"], change: string) => Promise<unknown>]>([
  ["a rotation", (call) => call("update_connector", rotate)],
  ["a delete", (call) => call("safe_delete_connector", { ids: ["sales"] })],
  ["the undo of its creation", (call, change) => call("undo_change", { change })],
])("a token that %s made dead is shown no more, and those of others are", async (_what, end) => {
  const { call } = await kibana();
  const created = await call("create_connector", sales);
  const other = (await call("create_connector", { ...sales, name: "Other" })).result.tokens[0].url;
  const { url } = created.result.tokens[0];
  const ended = (await end(call, created.change)) as { status: string; result?: { tokens?: { url: string }[] } };
  expect(ended.status).toBe("done");
  for (const seen of [await look(url), await post(url, "text/plain", "")]) {
    expect(seen).toMatchObject({ status: 410, html: expect.stringContaining("No longer valid") });
    expect(seen.html).not.toContain("<pre>");
  }
  for (const alive of [other, ...(ended.result?.tokens ?? []).map((one) => one.url)]) expect(await shown(alive)).not.toBe("");
});

test("a rotation that was refused leaves the page of the token", async () => {
  let asked = 0;
  const { call } = await kibana({ person: (...given) => (asked++ === 0 ? declines(...given) : accepts(...given)) });
  const { url } = (await call("create_connector", sales)).result.tokens[0];
  expect((await call("update_connector", rotate)).status).toBe("declined");
  expect(await shown(url)).not.toBe("");
});

test("another token is made only after a person's yes, is shown like the first, and no undo brings the old one back", async () => {
  const { call, hashes, questions, journal } = await kibana();
  const first = await shown((await call("create_connector", sales)).result.tokens[0].url);
  expect((await call("update_connector", { ...rotate, dry_run: true })).plan).toMatchObject({
    reversible: "no",
    no_undo: [expect.stringContaining("nobody can put it back")],
  });
  expect(await hashes()).toEqual([hash(first)]);
  const rotated = await call("update_connector", rotate);
  expect(rotated).toMatchObject({ status: "done", no_undo: expect.any(String), result: { rotated: ["ingest_token"] } });
  expect(questions.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /whoever sends with the old one is refused at once\.\nThe old token cannot be put back\..*\nIt cannot be undone\./,
    ),
  ]);
  const second = await shown(rotated.result.tokens[0].url);
  expect(second).not.toBe(first);
  expect(await hashes()).toEqual([hash(second)]);
  expect((await call("undo_change", { change: rotated.change })).message).toContain("cannot be undone");
  expect((await call("list_changes")).changes[0]).toMatchObject({
    op: "rotate",
    id: "sales",
    outcome: "done",
    no_undo: expect.any(String),
  });
  const last = (await journal()).trim().split("\n").at(-2) ?? "";
  expect(JSON.parse(last).op).toEqual({ op: "rotate", space: "default", id: "sales", name: "Sales", type: ".inboundWebhook" });
});

test("a token is in no answer, export, journal, log or Kibana object, and hidden where Kibana says it later", async () => {
  const { call, texts, journal, bare, sandboxUrl } = await kibana();
  const tokens = [await shown((await call("create_connector", sales)).result.tokens[0].url)];
  tokens.push(await shown((await call("update_connector", rotate)).result.tokens[0].url));
  const named = (name: string) =>
    bare("PUT", "/api/actions/connector/sales", { name, config: { authType: "none" }, secrets: { authType: "none" } });
  await named(`Sales ${tokens[1]}`);
  expect((await call("get_connector", { id: "sales" })).connector.name).toBe("Sales [redacted]");
  await named("Sales");
  for (const tool of ["get_connector", "list_connectors", "list_changes", "audit_connectors"])
    await call(tool, tool === "get_connector" ? { id: "sales" } : {});
  for (const format of ["terraform", "kibana_yml", "api"]) await call("export_connectors", { ids: ["sales"], format });
  const deleted = await call("safe_delete_connector", { ids: ["sales"] });
  expect(deleted.warnings).toContainEqual(expect.stringContaining("after an undo they need a new token"));
  const undone = await call("undo_change", { change: deleted.change });
  tokens.push(await shown(undone.result.tokens[0].url));
  const logged = await startServer({ args: ["--kibana-url", sandboxUrl, "--log-level", "debug"], person: accepts as never });
  const made = await logged.call("create_connector", { ...sales, name: "Logged" });
  tokens.push(await shown(made.body.result.tokens[0].url));
  const seen = [...texts, await journal(), logged.stderr(), JSON.stringify(made.raw)].join("\n");
  await logged.close();
  expect(new Set(tokens).size).toBe(4);
  for (const token of tokens) expect(seen).not.toContain(token);
});

test.each<[string, (path: string, text: string) => string | { status: number; text: string } | undefined, string]>([
  [
    "the first revision, whose create answers with the token",
    (path, text) =>
      path === "/api/actions/connector/sales" && !text.includes("statusCode")
        ? JSON.stringify({ ...JSON.parse(text), secrets: { ingest_token: "minted-with-the-connector" } })
        : undefined,
    "minted-with-the-connector",
  ],
  [
    "the first revision, whose rotation answers with the connector",
    (path, text) =>
      path.endsWith("/_rotate_ingress")
        ? JSON.stringify({ id: "sales", name: "Sales", connector_type_id: ".inboundWebhook", secrets: JSON.parse(text) })
        : undefined,
    "",
  ],
  [
    "the newest revision, whose route has another name",
    (path) => {
      if (path.endsWith("/_rotate_ingress"))
        return { status: 404, text: JSON.stringify({ statusCode: 404, error: "Not Found", message: "Not Found" }) };
      return path.endsWith("/_rotate_event_token")
        ? { status: 200, text: JSON.stringify({ ingest_token: "from-the-newest-route" }) }
        : undefined;
    },
    "from-the-newest-route",
  ],
])("the token of %s is shown all the same", async (_what, rewritten, expected) => {
  const proxy = await rewritingProxy({ after: ({ method, path }, text) => (method === "GET" ? undefined : rewritten(path, text)) });
  const { call, hashes, sandboxUrl } = await kibana({ settings: { kibana: kibanaSettings({ url: proxy.url }) } });
  proxy.target = sandboxUrl;
  const answer = await call("create_connector", sales);
  const token = await shown(answer.result.tokens[0].url);
  if (expected === "") expect(await hashes()).toEqual([hash(token)]);
  else expect(token).toBe(expected);
  expect(JSON.stringify(answer)).not.toContain(token);
});

/** A Kibana that keeps the hash of the token in config, as one that was published does. @returns the configs that were sent */
async function showingHashes(options: ProductOptions = {}) {
  const sent: { method: string; config: Record<string, unknown> }[] = [];
  let target = "";
  let rotations = 0;
  const hashOf = (id: string) => hash(`${id} ${rotations}`);
  const shownWith = (one: { id?: string; connector_type_id?: string; config?: object }) =>
    one.connector_type_id === ".inboundWebhook" ? { ...one, config: { ...one.config, ingestTokenHash: hashOf(one.id ?? "") } } : one;
  const url = await listen((incoming, outgoing) => {
    void text(incoming).then(async (body) => {
      const { method = "GET", url: path = "/", headers } = incoming;
      const given = body === "" ? undefined : JSON.parse(body);
      if (given?.config) sent.push({ method, config: { ...given.config } });
      if (given?.config) delete given.config.ingestTokenHash;
      if (path.includes("_rotate_ingress")) rotations += 1;
      const answer = await fetch(target + path, {
        method,
        headers: { "kbn-xsrf": "x", "content-type": "application/json", "x-elastic-internal-origin": "x", ...authorized(headers) },
        ...(given && { body: JSON.stringify(given) }),
      });
      const got = await answer.text();
      const value = /connector/.test(path) && got !== "" ? JSON.parse(got) : undefined;
      const told = Array.isArray(value) ? value.map(shownWith) : value && shownWith(value);
      const kept = ["content-type", "kbn-name", "elastic-api-version"].flatMap((name) => [[name, answer.headers.get(name) ?? ""]]);
      outgoing.writeHead(answer.status, Object.fromEntries(kept)).end(told ? JSON.stringify(told) : got);
    });
  });
  const made = await kibana({ ...options, settings: { kibana: kibanaSettings({ url }) } });
  target = made.sandboxUrl;
  return { ...made, sent, hashOf };
}
const authorized = ({ authorization }: IncomingHttpHeaders) => (authorization === undefined ? {} : { authorization });

test("the hash of a token that Kibana shows in config is no secret, belongs to no copy, and goes back with an update alone", async () => {
  const { call, sent, hashOf, texts } = await showingHashes({ sandbox: { spaces: ["team"] } });
  await call("create_connector", sales);
  expect((await call("get_connector", { id: "sales" })).warnings ?? []).toEqual([]);
  const copy = await call("create_connector", { name: "Copy", from: { id: "sales" } });
  const afar = await call("create_connector", { name: "Sales", from: { id: "sales", space: "default" }, space: "team" });
  const renamed = await call("update_connector", { id: "sales", name: "Sold" });
  await call("update_connector", rotate);
  const undone = await call("undo_change", { change: renamed.change });
  const deleted = await call("safe_delete_connector", { ids: ["copy"] });
  const back = await call("undo_change", { change: deleted.change });
  expect([copy, afar, renamed, undone, deleted, back].map(({ status }) => status)).toEqual(Array(6).fill("done"));
  expect(sent.filter(({ method }) => method === "POST").map(({ config }) => config)).toEqual(Array(4).fill({ authType: "none" }));
  const put = sent.filter(({ method }) => method === "PUT").map(({ config }) => config.ingestTokenHash);
  expect(put).toHaveLength(2);
  expect(new Set(put).size).toBe(2);
  expect(put[1]).toMatch(/^[0-9a-f]{64}$/);
  for (const format of ["terraform", "kibana_yml", "api"]) await call("export_connectors", { ids: ["sales"], format });
  const audit = await call("audit_connectors", { spaces: ["default", "team"] });
  expect(JSON.stringify(audit.findings)).not.toMatch(/secret_in_config|drift/);
  expect(texts.join("\n")).not.toMatch(/ingest_?token_?hash/i);
  expect(texts.join("\n")).not.toContain(hashOf("sales"));
});

test("a connector whose token could not be made is there, and the answer says how a person gets one", async () => {
  const { call, fault } = await kibana();
  await fault("error", { method: "POST", path: "/internal/actions/connector/sales/_rotate_ingress" });
  const { status, result } = await call("create_connector", sales);
  expect([status, result.tokens]).toEqual([
    "done",
    [{ id: "sales", space: "default", how: expect.stringContaining('update_connector with id "sales" and secrets {"$rotate": true}') }],
  ]);
  await fault("cut_after", { method: "POST", path: "/internal/actions/connector/sales/_rotate_ingress" });
  expect(await call("update_connector", rotate)).toMatchObject({
    status: "unknown",
    result: { tokens: [{ how: expect.stringContaining("the old one may be dead already: update_connector with id") }] },
  });
  expect((await call("update_connector", rotate)).result.tokens[0].url).toBeDefined();
});

test("where nobody can be shown a page no token is made, and the answer says what a person does in Kibana", async () => {
  const http = {
    ...{ host: "0.0.0.0", port: 0, loopback: false, stateless: false, allowedHosts: [], allowedOrigins: [], tokens: [] },
    ...{ maxBody: 1e6, maxSessions: 9, maxInFlight: 9, sessionIdle: 1e6, publicUrl: undefined, approvers: [] },
  };
  const { call, hashes } = await kibana({ settings: { http } });
  const { status, result } = await call("create_connector", sales);
  expect([status, result.tokens]).toEqual([
    "done",
    [{ id: "sales", space: "default", how: expect.stringContaining("a person opens the connector in Kibana and rotates its token there") }],
  ]);
  expect(await call("update_connector", rotate)).toMatchObject({ code: "secret_refused", fix: expect.stringContaining("in Kibana") });
  expect(await hashes()).toEqual([undefined]);
});

test("a no, an unattended run and a token of the agent's rotate nothing", async () => {
  const all = [
    { person: declines, answers: { status: "declined" } },
    { person: undefined, settings: { skipConfirmation: true }, answers: { code: "confirmation_invalid" } },
    { person: undefined, settings: { confirm: "token" as const }, answers: { code: "confirmation_invalid" } },
  ];
  for (const { answers, ...options } of all) {
    const { call, hashes } = await kibana(options);
    const token = await shown((await call("create_connector", sales)).result.tokens[0].url);
    expect(await call("update_connector", rotate)).toMatchObject(answers);
    expect(await hashes()).toEqual([hash(token)]);
  }
});

test("nor does the end of the connector itself, by a delete or by the undo of a create, end its token so", async () => {
  const all = [
    { person: declines, answers: { status: "declined" } },
    { person: undefined, settings: { skipConfirmation: true }, answers: { code: "confirmation_invalid" } },
    { person: undefined, settings: { confirm: "token" as const }, answers: { code: "confirmation_invalid" } },
  ];
  for (const { answers, ...options } of all) {
    const { call, hashes } = await kibana(options);
    const made = await call("create_connector", sales);
    const token = await shown(made.result.tokens[0].url);
    expect(made.undo.note).toContain("Only a person who is asked may agree to it");
    for (const [tool, args] of [
      ["safe_delete_connector", { ids: ["sales"] }],
      ["undo_change", { change: made.change }],
    ] as const)
      expect(await call(tool, args)).toMatchObject(answers);
    expect(await hashes()).toEqual([hash(token)]);
  }
});

test("whoever decides on its delete reads first that the token ends, and that an undo is none of the token", async () => {
  const { call, questions } = await kibana();
  await call("create_connector", sales);
  const { plan, warnings } = await call("safe_delete_connector", { ids: ["sales"], dry_run: true });
  const gone = "The token of its senders does not come back: they need a new one.";
  expect([plan.reversible, plan.no_undo, warnings[0]]).toEqual([
    "partly",
    [gone],
    expect.stringContaining("senders are refused from then on"),
  ]);
  const { undo, change } = await call("safe_delete_connector", { ids: ["sales"] });
  expect(questions[0]?.message).toMatch(
    /^.*\nThe token of "Sales" \(sales\) ends, and cannot be put back: .*\nIt can be undone in part\. The token/,
  );
  expect(undo).toMatchObject({ tool: "undo_change", note: gone });
  expect((await call("list_changes")).changes[0].undo.note).toBe(gone);
  expect((await call("undo_change", { change })).status).toBe("done");
});

test("a connector without such a token is deleted by a token of the agent's", async () => {
  const { call } = await kibana({ person: undefined, settings: { confirm: "token" } });
  await call("create_connector", { name: "Log", type: ".server-log" });
  const { plan, confirm } = await call("safe_delete_connector", { ids: ["log"] });
  expect(plan.reversible).toBe("yes");
  expect((await call("safe_delete_connector", { ids: ["log"], confirm: confirm.id })).status).toBe("done");
});

test("what has no token for senders, or is to change at the same time, is refused before anybody is asked", async () => {
  const { call, questions } = await kibana();
  await call("create_connector", sales);
  await call("create_connector", { name: "Log", type: ".server-log" });
  expect(await call("update_connector", { ...rotate, id: "log" })).toMatchObject({ code: "invalid_arguments" });
  expect((await call("update_connector", { ...rotate, name: "Other" })).message).toContain("changes nothing else");
  expect(questions).toEqual([]);
});

test("in several spaces each gets its own page", async () => {
  const { call, hashes } = await kibana({ sandbox: { spaces: ["team"] } });
  const made = await call("create_connector", { ...sales, space: "default,team" });
  const rotated = await call("update_connector", { id: "Sales", space: "*", secrets: { $rotate: true } });
  expect(rotated.result.counts).toEqual({ updated: 2 });
  const pages = [...made.result.tokens, ...rotated.result.tokens] as { space: string; url: string }[];
  expect(pages.map(({ space }) => space)).toEqual(["default", "team", "default", "team"]);
  for (const { url } of pages.slice(0, 2)) expect((await look(url)).status).toBe(410);
  const tokens = await Promise.all(pages.slice(2).map(({ url }) => shown(url)));
  expect((await hashes()).sort()).toEqual(tokens.map(hash).sort());
});

test("one that a workflow waits for is not deleted", async () => {
  const { call, bare } = await kibana();
  await call("create_connector", sales);
  const yaml =
    "name: Orders\nenabled: true\ntriggers:\n  - type: inboundWebhook.received\n    connector-id: sales\nsteps:\n  - name: wait\n    type: wait\n    with:\n      duration: 1s\n";
  await bare("POST", "/api/workflows/workflow", { yaml }, { "elastic-api-version": "2023-10-31" });
  expect(await call("safe_delete_connector", { ids: ["sales"] })).toMatchObject({ code: "in_use" });
});
