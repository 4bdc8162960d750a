import { describe, expect, test } from "vitest";
import { yes } from "../support/built-server.ts";
import { type Rewrite, rewritingProxy } from "../support/rewriting-proxy.ts";
import { deployment, logs, serve } from "./race-deployment.ts";

type Args = Record<string, unknown>;

async function started(rules: Record<string, string[]> = { r: ["one"] }, rewrite: Rewrite = {}, meanwhile: () => unknown = () => {}) {
  const world = await deployment({ connectors: ["one", "two", "three"], rules });
  const { url } = await rewritingProxy(world.url, rewrite);
  const during = { meanwhile };
  const server = await serve(
    { url },
    {
      person: async () => {
        await during.meanwhile();
        return yes();
      },
    },
  );
  const done = async (tool: string, args: Args): Promise<string> => {
    const { body } = await server.call(tool, args);
    if (body.status !== "done") throw new Error(JSON.stringify(body));
    return body.change;
  };
  const rowOf = async (change: string, id = "r") =>
    (await server.call("list_changes", { limit: 100 })).body.changes.find((one: Args) => one.change === change && one.id === id);
  const undo = async (change: string) => (await server.call("undo_change", { change })).body;
  const ruleOf = async (id: string) => JSON.parse(await world.bare("GET", `/api/alerting/rule/${id}`));
  /** Somebody deletes the rule and makes one under its id, with the same actions unless it is given others. */
  async function remake(id: string, more: Args = {}) {
    const { actions } = await ruleOf(id);
    await world.bare("DELETE", `/api/alerting/rule/${id}`);
    await world.bare("POST", `/api/alerting/rule/${id}`, {
      name: `Rule ${id}`,
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "1m" },
      actions: actions.map(({ connector_type_id: _type, uuid: _uuid, ...one }: Args) => one),
      ...more,
    });
    return (await ruleOf(id)).created_at as string;
  }
  return { ...world, server, done, rowOf, undo, ruleOf, remake, during };
}

const changes: [string, string, Args][] = [
  ["an attachment", "attach_connector", { connector: "two", params: { message: "m" } }],
  ["other words", "attach_connector", { connector: "one", replace: true, params: { message: "m" } }],
  ["a removal", "replace_connector", { from: "one", remove: true }],
  ["a move", "replace_connector", { from: "one", to: "two" }],
];
const others: [string, Args][] = [
  ["another name", { name: "Salaries of the board" }],
  ["the same name", {}],
  ["another type", { rule_type_id: ".index-threshold", actions: [] }],
];

describe("a change of a rule whose id is another rule's now", () => {
  test.each(changes.flatMap((change) => others.map((other) => [...change, ...other] as const)))(
    "%s (%s %j), of %s: it is not undone on that, and the list says so",
    async (_what, tool, args, _other, more) => {
      const { server, done, rowOf, undo, ruleOf, remake } = await started();
      const change = await done(tool, { ...args, rules: ["r"] });
      const created = await remake("r", more);
      const [before, asked] = [await ruleOf("r"), server.questions.length];
      const { name = "Rule r", rule_type_id: type = ".es-query" } = more;
      const words = `The id now belongs to another rule, "${name}" (${type}, created ${created}).`;
      expect((await rowOf(change)).no_undo).toBe(words);
      expect(await undo(change)).toMatchObject({ status: "plan_changed", message: expect.stringContaining(`stays as it is: ${words}`) });
      expect([server.questions.length, await ruleOf("r")]).toEqual([asked, before]);
    },
  );

  test("the other rules of the change are put back, and which is not is in the question", async () => {
    const { server, done, rowOf, undo, actionsOf, remake } = await started({ r: ["one"], s: ["one"] });
    const change = await done("replace_connector", { from: "one", remove: true, rules: ["r", "s"] });
    await remake("r", { name: "Salaries of the board" });
    expect((await rowOf(change, "s")).undo.args).toEqual({ change, id: "s" });
    expect(await undo(change)).toMatchObject({ status: "done", result: { rules_put_back: 1 } });
    expect(server.questions.at(-1)).toContain('"Salaries of the board") stays as it is: The id now belongs to another rule');
    expect([await actionsOf("r"), await actionsOf("s")]).toEqual([[], ["one"]]);
  });

  test("what this server did to the new one is undone, and so is that undo", async () => {
    const { done, undo, actionsOf, remake } = await started();
    await done("attach_connector", { connector: "two", rules: ["r"], params: { message: "m" } });
    await remake("r");
    const change = await done("attach_connector", { connector: "three", rules: ["r"], params: { message: "m" } });
    const back = await undo(change);
    expect([back.status, new Set(await actionsOf("r"))]).toEqual(["done", new Set(["one", "two"])]);
    expect((await undo(back.change)).status).toBe("done");
    expect(new Set(await actionsOf("r"))).toEqual(new Set(["one", "two", "three"]));
  });

  test("a rule that was only changed is still itself: it is put back, and the question says what it was called", async () => {
    const { server, bare, done, undo, ruleOf, actionsOf } = await started();
    const change = await done("replace_connector", { from: "one", remove: true, rules: ["r"] });
    const { schedule, params, tags } = await ruleOf("r");
    await bare("PUT", "/api/alerting/rule/r", { name: "Renamed", schedule, params, tags, actions: [] });
    expect((await undo(change)).status).toBe("done");
    expect(server.questions.at(-1)).toContain('Called otherwise now: rule "Rule r" is "Renamed".');
    expect(await actionsOf("r")).toEqual(["one"]);
  });
});

