import { describe, expect, test } from "vitest";
import { type Bare, deployment, logs, makeConnector, serve, setActions } from "./race-deployment.ts";

async function started(rules: Record<string, string[]> = { r: [] }) {
  const world = await deployment({ connectors: ["one", "two", "three"], rules });
  await makeConnector(world.bare, "index", { connector_type_id: ".index", config: { index: "a" } });
  const server = await serve(world);
  const done = async (tool: string, args: Record<string, unknown>): Promise<string> => {
    const { body } = await server.call(tool, args);
    if (body.status !== "done") throw new Error(JSON.stringify(body));
    return body.change;
  };
  const rowOf = async (change: string) =>
    (await server.call("list_changes", { limit: 100 })).body.changes.find((one: { change: string }) => one.change === change);
  const undo = async (change: string) => (await server.call("undo_change", { change })).body;
  return { ...world, server, done, rowOf, undo };
}

type Doing = Awaited<ReturnType<typeof started>>["done"];

/** The same action with other words. */
const reworded = (message: string) => ["attach_connector", { connector: "one", rules: ["r"], replace: true, params: { message } }] as const;
const attach = (connector: string) => ["attach_connector", { connector, rules: ["r"], params: { message: "m" } }] as const;

describe("an undo of the last change", () => {
  test.each<[string, [string, Record<string, unknown>], RegExp]>([
    ["a run", ["execute_connector", { id: "one", params: { message: "m" } }], /What was sent cannot be taken back/],
    ["a loud test", ["test_connector", { id: "one", mode: "loud" }], /What was sent cannot be taken back/],
  ])("that is %s takes no older one in its place: it names that one", async (_what, [tool, args], why) => {
    const { server, done, undo } = await started();
    const older = await done("update_connector", { id: "index", config: { index: "b" } });
    const asked = server.questions.length;
    const newest = await done(tool, args);
    const { error } = await undo("last");
    expect(error).toMatchObject({ code: "invalid_arguments", detail: { change: newest, newest_undoable: older } });
    expect(error.message).toMatch(why);
    expect(error.fix).toContain(`call undo_change with change "${older}"`);
    expect(server.questions.slice(asked).filter((one) => one.includes("Undo"))).toEqual([]);
    expect((await undo(older)).status).toBe("done");
  });

  test("is the newest that wrote something: safe tests, failures and undos are not meant", async () => {
    const { server, done, undo } = await started();
    const first = await done("update_connector", { id: "index", config: { index: "b" } });
    const second = await done("update_connector", { id: "index", name: "Renamed" });
    await server.call("test_connector", { id: "one" });
    await server.call("update_connector", { id: "index", config: { index: 5 } });
    expect((await undo("last")).status).toBe("done");
    expect(server.questions.at(-1)).toContain(`Undo ${second}`);
    const again = await undo("last");
    expect(again.message).toContain("again as it was before that change");
    expect(again.message).toContain(`Before it came ${first} (update_connector, `);
    expect((await undo(first)).status).toBe("done");
  });

  test.each<[string, (done: Doing) => Promise<unknown>]>([
    ["an update", (done) => done("update_connector", { id: "index", name: "Renamed" })],
    ["a create", (done) => done("create_connector", { name: "New", type: ".server-log", config: {} })],
    ["a delete", (done) => done("safe_delete_connector", { ids: ["index"] })],
    ["an attach", (done) => done(...attach("one"))],
  ])("once that was undone by mistake: %s, the answer names the undo that brings it back, with its call", async (_what, change) => {
    const { server, done, undo } = await started();
    const shown = async () => {
      const { connectors } = (await server.call("list_connectors", {})).body;
      const { rules } = (await server.call("map_notifications", {})).body;
      return JSON.stringify([connectors, rules]);
    };
    await change(done);
    const changed = await shown();
    const { change: mistake } = await undo("last");
    const again = await undo("last");
    expect(again.message).toContain(`The newest of yours is the undo ${mistake} (undo_change, `);
    expect(again.message).toContain(`if that was a mistake, call undo_change with change "${mistake}"`);
    const [next] = again.next;
    expect(next).toMatchObject({ tool: "undo_change", args: { change: mistake } });
    expect((await server.call(next.tool, next.args)).body.status).toBe("done");
    expect(await shown()).toBe(changed);
    // What is there again can be undone again, or the call that does so is named again.
    const last = await undo("last");
    if (last.status === "done") return;
    const [once] = last.next;
    expect((await server.call(once.tool, once.args)).body.status).toBe("done");
  });

  test("that cannot be undone names an undo since, too, and none before it", async () => {
    const { server, done, undo } = await started();
    const older = await done("update_connector", { id: "index", config: { index: "b" } });
    await done("execute_connector", { id: "one", params: { message: "m" } });
    expect((await undo("last")).error.fix).not.toContain("newest of yours");
    const { change: mistake } = await undo(older);
    const { error } = await undo("last");
    expect(error.fix).toContain(`call undo_change with change "${mistake}"`);
    const [next] = error.detail.next;
    expect((await server.call(next.tool, next.args)).body.status).toBe("done");
    await done("execute_connector", { id: "one", params: { message: "m" } });
    expect((await undo("last")).error.fix).not.toContain("newest of yours");
  });
});

