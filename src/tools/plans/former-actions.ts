import type { ConnectorType } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import { isMarked } from "../../change/marked-rules.ts";
import type { CreateOp } from "../../change/op.ts";
import type { NextCall } from "../../change/plan.ts";
import { recordedIn } from "../../change/undo.ts";
import { grouped } from "../../grouped.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { canonicalJson } from "../../plain-object.ts";
import { closes } from "../../rules/incidents.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { compact } from "../fields.ts";

/** The most calls that are named. */
const most = 3;

/** What one call of attach_connector gives to a rule. */
type Former = { rule: string } & Record<"groups" | "params" | "frequency", unknown>;

/**
 * The calls that give rules the actions with a connector again that they had before a change took them: with their params, but for what
 * the journal marks or looks like a secret.
 * @param entries of rules, with the connector before and without it after
 */
export async function formerActionCalls({ id, space, type }: CreateOp, entries: readonly JournalEntry[]): Promise<NextCall[]> {
  const entry = await connectorType(type);
  const former = entries.flatMap((one): Former[] => {
    const record = recordedIn(one);
    const rule = idIn(one);
    if (record?.op !== "put_rule" || rule === undefined) return [];
    const opening = record.before.actions.filter((action) => action.id === id && !(entry && closes(entry, action.params ?? {})));
    const calls = [...grouped(opening, (action) => canonicalJson(asGiven(action, entry)))].map(([, [first, ...more]]): Former => {
      const groups = [first, ...more].flatMap((action) => action?.group ?? []);
      return {
        rule,
        groups: groups.length > 0 ? groups : undefined,
        ...(first ? asGiven(first, entry) : { params: undefined, frequency: undefined }),
      };
    });
    return calls.length > 0 ? calls : [{ rule, groups: undefined, params: undefined, frequency: undefined }];
  });
  const calls = [...grouped(former, ({ rule: _rule, ...same }) => canonicalJson(compact(same)))].map(([, all]) => {
    const { groups, params, frequency } = all[0] as Former;
    const args = compact({ connector: id, rules: all.map(({ rule }) => rule), groups, params, frequency, space });
    return { tool: "attach_connector", args, why: `Gives them an action with it again${params ? ", with the params that they had" : ""}.` };
  });
  if (calls.length <= most) return calls;
  const rules = [...new Set(former.map(({ rule }) => rule))];
  return [
    { tool: "attach_connector", args: { connector: id, rules, space }, why: "Gives them an action with it again, in the usual words." },
  ];
}

/** As attach_connector takes it. */
function asGiven({ params, frequency }: RuleAction, entry: ConnectorType | undefined): Pick<Former, "params" | "frequency"> {
  const isWhole = params !== undefined && !isMarked(params) && hideSecrets(params).found.length === 0;
  const { summary, notify_when: when, throttle } = frequency ?? {};
  return {
    params: isWhole && entry ? params : undefined,
    frequency: frequency ? compact({ summary, notify_when: when, throttle: throttle ?? undefined }) : undefined,
  };
}
