import type { Params, Translated } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { beginning, firstThatFit, quoted, shownJson, word } from "../../plain-text.ts";
import { hideInText, hideSecrets } from "../../secrets/detect.ts";
import { leftOpen } from "./left-open.ts";
import { someRules } from "./rules-in-words.ts";

interface Moved extends Pick<Translated, "lost" | "unsure"> {
  rule: Rule;
  /** Those that it will have. */
  actions: readonly RuleAction[];
}

const rulesNamed = 5;
const idsNamed = 3;
/** Characters of what is dropped; an answer cuts its texts at 2,000. */
const mostDropped = 1500;
const longestValue = 200;

/** What a move changes besides the connector, which somebody has to know before they agree. */
export async function moveWarnings(
  moved: readonly Moved[],
  from: { id: string; known: Connector | undefined },
  to: Connector | undefined,
): Promise<string[]> {
  const rules = moved.map(({ rule }) => rule);
  return [...(await leftOpen(rules, from, to)), ...(to ? [...carriedInWords(moved, to), ...(await newRisks(moved, from.known, to))] : [])];
}

/** What is dropped because the new connector cannot take it, and what may mean something else there; once for all rules where it is the same. */
function carriedInWords(moved: readonly Moved[], to: Connector): string[] {
  const dropped = byText(moved, ({ lost }) =>
    lost.map(({ field, value }) => `${field} ${beginning(hideInText(shownJson(hideSecrets({ value }).config.value)), longestValue)}`),
  ).map(([text, rules]) => `${text}, from ${someRules(rules, rulesNamed)}`);
  const shown = firstThatFit(dropped, mostDropped);
  const more = dropped.length > shown.length ? `; and ${dropped.length - shown.length} more` : "";
  return [
    ...(dropped.length > 0
      ? [
          `Dropped, as ${quoted(to.name, 60)} cannot take it: ${shown.join("; ")}${more}. To put something in its place, give \`params\` such as {"subActionParams": {…}}, laid over what is carried over: with these \`rules\` before they move, later to attach_connector with \`replace\`.`,
        ]
      : []),
    ...byText(moved, ({ unsure }) => unsure).map(
      ([text, rules]) =>
        `The ${text} stay as they are in ${someRules(rules, rulesNamed)}: whether they exist there too cannot be seen here.`,
    ),
  ];
}

/** How a move notifies once where rules have both connectors in a group. Only somebody who reads it before the move can use it. */
export function onceInstead(moved: readonly { rule: Rule; twice?: "all" | "some" | undefined }[], from: { id: string }): string[] {
  const of = (which: "all" | "some") => moved.filter(({ twice }) => twice === which).map(({ rule }) => rule);
  const ids = (rules: readonly Rule[]) =>
    shownJson(rules.slice(0, idsNamed).map(({ id }) => id)) + (rules.length > idsNamed ? " and so on" : "");
  const [all, some] = [of("all"), of("some")];
  return [
    ...(all.length > 0
      ? [
          `To notify once there, first call replace_connector with from ${word(from.id)}, remove: true and rules ${ids(all)}: the action that is there already stays.`,
        ]
      : []),
    ...(some.length > 0
      ? [
          `To notify once there, call attach_connector after the move with rules ${ids(some)}, the groups, replace: true, params and frequency: equal actions become one.`,
        ]
      : []),
  ];
}

/** What may fail in the rules of a connector because of its new config. */
export async function warnOfConfig(rules: readonly Rule[], before: Connector, config: Record<string, unknown>): Promise<string[]> {
  const moved = rules.map((rule): Moved => ({ rule, actions: rule.actions, lost: [], unsure: [] }));
  return newRisks(moved, before, { ...before, config });
}

/** What may fail at the new connector because of its config, and did not at the old one. */
async function newRisks(moved: readonly Moved[], from: Connector | undefined, to: Connector): Promise<string[]> {
  const isSameType = from?.type === to.type;
  const before = from?.config;
  if (!to.config || (isSameType && !before)) return [];
  const risks = (await connectorType(to.type))?.risks ?? (() => []);
  const after = to.config;
  const fresh = (params: Params) => {
    const had = isSameType && before ? risks(params, before) : [];
    return risks(params, after).filter((one) => !had.includes(one));
  };
  const all = byText(moved, ({ actions }) => actions.filter(({ id }) => id === to.id).flatMap(({ params }) => fresh(params ?? {})));
  return all.map(([text, rules]) => `With ${quoted(to.name, 60)} may fail: ${text}. This concerns ${someRules(rules, rulesNamed)}.`);
}

/** The rules that a text holds for, by the text. */
function byText<One extends { rule: Rule }>(all: readonly One[], textsOf: (one: One) => readonly string[]): [string, Rule[]][] {
  const each = all.flatMap((one) => [...new Set(textsOf(one))].map((text) => ({ text, rule: one.rule })));
  return [...grouped(each, ({ text }) => text)].map(([text, some]) => [text, some.map(({ rule }) => rule)]);
}
