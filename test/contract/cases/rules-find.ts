import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { group, indexAction } from "../fixtures.ts";
import type { Kibana } from "../kibana.ts";

interface Page {
  page: number;
  per_page: number;
  total: number;
  data: { id: string; name: string; actions: { id: string }[]; enabled: boolean }[];
}

const find = "/api/alerting/rules/_find";
const at = (query: Record<string, string | number>) => `${find}?${new URLSearchParams(query as Record<string, string>)}`;
const page = async (kibana: Kibana, query: Record<string, string | number> = {}): Promise<Page> => expectOk(await kibana.get(at(query)));
const reference = (id: string) => ({ has_reference: JSON.stringify({ type: "action", id }) });
const found = ({ data }: Page) => data.map((rule) => rule.id).sort();

/** A space of three rules: two use one connector, one uses another. */
async function threeRules(kibana: Kibana) {
  const [one, other] = [await kibana.connector(), await kibana.connector()];
  const rules = [];
  for (const id of [one.id, one.id, other.id]) rules.push(await kibana.rule({ actions: [indexAction(id)] }));
  const [first, second, third] = rules.map((rule) => rule.id as string);
  if (!first || !second || !third) throw new Error("three rules were made");
  return { one: one.id as string, other: other.id as string, first, second, third };
}

const refusedQueries: [name: string, query: Record<string, string | number>][] = [
  ["per_page below 0", { per_page: -1 }],
  ["per_page that is no number", { per_page: "many" }],
  ["page 0", { page: 0 }],
  ["has_reference that is no JSON", { has_reference: "my-connector" }],
  ["has_reference without an id", { has_reference: '{"type":"action"}' }],
];

const blocked = ["monitoring", "mapped_params", "snoozeSchedule"];