describe("where Kibana did not show when a rule was created", () => {
  const showing = (at: { created?: string }) => ({
    answer({ path }: { path: string }, body: Args) {
      if (!path.includes("/alerting/rule")) return;
      for (const rule of Array.isArray(body?.data) ? body.data : [body]) if (rule) rule.created_at = at.created;
    },
  });
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

  test("at the change, one that was created long after it is another one; clocks may differ a little", async () => {
    const at: { created?: string } = {};
    const { done, rowOf, undo } = await started({ r: ["one"] }, showing(at));
    const change = await done("replace_connector", { from: "one", remove: true, rules: ["r"] });
    at.created = inMinutes(60);
    expect((await rowOf(change)).no_undo).toContain("The id now belongs to another rule");
    expect((await undo(change)).status).toBe("plan_changed");
    at.created = inMinutes(2);
    expect((await rowOf(change)).undo.args).toEqual({ change, id: "r" });
    expect((await undo(change)).status).toBe("done");
  });

  test("at any time, the question says what it was called, and the type still tells", async () => {
    const { server, done, undo, remake } = await started({ r: ["one"], s: ["one"] }, showing({}));
    const [change, other] = [
      await done("replace_connector", { from: "one", remove: true, rules: ["r"] }),
      await done("replace_connector", { from: "one", remove: true, rules: ["s"] }),
    ];
    await remake("r", { name: "Salaries of the board" });
    await remake("s", { rule_type_id: ".index-threshold" });
    expect((await undo(change)).status).toBe("done");
    expect(server.questions.at(-1)).toContain('Called otherwise now: rule "Rule r" is "Salaries of the board".');
    expect((await undo(other)).message).toContain('another rule, "Rule s" (.index-threshold).');
  });

  test("its clock does not matter where it did: a rule that was created in the future is itself", async () => {
    const { done, undo } = await started({ r: ["one"] }, showing({ created: inMinutes(600) }));
    expect((await undo(await done("replace_connector", { from: "one", remove: true, rules: ["r"] }))).status).toBe("done");
  });
});

describe("a rule that is made anew under its id while a person decides", () => {
  test.each(changes)("is not written: %s (%s %j)", async (_what, tool, args) => {
    const { server, ruleOf, remake, during } = await started();
    during.meanwhile = () => remake("r");
    const { body } = await server.call(tool, { ...args, rules: ["r"] });
    expect(body).toMatchObject({ status: "plan_changed", message: expect.stringContaining("The target changed meanwhile") });
    expect(await ruleOf("r")).toMatchObject({ revision: 0 });
  });

  test.each(changes)("nor where that is so at the last look: %s (%s %j)", async (_what, tool, args) => {
    // A replacement finds its rules by the connector, and reads each only at its last look.
    const last = tool === "attach_connector" ? 2 : 1;
    const reads = { after: 0, remake: (): unknown => undefined };
    const { server, ruleOf, remake, during } = await started(
      { r: ["one"] },
      {
        request: async ({ method, path }) => {
          if (method === "GET" && /\/alerting\/rule\/r(\?|$)/.test(path) && ++reads.after === last) await reads.remake();
        },
      },
    );
    during.meanwhile = () => Object.assign(reads, { after: 0, remake: () => remake("r") });
    const { body } = await server.call(tool, { ...args, rules: ["r"] });
    expect(JSON.stringify(body)).toContain('deleted the rule \\"r\\" and made another one under its id a moment ago. Nothing was written');
    expect(await ruleOf("r")).toMatchObject({ revision: 0 });
  });

  test("nor by an undo", async () => {
    const { done, undo, ruleOf, remake, during } = await started();
    const change = await done("replace_connector", { from: "one", remove: true, rules: ["r"] });
    during.meanwhile = () => remake("r");
    expect((await undo(change)).message).toContain("The id now belongs to another rule");
    expect(await ruleOf("r")).toMatchObject({ actions: [], revision: 0 });
  });

  test("within the write: the answer says that it is not as written, and no undo is offered", async () => {
    const meant: { write?: () => Promise<unknown> } = {};
    const { server, remake, rowOf } = await started(
      { r: ["one"] },
      {
        request: async ({ method, path }) => {
          if (method === "PUT" && path.includes("/alerting/rule/")) await meant.write?.();
        },
      },
    );
    meant.write = () => remake("r", { name: "Salaries of the board" });
    const { body } = await server.call("replace_connector", { from: "one", remove: true, rules: ["r"] });
    expect(body.warnings.join()).toContain('accepted the change of "Rule r" (r) in space default, but shows something else now');
    expect((await rowOf(body.change)).no_undo).toContain("The id now belongs to another rule");
  });
});

test("an undo of an attachment whose actions somebody changed names the call that takes them out", async () => {
  const { server, bare, done, undo, ruleOf, actionsOf } = await started();
  const change = await done("attach_connector", { connector: "two", rules: ["r"], params: { message: "m" } });
  const { name, schedule, params, tags } = await ruleOf("r");
  const actions = [logs("one"), logs("two", { params: { message: "theirs" } })];
  await bare("PUT", "/api/alerting/rule/r", { name, schedule, params, tags, actions });
  const { message, next } = await undo(change);
  expect(message).toContain("It was changed since");
  expect(next).toMatchObject([{ tool: "replace_connector", args: { from: "two", remove: true, rules: ["r"] } }]);
  expect((await server.call(next[0].tool, next[0].args)).body.status).toBe("done");
  expect(await actionsOf("r")).toEqual(["one"]);
});
