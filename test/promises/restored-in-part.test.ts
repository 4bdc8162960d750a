import { expect, test } from "vitest";
import { deployment, logs, makeConnector, makeRule, serve, setActions } from "./race-deployment.ts";

const made = async () => {
  const world = await deployment({ connectors: ["one", "two"], rules: { alone: ["one"], both: ["one", "two"], other: ["two"] } });
  return { world, call: (await serve(world)).call };
};

test.each<[string, object]>([
  ["removed", { remove: true }],
  ["moved", { to: "two" }],
])(
  "a deleted connector that is restored: the answer names the rules whose actions were %s before, and how they get them again",
  async (_how, how) => {
    const { world, call } = await made();
    const gone = (await call("replace_connector", { from: "one", ...how })).body;
    const { change } = (await call("safe_delete_connector", { ids: ["one"] })).body;
    const { body } = await call("undo_change", { change });
    expect([body.status, body.next[0]]).toMatchObject(["done", { tool: "undo_change", args: { change: gone.change } }]);
    expect(body.warnings.join(" ")).toMatch(
      /^Not put back: rule "Rule (alone|both)", rule "Rule (alone|both)" lost their actions before the delete\./,
    );
    expect((await call(body.next[0].tool, body.next[0].args)).body).toMatchObject({ status: "done", result: { rules_put_back: 2 } });
    expect([await world.actionsOf("alone"), await world.actionsOf("both")]).toEqual([["one"], ["one", "two"]]);
  },
);

test.each(["Kibana", "attach_connector"])(
  "a rule that got another action since, by %s, is named too, with the call that gives it one again",
  async (by) => {
    const { world, call } = await made();
    await call("replace_connector", { from: "one", remove: true });
    if (by === "attach_connector") await call("attach_connector", { connector: "two", rules: ["alone"], params: { message: "x" } });
    else {
      const { name, tags, schedule, params } = JSON.parse(await world.bare("GET", "/api/alerting/rule/alone"));
      await world.bare("PUT", "/api/alerting/rule/alone", { name, tags, schedule, params, actions: [logs("two")] });
    }
    const { change } = (await call("safe_delete_connector", { ids: ["one"] })).body;
    const { body } = await call("undo_change", { change });
    expect(body.warnings.join(" ")).toMatch(
      /rule "Rule both" lost its actions before the delete\. undo_change .* rule "Rule alone" lost .* no undo/s,
    );
    const { tool, args } = body.next.find((one: { tool: string }) => one.tool === "attach_connector");
    expect(args).toMatchObject({ connector: "one", rules: ["alone"], space: "default", groups: ["query matched"] });
    expect((await call(tool, args)).body.status).toBe("done");
    const { actions } = JSON.parse(await world.bare("GET", "/api/alerting/rule/alone"));
    const { id: _id, ...was } = logs("one");
    expect(actions.find(({ id }: { id: string }) => id === "one")).toMatchObject(was);
    expect(new Set(await world.actionsOf("alone"))).toEqual(new Set(["one", "two"]));
  },
);

test("a workflow is named as a rule is, and several deleted connectors are looked at together", async () => {
  const { world, call } = await made();
  for (const id of ["idx", "idx2", "idx3"]) await makeConnector(world.bare, id, { connector_type_id: ".index", config: { index: id } });
  const step = "  - name: tell\n    type: index\n    connector-id: idx\n    with:\n      documents: []\n";
  const yaml = `name: Tell\ntriggers:\n  - type: manual\nsteps:\n${step}`;
  await world.bare("POST", "/api/workflows/workflow", { id: "tell-w", yaml });
  await call("replace_connector", { from: "idx", to: "idx2" });
  const { change } = (await call("safe_delete_connector", { ids: ["idx", "idx3"] })).body;
  const { body } = await call("undo_change", { change });
  expect(body.warnings.join(" ")).toContain('workflow "Tell"');
  expect((await call(body.next[0].tool, body.next[0].args)).body.status).toBe("done");
  const text = JSON.parse(await world.bare("GET", "/api/workflows/workflow/tell-w")).yaml;
  expect(text).toContain("connector-id: idx\n");
});

