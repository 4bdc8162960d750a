import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { approve, look } from "../pages/form.ts";
import { startServer, yes } from "../support/built-server.ts";
import { accepts, declines, type ProductOptions, product } from "../support/product.ts";
import { refusing } from "../support/refusing.ts";
import { documentOf, references, seedConnector } from "../support/stored-documents.ts";

const hook = "https://hooks.slack.com/services/T00/B00/canary-4f6e0c";
const slack = { id: "ops-chat", name: "Ops chat", type: ".slack", secrets: { webhookUrl: hook } };
const index = { id: "ops-chat", name: "Ops chat", type: ".index", config: { index: "audit" } };
const webhook = {
  ...{ id: "ops-chat", name: "Ops chat", type: ".webhook" },
  config: { url: "https://hooks.example.com/a", method: "post", hasAuth: false, headers: { "X-Team": "ops" } },
};
const jira = {
  config: { apiUrl: "https://jira.example.com", projectKey: "OPS" },
  args: references({ email: "a@example.com", apiToken: "canary-jira-token" }).args,
};
const { args: secrets, env: ofSlack } = references(slack.secrets);
const env = { ...ofSlack, ...references({ email: "a@example.com", apiToken: "canary-jira-token" }).env };

type Args = Record<string, unknown>;

/** A connector in `default` beside the spaces a, b and c, and the call that copies it. */
async function withSource(one: Parameters<typeof seedConnector>[1], options: ProductOptions = {}) {
  const made = await product({ person: accepts, env, ...options, sandbox: { empty: true, spaces: ["a", "b", "c"], ...options.sandbox } });
  await seedConnector(made, one);
  const copy = async (args: Args = {}) => {
    return (await made.call("create_connector", { name: "Ops chat", from: { id: "ops-chat" }, ...args })).body;
  };
  return { made, copy };
}

/** `a created ops-chat-a` */
const rows = (body: { result: { rows: { space: string; state: string; id?: string }[] } }) =>
  body.result.rows.map(({ space, state, id }) => [space, state, id].filter((one) => one !== undefined).join(" "));

test("what exists and has lost its secrets is not said to keep them", async () => {
  const made = await product({ person: accepts });
  const one = await made.call("create_connector", { name: "PagerDuty (imported)", type: ".pagerduty", if_exists: "use" });
  expect(one.body).toMatchObject({
    status: "no_change",
    warnings: [expect.stringContaining("has lost its secrets: Kibana skips its runs")],
  });
  const several = await made.call("create_connector", {
    ...{ name: "PagerDuty (imported)", type: ".pagerduty", space: "default,security" },
    secrets: { routingKey: { $ask: true } },
    dry_run: true,
  });
  expect(JSON.stringify(several.body)).toContain("its secrets are lost: update_connector stores them");
});

