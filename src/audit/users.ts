import { grouped } from "../grouped.ts";
import type { ActionPolicy } from "../kibana/alerting-v2.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Reader } from "../kibana/reader.ts";
import { type RouteFacts, workflowsIn } from "../map/space.ts";
import { isSystem } from "../rules/rule-state.ts";
import { assistantActions } from "../usage/assistant-actions.ts";
import { attackDiscovery, conversations, wholeDiscovery } from "../usage/assistants.ts";
import { readableCases } from "../usage/cases.ts";
import { endpointOf, endpointsAreModels, isElasticsOwn } from "../usage/inference-endpoints.ts";
import { policiesOf } from "../usage/leading-to.ts";
import { inWords, lookAround, notLookedAt, presentIn, type Seen, type Usage, usersOf } from "../usage/look.ts";
import { migrations } from "../usage/migrations.ts";
import { isOtherNameOf } from "../usage/named.ts";
import { besidesRules } from "../usage/sources.ts";
import { type Found, type Holder, type Unseen, type Where, whereOf } from "../usage/use.ts";
import { workflows } from "../usage/workflows.ts";
import type { Deployment } from "./deployment.ts";
import type { WorkflowFacts } from "./facts.ts";
import type { NotChecked } from "./finding.ts";
import { reason } from "./not-checked.ts";

/** What was seen in a space besides rules. */
export interface SpaceUsers {
  /** What uses a connector, what rules name in params among it. The sight is right for those to which nothing refers; undefined where nothing could be read. */
  of(connector: Connector, ofRules: Found): Pick<Usage, "uses" | "sight"> | undefined;
  /** All of them; undefined where they were not read to the end. */
  cases: readonly Holder[] | undefined;
  /** Undefined where this Kibana's version could not be read. */
  workflows: WorkflowFacts | undefined;
  /** What rules lead to over workflows. */
  leads: Pick<RouteFacts, "workflows" | "policies">;
  /** What the findings do not say themselves. */
  notSeen: Omit<NotChecked, "space">[];
}

const aboutPolicies = ["dangling_reference", "workflow_off", "notifies_nobody", "silent_for_long"];
const aboutNames = ["dangling_reference"];
const aboutWorkflows = ["dangling_reference", "workflow_off", "ambiguous_name", "notifies_nobody"];
/**
 * With whom schedules of attack discovery tell, which Kibana counts while the connector is there. A conversation is over, and a migration
 * will be: they are read only where a connector may be in use there.
 */
const audited = besidesRules.map((one) => {
  if (one === attackDiscovery) return wholeDiscovery;
  return one === conversations || migrations.includes(one)
    ? { ...one, canHold: (where: Where) => where.type !== undefined && one.canHold(where) }
    : one;
});
const nothingSeen: SpaceUsers["leads"] = {
  workflows: { seen: undefined, notSeen: "workflows could not be read" },
  policies: { all: undefined, notSeen: undefined },
};

/**
 * Reads action policies, and once all that may name a connector which is gone.
 * @param connectors of the space, with Kibana's count of references
 */
export async function lookAtUsers(
  reader: Reader,
  space: string,
  { status, types }: Pick<Deployment, "status" | "types">,
  connectors: ReadonlyMap<string, Connector>,
  now: number,
): Promise<SpaceUsers> {
  // Its version decides what there can be.
  if (!status) return { of: () => undefined, cases: undefined, workflows: undefined, leads: nothingSeen, notSeen: [] };
  const placeOf = (connector: Connector) => whereOf(connector, types?.values() ?? [], status);
  const unreferenced = new Set([...connectors.values()].filter(({ preconfigured, references }) => !preconfigured && !references));
  // What names a connector may be all that is left of its kind.
  const ofAnyKind = { status, features: [] };
  const [seen, pushing, policies] = await Promise.all([
    lookAround(reader, space, [ofAnyKind, ...[...unreferenced].map(placeOf)], audited),
    lookAround(reader, space, [ofAnyKind], [readableCases]),
    policiesOf(reader, space, status).catch((error: unknown) => reason(error, "Action policies could not be read")),
  ]);
  const present = presentIn(connectors.values());
  const found = seen.looked.find(({ source }) => source === workflows)?.found;
  const cases = pushing.looked.flatMap(({ found }) => found.holders);
  // They push again.
  const open = pushing.looked.map((one) => ({ ...one, found: { ...one.found, holders: cases.filter(({ use }) => use.enabled) } }));
  const hidden = found?.unseen.filter(({ concerns }) => concerns === undefined) ?? [];
  return {
    of(connector, found) {
      const looked = [...seen.looked, { source: assistantActions, found }];
      const { uses, sight } = usersOf(connector, placeOf(connector), present, { ...seen, looked });
      return { uses: [...uses, ...cases.filter(({ names }) => names === connector.id).map(({ use }) => use)], sight };
    },
    cases: pushing.looked.every(({ found }) => found.unseen.length === 0) ? cases : undefined,
    workflows: {
      seen: found?.workflows,
      mayBeMore: hidden.some(({ listed }) => !listed),
      starting: Array.isArray(policies)
        ? policies.map(({ workflows: started, id, name, enabled }) => ({
            user: { kind: "action_policy", id, name, enabled },
            workflows: started,
          }))
        : [],
      dangling: await stillDangling(dangling([...seen.looked, ...open], connectors, endpointsAreModels(status)), reader, space),
      ambiguous: ambiguous(seen, connectors),
      snoozed: Array.isArray(policies) ? snoozedOf(policies, now) : [],
      now,
    },
    leads: {
      workflows: workflowsIn(seen),
      policies: Array.isArray(policies) ? { all: policies, notSeen: undefined } : { all: undefined, notSeen: policies.why },
    },
    notSeen: [
      ...missed(hidden, aboutWorkflows),
      ...missed(
        // Many keys may read few of them, which is no news.
        [...seen.looked, ...pushing.looked].flatMap(({ source, found }) =>
          source === workflows ? [] : found.unseen.filter((one) => one.whole && !one.refused),
        ),
        aboutNames,
      ),
      ...(Array.isArray(policies) ? [] : [{ checks: aboutPolicies, ...policies }]),
    ],
  };
}

