import { afterAll, describe, expect, test } from "vitest";
import { esQueryRule } from "../support/es-query-rule.ts";
import { answering, noPrivilege, noRoute, type OtherUsers, page, step, withChat, workflow } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

const uses = step({ "connector-id": "chat" });
const policies = (...items: object[]) => ({ status: 200, body: { total: items.length, items } });
const starts = (...ids: string[]) => ({ destinations: ids.map((id) => ({ type: "workflow", id })) });

/** What an audit says of these users, in a space with the connectors `chat` and `other`, and a rule that starts workflows. */
async function audit(
  users: OtherUsers,
  {
    started = [],
    version = "9.5",
    key = version,
    names = {},
  }: { started?: string[]; version?: string; key?: string; names?: Record<string, string> } = {},
) {
  const url = await withChat(".slack", version, (end) => ends.push(end));
  const rewrite = answering(users, {
    // The rule as Kibana shows it: the sandbox saves no action of a workflow.
    answer({ path }, body) {
      if (path.endsWith("/api/actions/connectors")) for (const one of body) one.name = names[one.id] ?? one.name;
      if (!path.includes("/rules/_find") || started.length === 0) return;
      const params = (workflowId: string) => ({ subAction: "run", subActionParams: { workflowId } });
      const actions = started.map((id) => ({ id: "system-connector-.workflows", connector_type_id: ".workflows", params: params(id) }));
      body.total = 1;
      body.data = [{ ...esQueryRule("Pages", []), id: "r", enabled: true, actions }];
    },
  });
  const server = await shared(key, url, rewrite);
  const { body } = await server.call("audit_connectors", { detail: true, limit: 50 });
  const of = (check: string) => body.findings.filter((one: { check: string }) => one.check === check);
  return { body, of, calls: server.calls };
}

const ids = (findings: { connector: { id: string } }[]) => findings.map(({ connector }) => connector.id).sort();