describe("a copy into several spaces", () => {
  test("is one plan with one question; each gets the config, the secret that was given once, and its space in its id", async () => {
    const { made, copy } = await withSource(slack);
    const body = await copy({ space: "a,b", secrets });
    expect(body).toMatchObject({ status: "done", space: "a, b", asked: "form", result: { counts: { created: 2 } } });
    expect(rows(body)).toEqual(["a created ops-chat-a", "b created ops-chat-b"]);
    const original = await documentOf(made, "ops-chat");
    for (const space of ["a", "b"])
      expect(await documentOf(made, `ops-chat-${space}`)).toEqual({ ...original, id: `ops-chat-${space}`, space });
    expect(made.questions).toHaveLength(1);
    const { message } = made.questions[0] ?? { message: "" };
    expect(message).toContain('Copy connector "Ops chat" (.slack, id ops-chat in space default) as "Ops chat" to 2 spaces: a, b.');
    expect(message).toContain('- create connector "Ops chat" (.slack) in 2 spaces: a (ops-chat-a), b (ops-chat-b)');
    expect(message.match(/CONNECTOR_SECRET_WEBHOOKURL → hooks\.slack\.com/g)).toHaveLength(1);
    expect(JSON.stringify(body) + message + (await made.journal())).not.toContain("canary");
  });

  test("made again makes nothing twice: what is there is unchanged, or differs and stays; the original is left out", async () => {
    const { made, copy } = await withSource(webhook);
    await seedConnector(made, {
      ...webhook,
      id: "theirs",
      space: "b",
      config: { ...webhook.config, headers: { "X-Team": "b" }, method: "put" },
    });
    const dry = await copy({ space: "*", dry_run: true });
    expect(dry.warnings).toContain("Exists with other config.method, config.headers, stays as it is: b (theirs)");
    const first = await copy({ space: "*" });
    expect(rows(first)).toEqual(["b differs theirs", "a created ops-chat-a", "c created ops-chat-c", "default source ops-chat"]);
    expect(first.result.rows[0].differs).toEqual(["config.method", "config.headers"]);
    const again = await copy({ space: "*" });
    expect(again).toMatchObject({ status: "no_change", result: { counts: { differs: 1, unchanged: 2, source: 1 } } });
    expect(made.writes()).toHaveLength(2);
    expect((await documentOf(made, "theirs"))?.config).toMatchObject({ method: "put" });
  });

  test("finds the same where Kibana filled in defaults, and tells a key that is too much", async () => {
    const { made, copy } = await withSource(index);
    await seedConnector(made, { ...index, id: "in-a", space: "a" });
    await seedConnector(made, { ...index, id: "in-b", space: "b", config: { index: "audit", executionTimeField: "at" } });
    const body = await copy({ space: "a,b" });
    expect([body.status, rows(body)]).toEqual(["no_change", ["b differs in-b", "a unchanged in-a"]]);
    expect(body.result.rows[0].differs).toEqual(["config.executionTimeField"]);
    expect(made.writes()).toEqual([]);
  });

  test("takes what differs as a patch, and the original's space as any other if the name differs", async () => {
    const { made, copy } = await withSource(webhook);
    const body = await copy({ name: "Dev chat", space: "default, a", config: { method: "put" } });
    expect(rows(body)).toEqual(["default created dev-chat-default", "a created dev-chat-a"]);
    expect((await documentOf(made, "dev-chat-default"))?.config).toMatchObject({ ...webhook.config, method: "put" });
  });

  test("never takes an id that one of the spaces has, and needs no two alike for long names", async () => {
    const { made, copy } = await withSource(index);
    await seedConnector(made, { ...index, id: "ops-chat-a", name: "Other", space: "b" });
    const name = "A very long name that fills an id on its own";
    expect(rows(await copy({ space: "a,b" }))).toEqual(["a created ops-chat-a-2", "b created ops-chat-b"]);
    expect(rows(await copy({ name, space: "a,b" }))).toEqual([
      "a created a-very-long-name-that-fills-an-id-a",
      "b created a-very-long-name-that-fills-an-id-b",
    ]);
    expect(made.writes()).toHaveLength(4);
  });

  test("of a single space follows the same rule for its id", async () => {
    const { copy } = await withSource(index);
    expect((await copy({ space: "a", from: { id: "ops-chat", space: "default" } })).result.connector.id).toBe("ops-chat-a");
    expect((await copy({ space: "default", name: "Second" })).result.connector.id).toBe("second");
  });

  test("before 8.8 gets ids of Kibana's, which the answer has and an undo finds", async () => {
    const { made, copy } = await withSource(index, { sandbox: { version: "8.17" } });
    const old = await product({ person: accepts, sandbox: { empty: true, spaces: ["a", "b"], version: "8.7" } });
    const { body } = await old.call("create_connector", { name: "Trail", type: ".index", config: { index: "a" }, space: "a,b" });
    expect(body.result.rows).toMatchObject([
      { space: "a", id: expect.any(String) },
      { space: "b", id: expect.any(String) },
    ]);
    expect((await old.call("undo_change", { change: body.change })).body.result.counts).toEqual({ deleted: 2 });
    expect(rows(await copy({ space: "a,b" }))).toEqual(["a created ops-chat-a", "b created ops-chat-b"]);
    expect(made.writes()).toHaveLength(2);
  });

  test("that a person declines writes nothing anywhere; a dry run shows the same", async () => {
    const { made, copy } = await withSource(slack, { person: declines });
    const dry = await copy({ space: "a,b", secrets, dry_run: true });
    expect(dry).toMatchObject({ status: "planned", space: "a, b", plan: { secrets: ["CONNECTOR_SECRET_WEBHOOKURL → hooks.slack.com"] } });
    expect(dry.plan.effects).toMatchObject([
      { space: "a", after: {} },
      { space: "b", as_in: "a" },
    ]);
    expect((await copy({ space: "a,b", secrets })).status).toBe("declined");
    expect(made.writes()).toEqual([]);
  });

  test("takes a secret that a person types once, on a page that names each space", async () => {
    const { made, copy } = await withSource(slack);
    const asked = { space: "a,b", secrets: { webhookUrl: { $ask: true } } };
    const { status, confirm } = await copy(asked);
    expect(status).toBe("secrets_wanted");
    const { html } = await look(confirm.url);
    for (const text of ["space a, b", "in space a", "in space b"]) expect(html).toContain(text);
    expect(html.match(/>webhookUrl<\/label>/g)).toHaveLength(1);
    expect((await approve(confirm.url, { "secrets.webhookUrl": hook })).status).toBe(200);
    expect(rows(await copy({ ...asked, confirm: confirm.id }))).toEqual(["a created ops-chat-a", "b created ops-chat-b"]);
    const [original, copied] = [await documentOf(made, "ops-chat"), await documentOf(made, "ops-chat-b")];
    expect(copied?.secrets).toBe(original?.secrets);
  });

  test("without `from` is made in each space too", async () => {
    const { made } = await withSource(index);
    const { body } = await made.call("create_connector", {
      name: "Trail",
      type: ".jira",
      config: jira.config,
      secrets: jira.args,
      space: "a,b",
    });
    expect(rows(body)).toEqual(["a created trail-a", "b created trail-b"]);
    expect(body.next[0]).toMatchObject({ tool: "test_connector", args: { id: "trail-a", space: "a" } });
  });
});

