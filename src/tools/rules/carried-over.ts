import type { Params, Translated } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { firstThatFit, quoted } from "../../plain-text.ts";
import { closes } from "../../rules/incidents.ts";
import { laidOver } from "../../rules/params.ts";
import { someRules } from "./rules-in-words.ts";

/** Params for actions that move to a connector of another type. Those that name no sub-action are laid over what is carried over. */
export interface NewParams {
  params: Params | undefined;
  /** For actions that run on recovery. */
  recovery: Params | undefined;
}

interface Carried extends Translated {
  /** Before anything was laid over them. */
  bare: Params;
}

/**
 * What an action's params become at a connector of another type.
 * @returns undefined where the catalogue knows nothing that corresponds, or params are given that stand for themselves
 */
export async function carriedOver(
  { connector_type_id: type, params = {} }: RuleAction,
  to: Connector,
  given: NewParams,
  onRecovery: boolean,
): Promise<Carried | undefined> {
  const was = await connectorType(type ?? "");
  const translate = was?.translations?.[to.type];
  const chosen = onRecovery ? given.recovery : given.params;
  if (!translate || (chosen && isWhole(chosen))) return undefined;
  const own = onRecovery ? given.recovery : undefined;
  // What opens takes fields that a close does not.
  const shared = given.params && !isWhole(given.params) && !closes(was, params ?? {}) ? given.params : undefined;
  const over = own ?? shared;
  const carried = translate(params ?? {}, to.config ?? {}, over ?? {});
  if (!carried) return undefined;
  return { ...carried, bare: carried.params, params: over ? laidOver(carried.params, over) : carried.params };
}

function isWhole(params: Params): boolean {
  return Object.hasOwn(params, "subAction");
}

const rulesNamed = 5;
/** Characters of what is dropped; an answer cuts its texts at 2,000. */
const mostDropped = 1500;

/** What is dropped because the new connector cannot take it, and what may mean something else there; once for all rules where it is the same. */
export function carriedInWords(
  moved: readonly (Pick<Translated, "lost" | "unsure"> & { rule: Rule })[],
  to: Connector | undefined,
): string[] {
  if (!to) return [];
  const dropped = byText(moved, ({ lost }) => lost).map(([text, rules]) => `${text}, from ${someRules(rules, rulesNamed)}`);
  const shown = firstThatFit(dropped, mostDropped);
  const more = dropped.length > shown.length ? `; and ${dropped.length - shown.length} more` : "";
  return [
    ...(dropped.length > 0
      ? [
          `${quoted(to.name, 60)} cannot take, so it is dropped: ${shown.join("; ")}${more}. To put something in its place, name these \`rules\` and give \`params\` such as {"subActionParams": {…}}: they are laid over what is carried over.`,
        ]
      : []),
    ...byText(moved, ({ unsure }) => unsure).map(
      ([text, rules]) =>
        `The ${text} stay as they are in ${someRules(rules, rulesNamed)}: whether they exist there too cannot be seen here.`,
    ),
  ];
}

/** What may fail at another connector of the same type, because its config is another one. */
export async function newRisks(
  moved: readonly { rule: Rule; actions: readonly RuleAction[] }[],
  from: Connector | undefined,
  to: Connector | undefined,
): Promise<string[]> {
  if (!from?.config || !to?.config || from.type !== to.type) return [];
  const risks = (await connectorType(to.type))?.risks ?? (() => []);
  const [before, after] = [from.config, to.config];
  const fresh = (params: Params) => {
    const had = risks(params, before);
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
