import { firstUnread } from "../../catalog/validate.ts";
import type { PutRuleOp } from "../../change/op.ts";
import { firstFew } from "../../first-few.ts";
import { createGiveWay } from "../../give-way.ts";
import { grouped } from "../../grouped.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule, RuleAction } from "../../kibana/rules.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { routesOfRule } from "../../map/classic.ts";
import { entriesOf } from "../../map/connectors.ts";
import { hearsOfFiring, type ObstacleKind, type Route, type Verdict, verdictOn, verdicts } from "../../map/route.ts";
import { type RouteFacts, workflowsIn } from "../../map/space.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { runsOnFiring } from "../../rules/firing.ts";
import { actionKey } from "../../rules/same-action.ts";
import { endpointsAreModels } from "../../usage/inference-endpoints.ts";
import { workflowOf } from "../../usage/leading-to.ts";
import { lookAtWorkflows } from "../../usage/look.ts";
import type { SpaceContext } from "../define.ts";
import { inWords } from "./replaced-report.ts";

interface Change {
  rule: Rule;
  op: PutRuleOp;
}

/** What a plan has read already; the rest is read where a rule may be silenced. */
interface AtHand {
  connectors: ReadonlyMap<string, Connector>;
  types?: readonly LiveType[];
  status?: Status;
}

/** Reasons that are told, and ways of one rule that a reason names. */
const [reasonsTold, waysTold] = [3, 2];

/**
 * Warns about rules that will tell nobody when they fire, or perhaps nobody, and did before: with no action left, none that
 * runs when they fire, or none that gets through, by the map's own judgement.
 */
export async function silencedWarning(changes: readonly Change[], atHand: AtHand, context: SpaceContext): Promise<string[]> {
  const silent = changes.filter(({ op }) => !op.after.actions.some(runsOnFiring));
  const bare = silent.filter(({ op }) => op.after.actions.length === 0).map(({ rule }) => rule);
  const late = silent.filter(({ op }) => op.after.actions.length > 0 && op.before.actions.some(runsOnFiring)).map(({ rule }) => rule);
  const lost = await losing(
    changes.filter(({ op }) => op.after.actions.some(runsOnFiring) && changesFiring(op)),
    atHand,
    context,
  );
  return [
    ...(bare.length > 0 ? [`${inWords(bare)} will notify nobody: no action is left.`] : []),
    ...(late.length > 0 ? [`${inWords(late)} will notify nobody when ${fires(late)}: what is left runs only when an alert is over.`] : []),
    ...lossesInWords(lost),
  ];
}

/** Whether an action that runs when the rule fires goes, or becomes another. */
function changesFiring({ before, after }: PutRuleOp): boolean {
  const stays = new Set(after.actions.map(actionKey));
  return before.actions.some((action) => runsOnFiring(action) && !stays.has(actionKey(action)));
}

interface Loss {
  rule: Rule;
  verdict: Verdict;
  why: string;
}

/** Workflows are read only where it depends on them whether a rule tells somebody. */
async function losing(changes: readonly Change[], atHand: AtHand, { kibana, space }: SpaceContext): Promise<Loss[]> {
  const first = changes.length === 0 ? [] : await judged(changes, space, atHand, { seen: undefined, notSeen: "workflows were not read" });
  const starting = first.filter(({ op }) => op.after.actions.some((action) => workflowOf(action) !== undefined));
  if (first.length === 0 || (starting.length === 0 && atHand.types && atHand.status)) return first;
  const status = atHand.status ?? (await kibana.status());
  const [types, seen] = await Promise.all([
    atHand.types ?? kibana.connectorTypes(space),
    starting.length > 0 ? lookAtWorkflows(kibana, space, status) : { space, looked: [] },
  ]);
  return judged(first, space, { ...atHand, types, status }, workflowsIn(seen));
}

async function judged(
  changes: readonly Change[],
  space: string,
  { connectors: all, types, status }: AtHand,
  workflows: RouteFacts["workflows"],
): Promise<(Loss & Change)[]> {
  const used = new Set(changes.flatMap(({ op }) => [...op.before.actions, ...op.after.actions].map(({ id }) => id)));
  const known = [...all.values()].filter(({ id }) => workflows.seen || used.has(id));
  const facts: RouteFacts = {
    ...{ space, now: Date.now(), byTags: false, windows: [], workflows, policies: { all: undefined, notSeen: undefined } },
    connectors: {
      ...{ all, types: types && new Map(types.map((one) => [one.id, one])), notSeen: undefined, failing: new Map() },
      endpointsAreModels: status !== undefined && endpointsAreModels(status),
      ...{ entries: await entriesOf(known), mayKnowMore: status !== undefined && isAtLeast(status, firstUnread) },
    },
  };
  const giveWay = createGiveWay();
  const found: (Loss & Change)[] = [];
  for (const change of changes) {
    await giveWay();
    const { rule, op } = change;
    const ways = (actions: readonly RuleAction[], ignored: readonly ObstacleKind[]) =>
      routesOfRule({ ...rule, actions: [...actions] }, facts)
        .filter(hearsOfFiring)
        .map((route) => without(route, route.via.length === 0 ? [...ignored, "not_seen"] : ignored));
    const after = ways(op.after.actions, []);
    const verdict = best(after);
    if (verdict === "told" || verdicts.indexOf(verdict) >= verdicts.indexOf(best(ways(op.before.actions, broken)))) continue;
    found.push({ ...change, verdict, why: whyNot(after, verdict) });
  }
  return found;
}

/** What was broken before told somebody once: that it is gone for good is to be said. */
const broken: readonly ObstacleKind[] = ["connector_missing", "secrets_missing", "type_unusable"];

function without(route: Route, kinds: readonly ObstacleKind[]): Route {
  return { ...route, obstacles: route.obstacles.filter(({ kind }) => !kinds.includes(kind)) };
}

function best(routes: readonly Route[]): Verdict {
  return verdicts[Math.max(0, ...routes.map(({ obstacles }) => verdicts.indexOf(verdictOn(obstacles))))] ?? "nobody";
}

/** `"Ops PagerDuty" (its action closes an incident that is open, and opens none)` */
function whyNot(routes: readonly Route[], verdict: Verdict): string {
  const fitting = routes.filter(({ obstacles }) => verdictOn(obstacles) === verdict);
  return firstFew(fitting, waysTold, ({ connector, name, via, obstacles }) => {
    const end = name ?? via.at(-1)?.name ?? connector ?? "";
    return `${quoted(end, 40)} (${plainText(obstacles.find(({ stops }) => stops !== "nothing")?.text ?? "", 120)})`;
  });
}

function lossesInWords(lost: readonly Loss[]): string[] {
  const byReason = [...grouped(lost, ({ verdict, why }) => JSON.stringify([verdict, why])).values()];
  const told = byReason.slice(0, reasonsTold).flatMap((all) => {
    const rules = all.map(({ rule }) => rule);
    return all
      .slice(0, 1)
      .map(({ verdict, why }) =>
        verdict === "nobody"
          ? `${inWords(rules)} will notify nobody when ${fires(rules)}: nothing that is left tells anybody: ${why}.`
          : `${inWords(rules)} may notify nobody when ${fires(rules)}: whether what is left gets through is not certain: ${why}.`,
      );
  });
  const rest = byReason.slice(reasonsTold).flatMap((all) => all.map(({ rule }) => rule));
  return rest.length > 0 ? [...told, `${inWords(rest)} will or may notify nobody when ${fires(rest)}, for reasons of their own.`] : told;
}

function fires(rules: readonly Rule[]): string {
  return rules.length > 1 ? "they fire" : "it fires";
}