describe("who may decide", () => {
  test.each<[string, Args, object]>([
    [
      "`id` for several spaces",
      { id: "mine", space: "a,b" },
      { code: "invalid_arguments", message: expect.stringContaining("`id` is for one space") },
    ],
    ["a space that is none, and another", { space: "a,x,b,y" }, { code: "space_not_found", message: expect.stringMatching(/"x".*"y"/) }],
    ["secrets that are missing", { space: "a,b" }, { code: "secrets_needed", detail: { required: ["webhookUrl"] } }],
    [
      "if_exists: fail, and one is there",
      { space: "a,b", if_exists: "fail", secrets },
      { code: "id_taken", message: expect.stringContaining("space a") },
    ],
    ["no space at all", { space: " , " }, { code: "invalid_arguments" }],
  ])("%s: nothing is written", async (_what, args, error) => {
    const { made, copy } = await withSource(slack);
    await seedConnector(made, { ...slack, id: "there", space: "a" });
    if (args.secrets === undefined && args.space === "a,b") await made.bare("DELETE", "/s/a/api/actions/connector/there");
    expect(await copy(args)).toMatchObject(error);
    expect(made.writes()).toEqual([]);
  });

  test.each<[string, ProductOptions["settings"], Args, object]>([
    [
      "a space that this server may not use",
      { spaces: ["default", "a"] },
      { space: "a,b" },
      { code: "forbidden", message: expect.stringContaining('"b"') },
    ],
    [
      "a protected id among those that it would make",
      { protect: ["*-b"] },
      { space: "a,b" },
      { code: "protected", detail: { could_go: ["ops-chat-a"] } },
    ],
    [
      "more changes than are left",
      { maxChangesPerHour: 1 },
      { space: "a,b" },
      { code: "limit_reached", message: expect.stringContaining("this call makes 2") },
    ],
    ["access to read", { access: "read" }, { space: "a,b" }, { code: "read_only" }],
  ])("%s: nothing is written", async (_what, settings, args, error) => {
    const { made, copy } = await withSource(index, { settings });
    expect(await copy(args)).toMatchObject(error);
    expect(made.writes()).toEqual([]);
  });

  test("`*` means the spaces that this server may use", async () => {
    const { copy } = await withSource(index, { settings: { spaces: ["default", "b"] } });
    expect(rows(await copy({ space: "*" }))).toEqual(["b created ops-chat-b", "default source ops-chat"]);
  });

  test("a host that one of the spaces uses already is agreed to in that one alone", async () => {
    const wanted = { name: "Tickets", type: ".jira", config: jira.config, secrets: jira.args };
    const { made } = await withSource(index, { person: declines });
    await seedConnector(made, { id: "hers", space: "a", type: ".jira", config: jira.config, secrets: { email: "e", apiToken: "t" } });
    expect((await made.call("create_connector", { ...wanted, space: "a" })).body.status).toBe("done");
    expect((await made.call("create_connector", { ...wanted, name: "Second", space: "a,b" })).body.status).toBe("declined");
    const free = await withSource(index, { person: declines, settings: { targetHosts: ["jira.example.com"] } });
    expect((await free.made.call("create_connector", { ...wanted, space: "a,b" })).body.status).toBe("done");
  });

  test("rules that still have one of the ids are told, with their space, and a person is asked", async () => {
    const { made, copy } = await withSource(index);
    await made.bare("POST", "/s/b/api/actions/connector/ops-chat-b", {
      name: "x",
      connector_type_id: ".index",
      config: { index: "i" },
      secrets: {},
    });
    const rule = { name: "Disk", rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "1m" }, params: {} };
    const actions = [
      {
        id: "ops-chat-b",
        group: "query matched",
        params: { documents: [{}] },
        frequency: { summary: false, notify_when: "onActiveAlert", throttle: null },
      },
    ];
    await made.bare("POST", "/s/b/api/alerting/rule/r", { ...rule, actions });
    await made.bare("DELETE", "/s/b/api/actions/connector/ops-chat-b");
    expect((await copy({ space: "a,b" })).status).toBe("done");
    expect(made.questions[0]?.message).toMatch(/In space b: Actions of .*Disk.* still have this id/);
  });
});