describe("a change of a rule that was changed later", () => {
  test("by this server is undone after those, which list and answer name, newest first", async () => {
    const { done, rowOf, undo, actionsOf } = await started();
    const [one, two, three] = [await done(...attach("one")), await done(...reworded("n")), await done(...reworded("o"))];
    const words = `This server changed it since: first undo ${three} (attach_connector), ${two} (attach_connector), newest first.`;
    expect((await rowOf(one)).no_undo).toBe(words);
    const body = await undo(one);
    expect(body).toMatchObject({ status: "plan_changed", message: expect.stringContaining(words) });
    expect(body.message).not.toContain("somebody");
    expect(body.next).toMatchObject([
      { tool: "undo_change", args: { change: three, id: "r" } },
      { tool: "replace_connector", args: { from: "one", remove: true, rules: ["r"], space: "default" } },
    ]);
    for (const change of [three, two, one]) expect((await undo(change)).status).toBe("done");
    expect(await actionsOf("r")).toEqual([]);
  });

  test("the other way takes out what the change added, and nothing else", async () => {
    const { server, done, undo, actionsOf } = await started();
    const one = await done(...attach("one"));
    await done(...attach("two"));
    await done(...reworded("n"));
    const [, other] = (await undo(one)).next;
    expect((await server.call(other.tool, other.args)).body.status).toBe("done");
    expect([...new Set(await actionsOf("r"))]).toEqual(["two"]);
  });

  test("those that were undone already are not named", async () => {
    const { done, rowOf, undo } = await started();
    const [one, two] = [await done(...attach("one")), await done(...reworded("n"))];
    const three = await done(...reworded("o"));
    await undo(three);
    expect((await rowOf(one)).no_undo).toBe(`This server changed it since: first undo ${two} (attach_connector).`);
    await undo(two);
    expect((await rowOf(one)).undo.args).toEqual({ change: one, id: "r" });
  });

  test("by somebody else, alone or after this server, stays as it is, and that is said", async () => {
    const { bare, done, rowOf, undo, actionsOf } = await started();
    const [one, two] = [await done(...attach("one")), await done(...reworded("n"))];
    await setActions(bare, "r", [logs("one"), logs("three")]);
    expect((await rowOf(two)).no_undo).toBe("The rule's actions were changed since.");
    expect((await undo(two)).message).toContain("an undo would revert what somebody else did");
    expect((await rowOf(one)).no_undo).toBe(
      `The rule's actions were changed since. Not only by this server, which made ${two} (attach_connector).`,
    );
    expect((await undo(one)).message).toContain("revert what somebody else did");
    expect(await actionsOf("r")).toEqual(["one", "three"]);
  });
});

