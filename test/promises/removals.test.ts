import { describe, expect, test } from "vitest";
import { startBuilt, startServer } from "../support/built-server.ts";
import { type Deployment, deployment, logs, makeConnector, makeRule, serve, setActions } from "./race-deployment.ts";

/** Rules whose connectors were deleted directly in Kibana: "gone" in both, "gone-too" twice in the first. */
async function withDeadActions(start = startServer) {
  const made = await deployment({ connectors: ["live", "gone", "gone-too"] });
  await makeRule(made.bare, "first", [logs("gone"), logs("gone-too"), logs("gone-too", { group: "recovered" }), logs("live")]);
  await makeRule(made.bare, "second", [logs("gone")]);
  for (const id of ["gone", "gone-too"]) await made.bare("DELETE", `/api/actions/connector/${id}`);
  const server = await serve(made, {}, start);
  return { made, ...server };
}

const dead = '2 actions of "gone-too" (gone, .server-log) in 1 rule';

describe("drop_missing", () => {
  test.each([
    ["to another connector", { to: "live" }, "moved"],
    ["out of the rules", { remove: true }, "removed"],
  ])("%s: what it also removes is in the question, the plan, the rows, the journal and the undo", async (_what, how, outcome) => {
    const { made, call, questions } = await withDeadActions("to" in how ? startBuilt : startServer);
    const args = { from: "gone", ...how, drop_missing: true };
    const { plan, warnings } = (await call("replace_connector", { ...args, dry_run: true })).body;
    expect(plan.summary).toContain(`It also drops ${dead}.`);
    expect(warnings).toContain(`drop_missing also removes these actions from the rules: ${dead}.`);
    const undo = 'An undo is possible only after "gone", "gone-too" exist again: Kibana saves no action of a connector that is gone.';
    expect(plan.no_undo ?? []).toContain(undo);
    expect(warnings).not.toContain(undo);
    expect([plan.reversible, plan.effects[0].after.removed?.join()]).toEqual([
      "no",
      expect.stringContaining('2 actions of "gone-too" (gone, .server-log)'),
    ]);

    const { body } = await call("replace_connector", args);
    expect(questions[0]).toContain(dead);
    expect(body.result.rules).toEqual([
      {
        id: "first",
        name: "Rule first",
        enabled: expect.any(Boolean),
        outcome,
        dropped: [{ id: "gone-too", type: ".server-log", actions: 2 }],
      },
      { id: "second", name: "Rule second", enabled: expect.any(Boolean), outcome },
    ]);
    expect([body.undo, body.no_undo]).toEqual([undefined, undo]);
    const [second, first] = (await call("list_changes", {})).body.changes;
    expect([first.no_undo, second.no_undo]).toEqual([undo, expect.stringContaining('only after "gone" exists again')]);
    expect(new Set(await made.actionsOf("first"))).toEqual(new Set(["live"]));
  });

  test("an undo once both are back restores every action", async () => {
    const { made, call } = await withDeadActions();
    const { body } = await call("replace_connector", { from: "gone", remove: true, drop_missing: true });
    expect((await call("undo_change", { change: body.change })).body.error.code).toBe("connector_not_found");
    for (const id of ["gone", "gone-too"]) await makeConnector(made.bare, id);
    expect((await call("undo_change", { change: body.change })).body.status).toBe("done");
    expect(await made.actionsOf("first")).toEqual(["gone", "gone-too", "gone-too", "live"]);
  });

  test("one that exists again just before the rule is saved keeps its actions", async () => {
    const { made, call } = await withDeadActions();
    let looks = 0;
    made.hook.before = async ({ method, path }) => {
      // Plans read the list; the look before the write asks for this one.
      if (method === "GET" && path === "/api/actions/connector/gone-too" && ++looks === 1) await makeConnector(made.bare, "gone-too");
    };
    const { body } = await call("replace_connector", { from: "gone", to: "live", drop_missing: true });
    expect(JSON.stringify(body)).toContain("exists again");
    expect(await made.actionsOf("first")).toContain("gone-too");
  });

  test("a protected connector that is gone is still protected", async () => {
    const { made } = await withDeadActions();
    const { call } = await serve(made, { args: ["--protect", "gone-too"] });
    const { body } = await call("replace_connector", { from: "gone", to: "live", drop_missing: true });
    expect(body.error?.code).toBe("protected");
  });

  test("is in no call that an audit or a refusal proposes: somebody may want the connector back", async () => {
    const { call } = await withDeadActions();
    const audited = (await call("audit_connectors", { checks: ["dangling_reference"], detail: true })).body;
    const refused = (
      await call("attach_connector", { connector: "live", rules: ["first"], groups: ["recovered"], params: { message: "x" } })
    ).body;
    expect([audited.findings.length, refused.error.code]).toEqual([3, "connector_not_found"]);
    expect(JSON.stringify([audited, refused])).not.toMatch(/drop_missing|"remove"/);
  });
});