/** A key that may write in `default` and a, read in b, and in c see rules alone. */
const auth = JSON.stringify({
  api_keys: [
    {
      key: "mine",
      owner: "ann",
      actions: { default: "all", a: "all", b: "read" },
      rules: { default: "all", a: "all", b: "read", c: "read" },
    },
  ],
});

describe("what goes wrong in one space", () => {
  test("a space where the key may not write is left out, with the reason; the question and the answer say it", async () => {
    const sandbox = await startSandbox({ empty: true, spaces: ["a", "b", "c"], auth });
    onTestFinished(() => sandbox.close());
    const server = await startServer({ args: [], env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "mine" }, person: yes });
    onTestFinished(() => server.close());
    const create = async (space: string) =>
      (await server.call("create_connector", { name: "Trail", type: ".webhook", config: webhook.config, space })).body;
    const body = await create("a,b,c");
    expect(body).toMatchObject({ status: "done", result: { counts: { left_out: 2, created: 1 } } });
    expect(rows(body)).toEqual(["b left_out", "c left_out", "a created trail-a"]);
    expect(body.result.rows[0].why).toContain("may not change connectors in space b");
    expect((await create("b,c")).error).toMatchObject({
      code: "forbidden",
      message: expect.stringMatching(/In b: .*In c: /),
    });
    expect(rows(await create("*"))).toEqual(["b left_out", "c left_out", "default created trail-default", "a unchanged trail-a"]);
  });

  test("a refusal in the middle stops none of the others; the call made again does what is left; the undo takes what was done", async () => {
    const { made } = await withSource(index);
    const { call } = await refusing(made, { method: "POST", path: "/s/b/api/actions/connector" });
    const copy = async () => (await call("create_connector", { name: "Ops chat", from: { id: "ops-chat" }, space: "*" })).body;
    const body = await copy();
    const counts = { failed: 1, created: 2, source: 1 };
    expect(body).toMatchObject({ status: "partial", message: "2 of 3 done; one failed.", result: { counts } });
    expect(rows(body)).toEqual(["b failed ops-chat-b", "a created ops-chat-a", "c created ops-chat-c", "default source ops-chat"]);
    expect(body.result.rows[0].why).toContain("Unauthorized");
    const again = await copy();
    expect(rows(again)).toEqual(["b created ops-chat-b", "default source ops-chat", "a unchanged ops-chat-a", "c unchanged ops-chat-c"]);
    expect((await call("undo_change", { change: body.change })).body.result.counts).toEqual({ deleted: 2 });
    expect([await documentOf(made, "ops-chat-a"), (await documentOf(made, "ops-chat-b"))?.name]).toEqual([undefined, "Ops chat"]);
  });

  test("a refusal in all of them is an error that names each", async () => {
    const { made } = await withSource(index);
    const { call } = await refusing(made, { method: "POST", path: "/api/actions/connector", times: 2 });
    const { body } = await call("create_connector", { name: "Ops chat", from: { id: "ops-chat" }, space: "a,b" });
    expect(body).toMatchObject({ code: "forbidden", message: expect.stringMatching(/any of 2 spaces.*a, b/) });
  });

  test("a doubt stops: what is not begun is said, and the call made again goes on", async () => {
    const { made, copy } = await withSource(index);
    await made.fault("cut_before", { method: "POST", path: "/s/a/api/actions/connector" });
    const body = await copy({ space: "a,b" });
    expect(rows(body)).toEqual(["a unknown ops-chat-a", "b not_started ops-chat-b"]);
    expect(rows(await copy({ space: "a,b" }))).toEqual(["a created ops-chat-a", "b created ops-chat-b"]);
  });
});

test("fifty spaces are one question in a form, and an answer that stays small", async () => {
  const spaces = Array.from({ length: 50 }, (_, at) => `team-number-${at}`);
  const { made, copy } = await withSource(slack, { sandbox: { spaces } });
  const body = await copy({ space: "*", secrets });
  expect(body).toMatchObject({ status: "done", asked: "form", result: { counts: { created: 50, source: 1 }, rows_left_out: 11 } });
  expect(made.questions).toHaveLength(1);
  for (const space of spaces) expect(made.questions[0]?.message).toContain(`${space} (ops-chat-${space})`);
  expect(JSON.stringify(body).length).toBeLessThan(12_000);
});
