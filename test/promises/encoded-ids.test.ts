import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { makeRule } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const several = { params: { index: ["l-*"], threshold: [3], groupBy: "top", termField: "host.name", termSize: 5 } };
const encode = (text: string) => `{{#EncodeURIComponent}}${text}{{/EncodeURIComponent}}`;

async function deployment(id: string): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...rehearsedConnectors[id] });
  await makeRule(made, "r1", [], several);
  return made;
}
const attach = async (made: Made, connector: string, args: Dict) =>
  (await made.call("attach_connector", { connector, rules: ["r1"], ...args })).body;

const key = "{{rule.id}}-{{alert.uuid}}";
test.each([
  encode("{{rule.id}}/{{alert.id}}"),
  `{{#EncodeURIComponent }}{{rule.id}}/{{context.title}}?#%\\{{/ EncodeURIComponent}}`,
  `${key}-{{#EvalMath}}round({{context.value}} / 10){{/EvalMath}}`,
  `${key}-{{#FormatDate}}{{date}}; Europe/Paris; YYYY-MM-DD{{/FormatDate}}`,
  `${key}-{{#FormatDate}}{{context.date}}{{/FormatDate}}`,
  `${key}-{{#FormatNumber}}{{context.value}}; de-DE; style: currency, currency: EUR{{/FormatNumber}}`,
])("what a function computes is a plain id in an address, and no warning: %s", async (dedup_key) => {
  for (const id of ["genie", "jsm", "snow"]) {
    const made = await deployment(id);
    const { status, warnings = [] } = await attach(made, id, { dedup_key, dry_run: true });
    expect([id, status, warnings.filter((one: string) => one.includes("of the request"))]).toEqual([id, "planned", []]);
    expect((await attach(made, id, { dedup_key })).status).toBe("done");
    expect(JSON.stringify((await made.call("test_connector", { id, rule: "r1" })).body)).not.toContain("no plain id");
  }
});

test.each([
  [`${key}/${encode("{{alert.id}}")}`],
  [`${key}-{{#FormatDate}}{{date}};; YYYY/MM{{/FormatDate}}`],
  [`${key}-{{#FormatNumber}}{{context.value}};; style: percent{{/FormatNumber}}`],
  [`${key}-{{#FormatNumber}}{{context.value}};; style: unit, unit: kilometer-per-hour{{/FormatNumber}}`],
  [`${key}-{{#EncodeURI}}a/b{{/EncodeURI}}`],
  [`${key}-{{#ParseHjson}}{a: "b/c"}{{/ParseHjson}}`],
  [encode("..")],
  ["{{context.link}}..{{context.link}}"],
  ["{{=<% %>=}}{{/acknowledge?x=}}<% alert.id %>"],
])("what is left beside it, or in its result, is none: %s", async (dedup_key) => {
  const made = await deployment("genie");
  const { code, detail } = await attach(made, "genie", { dedup_key, dry_run: true });
  expect(code).toBe("invalid_arguments");
  expect(detail.problems).toContainEqual("params.subActionParams.alias: is no plain id");
});

test("a key that is decoded where it closes, and not where it opens, is told, and closes nothing where a value needs it", async () => {
  const made = await deployment("genie");
  const told = /changes the key, recovery closes nothing/;
  const { warnings } = await attach(made, "genie", { dedup_key: encode("{{rule.id}}/{{alert.id}}") });
  expect(warnings.join()).toMatch(told);
  const { result } = (await made.call("test_connector", { id: "genie", rule: "r1" })).body;
  expect(result.notes.join()).toMatch(told);
  for (const state of ["active", "recovered"]) await made.bare("POST", "/sandbox/rules/r1/fire", { state, alerts: ["a"] });
  const { incidents } = JSON.parse(await made.bare("GET", "/sandbox/incidents"));
  expect(incidents.map(({ status }: Dict) => status)).toEqual(["open"]);
  const pager = await deployment("pager");
  const { warnings: none = [] } = await attach(pager, "pager", { dedup_key: encode("{{rule.id}}/{{alert.id}}") });
  expect(none.join()).not.toMatch(told);
});
