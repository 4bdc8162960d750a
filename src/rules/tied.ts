import type { ConnectorType } from "../catalog/connector-type.ts";
import type { RuleAction } from "../kibana/rules.ts";
import { word } from "../plain-text.ts";
import { closes, foreignRecords, keyInOneForm, keyOf, onlyReads, recordOf, withKey } from "./incidents.ts";

interface Tied {
  /** Actions without a key, or that close what nothing opens, by their fixed form: recovery could not work with them. */
  rekeyed: Map<RuleAction, RuleAction>;
  /** Keys under which something is opened that no action closes. */
  uncovered: string[];
}
export const nothingTied: Tied = { rekeyed: new Map(), uncovered: [] };

/**
 * Ties each opening action to one that closes under the same key. A rule may have several keys, one per group.
 * @param all including the actions that are added
 * @param mine those that the rule already has
 * @param key for actions that open without one
 */
export function tied(
  all: readonly RuleAction[],
  mine: readonly RuleAction[],
  type: ConnectorType,
  recoveryGroup: string,
  key: string,
): Tied {
  const keyIn = ({ params }: RuleAction) => keyOf(type, params ?? {});
  const mayOpen = ({ params }: RuleAction) => !closes(type, params ?? {}) && !onlyReads(type, params ?? {});
  const firing = all.filter((action) => action.group !== recoveryGroup && !action.frequency?.summary && mayOpen(action));
  const openers = firing.filter(({ params }) => recordOf(params ?? {}) === undefined);
  const foreign = foreignRecords(type, all);
  const closers = mine.filter(({ group, params = {} }) => {
    const record = recordOf(params ?? {});
    return group === recoveryGroup && closes(type, params ?? {}) && (record === undefined || foreign.includes(record));
  });
  const keys = firing.length > 0 ? openers.map((action) => keyIn(action) ?? key) : [key];
  const opened = new Map(keys.map((each) => [keyInOneForm(each), each]));
  const closed = new Set(closers.map((action) => keyInOneForm(keyIn(action) ?? "")));
  const uncovered = [...opened].filter(([form]) => !closed.has(form)).map(([, each]) => each);
  const rekeyed = new Map<RuleAction, RuleAction>();
  const give = (action: RuleAction, given: string) => rekeyed.set(action, { ...action, params: withKey(type, action.params ?? {}, given) });
  const own = new Set(mine);
  for (const action of openers) if (own.has(action) && keyIn(action) === undefined) give(action, key);
  for (const action of closers) {
    if (opened.has(keyInOneForm(keyIn(action) ?? ""))) continue;
    const wanted = uncovered.shift();
    if (wanted !== undefined) give(action, wanted);
  }
  return { rekeyed, uncovered };
}

/** What becomes of actions that were not tied, as a sentence. */
export function rekeyedInWords(rekeyed: Tied["rekeyed"], type: ConnectorType): string {
  const which = rekeyed.size === 1 ? "an action of this connector in the rule" : `${rekeyed.size} actions of this connector in the rule`;
  const keys = new Set([...rekeyed.values()].map(({ params }) => word(keyOf(type, params ?? {}) ?? "")));
  return `It changes ${which} that had no ${type.dedupField ?? ""}, or another one than its counterpart, so that recovery closed nothing: from then on it is ${[...keys].join(" and ")}.`;
}
