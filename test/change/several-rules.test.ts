import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { action, makeConnector, makeRule } from "../support/rules-deployment.ts";

const count = 10;
const ids = Array.from({ length: count }, (_, n) => `rule-${n}`);
const move = { from: "old", to: "new" };

/** Ten rules that use one connector. */
async function tenRules(options: ProductOptions = {}) {
  const made = await product({ person: accepts, ...options });
  for (const id of ["old", "new"]) await makeConnector(made, id, ".server-log");
  for (const id of ids) await makeRule(made, id, [action("old")]);
  return made;
}

const isPut = ({ method }: { method: string }) => method === "PUT";
const ruleOf = (path: string) => path.split("/").at(-1) ?? "";
/** The rules that a journal has a beginning, or an end, of; without one that was withdrawn before its write. */
function recorded(journal: string, kind: "begin" | "end"): string[] {
  const all = journal.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  const key = ({ change, n }: { change: string; n: number }) => `${change} ${n}`;
  const withdrawn = new Set(all.filter((one) => one.withdrawn).map(key));
  const records = all.filter((one) => !withdrawn.has(key(one)));
  const begun = new Map(records.filter((one) => one.kind === "begin").map((one) => [key(one), one.op.id]));
  return records.filter((one) => one.kind === kind).map((one) => begun.get(key(one)));
}

test("each rule's beginning is on disk before its own write, and each is read right before it", async () => {
  const late: string[] = [];
  const made = await tenRules({
    onRequest: async (call) => {
      if (isPut(call) && !recorded(await made.journal(), "begin").includes(ruleOf(call.path))) late.push(call.path);
    },
  });
  expect((await made.call("replace_connector", move)).body).toMatchObject({ status: "done", result: { counts: { moved: count } } });
  expect(late).toEqual([]);
  expect(recorded(await made.journal(), "begin")).toEqual(ids);
  expect(recorded(await made.journal(), "end").sort()).toEqual(ids);
  const ofRule = (id: string) => made.calls.filter(({ path }) => path === `/api/alerting/rule/${id}`).map(({ method }) => method);
  for (const id of ids) expect(ofRule(id)).toEqual(["GET", "PUT", "GET"]);
});

test("one that fails stops the rest: nothing more begins, what has begun is finished and told", async () => {
  const made = await tenRules();
  await made.fault("conflict", { method: "PUT", path: "/api/alerting/rule/rule-2" });
  const { body } = await made.call("replace_connector", move);
  const begun = recorded(await made.journal(), "begin");
  expect(begun).toEqual(ids.slice(0, begun.length));
  expect(begun.length).toBeLessThan(count);
  expect(body).toMatchObject({ status: "partial", result: { counts: { moved: begun.length - 1, failed: 1 } } });
  expect(
    made.calls
      .filter(isPut)
      .map(({ path }) => ruleOf(path))
      .sort(),
  ).toEqual(begun);
  expect(recorded(await made.journal(), "end").sort()).toEqual(begun);

  const again = await made.call("replace_connector", move);
  expect(again.body).toMatchObject({ status: "done", result: { counts: { moved: count - begun.length + 1 } } });
  const rules = JSON.parse(await made.bare("GET", "/sandbox/state")).rules as { id: string; revision: number; actions: { id: string }[] }[];
  const ours = rules.filter(({ id }) => ids.includes(id));
  expect(ours.map(({ revision, actions }) => [revision, ...actions.map(({ id }) => id)])).toEqual(ids.map(() => [1, "new"]));
});

test("with on_error continue the others are done, and an undo gives each its own action back", async () => {
  const made = await tenRules();
  await made.fault("conflict", { method: "PUT", path: "/api/alerting/rule/rule-2" });
  const { body } = await made.call("replace_connector", { ...move, on_error: "continue" });
  expect(body).toMatchObject({ status: "partial", result: { counts: { moved: count - 1, failed: 1 } } });
  expect((await made.call("undo_change", { change: body.change })).body).toMatchObject({
    status: "done",
    result: { rules_put_back: count - 1 },
  });
  const rules = JSON.parse(await made.bare("GET", "/sandbox/state")).rules as { id: string; actions: { id: string }[] }[];
  for (const { id, actions } of rules) if (ids.includes(id)) expect(actions.map((one) => one.id)).toEqual(["old"]);
});

test("a cancelled call begins no further write and finishes those under way", async () => {
  const stop = new AbortController();
  let puts = 0;
  const made = await tenRules({
    onRequest: (call) => {
      if (isPut(call) && ++puts === 2) stop.abort();
    },
  });
  await made.call("replace_connector", move, stop.signal).catch(() => undefined);
  // It waits for the writes of the first.
  const { body } = await made.call("replace_connector", move);
  const moved = body.result.counts.moved;
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(count);
  expect(body).toMatchObject({ status: "done", result: { earlier: [{ rules: count - moved }] } });
  expect(
    made.calls
      .filter(isPut)
      .map(({ path }) => ruleOf(path))
      .sort(),
  ).toEqual(ids);
  expect(recorded(await made.journal(), "end").sort()).toEqual(ids);
});

test("a save of the same rule by somebody else right before is not overwritten, whichever write is under way", async () => {
  let done = false;
  const made = await tenRules({
    onRequest: async (call) => {
      if (!isPut(call) || done) return;
      done = true;
      await makeOwn();
    },
  });
  const makeOwn = async () => {
    const rule = JSON.parse(await made.bare("GET", "/api/alerting/rule/rule-6"));
    const { name, schedule, params, tags } = rule;
    await made.bare("PUT", "/api/alerting/rule/rule-6", { name, schedule, params, tags, actions: [] });
  };
  const { body } = await made.call("replace_connector", { ...move, on_error: "continue" });
  expect(body).toMatchObject({ status: "partial", result: { counts: { moved: count - 1, failed: 1 } } });
  expect(JSON.parse(await made.bare("GET", "/api/alerting/rule/rule-6")).actions).toEqual([]);
});

test("the writes of several calls together are at most four at once", async () => {
  let now = 0;
  let most = 0;
  let reach = () => {};
  const four = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const made = await tenRules({
    onRequest: async (call) => {
      if (!isPut(call)) return;
      now += 1;
      most = Math.max(most, now);
      if (now >= 4) reach();
      // The first wait for the others, however slow the machine; all are there for a moment.
      await Promise.race([four, setTimeout(3000)]);
      await setTimeout(20);
      now -= 1;
    },
  });
  const halves = [ids.slice(0, 5), ids.slice(5)];
  const answers = await Promise.all(halves.map((rules) => made.call("replace_connector", { ...move, rules })));
  expect(answers.map(({ body }) => body.status)).toEqual(["done", "done"]);
  expect(most).toBe(4);
});