describe("actions that were only added, where others came later beside them", () => {
  const actionsNow = async (bare: Bare) =>
    JSON.parse(await bare("GET", "/api/alerting/rule/r")).actions.map(
      ({ connector_type_id: _type, ...one }: Record<string, unknown>) => one,
    );
  const out = "What that change added is gone from it already.";
  const beside = "The actions were changed since: what that change added goes, and the others stay as they are now.";

  test.each<[string, (made: Awaited<ReturnType<typeof started>>, now: object[]) => Promise<unknown>]>([
    ["by somebody else", ({ bare }, now) => setActions(bare, "r", [...now, logs("two")])],
    ["by this server", ({ done }) => done(...attach("two"))],
    ["where somebody else took out another one", ({ bare }, now) => setActions(bare, "r", [logs("two"), ...now.slice(1)])],
  ])("%s: the undo takes out what it added, the others stay, and list and question say so", async (_what, later) => {
    const made = await started({ r: ["three"] });
    const { server, bare, done, rowOf, undo, actionsOf } = made;
    const one = await done(...attach("one"));
    await later(made, await actionsNow(bare));
    const others = (await actionsOf("r")).filter((id) => id !== "one");
    expect(others).toContain("two");
    expect((await rowOf(one)).undo).toEqual({ tool: "undo_change", args: { change: one, id: "r" }, note: beside });
    const back = await undo(one);
    expect(back).toMatchObject({ status: "done", result: { rules_put_back: 1 } });
    expect(server.questions.at(-1)).toContain(`Note: 1 rule ("Rule r"): ${beside}`);
    expect(await actionsOf("r")).toEqual(others);
    expect(await undo(one)).toMatchObject({ status: "no_change", message: expect.stringContaining(out) });
    expect((await rowOf(one)).no_undo).toBe(out);
    expect((await undo(back.change)).status).toBe("done");
    expect(new Set(await actionsOf("r"))).toEqual(new Set(["one", ...others]));
  });

  test("the later one can still be undone afterwards", async () => {
    const { done, undo, actionsOf } = await started();
    const [one, two] = [await done(...attach("one")), await done(...attach("two"))];
    for (const change of [one, two]) expect((await undo(change)).status).toBe("done");
    expect(await actionsOf("r")).toEqual([]);
  });

  test.each<[string, object[]]>([
    ["one of them has other words now", [logs("one", { params: { message: "theirs" } }), logs("two")]],
    ["one of them runs at other times", [logs("one", { params: { message: "m" }, group: "recovered" }), logs("two")]],
  ])("not where %s", async (_what, now) => {
    const { server, bare, done, rowOf, undo, actionsOf } = await started();
    const one = await done(...attach("one"));
    await setActions(bare, "r", now);
    const ids = await actionsOf("r");
    const asked = server.questions.length;
    expect((await rowOf(one)).no_undo).toBe("The rule's actions were changed since.");
    expect([(await undo(one)).status, await actionsOf("r"), server.questions.length]).toEqual(["plan_changed", ids, asked]);
  });

  test("nor where the change did more than add", async () => {
    const { bare, done, undo, actionsOf } = await started();
    await done(...attach("one"));
    const change = await done(...reworded("n"));
    await setActions(bare, "r", [...(await actionsNow(bare)), logs("two")]);
    const ids = await actionsOf("r");
    expect([(await undo(change)).status, await actionsOf("r")]).toEqual(["plan_changed", ids]);
  });
});

describe("a change of a connector that was changed later", () => {
  test("in the same field is undone after that, which is named", async () => {
    const { done, rowOf, undo } = await started();
    const b = await done("update_connector", { id: "index", config: { index: "b" } });
    const c = await done("update_connector", { id: "index", config: { index: "c" } });
    await done("update_connector", { id: "index", name: "Renamed" });
    const words = `This server changed it since: first undo ${c} (update_connector).`;
    expect((await rowOf(b)).no_undo).toBe(words);
    expect(await undo(b)).toMatchObject({
      status: "plan_changed",
      message: `${words} Nothing was written.`,
      result: { differs: ["config.index"] },
      next: [{ tool: "undo_change", args: { change: c, id: "index" } }],
    });
    // The rename came later still, and has nothing to do with it.
    for (const change of [c, b]) expect((await undo(change)).status).toBe("done");
  });

  test("in another field is undone alone: the later one stays, and can still be undone", async () => {
    const { server, bare, done, undo } = await started();
    const b = await done("update_connector", { id: "index", config: { index: "b" } });
    const renamed = await done("update_connector", { id: "index", name: "Renamed" });
    const now = async () => JSON.parse(await bare("GET", "/api/actions/connector/index"));
    expect((await undo(b)).status).toBe("done");
    expect(server.questions.at(-1)).toContain("What was changed after it stays as it is now: name.");
    expect(await now()).toMatchObject({ name: "Renamed", config: { index: "a" } });
    expect((await undo(renamed)).status).toBe("done");
    expect(await now()).toMatchObject({ name: "The index", config: { index: "a" } });
  });

  test("a create is undone after the changes that came later", async () => {
    const { done, rowOf, undo } = await started();
    const made = await done("create_connector", { id: "made", name: "Made", type: ".server-log" });
    const renamed = await done("update_connector", { id: "made", name: "Renamed" });
    expect((await rowOf(made)).no_undo).toBe(`This server changed it since: first undo ${renamed} (update_connector).`);
    for (const change of [renamed, made]) expect((await undo(change)).status).toBe("done");
  });
});

