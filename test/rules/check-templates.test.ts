import fc from "fast-check";
import mustache from "mustache";
import { describe, expect, test } from "vitest";
import { namesFor } from "../../src/rules/action-variables.ts";
import { checkTemplates } from "../../src/rules/check-templates.ts";
import { ruleType } from "./rules.ts";

const rule = { params: { index: ["logs-*"], own: 1 } };
const type = ruleType({
  variables: { context: ["message", "title", "date", "value", "hits", "link"], state: [], params: ["size"] },
});
const check = (text: string, summary = false, of = type) => checkTemplates({ message: text }, namesFor(rule, of, summary), mustache.parse);

describe("templates that are right", () => {
  test.each([
    "no template at all {single} }}",
    "{{rule.name}} {{rule.id}} {{rule.spaceId}} {{rule.tags}} {{rule.type}} {{rule.params}} {{rule.params.index}} {{date}}",
    "{{alert.id}} {{alert.uuid}} {{alert.actionGroup}} {{alert.actionGroupName}} {{alert.flapping}} {{alert.consecutiveMatches}}",
    "{{context.message}} {{{context.link}}} {{&context.title}} {{context}} {{context.hits.0._source.message}}",
    "{{params.size}} {{params.own}} {{params}}",
    "{{#context.hits}}{{_source.message}} {{.}} {{@timestamp}}{{/context.hits}}{{^context.hits}}{{rule.name}}{{/context.hits}}",
    "{{#FormatDate}} {{{date}}} ; America/New_York ; YYYY-MM-DD {{/FormatDate}}",
    "{{#EvalMath}} round(context.value, 2) {{/EvalMath}} {{#FormatNumber}}{{context.value}}; en-US;{{/FormatNumber}}",
    '{{#ParseHjson}} { id: "{{rule.id}}" } {{/ParseHjson}} {{#EncodeURI}}{{rule.name}}{{/EncodeURI}}{{#EncodeURIComponent}}a b{{/EncodeURIComponent}}',
    "{{! a note }}{{=<% %>=}}<% rule.name %>",
    "{{#rule.url}}see {{{rule.url}}}{{/rule.url}}",
    "{{context.hits.asJSON}}",
  ])("%s", (text) => {
    expect(check(text)).toMatchObject({ errors: [], warnings: [], notes: [] });
  });

  test.each([
    "{{alerts.new.count}} {{alerts.ongoing.count}} {{alerts.recovered.count}} {{alerts.all.count}}",
    "{{#alerts.new.data}}{{kibana.alert.reason}} {{host.name}}{{/alerts.new.data}} {{rule.name}} {{date}}",
    "{{context.alerts}} {{context.results_link}} {{context.rule.name}} {{state.signals_count}}",
  ])("in a summary: %s", (text) => {
    expect(check(text, true)).toMatchObject({ errors: [], warnings: [], notes: [] });
  });
});

describe("templates that would send nonsense", () => {
  test.each([
    ["{{rule.name", "params.message: is not a Mustache template: Unclosed tag at 11"],
    ["{{#context.hits}} x", 'params.message: is not a Mustache template: Unclosed section "context.hits" at 19'],
    ["{{/context.hits}}", 'params.message: is not a Mustache template: Unopened section "context.hits" at 0'],
    ["{{rule.nmae}}", "params.message: {{rule.nmae}} is not known here: did you mean {{rule.name}}?"],
    ["{{context.mesage}}", "params.message: {{context.mesage}} is not known here: did you mean {{context.message}}?"],
    ["{{alert.actiongroup}}", "params.message: {{alert.actiongroup}} is not known here: did you mean {{alert.actionGroup}}?"],
    ["{{#formatDate}}x{{/formatDate}}", "params.message: {{formatDate}} is not known here: did you mean {{#FormatDate}}?"],
    ["{{FormatDate}}", "params.message: {{FormatDate}} is a function: write {{#FormatDate}}…{{/FormatDate}}"],
    ["{{alerts.new.count}}", "params.message: {{alerts.new.count}} exists in a summary only: set frequency.summary, or use {{alert.id}}"],
  ])("%s", (text, problem) => {
    expect(check(text).errors.map((one) => `${one.path}: ${one.problem}`)).toEqual([problem]);
  });

  test.each(["{{alert.id}}", "{{context.message}}"])("in a summary: %s", (text) => {
    expect(check(text, true).errors[0]?.problem).toContain("is about one alert and a summary about many");
  });
});

