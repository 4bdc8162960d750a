import { expect } from "vitest";
import { type Answer, expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { closedPort, indexAction, replacement } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

type Rule = Answer["body"];

const path = "/api/alerting/rule";
const wrapped = /^Failed to validate actions due to the following/;

async function withRule(
  kibana: Kibana,
): Promise<{ rule: Rule; connector: string; put: (given?: Record<string, unknown>) => Promise<Answer> }> {
  const { id: connector } = await kibana.connector();
  const rule = await kibana.rule({ actions: [indexAction(connector)] });
  const put = (given: Record<string, unknown> = {}) => kibana.put(`${path}/${rule.id}`, replacement(rule, given));
  return { rule, connector, put };
}

/** Keys of a rule that PUT does not take (§6.1). */
const refusedKeys: Record<string, unknown> = {
  rule_type_id: ".index-threshold",
  consumer: "stackAlerts",
  enabled: true,
  id: "x",
  revision: 1,
  created_by: "x",
  execution_status: {},
  colour: "red",
};

/** Lists of actions that PUT refuses, with a word of the reason. `c` is a connector of ours. */
const refusedActions: [name: string, actions: (c: string) => unknown[], message: RegExp | undefined][] = [
  [
    "a group that the rule type does not have",
    (c) => [indexAction(c, { group: "nobody-knows-it" })],
    /Invalid action groups: nobody-knows-it/,
  ],
  [
    "two actions with the same uuid",
    (c) => ["111", "111"].map(() => indexAction(c, { uuid: "b6b2c7f4-0a57-4d7e-9d0a-7f0f5a1f3c11" })),
    /Actions have duplicated UUIDs/,
  ],
  [
    "one action with a frequency and one without",
    (c) => [indexAction(c), indexAction(c, { frequency: undefined, group: "recovered" })],
    /Actions missing frequency parameters: /,
  ],
  ["connector_type_id in an action", (c) => [indexAction(c, { connector_type_id: ".index" })], undefined],
  ["a key in an action that nobody knows", (c) => [indexAction(c, { colour: "red" })], undefined],
  ["a throttle shorter than the interval", (c) => [indexAction(c, { frequency: throttled("1h") })], undefined],
  ["a notify_when that is none", (c) => [indexAction(c, { frequency: { ...throttled("2d"), notify_when: "never" } })], undefined],
];

function throttled(throttle: string) {
  return { summary: false, notify_when: "onThrottleInterval", throttle };
}

export const rulesPut: Case[] = [
  verified("§6.1", "PUT of what GET gives, kept to what PUT takes, changes nothing but the revision and times", async (kibana) => {
    const { rule, put } = await withRule(kibana);
    expectOk(await put());
    const after = expectOk(await kibana.get(`${path}/${rule.id}`));
    const lasting = ({ name, params, schedule, tags, actions, enabled, consumer }: Rule) => ({
      name,
      params,
      schedule,
      tags,
      actions,
      enabled,
      consumer,
    });
    expect(lasting(after)).toEqual(lasting(rule));
  }),
  verified("§6.1", "PUT replaces name, tags, schedule and actions", async (kibana) => {
    const { rule, put } = await withRule(kibana);
    const other = await kibana.connector();
    const change = { name: "Renamed", tags: ["other"], schedule: { interval: "2d" }, actions: [indexAction(other.id)] };
    expectOk(await put(change));
    expect(expectOk(await kibana.get(`${path}/${rule.id}`))).toMatchObject(change);
  }),
  verified("§6.1", "actions that PUT leaves out are deleted", async (kibana) => {
    const { put } = await withRule(kibana);
    expect(expectOk(await put({ actions: undefined })).actions).toEqual([]);
  }),
  verified("§6.1", "tags that PUT leaves out are deleted", async (kibana) => {
    const { put } = await withRule(kibana);
    expect(expectOk(await put({ tags: undefined })).tags).toEqual([]);
  }),
  verified("§6.1", "an action keeps the uuid it is sent with", async (kibana) => {
    const { rule, put } = await withRule(kibana);
    expect(expectOk(await put()).actions[0].uuid).toBe(rule.actions[0].uuid);
  }),
  verified("§6.1", "an action without uuid gets one", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    expect(expectOk(await put({ actions: [indexAction(connector)] })).actions[0].uuid).toEqual(expect.any(String));
  }),
  verified("§6.1", "a change raises the revision", async (kibana) => {
    const { rule, put } = await withRule(kibana);
    const changed = expectOk(await put({ schedule: { interval: "2d" } }));
    expect(changed.revision).toBeGreaterThan(rule.revision);
  }),
  verified("§6.1", "PUT moves the reference from one connector to the other", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    const other = await kibana.connector();
    expectOk(await put({ actions: [indexAction(other.id)] }));
    const total = async (id: string) => {
      const query = new URLSearchParams({ has_reference: JSON.stringify({ type: "action", id }) });
      return expectOk(await kibana.get(`/api/alerting/rules/_find?${query}`)).total;
    };
    expect([await total(connector), await total(other.id)]).toEqual([0, 1]);
  }),
  verified("§6.1", "a rule with notify_when of its own takes actions without frequency", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    const actions = [indexAction(connector, { frequency: undefined })];
    expect(expectOk(await put({ actions, notify_when: "onActiveAlert", throttle: null })).notify_when).toBe("onActiveAlert");
  }),
  verified("§6.1", "notify_when of the rule and frequency of its actions do not mix", async (kibana) => {
    const { rule, put } = await withRule(kibana);
    const answer = await put({ notify_when: "onActiveAlert", throttle: null });
    expectRefusal(answer, 400, /Cannot specify per-action frequency params/);
    expect(expectOk(await kibana.get(`${path}/${rule.id}`)).notify_when ?? null).toBeNull();
  }),
  ...Object.entries(refusedKeys).map(([key, value]) =>
    verified("§6.1", `PUT refuses the key ${key}`, async (kibana) => {
      const { put } = await withRule(kibana);
      expectRefusal(await put({ [key]: value }), 400, /^\[request body/);
    }),
  ),
  ...["name", "schedule"].map((key) =>
    verified("§6.1", `PUT refuses a rule without ${key}`, async (kibana) => {
      const { put } = await withRule(kibana);
      expectRefusal(await put({ [key]: undefined }), 400, new RegExp(`^\\[request body\\.${key}`));
    }),
  ),
  ...refusedActions.map(([name, actions, message]) =>
    verified("§6.1", `PUT refuses ${name}, and nothing changes`, async (kibana) => {
      const { rule, connector, put } = await withRule(kibana);
      expectRefusal(await put({ name: "Renamed", actions: actions(connector) }), 400, message);
      expect(expectOk(await kibana.get(`${path}/${rule.id}`))).toMatchObject({ name: rule.name, actions: rule.actions });
    }),
  ),
  verified("§6.1", "all problems with actions are in one message", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    expectRefusal(await put({ actions: [indexAction(connector, { group: "nobody-knows-it" })] }), 400, wrapped);
  }),
  verified("§6.1", "a normal action without group is refused", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    expectRefusal(await put({ actions: [indexAction(connector, { group: undefined })] }), 400);
  }),
  verified("§6.1", "PUT of a rule that does not exist is not found", async (kibana) => {
    const { rule } = await withRule(kibana);
    const id = kibana.newUuid();
    expectRefusal(await kibana.put(`${path}/${id}`, replacement(rule, { actions: [] })), 404, `Saved object [alert/${id}] not found`);
  }),
  verified("§6.1", "PUT from another space does not find the rule", async (kibana) => {
    const { rule } = await withRule(kibana);
    expectRefusal(await kibana.put(`${path}/${rule.id}`, replacement(rule, { actions: [] }), { space: kibana.otherSpace }), 404);
  }),
  unverified("§6.1", "an action without params", ["200", /^400 \[request body/], async (kibana) => {
    const { connector, put } = await withRule(kibana);
    return inWords(await put({ actions: [indexAction(connector, { params: undefined })] }));
  }),
  unverified("§6.1", "params that the type of the connector refuses, in a rule's action", ["200", /^400 /], async (kibana) => {
    const { connector, put } = await withRule(kibana);
    return inWords(await put({ actions: [indexAction(connector, { params: { colour: "red" } })] }));
  }),
  verified(
    "§6.1",
    "a connector of endpoint security cannot be a rule's action",
    async (kibana) => {
      const { put } = await withRule(kibana);
      const secrets = { clientId: "contract", clientSecret: "contract" };
      const { id } = await kibana.connector({ connector_type_id: ".crowdstrike", config: { url: closedPort }, secrets });
      const params = { subAction: "getAgentDetails", subActionParams: { ids: ["x"] } };
      expectRefusal(await put({ actions: [indexAction(id, { params })] }), 400);
    },
    { needs: ["licence enterprise or better"] },
  ),
  verified(
    "§6.1",
    "PUT by a key that may only read is forbidden",
    async (kibana) => {
      const { rule } = await withRule(kibana);
      const answer = await kibana.put(`${path}/${rule.id}`, replacement(rule, { name: "Renamed" }), { as: "reader" });
      expectRefusal(answer, 403);
      expect(expectOk(await kibana.get(`${path}/${rule.id}`)).name).toBe(rule.name);
    },
    { needs: ["a key that may only read connectors"] },
  ),
  verified("§5.4", "a rule with a deleted connector cannot be saved", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    await kibana.delete(`/api/actions/connector/${connector}`);
    const answer = await put({ name: "Renamed" });
    expectRefusal(answer, 400);
    expect(answer.body.message).toContain(`Failed to load action ${connector} (404): Saved object [action/${connector}] not found`);
  }),
  verified("§5.4", "a connector made again with the same id repairs the rule", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    await kibana.delete(`/api/actions/connector/${connector}`);
    await kibana.connector({}, { id: connector });
    expectOk(await put({ name: "Renamed" }));
  }),
  verified("§5.4", "a rule can drop a deleted connector", async (kibana) => {
    const { connector, put } = await withRule(kibana);
    await kibana.delete(`/api/actions/connector/${connector}`);
    expect(expectOk(await put({ actions: [] })).actions).toEqual([]);
  }),
  verified(
    "§6.1",
    "PUT by API key makes the rule run with that very key",
    async (kibana) => {
      const { id } = await kibana.connector();
      // Enabled: a disabled rule has no key. Its index does not exist, so it finds nothing and notifies nobody.
      const rule = await kibana.rule({ enabled: true, actions: [indexAction(id)] });
      const after = expectOk(await kibana.put(`${path}/${rule.id}`, replacement(rule)));
      expect(after).toMatchObject({ api_key_created_by_user: true, api_key_owner: expect.any(String) });
    },
    { needs: ["login by API key"], since: "8.8" },
  ),
  verified(
    "§6.1",
    "PUT by password gives the rule a key of its own",
    async (kibana) => {
      const { id } = await kibana.connector();
      const rule = await kibana.rule({ enabled: true, actions: [indexAction(id)] });
      expect(expectOk(await kibana.put(`${path}/${rule.id}`, replacement(rule))).api_key_created_by_user).toBe(false);
    },
    { needs: ["no open door", "login not by API key"], since: "8.8" },
  ),
];