function snoozedOf(policies: readonly ActionPolicy[], now: number): WorkflowFacts["snoozed"] {
  return policies.flatMap(({ id, name, enabled, snoozedUntil: until }) =>
    until === undefined || Date.parse(until) <= now ? [] : [{ user: { kind: "action_policy", id, name, enabled }, until }],
  );
}

/** A connector may have been made after they were listed, with the workflow that names it. */
async function stillDangling(found: WorkflowFacts["dangling"], reader: Reader, space: string): Promise<WorkflowFacts["dangling"]> {
  if (found.length === 0) return found;
  const now = await reader.connectors(space);
  return found.filter(({ connector }) => !now.some((one) => one.id === connector || isOtherNameOf(one, connector)));
}

/** Places that name no connector of the space. @param asModels whether an inference endpoint may be a model */
function dangling(looked: Seen["looked"], connectors: ReadonlyMap<string, Connector>, asModels: boolean): WorkflowFacts["dangling"] {
  const all = [...connectors.values()];
  const names = new Set(all.map(({ name }) => name.trim()));
  const endpoints = new Set(all.map(({ config }) => endpointOf(config)));
  const isKnown = ({ names: text, byName, use }: Holder) =>
    connectors.has(text) || (byName && names.has(text)) || ((byName || use.kind !== "workflow") && endpoints.has(text));
  const isElsewhere = ({ mayBeElsewhere, asModel, names: text }: Holder) => mayBeElsewhere || (asModel && asModels && isElasticsOwn(text));
  const gone = looked.flatMap(({ found }) => found.holders.filter((one) => !isElsewhere(one) && !isKnown(one) && !isSystem(one.names)));
  // A place where it can only be a connector comes last, and stays.
  const once = new Map(
    gone
      .map(({ use: user, names: connector, asModel }) => ({ user, connector, mayBeEndpoint: asModels && asModel === true }))
      .sort((one, other) => Number(other.mayBeEndpoint) - Number(one.mayBeEndpoint))
      .map((one) => [JSON.stringify([one.user.kind, one.user.id, one.connector]), one]),
  );
  return [...once.values()];
}

/** Places whose name fits several connectors; an id comes before a name. */
function ambiguous({ looked }: Seen, connectors: ReadonlyMap<string, Connector>): WorkflowFacts["ambiguous"] {
  const byName = grouped(connectors.values(), ({ name }) => name.trim());
  const found = looked.flatMap(({ found }) => found.holders).filter((one) => one.byName && !connectors.has(one.names));
  const once = new Map(found.map((one) => [JSON.stringify([one.use.kind, one.use.id, one.names]), one]));
  return [...once.values()].flatMap(({ use: user, names: name }) => {
    const meant = byName.get(name) ?? [];
    return meant.length > 1 ? [{ user, name, connectors: meant }] : [];
  });
}

function missed(unseen: readonly Unseen[], checks: string[]): Omit<NotChecked, "space">[] {
  const [first, ...rest] = unseen;
  if (!first) return [];
  return notLookedAt({ seen: "part", unseen: [first, ...rest] }).map((one) => ({
    checks,
    why: `Not looked at: ${inWords(one)}.`,
    ...(one.fix === undefined ? {} : { fix: one.fix }),
  }));
}
