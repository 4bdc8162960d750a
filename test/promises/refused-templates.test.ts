import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { action, makeRule, ruleOf } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const page = (more: Dict = {}) => ({ eventAction: "trigger", summary: "s", dedupKey: "{{rule.id}}-{{alert.id}}", ...more });
const open = (more: Dict = {}) => ({ subAction: "createAlert", subActionParams: { message: "m", alias: "{{rule.id}}", ...more } });

async function deployment(kind: string, params: Dict, more: Dict = {}): Promise<Made> {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  for (const id of [kind, `${kind}2`])
    await made.bare("POST", `/api/actions/connector/${id}`, { name: `Connector ${id}`, ...rehearsedConnectors[kind] });
  await makeRule(made, "r1", [action(kind, { params })], more);
  await makeRule(made, "r2", [], more);
  return made;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
const call = async (made: Made, tool: string, args: Dict): Promise<any> => (await made.call(tool, args)).body;
const mapped = async (made: Made) => (await call(made, "map_notifications", {})).rules.find((one: Dict) => one.id === "r1");
const found = async (made: Made) => (await call(made, "audit_connectors", { checks: ["params_refused"], detail: true })).findings;
const attach = (made: Made, kind: string, params: Dict) =>
  call(made, "attach_connector", { connector: kind, rules: ["r2"], params, recovery: "none" });
const fire = (made: Made) => made.bare("POST", "/sandbox/rules/r1/fire", { state: "active" });

const fits = { tags: ["critical"] };
const words = "once filled in, must be one of";

/** A connector, an action whose template the rule alone fills in, what is refused, and a rule whose values fit. */
const byRule: [what: string, kind: string, params: Dict, path: string, fitting?: Dict][] = [
  ["a severity by the rule's tags", "pager", page({ severity: "{{rule.tags}}" }), "params.severity", fits],
  ["a severity under the old name", "pager", page({ severity: "{{tags}}" }), "params.severity", fits],
  ["a severity in three braces", "pager", page({ severity: "{{{ rule.tags }}}" }), "params.severity", fits],
  ["a severity by the rule's name", "pager", page({ severity: "{{rule.name}}" }), "params.severity", { name: "warning" }],
  ["what happens, by a part of it", "pager", page({ eventAction: "trig{{rule.name}}" }), "params.eventAction", { name: "ger" }],
  ["a priority", "genie", open({ priority: "{{rule.tags}}" }), "params.subActionParams.priority", { tags: ["P2"] }],
  ["a priority at its successor", "jsm", open({ priority: "{{rule.tags}}" }), "params.subActionParams.priority", { tags: ["P2"] }],
];

describe("a template that the rule alone fills in", () => {
  test.each(byRule)(
    "is refused for sure, which the map, the audit, attach_connector and a move say: %s",
    async (_what, kind, params, path) => {
      const made = await deployment(kind, params);
      expect(await mapped(made)).toMatchObject({
        verdict: "nobody",
        routes: [{ in_the_way: [expect.stringContaining(`${path} ${words}`)] }],
      });
      const [first, ...more] = await found(made);
      expect([first.evidence, more]).toEqual([expect.stringContaining(`${path} ${words}`), []]);
      expect((await attach(made, kind, params)).message).toContain(`${path}: ${words}`);
      const moved = await call(made, "replace_connector", { from: kind, to: `${kind}2`, dry_run: true });
      expect(JSON.stringify(moved)).toContain(`Kibana refuses what is moved in`);
      expect(await fire(made)).toContain('"status":"error"');
      if (first.next) expect((await call(made, first.next.tool, first.next.args)).status).toBe("done");
      else expect(kind).not.toBe("pager");
      expect(await found(made)).toHaveLength(first.next ? 0 : 1);
    },
  );

  test.each(byRule)("is right where its values fit: %s", async (_what, kind, params, _path, fitting) => {
    const made = await deployment(kind, params, fitting);
    expect(await fire(made)).not.toContain("error validating");
    const fresh = await deployment(kind, params, fitting);
    expect([(await mapped(fresh)).verdict, await found(fresh)]).toEqual(["told", []]);
    const { status, warnings } = await attach(fresh, kind, params);
    expect([status, warnings.join()]).toEqual(["done", expect.not.stringContaining("once filled in")]);
  });
});

describe("a template that only an alert decides", () => {
  test.each<[what: string, kind: string, params: Dict, path: string]>([
    ["a severity", "pager", page({ severity: "{{context.title}}" }), "params.severity"],
    ["a severity with the rule's in it", "pager", page({ severity: "{{rule.tags}}{{context.title}}" }), "params.severity"],
    [
      "a severity that a section maps",
      "pager",
      page({ severity: "{{#context.value}}error{{/context.value}}{{^context.value}}info{{/context.value}}" }),
      "params.severity",
    ],
    ["what happens", "pager", page({ eventAction: "{{x}}" }), "params.eventAction"],
    ["a priority", "genie", open({ priority: "{{context.title}}" }), "params.subActionParams.priority"],
  ])("is told as perhaps and in a warning, and is no finding: %s", async (_what, kind, params, path) => {
    const made = await deployment(kind, params);
    expect(await mapped(made)).toMatchObject({
      verdict: "perhaps",
      routes: [{ in_the_way: [expect.stringContaining(`${path} ${words}`)] }],
    });
    expect(await found(made)).toEqual([]);
    const { status, warnings } = await attach(made, kind, params);
    expect([status, warnings.join()]).toEqual(["done", expect.stringContaining(`${path}: ${words}`)]);
    const moved = await call(made, "replace_connector", { from: kind, to: `${kind}2` });
    expect([moved.status, moved.warnings.join()]).toEqual(["done", expect.stringContaining(`Kibana may refuse what is moved in`)]);
    expect((await ruleOf(made, "r1")).actions[0].params).toEqual(params);
  });

  test.each<[what: string, kind: string, params: Dict]>([
    ["the recipe's words", "pager", page({ summary: "{{rule.name}}: {{context.title}}", source: "{{rule.tags}}" })],
    ["a time", "pager", page({ timestamp: "{{date}}" })],
    ["a body", "hook", { body: '{"rule":"{{rule.name}}","tags":"{{{rule.tags}}}","at":"{{context.date}}"}' }],
    ["a mail", "mail", { to: ["a@example.com"], subject: "{{rule.name}}", message: "{{rule.tags}} {{context.message}}" }],
    ["tags of the rule", "genie", open({ tags: ["{{rule.tags}}", "a"] })],
  ])("is no matter where any text fits: %s", async (_what, kind, params) => {
    const made = await deployment(kind, params, { name: 'Disk "full"', tags: ['a "b"', "c"] });
    expect([(await mapped(made)).verdict, await found(made)]).toEqual(["told", []]);
    const { status, warnings } = await attach(made, kind, params);
    expect([status, warnings.join()]).toEqual(["done", expect.not.stringContaining("once filled in")]);
  });
});