describe("what a change removes from rules without naming it", () => {
  const mine = async (made: Deployment) =>
    makeRule(
      made.bare,
      "mine",
      ["one", "two", "three"].map((message) => logs("live", { params: { message } })),
    );
  const attach = { connector: "live", rules: ["mine"], params: { message: "new" }, replace: true };

  test("attach with replace: actions that would only repeat each other", async () => {
    const made = await deployment({ connectors: ["live"] });
    await mine(made);
    const { call, questions } = await serve(made);
    const { plan } = (await call("attach_connector", { ...attach, dry_run: true })).body;
    expect(plan.summary).toContain('It removes 2 actions of "The live" (live).');
    expect(plan.effects[0].after.removed).toEqual(['2 actions of "The live" (live)']);
    await call("attach_connector", attach);
    expect(questions[0]).toContain('It removes 2 actions of "The live" (live).');
  });

  test("a removal that leaves only what runs on recovery: nobody hears when the rule fires", async () => {
    const made = await deployment({ connectors: ["live", "other"] });
    await makeRule(made.bare, "late", [logs("live"), logs("other", { group: "recovered" })]);
    const { call, questions } = await serve(made);
    const { body } = await call("replace_connector", { from: "live", remove: true, rules: ["late"] });
    const note = 'rule "Rule late" (late) will notify nobody when it fires: what is left runs only when an alert is over.';
    expect([body.status, questions[0], body.warnings]).toEqual([
      "done",
      expect.stringContaining(`Note: ${note}`),
      expect.arrayContaining([note]),
    ]);
    const fired = JSON.parse(await made.bare("POST", "/sandbox/rules/late/fire", { state: "active" }));
    expect(fired.actions).toEqual([]);
    // It was so before: nothing is new.
    const again = await call("replace_connector", { from: "other", to: "live", rules: ["late"] });
    expect(again.body.warnings.join()).not.toContain("when it fires");
  });

  test("a removal from several rules says what stays in each", async () => {
    const made = await deployment({ connectors: ["live", "other"], rules: { both: ["live", "other"], one: ["live"] } });
    const { call, questions } = await serve(made);
    await call("replace_connector", { from: "live", remove: true });
    const line = (id: string) => questions[0]?.split("\n").find((one) => one.startsWith(`- update rule "Rule ${id}"`));
    expect(line("both")).toContain(
      'removes "The live: query matched (onActionGroupChange)"; stays: "The other: query matched (onActionGroupChange)"',
    );
    expect(line("one")).not.toContain("stays");
  });

  test("an undo of attach: the actions that were added, and that the rule then notifies nobody", async () => {
    const made = await deployment({ connectors: ["live"], rules: { bare: [] } });
    const { call, questions } = await serve(made);
    const { change } = (await call("attach_connector", { connector: "live", rules: ["bare"], params: { message: "x" }, recovery: "none" }))
      .body;
    const { plan, warnings } = (await call("undo_change", { change, dry_run: true })).body;
    expect(plan.summary).toContain('It removes 1 action of "The live" (live).');
    expect(plan.effects[0].after.removed).toEqual(['1 action of "The live" (live)']);
    expect(warnings).toContain('rule "Rule bare" (bare) will notify nobody: no action is left.');
    await call("undo_change", { change });
    expect(questions.at(-1)).toContain('It removes 1 action of "The live" (live).');
  });

  test("a replacement that moves actions removes none, and reports none", async () => {
    const made = await deployment({ connectors: ["live", "other"], rules: { there: ["live"] } });
    const { call } = await serve(made);
    const { plan } = (await call("replace_connector", { from: "live", to: "other", dry_run: true })).body;
    expect(plan.summary).not.toContain("drops");
    expect(plan.effects[0].after.removed).toBeUndefined();
    await setActions(made.bare, "there", [logs("other")]);
  });
});

