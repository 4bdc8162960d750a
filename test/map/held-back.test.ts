import { expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import type { LastNotified, Rule } from "../../src/kibana/rules.ts";
import { heldBack, lastNotifications } from "../../src/map/held-back.ts";
import { reasonOf } from "../../src/map/space.ts";
import { inShort, planted, post } from "./planted.ts";

const daily = (summary: boolean) => ({ frequency: { summary, notify_when: "onThrottleInterval", throttle: "1d" } });
const one = "notified at TIME, at most once in 1d: the same alert not again before TIME";

test("what a throttle holds back now is said by the map and by the connector, and no longer when it does not", async () => {
  const made = await planted({ sandbox: { empty: true, version: "9.5" } });
  await made.slack("chat");
  const { frequency: _none, ...bare } = post("chat");
  await made.rule("default", "alert", [post("chat", undefined, daily(false))]);
  await made.rule("default", "calm", [post("chat", undefined, daily(false))]);
  await made.rule("default", "off", [post("chat", undefined, daily(false))], { enabled: false });
  await made.rule("default", "old", [bare], { notify_when: "onThrottleInterval", throttle: "1d" });
  await made.rule("default", "summary", [post("chat", undefined, daily(true))]);
  await made.rule("default", "two", [post("chat", undefined, daily(false)), post("chat", "recovered")]);
  const fire = (id: string, alerts: string[], state = "active") => made.send("POST", `/sandbox/rules/${id}/fire`, { state, alerts });
  const rows = async () => {
    const { body } = await made.call("map_notifications", { space: "default" });
    return Object.fromEntries(
      body.rules.map((row: { id: string }) => [
        row.id,
        inShort(row as never)
          .split(" | ")
          .slice(1)
          .join(" | "),
      ]),
    );
  };
  const to = "chat on query matched";
  const free = `${to}: at most once in 1d`;
  const off = await rows();
  expect(off).toMatchObject({ alert: free, calm: free, off: free, old: free, summary: expect.stringMatching(/: at most once in 1d$/) });
  for (const id of ["alert", "old", "summary"]) await fire(id, ["a"]);
  await fire("two", ["a", "b"]);
  expect(await rows()).toMatchObject({
    alert: `${to} = perhaps: ${one}`,
    calm: free,
    off: free,
    old: `${to} = perhaps: ${one}`,
    summary: expect.stringMatching(/ = nobody: notified at TIME, at most once in 1d: its summary not again before TIME$/),
    two: expect.stringContaining("= perhaps: notified at TIME, at most once in 1d: 2 alerts not again before TIME"),
  });
  const { body } = await made.call("get_connector", { id: "chat", include: ["rules"] });
  const found = Object.fromEntries(body.rules.map((row: { id: string; verdict?: string }) => [row.id, row.verdict ?? "told"]));
  expect(found).toEqual({ alert: "perhaps", calm: "told", off: "nobody", old: "perhaps", summary: "nobody", two: "perhaps" });
  expect(body.rules.find(({ id }: { id: string }) => id === "alert").in_the_way).toEqual([expect.stringMatching(/not again before 20/)]);
  await fire("alert", ["a"], "recovered");
  expect(await rows()).toMatchObject({ alert: free });
});

const rule = (id: string, more: object = {}) =>
  ({
    ...{ id, name: id, enabled: true, tags: [], consumer: "alerts", rule_type_id: ".es-query", schedule: {}, params: {} },
    actions: [{ id: "chat", group: "g", uuid: "u", connector_type_id: ".slack", ...daily(false) }],
    ...more,
  }) as Rule;
const at = Date.parse("2030-01-01T12:00:00Z");
const last = (hours: number, actions?: object, group = "g"): LastNotified => {
  const date = new Date(at - hours * 3_600_000).toISOString();
  const dated = Object.fromEntries(Object.keys(actions ?? {}).map((key) => [key, { date }]));
  return { alerts: [{ group, date, actions: dated }], summaries: {} };
};
const often = "at most once in 1d";
test.each<[what: string, last: LastNotified | undefined, text: string, stops: string]>([
  [
    "by an alert that it told of",
    last(1, { u: 1 }),
    `notified at 2030-01-01T11:00Z, ${often}: the same alert not again before 2030-01-02T11:00Z`,
    "perhaps",
  ],
  [
    "in the way of Kibana 8.7",
    last(1, { ".slack:g:1d": 1 }),
    `notified at 2030-01-01T11:00Z, ${often}: the same alert not again before 2030-01-02T11:00Z`,
    "perhaps",
  ],
  ["no longer, after a day", last(25, { u: 1 }), often, "nothing"],
  ["not by another action", last(1, { other: 1 }), often, "nothing"],
  ["not where the alert is in another group", last(1, { u: 1 }, "h"), often, "nothing"],
  ["perhaps, where it could not be read", undefined, `${often}; when it last notified was not read`, "perhaps"],
])("an action is held back %s", async (_what, state, text, stops) => {
  const notified = lastNotifications(
    { lastNotified: async () => state ?? Promise.reject(new ToolError("forbidden", "No.", "Ask.")) },
    ...(["default", { rules: 20 }, reasonOf] as const),
  );
  const one = rule("r");
  await notified.read([one]);
  const [action] = one.actions;
  expect(action && heldBack(action, one, notified, at)).toEqual([{ kind: "frequency", text, stops }]);
});

test("it is read of enabled rules with a throttle, of twenty in a call and at once", async () => {
  const asked: string[] = [];
  const left = { rules: 20 };
  const reader = {
    async lastNotified(_space: string, id: string) {
      asked.push(id);
      return last(1);
    },
  };
  const notified = lastNotifications(reader, "default", left, reasonOf);
  const many = Array.from({ length: 30 }, (_one, n) => rule(`r${n}`));
  await notified.read([rule("off", { enabled: false }), rule("bare", { actions: [{ id: "chat" }] }), ...many]);
  await notified.read(many);
  expect(asked).toEqual(many.slice(0, 20).map(({ id }) => id));
});
