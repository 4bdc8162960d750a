import type { Params, Translated } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { grouped } from "../../grouped.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
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

/** The most lines on what is lost, and rules named in each. */
const [linesShown, rulesNamed] = [10, 5];

/** What could not be carried over, and what may mean something else there; once for all rules where it is the same. */
export function carriedInWords(
  moved: readonly (Pick<Translated, "lost" | "unsure"> & { rule: Rule })[],
  to: Connector | undefined,
): string[] {
  if (!to) return [];
  const by = (texts: (one: (typeof moved)[number]) => readonly string[]) => [
    ...grouped(
      moved.flatMap((one) => [...new Set(texts(one))].map((text) => ({ text, rule: one.rule }))),
      ({ text }) => text,
    ),
  ];
  const lost = by((one) => one.lost);
  return [
    ...lost.slice(0, linesShown).map(
      ([text, all]) =>
        `${quoted(to.name, 60)} cannot take ${text}: it is dropped from ${someRules(
          all.map(({ rule }) => rule),
          rulesNamed,
        )}.`,
    ),
    ...(lost.length > linesShown ? [`${lost.length - linesShown} more such entries are dropped: the actions of each rule show them.`] : []),
    ...by((one) => one.unsure).map(
      ([text, all]) =>
        `The ${text} stay as they are in ${someRules(
          all.map(({ rule }) => rule),
          rulesNamed,
        )}: whether they exist there too cannot be seen from here.`,
    ),
  ];
}
