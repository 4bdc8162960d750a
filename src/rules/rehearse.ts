import type { Config, ConnectorType, Params } from "../catalog/connector-type.ts";
import { refusedParams } from "../catalog/refused-params.ts";
import { checkPart } from "../catalog/validate.ts";
import type { RuleAction } from "../kibana/rules.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { namesFor } from "./action-variables.ts";
import { checkTemplates, textsIn } from "./check-templates.ts";
import { goesOutAsItIs, sentAsTheyAre } from "./filled-in.ts";
import { filledIntoAddress, unfitOnceFilledIn } from "./filled-into-address.ts";
import { closes, keyOf, onlyReads, opens } from "./incidents.ts";
import { jsonProblem } from "./json-text.ts";
import { isSilentGroup, keyNotes, keyProblems, mismatchedKeys } from "./rehearse-keys.ts";
import type { Found, RehearsedAction, Rehearsing } from "./rehearsed.ts";
import { renderParams } from "./render-params.ts";
import { type Role, type SampleOf, sampleVariables, withUsed } from "./sample-alert.ts";

/** What a rule would send through a connector, action by action, and what is wrong with it. */
export function rehearse(about: Rehearsing): RehearsedAction[] {
  const { rule, connector } = about;
  const all = rule.actions.filter(({ id }) => id === connector.id).map((action) => rehearseAction(action, about));
  return all.map((one) => ({ ...one, problems: unique([...one.problems, ...mismatchedKeys(one, all, about)]) }));
}

function rehearseAction(action: RuleAction, about: Rehearsing): RehearsedAction {
  const { rule, type, entry, connector, parse, render } = about;
  const given: Params = isPlainObject(action.params) ? action.params : {};
  const group = action.group ?? type.defaultGroup ?? "";
  const summary = action.frequency?.summary === true;
  const role: Role = summary ? "summary" : group === type.recoveryGroup ? "recovered" : "active";
  const templates = checkTemplates(given, namesFor(rule, type, summary, group), parse);
  const rendered = (of: Pick<SampleOf, "which" | "hostile">) => {
    const sample = { role, group, ...of };
    return renderParams(
      given,
      withUsed(sampleVariables(of.hostile ? hostileRule(about) : about, sample), templates.unlisted.filter(isOfAlert), sample),
      entry,
      render,
    );
  };
  const [one, other, hostile] = [rendered({ which: 1 }), rendered({ which: 2 }), rendered({ which: 1, hostile: true })];
  const checked = afterRendering(given, one.params, hostile.params, about);
  const tooLarge = new Map([
    ...templates.errors.filter(({ limit }) => limit).map(({ path, problem }) => [path, problem] as const),
    ...textsIn(given, "params").flatMap(([path, text]) => {
      const why = [one, other, hostile].find(({ left }) => left.has(text))?.left.get(text);
      return why === undefined ? [] : [[path, why] as const];
    }),
  ]);
  const broken = new Set(templates.errors.filter(({ problem }) => problem.startsWith("is not a Mustache")).map(({ path }) => path));
  const key = (params: Params) => (entry ? keyOf(entry, params)?.trim() : undefined);
  return {
    ...{ action, role, group, params: one.params },
    keys: { one: key(one.params), other: key(other.params) },
    problems: [
      ...isSilentGroup(group, summary, type),
      ...[...templates.errors, ...templates.warnings].map((found) => ({ ...found, fix: "Correct the template in the rule's action." })),
      ...one.failed
        .filter((problem) => broken.size === 0 || !problem.startsWith("is not filled in"))
        .map((problem) => ({ path: "params", problem, fix: "Correct the text within the function." })),
      ...leftAsTheyAre(given, broken, entry),
      ...checked.problems,
      ...(entry && onlyReads(entry, given) ? [tellsNobody] : []),
      ...(entry ? keyProblems({ given, role, params: one.params, other: other.params }, about, entry) : []),
      ...notAllowed(one.params, connector.config, entry),
    ].filter(({ path, problem }) => !tooLarge.has(path) && (!broken.has(path) || problem.startsWith("is not a Mustache"))),
    notes: [
      ...[...tooLarge].map(([path, why]) => `${path}: not rehearsed: ${why}`),
      ...one.unknown.map((why) => `${why}. A made-up value is shown in its place.`),
      ...[...templates.notes, ...checked.notes, ...(entry ? keyNotes({ given, role }, about, entry) : [])]
        .filter(({ path }) => !tooLarge.has(path))
        .map(({ path, problem }) => `${path}: ${problem}`),
      ...closingNotes(given, role, about),
    ],
    notRehearsed: [...tooLarge.keys()],
  };
}