describe("an update", () => {
  const hook = {
    url: "https://old.example.net/x",
    method: "post",
    hasAuth: false,
    authType: null,
    headers: { "X-Team": "ops", "X-Kept": "1" },
  };

  test("says which keys are removed, at any depth, and so does its undo", async () => {
    const made = await deployment();
    await makeConnector(made.bare, "hook", { connector_type_id: ".webhook", config: hook });
    const { call, questions } = await serve(made);
    const args = { id: "hook", config: { headers: { "X-Team": null, "X-New": "1" } }, assert_no_other_secrets: true };
    const { body } = await call("update_connector", args);
    expect(questions[0]).toContain("It removes config.headers.X-Team.");
    expect(body.warnings).toContain("Removed: config.headers.X-Team.");
    await call("undo_change", { change: body.change, assert_no_other_secrets: true });
    expect(questions[1]).toContain("It removes config.headers.X-New.");
  });
});

describe("what Kibana makes elsewhere with a connector", () => {
  const model = (inferenceId: string) => ({
    connector_type_id: ".inference",
    config: { provider: "openai", taskType: "chat_completion", inferenceId, providerConfig: { model_id: "gpt-4.1" } },
    secrets: { providerSecrets: { api_key: "a-key-of-the-model" } },
  });
  const goes = 'Kibana deletes with it: inference endpoint "answers" in Elasticsearch; what else uses that is not looked at.';

  test("goes with it: the question and the plan of a delete say so first, of one and of several", async () => {
    const made = await deployment({ connectors: ["logs"] });
    await makeConnector(made.bare, "llm", model("answers"));
    const { call, questions } = await serve(made);
    const { plan } = (await call("safe_delete_connector", { ids: ["llm", "logs"], dry_run: true })).body;
    expect(plan.summary).toContain(goes);
    expect((await call("safe_delete_connector", { ids: ["llm"] })).body.status).toBe("done");
    expect(questions[0]).toContain(goes);
  });

  test("is said where it is made, replaced, and taken back by an undo", async () => {
    const made = await deployment();
    const { call, questions } = await serve(made, { env: { CONNECTOR_SECRET_LLM: "key-of-the-model-1" } });
    const { connector_type_id: type, config } = model("answers");
    const secrets = { providerSecrets: { api_key: { $env: "CONNECTOR_SECRET_LLM" } } };
    const created = (await call("create_connector", { id: "llm", name: "LLM", type, config, secrets })).body;
    expect(created.warnings).toContain(
      'Kibana also makes the inference endpoint "answers" in Elasticsearch; if it exists already, nothing is saved.',
    );
    const update = { id: "llm", config: { taskType: "completion" }, secrets };
    expect((await call("update_connector", { ...update, dry_run: true })).body.warnings).toContain(
      'Kibana also replaces the inference endpoint "answers" in Elasticsearch, for whatever uses it.',
    );
    expect((await call("undo_change", { change: created.change })).body.status).toBe("done");
    expect(questions.at(-1)).toContain(goes);
  });

  const secrets = { providerSecrets: { api_key: { $env: "CONNECTOR_SECRET_LLM" } } };
  const env = { CONNECTOR_SECRET_LLM: "key-of-the-model-1" };
  const takes = (made: string, left: string, whose = "whoever made it and whatever uses it", to = "without a connector of this space") =>
    `Kibana makes the inference endpoint "${made}" in Elasticsearch in place of what is there by that id, ${whose}, and leaves the inference endpoint "${left}" in Elasticsearch ${to}.`;

  test("is somebody else's where another is named: an update and its undo say so first, only in person, and with what no undo brings back", async () => {
    const made = await deployment();
    await makeConnector(made.bare, "llm", model("answers"));
    const { call, questions } = await serve(made, { env });
    const update = { id: "llm", config: { inferenceId: "theirs" }, secrets };
    const planned = (await call("update_connector", { ...update, dry_run: true })).body;
    const lost = "An undo does not bring back what it replaced outside Kibana.";
    expect([planned.plan.reversible, planned.plan.no_undo, planned.warnings[0]]).toEqual([
      "partly",
      [expect.stringContaining(lost)],
      takes("theirs", "answers"),
    ]);
    const { body } = await call("update_connector", update);
    expect([questions[0]?.split("\n")[1], body.undo.note]).toEqual([takes("theirs", "answers"), expect.stringContaining(lost)]);
    expect((await call("undo_change", { change: body.change, secrets })).body.status).toBe("done");
    expect(questions[1]?.split("\n")[1]).toBe(takes("answers", "theirs"));
    const unattended = await serve(made, { env, args: ["--dangerously-skip-confirmation"], person: undefined });
    expect((await unattended.call("update_connector", { ...update, assert_no_other_secrets: true })).body.error).toMatchObject({
      code: "confirmation_invalid",
      message: expect.stringContaining(takes("theirs", "answers")),
    });
    const same = { id: "llm", config: { providerConfig: { model_id: "gpt-5" } }, secrets, assert_no_other_secrets: true };
    expect((await unattended.call("update_connector", same)).body.status).toBe("done");
  });

  test("is another connector's: an update names it, and a create or a copy is refused, since Kibana would save nothing", async () => {
    const made = await deployment();
    await makeConnector(made.bare, "llm", model("answers"));
    await makeConnector(made.bare, "other", model("others"));
    const { call } = await serve(made, { env });
    const update = { id: "llm", config: { inferenceId: "others" }, secrets, dry_run: true };
    expect((await call("update_connector", update)).body.warnings[0]).toBe(
      takes("others", "answers", 'that of the connector "The other" (other)'),
    );
    for (const args of [
      { type: ".inference", config: model("answers").config },
      { from: { id: "llm" } },
      { from: { id: "llm" }, config: { inferenceId: "others" } },
    ])
      expect((await call("create_connector", { name: "Third", ...args, secrets })).body.error).toMatchObject({
        code: "invalid_config",
        message: expect.stringMatching(
          /The inference endpoint "\w+" in Elasticsearch is that of the connector .*: Kibana would save nothing/,
        ),
      });
    const own = { name: "Third", from: { id: "llm" }, config: { inferenceId: "own" }, secrets };
    expect((await call("create_connector", own)).body.status).toBe("done");
  });

  test("is that of several: an update away, one in place and a delete name the others", async () => {
    const made = await deployment();
    for (const [id, of] of Object.entries({ llm: "answers", twin: "twins", other: "others" }))
      await makeConnector(made.bare, id, model(of));
    const { connector_type_id: _type, ...shared } = model("answers");
    await made.bare("PUT", "/api/actions/connector/twin", { name: "The twin", ...shared });
    const { call, questions } = await serve(made, { env });
    const twin = 'the connector "The twin" (twin)';
    const warnings = async (config: object) =>
      (await call("update_connector", { id: "llm", config, secrets, dry_run: true })).body.warnings;
    expect((await warnings({ inferenceId: "own" }))[0]).toBe(takes("own", "answers", undefined, `to ${twin}`));
    expect(await warnings({ taskType: "completion" })).toContain(
      `Kibana also replaces the inference endpoint "answers" in Elasticsearch, for whatever uses it, such as ${twin}.`,
    );
    const also = `The inference endpoint "answers" in Elasticsearch is also that of ${twin}: without it no run of that one works. ${goes}`;
    const summary = async (...ids: string[]) => (await call("safe_delete_connector", { ids, dry_run: true })).body.plan.summary;
    expect(await summary("llm")).toContain(also);
    expect(await summary("llm", "other")).toContain('is also that of the connector "The twin" (twin)');
    for (const alone of [["other"], ["llm", "twin"]]) expect(await summary(...alone)).not.toContain("is also that of");
    await call("safe_delete_connector", { ids: ["llm"] });
    expect(questions[0]).toContain(also);
  });

  test("is one for all spaces: connectors of several are not given the same", async () => {
    const made = await deployment({}, []);
    for (const [id, prefix] of [
      ["llm-default", ""],
      ["llm-team", "/s/team-payments"],
    ])
      await makeConnector(made.bare, id ?? "", { ...model(`of-${id}`), name: "LLM" }, prefix);
    const { call } = await serve(made, { env });
    const update = { id: "LLM", space: "*", secrets, dry_run: true };
    for (const [tool, args] of [
      ["create_connector", { name: "New", type: ".inference", config: model("new").config, space: "default,team-payments", secrets }],
      ["update_connector", { ...update, config: { inferenceId: "new" } }],
    ] as const)
      expect((await call(tool, args)).body.error).toMatchObject({
        code: "invalid_config",
        message: expect.stringContaining('All spaces share the inference endpoint "new" in Elasticsearch'),
      });
    expect((await call("update_connector", { ...update, config: { providerConfig: { model_id: "gpt-5" } } })).body.status).toBe("planned");
  });
});
