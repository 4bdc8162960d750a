import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const post = (channel: string, text = "fire") => ({ subAction: "postMessage", subActionParams: { channelNames: [channel], text } });
const often = { summary: true, notify_when: "onThrottleInterval", throttle: "1h" };
const hours = { timeframe: { days: [1, 2, 3], timezone: "UTC", hours: { start: "08:00", end: "17:00" } } };
const query = { query: { kql: "host.name: a", filters: [] } };
const secret = "fire token=Zk39vQ2mN8xR4tY7wB1c please";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
const call = async (made: Made, tool: string, args: Dict): Promise<any> => (await made.call(tool, args)).body;
const own = async (made: Made, rule: string): Promise<Dict[]> =>
  (await ruleOf(made, rule)).actions.filter(({ id }: Dict) => id === "chat").map(({ uuid, ...rest }: Dict) => rest);

/** A connector whose actions in rules were taken away and that was deleted then, the rules changed since; after the undo of the delete. */
async function back(rules: Record<string, Dict[]>) {
  const made = await product({ person: accepts, sandbox: { empty: true }, env: { CONNECTOR_SECRET_T: "xoxb-2-abc" } });
  for (const [id, kind] of Object.entries({ chat: "channels", hook: "plain" }))
    await made.bare("POST", `/api/actions/connector/${id}`, {
      name: id,
      ...rehearsedConnectors[kind],
      ...(id === "chat" && { config: {} }),
    });
  for (const [id, actions] of Object.entries(rules)) await makeRule(made, id, actions);
  const before = Object.fromEntries(await Promise.all(Object.keys(rules).map(async (id) => [id, await own(made, id)] as const)));
  await call(made, "replace_connector", { from: "chat", remove: true });
  for (const id of Object.keys(rules)) {
    const { name, tags, schedule, params } = await ruleOf(made, id);
    const actions = [action("hook", { params: { body: "{}" } })];
    await made.bare("PUT", `/api/alerting/rule/${id}`, { ...{ name, tags, schedule, params }, actions });
  }
  const { change } = await call(made, "safe_delete_connector", { ids: ["chat"] });
  const undone = await call(made, "undo_change", { change, secrets: { token: { $env: "CONNECTOR_SECRET_T" } } });
  expect(undone.status).toBe("done");
  const next: { tool: string; args: Dict; why: string }[] = undone.next.filter(({ tool }: Dict) => tool === "attach_connector");
  return { made, next, before };
}

const chat = (params: Dict, more: Dict = {}) => action("chat", { params, ...more });

describe("the calls that give rules their actions with a restored connector again", () => {
  test.each<[what: string, actions: Dict[]]>([
    ["a single message", [chat(post("#ops"))]],
    ["a summary", [chat(post("#sum", "{{alerts.new.count}} new"), { frequency: often })]],
    ["messages to two groups", [chat(post("#ops")), chat(post("#low"), { group: "recovered" })]],
    ["a summary beside a message", [chat(post("#ops")), chat(post("#sum", "{{alerts.new.count}} new"), { frequency: often })]],
  ])("work as they stand, and leave nothing out: %s", async (_what, actions) => {
    const { made, next, before } = await back({ r1: actions });
    expect(next.map(({ why }) => why).join()).not.toContain("Without");
    for (const { tool, args } of next) expect(await call(made, tool, args)).toMatchObject({ status: "done" });
    expect(await own(made, "r1")).toEqual(before.r1);
  });

  test.each<[what: string, more: Dict, words: string]>([
    ["hours", { alerts_filter: hours }, "Without the time window"],
    ["a query", { alerts_filter: query }, "Without the alert filter"],
    ["both", { alerts_filter: { ...query, ...hours } }, "Without the alert filter and time window"],
  ])("say that they give no filter: %s", async (_what, more, words) => {
    const { made, next } = await back({ r1: [chat(post("#day"), more)] });
    expect(next).toMatchObject([{ why: expect.stringContaining(words) }]);
    expect(await call(made, "attach_connector", next[0]?.args ?? {})).toMatchObject({ status: "done" });
  });

  test("keep what holds no secret, and name what is missing", async () => {
    const { made, next } = await back({ r1: [chat(post("#ops", secret))] });
    expect(next).toMatchObject([
      {
        args: { params: { subAction: "postMessage", subActionParams: { channelNames: ["#ops"] } } },
        why: expect.stringContaining("Without params.subActionParams.text"),
      },
    ]);
    expect(JSON.stringify(next)).not.toContain("Zk39");
    expect(await call(made, "attach_connector", next[0]?.args ?? {})).toMatchObject({ status: "done" });
    expect(await own(made, "r1")).toMatchObject([{ params: { subActionParams: { channelNames: ["#ops"] } } }]);
  });

  test("are the first three where there are more, which the last of them says, with the rules", async () => {
    const rules = Object.fromEntries(["a", "b", "c", "d", "e"].map((id) => [id, [chat(post(`#${id}`))]]));
    const { made, next } = await back(rules);
    expect(next).toHaveLength(3);
    expect(next.at(-1)?.why).toContain("2 more calls like this would be needed, for ");
    const called = next.flatMap(({ args }) => args.rules as string[]);
    for (const id of Object.keys(rules).filter((one) => !called.includes(one))) expect(next.at(-1)?.why).toContain(`"${id}"`);
    for (const { tool, args } of next) expect(await call(made, tool, args)).toMatchObject({ status: "done" });
  });
});