const tellsNobody: Found = {
  path: "params",
  problem: "only reads, and nobody hears of it",
  fix: "Use params that send or open something.",
};

/** Somebody may rename a rule; a type that escapes nothing is judged by the name that it has. */
function hostileRule(about: Rehearsing): Rehearsing {
  return about.entry?.rendering ? { ...about, rule: { ...about.rule, name: `${about.rule.name} "quoted"\nnext` } } : about;
}

/** Names that depend on the alert: for the rest the rule's own value is the real one. */
function isOfAlert(name: string): boolean {
  return !/^(?:rule|params|alert|alerts|date|kibanaBaseUrl)(?:\.|$)/.test(name);
}

/** What only shows in params that are filled in. */
function afterRendering(
  given: Params,
  sent: Params,
  hostile: Params,
  { rule, entry, connector, mayKnowMore = false }: Rehearsing,
): { problems: Found[]; notes: { path: string; problem: string }[] } {
  if (!entry) return { problems: [], notes: [] };
  const texts = new Map(textsIn(given, "params"));
  const byRule = checkPart(entry, "params", given, { byRule: true });
  const full = checkPart(entry, "params", sent);
  const depends = (path: string) => /\{\{[^{}]*\b(?:context|state|kibana|host|event)\b/.test(texts.get(path) ?? "");
  const known = new Set(byRule.errors.map(({ path }) => path));
  const fresh = full.errors.filter(({ path }) => !known.has(path));
  const refused = refusedParams(entry, given, mayKnowMore);
  const unknown = new Set(refused?.unknown);
  const slips = byRule.warnings.filter(
    ({ path, suggestion }) => (suggestion && !Object.hasOwn(entry.knownValues ?? {}, path)) || (refused?.surely && unknown.has(path)),
  );
  const notAField = (path: string) =>
    refused?.surely && unknown.has(path) ? { problem: "is none of its fields: Kibana refuses each run" } : {};
  const perhaps = byRule.warnings.filter((one) => unknown.has(one.path) && !slips.includes(one));
  const inWords = ({ problem, suggestion }: { problem: string; suggestion?: string }) =>
    suggestion ? `${problem} (${suggestion})` : problem;
  const contentType = contentTypeOf(connector.config);
  const unescaped = checkPart(entry, "params", hostile).errors.filter(
    ({ path }) => isJsonText(valueAt({ params: sent }, path.split("."))) && !full.errors.some((one) => one.path === path),
  );
  const body = typeof sent.body === "string" ? jsonProblem(sent.body, contentType) : undefined;
  const bodyHostile = typeof hostile.body === "string" && body === undefined ? jsonProblem(hostile.body, contentType) : undefined;
  const escapes = entry.rendering !== undefined;
  const breaks = {
    problem: "a quotation mark or line break in a value breaks the JSON",
    fix: escapes ? "Use two braces, which escape values." : `${entry.id} escapes no values: leave out those that may hold such characters.`,
  };
  const empty = emptyTexts(given, sent, entry);
  const onBody = entry.headlines?.includes("body") && !entry.unrunnable;
  return {
    problems: [
      ...byRule.errors.map((one) => ({ path: one.path, problem: inWords(one), fix: "Correct the params of the rule's action." })),
      ...slips.map((one) => ({
        path: one.path,
        problem: inWords({ ...one, ...notAField(one.path) }),
        fix: "Correct the params of the rule's action.",
      })),
      ...fresh
        .filter(({ path }) => (!depends(path) || isBlank(path, sent)) && !empty.some((one) => one.path === path))
        .map((one) => ({
          path: one.path,
          problem: `once filled in, ${inWords(one)}`,
          fix: "Use a variable whose value fits, or a fixed value.",
        })),
      ...(onBody && body !== undefined
        ? [
            {
              path: "params.body",
              problem: `is not JSON once filled in: ${body}`,
              fix: "Quote texts, and mind commas: {{#ParseHjson}}…{{/ParseHjson}} forgives them.",
            },
          ]
        : []),
      ...(onBody && bodyHostile !== undefined ? [{ path: "params.body", ...breaks }] : []),
      ...unescaped.map(({ path }) => ({ path, ...breaks })),
      ...empty,
      ...unfitOnceFilledIn(entry, given, sent).map((path) => ({
        path,
        problem: "is no plain id: it goes into the address of the request, which then leads elsewhere",
        fix: "Use an id such as {{rule.id}} or {{alert.uuid}}.",
      })),
      ...(entry.limits?.(sent) ?? []).map(({ field, problem }) => ({
        path: `params.${field}`,
        problem,
        fix: "Write less, or leave out variables that may be long.",
      })),
    ],
    notes: [
      ...fresh
        .filter(({ path }) => depends(path) && !isBlank(path, sent))
        .map(({ path, problem }) => ({ path, problem: `depends on the alert's value: it ${problem}, and the sample is not.` })),
      ...perhaps.map(({ path, problem }) => ({ path, problem })),
      ...filledIntoAddress(entry, given, rule),
    ],
  };
}

/** A field whose text is read as JSON. */
function isJsonText(value: unknown): boolean {
  return typeof value === "string" && /^\s*[[{]/.test(value);
}

function isBlank(path: string, params: Params): boolean {
  const value = valueAt({ params }, path.split("."));
  return typeof value !== "string" || value.trim() === "";
}

/** What people read first must say something. */
function emptyTexts(given: Params, sent: Params, { headlines = [] }: ConnectorType): Found[] {
  return headlines
    .filter((field) => typeof valueAt(given, field.split(".")) === "string" && isBlank(`params.${field}`, sent))
    .map((field) => ({
      path: `params.${field}`,
      problem: "is empty once filled in",
      fix: "Give it fixed words or a variable that has a value.",
    }));
}

/** Templates in fields that the type does not fill in. */
function leftAsTheyAre(given: Params, broken: ReadonlySet<string>, entry: ConnectorType | undefined): Found[] {
  if (!entry) return [];
  return sentAsTheyAre(entry, given)
    .filter((path) => !broken.has(path))
    .map((path) => ({
      path,
      problem: goesOutAsItIs(entry),
      fix: "Write a fixed value there.",
    }));
}

/** What the connector's config does not allow; what holds whatever the params are is no matter of this rule. */
function notAllowed(params: Params, config: Config | undefined, entry: ConnectorType | undefined): Found[] {
  if (!entry?.risks || !config) return [];
  const anyway = entry.risks({}, config);
  return entry
    .risks(params, config)
    .filter((one) => !anyway.includes(one))
    .map((one) => ({
      path: "params",
      problem: `may fail with this connector: ${one}`,
      fix: "Change the action, or what the connector allows.",
    }));
}

function closingNotes(given: Params, role: Role, { rule, type, entry, connector }: Rehearsing): string[] {
  if (!entry?.recovery || role !== "active" || type.detection || type.recoveryGroup === undefined || !opens(entry, given)) return [];
  const closed = rule.actions.some(({ id, params }) => id === connector.id && closes(entry, isPlainObject(params) ? params : {}));
  return closed ? [] : ["No action of the rule closes on recovery what this one opens."];
}

function contentTypeOf(config: Config | undefined): string | undefined {
  const headers = Object.entries(isPlainObject(config?.headers) ? config.headers : {});
  const found = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  return typeof found === "string" ? found : undefined;
}

function unique(found: readonly Found[]): Found[] {
  return [...new Map(found.map((one) => [`${one.path} ${one.problem}`, one])).values()];
}