test.each<[string, string, boolean]>([
  ["another one whose id begins with its id", "connector-id: idx-2", true],
  ["another one, and its id in a remark", "connector-id: other # once idx", true],
  ["it again, by its name", "connector-id: The idx", false],
])("a workflow that names %s since is told: %s, %s", async (_what, now, isNamed) => {
  const { world, call } = await made();
  for (const id of ["idx", "idx-2", "third", "other"])
    await makeConnector(world.bare, id, { connector_type_id: ".index", config: { index: id } });
  const text = (names: string) =>
    `name: Tell\ntriggers:\n  - type: manual\nsteps:\n  - name: tell\n    type: index\n    ${names}\n    with:\n      documents: []\n`;
  await world.bare("POST", "/api/workflows/workflow", { id: "tell-w", yaml: text("connector-id: idx") });
  await call("replace_connector", { from: "idx", to: "third" });
  await world.bare("PUT", "/api/workflows/workflow/tell-w", { yaml: text(now === "connector-id: The idx" ? "connector-id: idx-2" : now) });
  const { change } = (await call("safe_delete_connector", { ids: ["idx"] })).body;
  if (!isNamed) await world.bare("PUT", "/api/workflows/workflow/tell-w", { yaml: text(now) });
  const { body } = await call("undo_change", { change });
  const told = expect.stringMatching(
    /^Not put back: workflow "Tell" lost its actions of "The idx" .* it was changed since, or is protected\.$/,
  );
  expect([body.status, body.warnings ?? []]).toEqual([
    "done",
    isNamed ? expect.arrayContaining([told]) : expect.not.arrayContaining([told]),
  ]);
});

test.each<[string, (call: Awaited<ReturnType<typeof made>>["call"]) => Promise<unknown>]>([
  ["nothing was taken off", async () => undefined],
  [
    "what was taken off was given back",
    async (call) => {
      const { change } = (await call("replace_connector", { from: "two", remove: true, rules: ["other"] })).body;
      await call("undo_change", { change });
    },
  ],
])("where %s, a restored connector comes without such a note", async (_what, before) => {
  const { world, call } = await made();
  await before(call);
  await makeConnector(world.bare, "three");
  const { change } = (await call("safe_delete_connector", { ids: ["three"] })).body;
  const { body } = await call("undo_change", { change });
  expect([body.status, JSON.stringify(body)]).toEqual(["done", expect.not.stringContaining("Not put back")]);
});

test("a restored connector with secrets is not called the same as before: nobody sees its secrets", async () => {
  const world = await deployment();
  const { call } = await serve(world, { env: { CONNECTOR_SECRET_GUESS: "a-guessed-value-1" } });
  await makeConnector(world.bare, "pd", { connector_type_id: ".pagerduty", secrets: { routingKey: "the-right-one" } });
  const { change } = (await call("safe_delete_connector", { ids: ["pd"] })).body;
  await call("undo_change", { change, secrets: { routingKey: { $env: "CONNECTOR_SECRET_GUESS" } } });
  const { changes } = (await call("list_changes")).body;
  expect(changes.at(-1).no_undo).toBe(
    "Its name and config are again as they were before that change; Kibana does not show whether its secrets are.",
  );
});

test("of what a rule had with a deleted connector, each of its texts comes back by a call; one with a secret in it does not", async () => {
  const world = await deployment({ connectors: ["one", "two"] });
  const frequency = { summary: false, notify_when: "onThrottleInterval", throttle: "2h" };
  await makeRule(world.bare, "own", [
    logs("one", { params: { message: "Ours: {{rule.name}}" }, frequency }),
    logs("one", { group: "recovered", params: { message: "Over" } }),
  ]);
  const token = "xoxb-123456789012-abcdefghijkl";
  await makeRule(world.bare, "secret", [logs("one", { params: { message: `password: ${token}` } })]);
  const { call } = await serve(world);
  await call("replace_connector", { from: "one", remove: true });
  for (const rule of ["own", "secret"]) await setActions(world.bare, rule, [logs("two")]);
  const { change } = (await call("safe_delete_connector", { ids: ["one"] })).body;
  const { body } = await call("undo_change", { change });
  const calls: { tool: string; args: Record<string, unknown> }[] = body.next.filter(
    ({ tool }: { tool: string }) => tool === "attach_connector",
  );
  const which = ({ args }: (typeof calls)[number]) => JSON.stringify([args.rules, args.groups]);
  calls.sort((one, other) => which(one).localeCompare(which(other)));
  expect(calls.map(({ args }) => args)).toEqual([
    {
      connector: "one",
      rules: ["own"],
      groups: ["query matched"],
      params: { message: "Ours: {{rule.name}}" },
      frequency,
      space: "default",
    },
    expect.objectContaining({ rules: ["own"], groups: ["recovered"], params: { message: "Over" } }),
    expect.objectContaining({ rules: ["secret"], groups: ["query matched"] }),
  ]);
  expect(calls[2]?.args).not.toHaveProperty("params");
  expect(JSON.stringify(body)).not.toContain(token);
  for (const { tool, args } of calls) {
    const { body: attached } = await call(tool, args);
    expect(attached.result.rules[0].other_actions).toBe(1);
  }
  const { actions } = JSON.parse(await world.bare("GET", "/api/alerting/rule/own"));
  const mine = actions.filter(({ id }: { id: string }) => id === "one");
  expect(mine).toMatchObject([
    { group: "query matched", params: { message: "Ours: {{rule.name}}" } },
    { group: "recovered", params: { message: "Over" } },
  ]);
  expect(mine[0].frequency).toEqual(frequency);
});