describe("unused", () => {
  test.each<[string, OtherUsers, string[]]>([
    ["what nothing uses", {}, ["chat", "other"]],
    ["not what a workflow uses", { "/api/workflows": page(workflow("w", [uses])) }, ["other"]],
    ["not what a workflow that is off uses", { "/api/workflows": page(workflow("w", [uses], { enabled: false })) }, ["other"]],
    ["not what Synthetics uses", { "/api/synthetics/settings": { status: 200, body: { defaultConnectors: ["other"] } } }, ["chat"]],
  ])("is %s", async (_what, users, expected) => {
    const { of } = await audit(users);
    expect([ids(of("unused")), of("unused_as_far_as_seen")]).toEqual([expected, []]);
  });

  test.each<[string, OtherUsers, string, string]>([
    ["without the privilege to read workflows", { "/api/workflows": noPrivilege }, "9.5", "not looked at: workflows."],
    ["where workflows should be there", { "/api/workflows": noRoute }, "9.4", "not looked at: workflows."],
    [
      "without the privilege to read Synthetics",
      { "/api/synthetics/settings": noPrivilege },
      "9.5",
      "not looked at: the settings of Synthetics.",
    ],
    [
      "with an input in place of an id",
      { "/api/workflows": page(workflow("w", [step({ "connector-id": "{{ inputs.x }}" })])) },
      "9.5",
      "not looked at: workflows.",
    ],
    ["with private workflows", {}, "9.6", "nobody can list: private workflows."],
  ])("is no more than as far as seen %s, and no delete is proposed", async (_what, users, version, evidence) => {
    const { body, of } = await audit(users, { version });
    expect([ids(of("unused_as_far_as_seen")), of("unused")]).toEqual([["chat", "other"], []]);
    for (const one of of("unused_as_far_as_seen")) expect([one.evidence, one.next]).toEqual([expect.stringContaining(evidence), undefined]);
    expect(JSON.stringify(body)).not.toContain("safe_delete_connector");
  });

  test("workflows that could not be read are in not_checked", async () => {
    const { body } = await audit({ "/api/workflows": noPrivilege });
    expect(body.not_checked).toMatchObject([
      {
        space: "default",
        checks: ["dangling_reference", "workflow_off", "ambiguous_name", "notifies_nobody"],
        why: expect.stringMatching(/^Not looked at: workflows \(/),
      },
    ]);
  });
});

describe("dangling_reference", () => {
  test.each<[string, OtherUsers, string[], object]>([
    [
      "a step",
      { "/api/workflows": page(workflow("w", [step({ "connector-id": "gone" }), step({ "connector-id": "gone" })])) },
      [],
      { severity: "critical", connector: { id: "gone" }, user: { kind: "workflow", id: "w", enabled: true } },
    ],
    [
      "a step of a workflow that is off",
      { "/api/workflows": page(workflow("w", [step({ "connector-id": "gone" })], { enabled: false })) },
      [],
      { severity: "low", connector: { id: "gone" } },
    ],
    [
      "a rule",
      { "/api/workflows": page() },
      ["nowhere"],
      { severity: "critical", rule: { id: "r" }, evidence: "It starts nowhere: no workflow of this space." },
    ],
    [
      "a policy",
      {
        "/api/alerting/v2/action_policies": policies({ id: "p", name: "Page", enabled: true, ...starts("nowhere", "there") }),
        "/api/workflows": page(workflow("there", [])),
      },
      [],
      { severity: "critical", user: { kind: "action_policy", id: "p" }, evidence: "It starts nowhere: no workflow of this space." },
    ],
  ])("%s", async (_what, users, started, expected) => {
    const { of } = await audit(users, { started });
    expect(of("dangling_reference")).toMatchObject([expected]);
    expect(of("dangling_reference")[0].confidence).toBe("certain");
  });

  test("where workflows may be private, one that is not listed is only likely gone", async () => {
    const { of } = await audit({}, { started: ["perhaps-private"], version: "9.6" });
    expect(of("dangling_reference")).toMatchObject([{ confidence: "likely", rule: { id: "r" } }]);
  });

  test("names, system connectors and expressions do not dangle", async () => {
    const steps = [
      step({ "connector-id": "Other chat" }),
      step({ "connector-id": "system-connector-.cases" }),
      step({ "connector-id": "{{ inputs.x }}" }),
    ];
    const { of } = await audit({ "/api/workflows": page(workflow("w", steps)) });
    expect(of("dangling_reference")).toEqual([]);
  });
});

describe("workflow_off", () => {
  const off = workflow("off", [uses], { enabled: false });
  const bad = workflow("bad", [], { enabled: false, valid: false, definition: null });
  test("a rule or a policy whose workflow is off or not valid tells nobody", async () => {
    const { of } = await audit(
      {
        "/api/workflows": page(off, bad, workflow("on", [])),
        "/api/alerting/v2/action_policies": policies(
          { id: "p", name: "Page", enabled: true, ...starts("off", "bad", "on") },
          { id: "sleeping", name: "Off too", enabled: false, ...starts("off") },
          { id: "fine", name: "Fine", enabled: true, ...starts("on") },
        ),
      },
      { started: ["bad"] },
    );
    expect(
      of("workflow_off").map(({ severity, rule, user, evidence }: Record<string, unknown>) => ({ severity, rule, user, evidence })),
    ).toEqual(
      expect.arrayContaining([
        {
          severity: "critical",
          rule: { id: "r", name: "Pages", enabled: true },
          user: undefined,
          evidence: expect.stringContaining('"Workflow bad" (not valid)'),
        },
        {
          severity: "critical",
          rule: undefined,
          user: { kind: "action_policy", id: "p", name: "Page", enabled: true },
          evidence: 'It starts a workflow that does not run: "Workflow off" (switched off), "Workflow bad" (not valid).',
        },
        { severity: "low", rule: undefined, user: expect.objectContaining({ id: "sleeping" }), evidence: expect.any(String) },
      ]),
    );
    expect(of("workflow_off")).toHaveLength(3);
  });

  test("the new alerting switched off has no policies, and that is no gap", async () => {
    const disabled = { status: 503, body: { code: "ALERTING_DISABLED", error: "Service Unavailable", message: "Alerting is disabled." } };
    expect((await audit({ "/api/alerting/v2/action_policies": disabled })).body.not_checked).toBeUndefined();
  });

  test("policies that may not be read are in not_checked", async () => {
    const body = { code: "FORBIDDEN", error: "Forbidden", message: "no" };
    expect((await audit({ "/api/alerting/v2/action_policies": { status: 403, body } })).body.not_checked).toMatchObject([
      {
        checks: ["dangling_reference", "workflow_off", "notifies_nobody", "silent_for_long"],
        why: expect.stringContaining("may not read action policies"),
      },
    ]);
  });
});

describe("ambiguous_name", () => {
  const byName = (text: string, more: object = {}) => ({ "/api/workflows": page(workflow("w", [step({ "connector-id": text })], more)) });
  test("a name that two connectors have is one finding for each workflow that gives it", async () => {
    const { of } = await audit(byName("Ops chat"), { names: { other: "Ops chat" } });
    expect(of("ambiguous_name")).toMatchObject([
      {
        severity: "medium",
        user: { kind: "workflow", id: "w", enabled: true },
        others: [{ id: "chat" }, { id: "other" }],
        evidence: '2 connectors are called "Ops chat", which it names in "step notify".',
      },
    ]);
  });
  test.each<[string, OtherUsers, Record<string, string>, object[]]>([
    ["in a workflow that is off is low", byName("Ops chat", { enabled: false }), { other: "Ops chat" }, [{ severity: "low" }]],
    ["that is an id means that one", byName("chat"), { chat: "chat", other: "chat" }, []],
    ["that one connector has is clear", byName("Ops chat"), {}, []],
    ["that no workflow gives is clear", byName("other"), { other: "Ops chat" }, []],
  ])("a name %s", async (_what, users, names, expected) => {
    expect((await audit(users, { names })).of("ambiguous_name")).toMatchObject(expected);
  });
});