describe("templates that may render empty", () => {
  test.each([
    ["{{host.name}}", "{{host.name}} is not known here: it renders empty"],
    ["{{context.cpu_load}}", "it renders empty; there is context.message, context.title, context.date"],
    ["{{context.host}}", "it renders empty; there is"],
    ["{{params.other}}", "{{params.other}} is not known here: it renders empty"],
    ["{{> footer}}", "Kibana has no partials"],
    ["{{{.}}}", "writes out every variable"],
    ["{{alertName}}", "{{alertName}} is deprecated: use {{rule.name}}"],
    ["{{rule.url}}", "is empty unless server.publicBaseUrl is set in kibana.yml"],
    ["{{kibanaBaseUrl}}/app", "is empty unless server.publicBaseUrl is set in kibana.yml"],
  ])("%s", (text, problem) => {
    const { errors, warnings, notes } = check(text);
    expect(errors).toEqual([]);
    expect([...warnings, ...notes]).toEqual([expect.objectContaining({ problem: expect.stringContaining(problem) })]);
  });

  test("are not reported where the rule type lists nothing, nor in detection rules, whose list is made up", () => {
    expect(check("{{context.anything}} {{state.x}}", false, ruleType({ variables: undefined }))).toEqual({
      errors: [],
      warnings: [],
      notes: [],
      unlisted: ["context.anything", "state.x"],
    });
    const detection = ruleType({ id: "siem.queryRule", detection: true, variables: { context: ["server"], state: [], params: [] } });
    expect(check("{{context.rule.name}} {{state.signals_count}}", false, detection)).toMatchObject({ errors: [], warnings: [], notes: [] });
  });
});

describe("names within sections", () => {
  test.each([
    "{{#context}}{{message}}{{/context}}",
    "{{#alert}}{{id}} {{rule.name}}{{/alert}}",
    "{{#context.title}}{{context.title}}{{.}}{{/context.title}}",
    "{{#context.hits}}{{#rule}}{{name}}{{/rule}}{{/context.hits}}",
    "{{#context.unlisted.list}}{{anything}}{{/context.unlisted.list}}",
  ])("that mean something: %s", (text) => {
    const of = ruleType({ variables: { context: ["message", "title", "hits", "unlisted"], state: [], params: [] } });
    expect(check(text, false, of)).toMatchObject({ errors: [], warnings: [] });
  });

  test.each([
    ["{{#context}}{{mesage}}{{/context}}", "{{mesage}} is not known here"],
    ["{{#context.title}}{{context.titel}}{{/context.title}}", "{{context.titel}} is not known here: did you mean {{context.title}}?"],
    ["{{#context.hits}}{{rule.nmae}}{{/context.hits}}", "did you mean {{rule.name}}?"],
    ["{{context.hits._source.message}}", "{{context.hits}} is a list, so write {{#context.hits}}…{{/context.hits}}"],
    ["{{alert.id.x}}", "{{alert.id}} has nothing below it"],
    ["{{rule.params.nothing}}", "{{rule.params.nothing}} is not known here"],
  ])("that mean nothing: %s", (text, problem) => {
    const { errors, warnings } = check(text);
    expect([...errors, ...warnings]).toEqual([expect.objectContaining({ problem: expect.stringContaining(problem) })]);
  });
});

test("alerts that recover may have no context, and some names are theirs alone", () => {
  const of = ruleType({ recoversWithoutContext: true, ofRecovery: ["value"] });
  const problems = (text: string, group: string) =>
    checkTemplates({ message: text }, namesFor(rule, of, false, group), mustache.parse).warnings.map(({ problem }) => problem);
  expect(problems("{{context.message}}{{#context.title}}x{{/context.title}}{{alert.id}}", "recovered")).toEqual([
    "{{context.message}} renders empty: alerts of .es-query that recover have no context",
  ]);
  expect(problems("{{context.message}} {{context.value}}", "query matched")).toEqual([
    "{{context.value}} renders empty: only alerts that recover have it",
  ]);
});

test("every text is found, however deep, with its path", () => {
  const params = { subActionParams: { incident: { short_description: "{{rule.nam}}" }, comments: [{ comment: "{{alert.idd}}" }] } };
  const { errors } = checkTemplates(params, namesFor(rule, type, false), mustache.parse);
  expect(errors.map(({ path }) => path)).toEqual([
    "params.subActionParams.incident.short_description",
    "params.subActionParams.comments.0.comment",
  ]);
});

test("no text makes the check fail", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("{{", "}}", "{{{", "}}}", "#", "/", "^", ">", "=", "a.b", " ", "rule.id", "\n")), (parts) => {
      const { errors, warnings } = check(parts.join(""));
      for (const { problem } of [...errors, ...warnings]) expect(problem).not.toBe("");
    }),
  );
});
