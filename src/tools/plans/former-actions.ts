import type { ConnectorType, Params } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import { isMarked } from "../../change/marked-rules.ts";
import type { CreateOp } from "../../change/op.ts";
import type { NextCall } from "../../change/plan.ts";
import { recordedIn } from "../../change/undo.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { canonicalJson, valueAt } from "../../plain-object.ts";
import { quoted } from "../../plain-text.ts";
import { textsIn } from "../../rules/check-templates.ts";
import { closes } from "../../rules/incidents.ts";
import { withoutPath, withValueAt } from "../../rules/params.ts";
import { hideInText, hideSecrets } from "../../secrets/detect.ts";
import { compact } from "../fields.ts";

/** The most calls that are named. */
const most = 3;

/** What one call of attach_connector gives to a rule, and what it cannot. */
type Former = { rule: string; lost: readonly string[] } & Record<"groups" | "params" | "frequency", unknown>;

/**
 * The calls that give rules the actions with a connector again that they had before a change took them: with their params, but for what
 * the journal marks or looks like a secret. Each says what it does not give back.
 * @param entries of rules, with the connector before and without it after
 */
export async function formerActionCalls({ id, space, type }: CreateOp, entries: readonly JournalEntry[]): Promise<NextCall[]> {
  const entry = await connectorType(type);
  const former = entries.flatMap((one): Former[] => {
    const record = recordedIn(one);
    const rule = idIn(one);
    if (record?.op !== "put_rule" || rule === undefined) return [];
    const opening = record.before.actions.filter((action) => action.id === id && !(entry && closes(entry, action.params ?? {})));
    const calls = [...grouped(opening, (action) => canonicalJson(asGiven(action, entry)))].map(([, all]): Former => {
      const groups = all.flatMap(({ group, frequency }) => (frequency?.summary ? [] : (group ?? [])));
      return { rule, groups: groups.length > 0 ? groups : undefined, ...asGiven(all[0] as RuleAction, entry) };
    });
    return calls.length > 0 ? calls : [{ rule, groups: undefined, params: undefined, frequency: undefined, lost: [] }];
  });
  const calls = [...grouped(former, ({ rule: _rule, ...same }) => canonicalJson(compact(same)))].map(([, all]) => {
    const { groups, params, frequency, lost } = all[0] as Former;
    const args = compact({ connector: id, rules: all.map(({ rule }) => rule), groups, params, frequency, space });
    const words = params ? ", with the params that they had" : ", in the usual words";
    return { tool: "attach_connector", args, why: `Gives them an action with it again${words}.${lost.map((one) => ` ${one}`).join("")}` };
  });
  const more = calls.slice(most);
  if (more.length === 0) return calls;
  const rules = [...new Set(more.flatMap(({ args }) => args.rules as string[]))];
  const left = ` ${more.length} more call${more.length > 1 ? "s" : ""} like this would be needed, for ${firstFew(rules, 5, (rule) => quoted(rule, 60))}.`;
  return calls.slice(0, most).map((one, n) => (n === most - 1 ? { ...one, why: `${one.why}${left}` } : one));
}

/** As attach_connector takes it. */
function asGiven(action: RuleAction, entry: ConnectorType | undefined): Pick<Former, "params" | "frequency" | "lost"> {
  const { frequency, alerts_filter: filter } = action;
  const { params, without } = entry ? openParams(action.params ?? undefined) : { params: undefined, without: [] };
  const { summary, notify_when: when, throttle } = frequency ?? {};
  const filters = [filter?.query ? "alert filter" : "", filter?.timeframe ? "time window" : ""].filter(Boolean);
  return {
    params,
    frequency: frequency ? compact({ summary, notify_when: when, throttle: throttle ?? undefined }) : undefined,
    lost: [
      ...(without.length > 0 ? [`Without ${without.join(", ")}, which held a secret: give it.`] : []),
      ...(filters.length > 0
        ? [`Without the ${filters.join(" and ")} that it had, so at all times and for all alerts: set it in Kibana.`]
        : []),
    ],
  };
}

/** Params without what holds a secret, and the paths of that; none where it cannot be left out alone. */
function openParams(params: Params | undefined): { params: Params | undefined; without: string[] } {
  if (!params) return { params, without: [] };
  const isSecret = (at: Params) => isMarked(at) || hideSecrets(at).found.length > 0;
  const places = textsIn(params, "params").map(([path]) => path.split(".").slice(1));
  const held = places.filter((path) => isSecret(withValueAt({}, path, valueAt(params, path))));
  const open = held.reduce(withoutPath, params);
  const without = held.map((path) => hideInText(`params.${path.join(".")}`));
  return isSecret(open) || Object.keys(open).length === 0
    ? { params: undefined, without: held.length > 0 ? without : ["params"] }
    : { params: open, without };
}
