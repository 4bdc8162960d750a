import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { no, type Person, startSandboxWith, yes } from "../support/built-server.ts";
import { textIn } from "../support/folder.ts";
import type { Rewrite } from "../support/rewriting-proxy.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let first: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  [sandbox, first] = await Promise.all([startSandboxWith(["--empty"]), startSandboxWith(["--empty", "--kibana-version", "9.3.0"])]);
  for (const { url } of [sandbox, first]) {
    for (const id of ["old", "new"]) await make(url, id, `Chat ${id}`);
    await make(url, "pager", "Pager", ".pagerduty", { routingKey: "k".repeat(32) });
  }
});
afterAll(() => Promise.all([sandbox.stop(), first.stop()]));

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
async function bare(method: string, path: string, body?: unknown, at = sandbox.url): Promise<any> {
  const answer = await fetch(at + path, {
    method,
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
const make = (
  url: string,
  id: string,
  name: string,
  type = ".slack",
  secrets: object = { webhookUrl: `https://hooks.slack.com/services/T/${id}/x` },
) => bare("POST", `/api/actions/connector/${id}`, { name, connector_type_id: type, config: {}, secrets }, url);

/** The next workflow has an id of its own; those of earlier tests are gone. */
let workflows = 0;
const made: string[] = [];
beforeEach(async () => {
  for (const id of made.splice(0)) await bare("DELETE", `/api/workflows/workflow/${id}?force=true`);
  await bare("DELETE", "/sandbox/faults");
});

const yaml = (lines: string, more = "") => `name: Tell people
triggers:
  - type: manual # started by hand
${more}steps:
  - name: tell
    type: slack
${lines}`;
const step = (text: string) => `    connector-id: ${text}\n    with:\n      message: 'ops 🚒 {{ inputs.x }}'\n`;

async function workflow(text: string): Promise<string> {
  const id = `workflow-${++workflows}`;
  await bare("POST", "/api/workflows/workflow", { id, yaml: text });
  made.push(id);
  return id;
}
const stored = (id: string) => bare("GET", `/api/workflows/workflow/${id}`);
const textOf = async (id: string): Promise<string> => (await stored(id)).yaml;

const server = (rewrite: Rewrite = {}, person: Person = yes) => shared("9.x", sandbox.url, rewrite, person);
type Server = Awaited<ReturnType<typeof server>>;
const replace = (it: Server, args: object = {}) => it.call("replace_connector", { from: "old", to: "new", ...args });
const isPut = ({ method, path }: { method: string; path: string }) => method === "PUT" && path.startsWith("/api/workflows/");

describe("workflows re-pointed keep every other byte, run, and reach the new connector; undone, they are as before", () => {
  test.each<[form: string, before: string, after?: string]>([
    ["plain, with a comment", yaml(step("old # who is told: old")), yaml(step("new # who is told: old"))],
    ["in quotes", yaml(step('"old"')), yaml(step('"new"'))],
    ["by name", yaml(step("'Chat old'   # by name")), yaml(step("'new'   # by name"))],
    ["with Windows' ends of lines", yaml(step("old")).replaceAll("\n", "\r\n"), yaml(step("new")).replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\uFEFF${yaml(step("old"))}`, `\uFEFF${yaml(step("new"))}`],
    ["with an anchor", yaml(step("&chat old")), yaml(step("&chat new"))],
    [
      "as a block",
      yaml("    with: { message: m }\n    connector-id: >-\n      old\n"),
      yaml("    with: { message: m }\n    connector-id: >-\n      new\n"),
    ],
    [
      "in a flow map with tabs",
      yaml("    connector-id: old\t# a\tb\n    with: {message: 'old' }\n"),
      yaml("    connector-id: new\t# a\tb\n    with: {message: 'old' }\n"),
    ],
    ["after an emoji", yaml(step("old"), "tags: [🚒, 'old']\n"), yaml(step("new"), "tags: [🚒, 'old']\n")],
  ])("%s", async (_form, before, after = before) => {
    const id = await workflow(before);
    const it = await server();
    const { failed, body } = await replace(it);
    expect([failed, body.status]).toEqual([false, "done"]);
    expect(await textOf(id)).toBe(after);
    expect(body.result.workflows).toEqual([{ id, name: "Tell people", outcome: "moved", places: ["step tell"] }]);
    expect(body.result).toMatchObject({ counts: { workflows_moved: 1 }, still_used_by: 0 });

    const sent = async () => (await bare("GET", "/sandbox/deliveries")).deliveries;
    const earlier = (await sent()).length;
    await bare("POST", `/api/workflows/workflow/${id}/run`, { inputs: { x: 1 } });
    expect((await sent()).slice(earlier)).toMatchObject([{ connector_id: "new" }]);

    const undone = await it.call(body.undo.tool, body.undo.args);
    expect(undone.body.result.workflows).toMatchObject([{ id, outcome: "put_back" }]);
    expect(await stored(id)).toMatchObject({ yaml: before, enabled: true, valid: true });
    await bare("POST", `/api/workflows/workflow/${id}/run`, { inputs: {} });
    expect((await sent()).at(-1)).toMatchObject({ connector_id: "old" });
  });

  test("rules and workflows move in one plan, and come back in one undo", async () => {
    const id = await workflow(yaml(step("old")));
    await bare("POST", "/api/alerting/rule/both", {
      name: "Both",
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "5m" },
      params: {},
      actions: [
        {
          id: "old",
          group: "query matched",
          params: { message: "m" },
          frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
        },
      ],
    });
    const it = await server();
    const { body } = await replace(it);
    expect(body.result).toMatchObject({ counts: { moved: 1, workflows_moved: 1 }, still_used_by: 0 });
    expect(it.questions[0]).toContain(
      `Move the actions of rule "Both" (both) and workflow "Tell people" (${id}): "step tell" from "Chat old" (old) to "Chat new" (new)`,
    );
    expect(it.questions[0]).toContain(`Workflows (1): "Tell people" (${id}): "step tell"`);
    const listed = await it.call("list_changes", { id, detail: true });
    expect(listed.body.changes[0]).toMatchObject({
      op: "put_workflow",
      outcome: "done",
      before: { places: ["step tell: old"] },
      after: { places: ["step tell: new"] },
      undo: { tool: "undo_change" },
    });
    const undone = await it.call("undo_change", body.undo.args);
    expect([undone.body.status, undone.body.result.rules_put_back, undone.body.result.workflows.length]).toEqual(["done", 1, 1]);
    expect(await textOf(id)).toBe(yaml(step("old")));
    expect((await bare("GET", "/api/alerting/rule/both")).actions[0].id).toBe("old");
    await bare("DELETE", "/api/alerting/rule/both");
  });

  test("on 9.3, by its own routes", async () => {
    const at = first.url;
    const { id } = await bare("POST", "/api/workflows", { yaml: yaml(step("old")) }, at);
    const it = await shared("9.3", at);
    const { body } = await replace(it);
    expect((await bare("GET", `/api/workflows/${id}`, undefined, at)).yaml).toBe(yaml(step("new")));
    await it.call("undo_change", body.undo.args);
    expect((await bare("GET", `/api/workflows/${id}`, undefined, at)).yaml).toBe(yaml(step("old")));
  });
});

describe("what is asked", () => {
  test("names each workflow with its places, the host and whose privileges scheduled runs get; a no changes nothing", async () => {
    const text = yaml(step("old"), "").replace("  - type: manual # started by hand\n", "  - type: scheduled\n    with: { every: 5m }\n");
    const [one, two] = [
      await workflow(text),
      await workflow(`${text}  - { name: again, type: slack, connector-id: old, with: { message: m } }\n`),
    ];
    const it = await server({}, no);
    const { body } = await replace(it);
    expect(body.status).toBe("declined");
    const [question = ""] = it.questions;
    expect(question).toContain(`Workflows (2): "Tell people" (${one}): "step tell"; "Tell people" (${two}): "step tell", "step again"`);
    expect(question).toContain('(.slack "Chat new")');
    expect(question).toContain("It can be undone.");
    expect(question).toMatch(/scheduled runs of "Tell people", "Tell people" have the privileges of/);
    expect([await textOf(one), it.calls.filter(isPut)]).toEqual([text, []]);
  });

  test("a text that the journal may not keep is said to be beyond undo; a token or an unattended run is not enough", async () => {
    const secret = `    connector-id: old\n    with: { message: m }\n  - name: call\n    type: http\n    with: { headers: { Authorization: "Bearer ${"s3cr3t".repeat(6)}" } }\n`;
    const id = await workflow(yaml(secret));
    const it = await server();
    const planned = await replace(it, { dry_run: true });
    expect(planned.body.plan).toMatchObject({ reversible: "no" });
    expect(planned.body.warnings.join()).toContain("cannot be undone by this server");
    const { body } = await replace(it);
    expect(it.questions[0]).toMatch(/The text of the workflow "Tell people" .* the journal does not keep it[\s\S]*It cannot be undone\./);
    expect([body.status, await textOf(id)]).toEqual(["done", yaml(secret).replace("connector-id: old", "connector-id: new")]);
    expect(body.no_undo).toContain("restore it by hand");
    const refused = await it.call("undo_change", { change: body.change });
    expect([refused.failed, refused.body.error.message]).toEqual([true, expect.stringContaining("contains a secret")]);
    await bare("PUT", `/api/workflows/workflow/${id}`, { yaml: yaml(secret) });
    const alone = await unattended("unattended", sandbox.url);
    const { failed, body: answer } = await replace(alone);
    expect([failed, answer.error?.detail?.reason ?? answer.error?.reason]).toEqual([true, "person_needed"]);
    expect(await textOf(id)).toBe(yaml(secret));
  });

  test("a value that the server knows as a secret is not in the journal, and that is said, too", async () => {
    const text = yaml(step("old")).replace("{{ inputs.x }}", "horse-battery-staple");
    const id = await workflow(text);
    const it = await knowing("knowing", sandbox.url);
    const { body } = await replace(it);
    expect(it.questions[0]).toContain("the journal does not keep it: this cannot be undone by this server");
    expect([body.status, await textOf(id)]).toEqual(["done", text.replace("connector-id: old", "connector-id: new")]);
    const kept = await textIn(join(it.home, "state/kibana-connectors-mcp/journal"));
    expect([kept.includes("put_workflow"), kept.includes("horse-battery-staple")]).toEqual([true, false]);
    expect((await it.call("list_changes", { id })).body.changes[0].no_undo).toContain("secret");
  });
});
const knowing = sharedServers({ env: { CONNECTOR_SECRET_STAPLE: "horse-battery-staple" } });
const unattended = sharedServers({ args: ["--dangerously-skip-confirmation"], asks: false });

describe("a connector of another kind", () => {
  test("whom its steps reach is in the question, and what leaves too", async () => {
    for (const [id, from] of [
      ["mail-old", "a@example.org"],
      ["mail-new", "b@example.org"],
    ] as const)
      await bare("POST", `/api/actions/connector/${id}`, {
        name: id,
        connector_type_id: ".email",
        config: { service: "other", host: "smtp.example.org", port: 25, from, hasAuth: false },
        secrets: {},
      });
    const id = await workflow(
      yaml("    connector-id: mail-old\n    with: { to: [ops@example.org], subject: s, message: m }\n").replace(
        "type: slack",
        "type: email",
      ),
    );
    const it = await server({}, no);
    await replace(it, { from: "mail-old", to: "mail-new" });
    expect(it.questions[0]).toContain('Recipients: to "ops@example.org"');
    expect(it.questions[0]).toContain("smtp.example.org");
    expect(await textOf(id)).toContain("mail-old");
  });

  test("that the operator protects stays in them", async () => {
    const id = await workflow(yaml(step("old")));
    const it = await guarded("guarded", sandbox.url);
    const { failed, body } = await replace(it);
    expect([failed, body.error.code, await textOf(id)]).toEqual([true, "protected", yaml(step("old"))]);
  });

  test("that somebody deletes while it is put in is told, with the way back", async () => {
    await make(sandbox.url, "fleeting", "Fleeting");
    const id = await workflow(yaml(step("old")));
    const it = await server({ answer: async (call) => void (isPut(call) && (await bare("DELETE", "/api/actions/connector/fleeting"))) });
    const { body } = await replace(it, { to: "fleeting" });
    expect(body.warnings.join()).toContain(
      'Somebody else deleted "Fleeting" (fleeting) while it was being added to this rule or workflow: "Tell people"',
    );
    expect(body.next).toContainEqual(expect.objectContaining({ tool: "undo_change", args: { change: body.change } }));
    await it.call("undo_change", { change: body.change });
    expect(await textOf(id)).toBe(yaml(step("old")));
  });
});
const guarded = sharedServers({ args: ["--protect", "old"] });

describe("what does not move is named with why, and stays byte for byte", () => {
  test.each<[what: string, text: string, why: RegExp, more?: object]>([
    ["an expression", yaml(step("'{{ consts.chat }}'"), "consts: { chat: old }\n"), /An expression stands for it/],
    ["one that is not valid", yaml(step("old")).replace("type: slack", "type: nothing"), /not valid: a save would switch it off/],
    ["a step of another type", yaml(step("old")), /needs a connector of type \.slack, and "Pager" is \.pagerduty/, { to: "pager" }],
    [
      "one with a step that Kibana's check refuses",
      yaml(`${step("old")}  - { name: dead, type: slack, connector-id: gone, with: { message: m } }\n`),
      /check refuses it with the other connector: Connector "gone" not found/,
    ],
    [
      "a shared text",
      yaml("    connector-id: &x old\n    with: { message: *x }\n"),
      /cannot be changed there without changing something else/,
    ],
  ])("%s", async (_what, text, why, more = {}) => {
    const id = await workflow(text);
    const it = await server();
    const { body } = await replace(it, more);
    expect(body.status).toBe("no_change");
    expect(body.result.workflows).toEqual([expect.objectContaining({ id, outcome: "stays", why: expect.stringMatching(why) })]);
    expect(body.warnings.join()).toMatch(why);
    expect([await textOf(id), it.calls.filter(isPut), it.questions]).toEqual([text, [], []]);
  });

  test("a managed one", async () => {
    const id = await workflow(yaml(step("old")));
    await bare("POST", `/sandbox/workflows/${id}`, { managed_by: "security" });
    const it = await server();
    const { body } = await replace(it);
    expect(body.warnings.join()).toContain(`(${id}), "step tell". It is managed by Elastic: nobody can edit it.`);
    expect(it.calls.filter(isPut)).toEqual([]);
  });

  test("one that the key may not edit", async () => {
    const id = await workflow(yaml(step("old")));
    const it = await server({
      answer({ path }, body) {
        for (const one of path.startsWith("/api/workflows?") ? body.results : []) if (one.id === id) one.permissions = { edit: false };
      },
    });
    expect((await replace(it)).body.warnings.join()).toContain("This key may not edit it.");
  });

  test("a name that two connectors have", async () => {
    await make(sandbox.url, "twin", "Chat old");
    const id = await workflow(yaml(step("Chat old")));
    const it = await server();
    expect((await replace(it)).body.warnings.join()).toContain("Another connector has the same name");
    expect(await textOf(id)).toBe(yaml(step("Chat old")));
    await bare("DELETE", "/api/actions/connector/twin");
  });

  test("one that a save would switch on", async () => {
    const id = await workflow(yaml(step("old"), "enabled: true\n"));
    const it = await server({
      answer({ method, path }, body) {
        if (method === "GET" && path === `/api/workflows/workflow/${id}`) body.enabled = false;
      },
    });
    expect((await replace(it)).body.warnings.join()).toContain("a save would switch it on");
  });
});

describe("right before and after the write", () => {
  test("a text that somebody changed meanwhile stops it, and nothing is written", async () => {
    const id = await workflow(yaml(step("old")));
    const theirs = `${yaml(step("old"))}# theirs\n`;
    let reads = 0;
    const it = await server({
      async request({ method, path }) {
        // The plan, the plan after the question, the last look.
        if (method === "GET" && path === `/api/workflows/workflow/${id}` && ++reads === 3)
          await bare("PUT", `/api/workflows/workflow/${id}`, { yaml: theirs });
      },
    });
    const { failed, body } = await replace(it);
    expect([failed, body.error.code, body.error.message]).toEqual([
      true,
      "confirmation_invalid",
      expect.stringContaining("Nothing was written"),
    ]);
    expect([await textOf(id), it.calls.filter(isPut)]).toEqual([theirs, []]);
  });

  test("one that changes while the person reads is planned anew", async () => {
    const id = await workflow(yaml(step("old")));
    const it = await server({}, async () => {
      await bare("PUT", `/api/workflows/workflow/${id}`, { yaml: `${yaml(step("old"))}# theirs\n` });
      return yes();
    });
    expect((await replace(it)).body.status).toBe("plan_changed");
    expect(it.calls.filter(isPut)).toEqual([]);
  });

  test.each<[what: string, spoil: (body: Record<string, unknown>) => void, why: string]>([
    ["invalid", (body) => Object.assign(body, { valid: false, definition: null, enabled: false }), "takes the new text for invalid"],
    ["switched off", (body) => Object.assign(body, { enabled: false }), "was switched off at that moment, by somebody or by Kibana"],
    [
      "naming another connector",
      (body) => Object.assign(body, { definition: { steps: [{ name: "tell", type: "slack", "connector-id": "x" }] } }),
      "reads other connectors",
    ],
  ])("what Kibana then has as %s gets its old text back, and the answer says so", async (what, spoil, why) => {
    const before = yaml(step("old"));
    const id = await workflow(before);
    const it = await server({
      answer({ method, path }, body) {
        if (method === "GET" && path === `/api/workflows/workflow/${id}` && body.yaml !== before) spoil(body);
      },
    });
    const { failed, body } = await replace(it);
    expect([failed, body.error.message]).toEqual([true, expect.stringContaining(why)]);
    expect(body.error.message).toContain("The old text is back, and it is on as before.");
    expect(await stored(id)).toMatchObject({ yaml: before, enabled: true });
    // Who switched a valid one off is not known: it is not switched on again.
    const back = what === "invalid" ? { yaml: before, enabled: true } : { yaml: before };
    expect(it.calls.filter(isPut).map(({ body: sent }) => sent)).toEqual([{ yaml: yaml(step("new")) }, back]);
    expect((await it.call("list_changes", { id })).body.changes[0]).toMatchObject({ outcome: "not_done" });
  });

  test("one that a person switches off at the moment of the write stays off, with its old text", async () => {
    const before = yaml(step("old"));
    const id = await workflow(before);
    let looks = 0;
    const it = await server({
      async request(call) {
        if (isPut(call) && ++looks === 1) await bare("PUT", `/api/workflows/workflow/${id}`, { enabled: false });
      },
    });
    const { body } = await replace(it);
    expect(body.error.message).toContain("by somebody or by Kibana");
    expect(await stored(id)).toMatchObject({ yaml: before, enabled: false });
  });

  test("where it cannot be put back either, that is said", async () => {
    const before = yaml(step("old"));
    const id = await workflow(before);
    let puts = 0;
    const it = await server({
      refuse: (call) =>
        isPut(call) && ++puts > 1
          ? { status: 403, body: JSON.stringify({ statusCode: 403, error: "Forbidden", message: "Forbidden" }) }
          : undefined,
      answer({ method, path }, body) {
        if (method === "GET" && path === `/api/workflows/workflow/${id}` && body.yaml !== before)
          Object.assign(body, { valid: false, definition: null, enabled: false });
      },
    });
    const { body } = await replace(it);
    expect([body.status, body.message]).toEqual(["unknown", expect.stringContaining("The old text could not be put back")]);
  });

  test("without the check of Kibana's editor it moves all the same", async () => {
    const id = await workflow(yaml(step("old")));
    const gone = { status: 404, body: JSON.stringify({ statusCode: 404, error: "Not Found", message: "Not Found" }) };
    const it = await shared("no check", sandbox.url, { refuse: ({ path }) => (path === "/api/workflows/validate" ? gone : undefined) });
    expect((await replace(it)).body.status).toBe("done");
    expect(await textOf(id)).toBe(yaml(step("new")));
  });

  test("a key without the privilege to update: forbidden, and the rest of the plan is told", async () => {
    const id = await workflow(yaml(step("old")));
    const message = `API [PUT /api/workflows/workflow/${id}] is unauthorized for user, this action is granted by the Kibana privileges [workflowsManagement:update]`;
    const it = await server({
      refuse: (call) => (isPut(call) ? { status: 403, body: JSON.stringify({ statusCode: 403, error: "Forbidden", message }) } : undefined),
    });
    const { failed, body } = await replace(it);
    expect([failed, body.error.code]).toEqual([true, "forbidden"]);
    expect(body.error.message).toContain("workflowsManagement:update");
    expect(await textOf(id)).toBe(yaml(step("old")));
  });
});

describe("an undo", () => {
  test("leaves a workflow that somebody edited since, and says so", async () => {
    const id = await workflow(yaml(step("old")));
    const it = await server();
    const { body } = await replace(it);
    const theirs = `${yaml(step("new"))}# theirs\n`;
    await bare("PUT", `/api/workflows/workflow/${id}`, { yaml: theirs });
    const undone = await it.call("undo_change", { change: body.change });
    expect([undone.body.status, undone.body.message]).toEqual(["plan_changed", expect.stringContaining("Somebody changed it since")]);
    expect(await textOf(id)).toBe(theirs);
    expect((await it.call("list_changes", { id })).body.changes[0].no_undo).toContain("Somebody changed it since");
  });

  test("gives back a text that arrived after its write was given up, and names one that did not", async () => {
    const id = await workflow(yaml(step("old")));
    let late: unknown;
    const it = await server({
      refuse({ method, path, body }) {
        if (!isPut({ method, path }) || late !== undefined) return undefined;
        late = body;
        return { status: 502, body: "Bad Gateway" };
      },
    });
    const { change, status } = (await replace(it)).body;
    expect(status).toBe("unknown");
    const early = (await it.call("undo_change", { change })).body;
    expect(early.message).toContain('Workflow "Tell people" stays as it is: Whether that change reached it is not known');
    await bare("PUT", `/api/workflows/workflow/${id}`, late);
    expect(await textOf(id)).toBe(yaml(step("new")));
    expect((await it.call("undo_change", { change })).body.status).toBe("done");
    expect(await textOf(id)).toBe(yaml(step("old")));
  });

  test("is not made where the old connector is gone", async () => {
    await make(sandbox.url, "short", "Short");
    const id = await workflow(yaml(step("short")));
    const it = await server();
    const { body } = await replace(it, { from: "short" });
    await bare("DELETE", "/api/actions/connector/short");
    const undone = await it.call("undo_change", { change: body.change });
    expect(undone.body.message).toContain('it named "short", and no connector has that id or name now');
    expect(await textOf(id)).toBe(yaml(step("new")));
  });
});

test("workflows that name a connector which is gone are fixed, too", async () => {
  const id = await workflow(yaml(step("long-gone")));
  const { body } = await replace(await server(), { from: "long-gone" });
  expect([body.status, await textOf(id)]).toEqual(["done", yaml(step("new"))]);
});

test("the refusal to delete names the call that moves them, and then nothing uses it", async () => {
  await make(sandbox.url, "only", "Only one");
  const id = await workflow(yaml(step("only")));
  const it = await server();
  const { body } = await it.call("safe_delete_connector", { ids: ["only"] });
  expect(body.error).toMatchObject({ code: "in_use", detail: { users: [{ kind: "workflow", id, can_be_moved: true }] } });
  expect(body.error.fix).toContain("replace_connector names another connector of its type in them (`to`)");
  expect((await replace(it, { from: "only" })).body.status).toBe("done");
  expect((await it.call("safe_delete_connector", { ids: ["only"] })).body.status).toBe("done");
});

describe("a new name", () => {
  const byName = (text: string) => yaml(step(text)).replace("type: slack", "type: server-log");
  const rename = (it: Server, name: string) => it.call("update_connector", { id: "renamed", name });

  test("puts the id into the workflows that name it by the old one, in the same question, and before the rename", async () => {
    await make(sandbox.url, "renamed", "Old name", ".server-log", {});
    const id = await workflow(byName('"Old name" # by name'));
    const it = await server();
    const { body } = await rename(it, "Better name");
    expect(body.status).toBe("done");
    expect(it.questions).toHaveLength(1);
    expect(it.questions[0]).toContain(`Put its id into the workflow "Tell people" (${id}): "step tell"`);
    expect(it.questions[0]).toContain(`Workflows (1): "Tell people" (${id}): "step tell"`);
    expect(await textOf(id)).toBe(byName('"renamed" # by name'));
    const writes = it.calls.filter(({ method }) => method === "PUT").map(({ path }) => path);
    expect(writes).toEqual([`/api/workflows/workflow/${id}`, "/api/actions/connector/renamed"]);
    expect(body.result.workflows).toMatchObject([{ id, outcome: "moved" }]);

    const undone = await it.call("undo_change", { change: body.change });
    expect([undone.body.status, undone.body.warnings, undone.body.next]).toEqual(["done", undefined, undefined]);
    expect(await textOf(id)).toBe(byName('"Old name" # by name'));
    expect((await bare("GET", "/api/actions/connector/renamed")).name).toBe("Old name");

    const again = await it.call("undo_change", { change: undone.body.change });
    expect([again.body.status, again.body.warnings]).toEqual(["done", undefined]);
    expect(await textOf(id)).toBe(byName('"renamed" # by name'));
    await it.call("undo_change", { change: again.body.change });

    // Nothing puts the id into one that began to name it so since.
    await rename(it, "Better name");
    const other = await workflow(byName("Better name"));
    const { change } = (await it.call("list_changes", { id: "renamed" })).body.changes[0];
    expect((await it.call("undo_change", { change })).body.warnings.join()).toContain(
      `1 workflow names it as "Better name", not by its id`,
    );
    expect(await textOf(other)).toBe(byName("Better name"));
  });

  test("warns of those that it cannot change", async () => {
    const id = await workflow(yaml(step("'{{ consts.chat }}'"), "consts: { chat: Old name }\n"));
    const it = await server();
    const { body } = await rename(it, "Third name");
    expect(body.warnings.join()).toContain('1 workflow names it as "Old name", not by its id');
    expect(body.warnings.join()).toContain(`(${id}), "step tell". An expression stands for it.`);
  });
});