export const rulesFind: Case[] = [
  verified("§5.2", "find answers a page, with 10 rules unless told otherwise", async (kibana) => {
    await threeRules(kibana);
    const all = await page(kibana);
    expect(all).toMatchObject({ page: 1, per_page: 10, total: 3 });
    expect(all.data).toHaveLength(3);
  }),
  verified("§5.2", "has_reference finds the rules that use a connector, and no other", async (kibana) => {
    const { one, first, second } = await threeRules(kibana);
    const some = await page(kibana, reference(one));
    expect(some.total).toBe(2);
    expect(found(some)).toEqual([first, second].sort());
  }),
  verified("§5.2", "has_reference of a connector that nothing uses finds nothing", async (kibana) => {
    await threeRules(kibana);
    expect(await page(kibana, reference(kibana.newId()))).toMatchObject({ total: 0, data: [] });
  }),
  verified("§5.2", "per_page 0 gives only the total", async (kibana) => {
    await threeRules(kibana);
    expect(await page(kibana, { per_page: 0 })).toMatchObject({ total: 3, data: [] });
  }),
  verified("§5.2", "pages come one after another, without gap or repetition", async (kibana) => {
    const { first, second, third } = await threeRules(kibana);
    const pages = [];
    for (const number of [1, 2, 3, 4]) pages.push(await page(kibana, { page: number, per_page: 1, sort_field: "name" }));
    expect(pages.map((each) => [each.page, each.total, each.data.length])).toEqual([
      [1, 3, 1],
      [2, 3, 1],
      [3, 3, 1],
      [4, 3, 0],
    ]);
    expect(pages.flatMap(found).sort()).toEqual([first, second, third].sort());
  }),
  verified("§5.2", "find knows only the space of its path", async (kibana) => {
    await threeRules(kibana);
    expect(expectOk(await kibana.get(find, { space: kibana.otherSpace })).total).toBe(0);
  }),
  verified("§5.2", "disabled rules are found", async (kibana) => {
    await threeRules(kibana);
    expect((await page(kibana)).data.map((rule) => rule.enabled)).toEqual([false, false, false]);
  }),
  verified("§5.2", "a filter on the type of an action finds its rules", async (kibana) => {
    const { first, second, third } = await threeRules(kibana);
    expect(found(await page(kibana, { filter: "alert.attributes.actions:{ actionTypeId: .index }" }))).toEqual(
      [first, second, third].sort(),
    );
    expect((await page(kibana, { filter: "alert.attributes.actions:{ actionTypeId: .slack }" })).total).toBe(0);
  }),
  verified("§5.2", "a filter on actionRef does not find a saved connector by its id", async (kibana) => {
    const { one } = await threeRules(kibana);
    expect((await page(kibana, { filter: `alert.attributes.actions:{ actionRef: "${one}" }` })).total).toBe(0);
  }),
  unverified(
    "§5.2",
    "a filter on actionRef preconfigured:<id> finds the rules of a preconfigured connector",
    ["200, 1 of 1", /^400 /],
    async (kibana) => {
      const index = kibana.deployment.preconfigured.find((one) => [".index", ".server-log"].includes(one.connector_type_id));
      if (index === undefined) return "400 no preconfigured connector of a type that these rules can use";
      const given = index.connector_type_id === ".index" ? {} : { params: { message: "m" } };
      await kibana.rule({ actions: [indexAction(index.id, given)] });
      const answer = await kibana.get(at({ filter: `alert.attributes.actions:{ actionRef: "preconfigured:${index.id}" }` }));
      return answer.status === 200 ? `200, ${answer.body.total} of 1` : inWords(answer);
    },
    { needs: ["a preconfigured connector"] },
  ),
  unverified("§5.2", 'a filter on actionRef "system_action:<id>"', ["200", /^400 /], async (kibana) =>
    inWords(await kibana.get(at({ filter: 'alert.attributes.actions:{ actionRef: "system_action:system-connector-.cases" }' }))),
  ),
  verified("§5.2", "a filter on the name finds the rule", async (kibana) => {
    const rule = await kibana.rule({ name: "Contract unmistakable" });
    await kibana.rule();
    expect(found(await page(kibana, { filter: 'alert.attributes.name: "Contract unmistakable"' }))).toEqual([rule.id]);
  }),
  verified("§5.2", "search in the name finds the rule", async (kibana) => {
    const rule = await kibana.rule({ name: "Contract unmistakable" });
    await kibana.rule();
    const query = { search: "unmistakable", search_fields: "name", default_search_operator: "AND" };
    expect(found(await page(kibana, query))).toEqual([rule.id]);
  }),
  ...(["asc", "desc"] as const).map((order) =>
    verified("§5.2", `sort_field name sorts ${order}`, async (kibana) => {
      for (const name of ["Bravo", "Alpha", "Charlie"]) await kibana.rule({ name });
      const names = (await page(kibana, { sort_field: "name", sort_order: order })).data.map((rule) => rule.name);
      const sorted = ["Alpha", "Bravo", "Charlie"];
      expect(names).toEqual(order === "asc" ? sorted : sorted.reverse());
    }),
  ),
  verified("§5.2", "with fields, other attributes are missing", async (kibana) => {
    await threeRules(kibana);
    const [rule] = (expectOk(await kibana.get(`${find}?fields=name&fields=tags`)) as Page).data;
    expect(rule).toMatchObject({ name: expect.any(String) });
    expect(rule).not.toHaveProperty("schedule");
  }),
  ...refusedQueries.map(([name, query]) =>
    verified("§5.2", `${name} is refused`, async (kibana) => expectRefusal(await kibana.get(at(query)), 400, /^\[request query/)),
  ),
  verified("§5.2", "the text for has_reference that is no JSON", async (kibana) => {
    expectRefusal(await kibana.get(at({ has_reference: "x" })), 400, /could not parse object value from json input/);
  }),
  ...blocked.map((field) =>
    unverified(
      "§5.2",
      `a filter on ${field}`,
      [/^400 .*Filter is not supported on this field/, /^400 Error find rules: /],
      async (kibana) => inWords(await kibana.get(at({ filter: `alert.attributes.${field}: x` }))),
    ),
  ),
  unverified("§5.2", "a page beyond the window of 10,000", [/^400 /, /^500 /], async (kibana) =>
    inWords(await kibana.get(at({ page: 101, per_page: 100 }))),
  ),
  verified("§5.2", "the last page within the window of 10,000 answers", async (kibana) => {
    expect(await page(kibana, { page: 100, per_page: 100 })).toMatchObject({ page: 100, per_page: 100, data: [] });
  }),
  unverified("§5.2", "POST /internal/alerting/rules/_find with has_reference as an object", ["200, 2 of 2", /^404/], async (kibana) => {
    const { one } = await threeRules(kibana);
    const headers = { "x-elastic-internal-origin": "contract" };
    const body = { has_reference: { type: "action", id: one }, per_page: 10, page: 1 };
    const answer = await kibana.post("/internal/alerting/rules/_find", body, { headers });
    return answer.status === 200 ? `200, ${answer.body.total} of 2` : inWords(answer);
  }),

  verified("§5.3", "a rule shows its actions with uuid, group, id, type, params and frequency", async (kibana) => {
    const { id } = await kibana.connector();
    const made = await kibana.rule({ actions: [indexAction(id)] });
    for (const rule of [made, (await page(kibana)).data[0], expectOk(await kibana.get(`/api/alerting/rule/${made.id}`))]) {
      expect(rule).toMatchObject({
        ...{ id: made.id, name: made.name, enabled: false, consumer: "stackAlerts", rule_type_id: ".index-threshold" },
        schedule: { interval: "1d" },
        tags: ["contract"],
        revision: expect.any(Number),
        execution_status: { status: expect.any(String) },
        actions: [{ ...indexAction(id), group, uuid: expect.any(String), connector_type_id: ".index" }],
      });
    }
  }),
  verified("§5.3", "a rule that does not exist is not found", async (kibana) => {
    const id = kibana.newUuid();
    expectRefusal(await kibana.get(`/api/alerting/rule/${id}`), 404, `Saved object [alert/${id}] not found`);
  }),
  verified("§5.4", "a connector that rules use is deleted without a warning, and the rule still names it", async (kibana) => {
    const { one, first } = await threeRules(kibana);
    expect((await kibana.delete(`/api/actions/connector/${one}`)).status).toBe(204);
    expect(expectOk(await kibana.get(`/api/alerting/rule/${first}`)).actions).toMatchObject([{ id: one, connector_type_id: ".index" }]);
  }),
  verified("§5.4", "has_reference still finds the rules of a deleted connector", async (kibana) => {
    const { one, first, second } = await threeRules(kibana);
    await kibana.delete(`/api/actions/connector/${one}`);
    expect(found(await page(kibana, reference(one)))).toEqual([first, second].sort());
  }),
  verified("internal/find.ts", "the internal search takes the reference as an object, and tells what is snoozed", async (kibana) => {
    const { one, first, second } = await threeRules(kibana);
    const body = { has_reference: { type: "action", id: one }, page: 1, per_page: 5 };
    const how = { headers: { "x-elastic-internal-origin": "contract" }, refused: true } as const;
    const answer: Page = expectOk(await kibana.post("/internal/alerting/rules/_find", body, how));
    expect(found(answer)).toEqual([first, second].sort());
    expect(answer).toMatchObject({ page: 1, per_page: 5, total: 2, data: [{ snooze_schedule: [] }, { snooze_schedule: [] }] });
  }),
];