describe("a change that was undone", () => {
  type Pair = [first: Parameters<Doing>, second: Parameters<Doing>];
  const already = /^It was undone already, by \S+\. What is there now is from \S+ \(undo_change\)\.$/;
  const remove = ["replace_connector", { from: "one", remove: true }] as const;
  const update = (more: object) => ["update_connector", { id: "index", ...more }] as const;
  const pairs: [string, RegExp, Pair][] = [
    ["an attachment and its removal", already, [[...attach("one")], [...remove]]],
    ["other words of an action", /./, [[...attach("one")], [...reworded("n")]]],
    ["a name and the former one", already, [[...update({ name: "Renamed" })], [...update({ name: "The index" })]]],
    ["a config and the former one", already, [[...update({ config: { index: "b" } })], [...update({ config: { index: "a" } })]]],
    [
      "a workflow's move and its return",
      already,
      [
        ["replace_connector", { from: "index", to: "other" }],
        ["replace_connector", { from: "other", to: "index" }],
      ],
    ],
  ];
  const yaml =
    "name: Tell\ntriggers:\n  - type: manual\nsteps:\n  - name: a\n    type: index\n    connector-id: index\n    with:\n      documents: []\n";

  test.each(pairs)(
    "is not offered again because an older one is undone too, and whoever undoes the newest offered one ends: %s",
    async (_what, why, [first, second]) => {
      const { server, bare, done, rowOf, undo } = await started();
      await makeConnector(bare, "other", { connector_type_id: ".index", config: { index: "o" } });
      await bare("POST", "/api/workflows/workflow", { id: "tell-w", yaml });
      const [one, two] = [await done(...first), await done(...second)];
      const offered = async () =>
        (await server.call("list_changes", { limit: 100 })).body.changes.find(
          (row: { undo?: object; tool: string }) => row.undo && row.tool !== "undo_change",
        )?.change;
      const undone: string[] = [];
      for (let next = await offered(); next !== undefined && undone.length < 5; next = await offered()) {
        expect((await undo(next)).status).toBe("done");
        undone.push(next);
      }
      expect(undone).toEqual([two, one]);
      expect((await rowOf(two)).no_undo).toMatch(why);
      expect(await undo(two)).not.toMatchObject({ status: "done" });
      expect((await undo(one)).status).toBe("no_change");
    },
  );

  test("is offered again once its undo was undone, or somebody made it again by hand", async () => {
    const { bare, done, rowOf, undo, actionsOf } = await started();
    const one = await done(...attach("one"));
    const { actions } = JSON.parse(await bare("GET", "/api/alerting/rule/r"));
    const { change: mistake } = await undo(one);
    expect((await undo(mistake)).status).toBe("done");
    expect((await rowOf(one)).undo).toBeDefined();
    expect((await undo(one)).status).toBe("done");
    await setActions(
      bare,
      "r",
      actions.map(({ connector_type_id: _type, ...action }: Record<string, unknown>) => action),
    );
    expect((await rowOf(one)).undo).toBeDefined();
    expect([(await undo(one)).status, await actionsOf("r")]).toEqual(["done", []]);
  });

  test("in part goes back with the others alone, and says so", async () => {
    const { bare, done, undo, actionsOf } = await started({ r: ["one"], s: ["one"] });
    const removed = await done(...remove);
    await undo(removed);
    const again = await done("replace_connector", { from: "one", remove: true, rules: ["s"] });
    await setActions(bare, "r", []);
    const { status, warnings } = await undo(removed);
    expect([status, warnings]).toEqual([
      "done",
      expect.arrayContaining([expect.stringMatching(/^Left as it is: "Rule s"\. It was undone already, by /)]),
    ]);
    expect([await actionsOf("r"), await actionsOf("s")]).toEqual([["one"], []]);
    expect([(await undo(again)).status, await actionsOf("s")]).toEqual(["done", ["one"]]);
  });
});

test("a deletion that was undone and done again is offered once: the newest", async () => {
  const { server, done, rowOf, undo, connectorIds } = await started();
  const first = await done("safe_delete_connector", { ids: ["one"] });
  await undo(first);
  await done("update_connector", { id: "one", name: "Renamed" });
  const second = await done("safe_delete_connector", { ids: ["one"] });
  const words = `It came back and was deleted again: undo ${second} (safe_delete_connector) instead.`;
  expect((await rowOf(first)).no_undo).toBe(words);
  expect((await undo(first)).message).toContain(words);
  expect((await rowOf(second)).undo.args).toEqual({ change: second, id: "one" });
  expect((await undo(second)).status).toBe("done");
  expect(await connectorIds()).toContain("one");
  expect((await server.call("get_connector", { id: "one" })).body.connector.name).toBe("Renamed");
});
