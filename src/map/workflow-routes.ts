import { plainText, quoted } from "../plain-text.ts";
import { eachText } from "../rules/params.ts";
import { isExpression } from "../usage/templates.ts";
import type { WorkflowState } from "../usage/use.ts";
import type { OtherStep, Reference, Undecided } from "../usage/workflow-references.ts";
import { unknownInStep } from "./addressees.ts";
import { type ConnectorEnd, type Connectors, connectorsNamed, entryOf, perhapsEndpoint, refusedByConfig } from "./connectors.ts";
import { handedOver } from "./handed-over.ts";
import { atMostOnce } from "./held-back.ts";
import { goodToKnow, mayStop, notFollowed, type Obstacle, type Route, stops, verdictOn, verdicts } from "./route.ts";

/** The workflows of a space. */
export interface Workflows {
  /** By id; undefined where they could not be read, or version and licence rule them out. */
  seen: ReadonlyMap<string, WorkflowState> | undefined;
  /** Why one that is not there may exist all the same. */
  notSeen: string | undefined;
}

/** Kibana runs no more workflows below each other. */
const deepest = 10;
/** Workflows that are followed from one, and ways over them. */
const mostFollowed = 200;

/** What one workflow does itself, wherever it is started. */
interface Steps {
  ends: Omit<Route, "via">[];
  /** The workflows that it starts, each over the step with the least in the way. */
  starts: { id: string; before: Obstacle[]; isOneOfSeveral: boolean }[];
  name: string;
  off: Obstacle[];
}

/** How a workflow is reached from another one. */
interface Way {
  id: string;
  via: Route["via"];
  before: Obstacle[];
  /** Whether it is reached in another way too. */
  isOneOfSeveral: boolean;
}

/**
 * The ways over a workflow: each connector that it names, what only a run decides, and the same of the workflows that it starts.
 * A workflow that is reached in several ways is followed once, over the one with the least in the way.
 */
export function routesOver(id: string, workflows: Workflows, connectors: Connectors, above: Route["via"] = []): Route[] {
  const { ways, isAll } = waysFrom(id, workflows, connectors);
  const routes: Route[] = [];
  for (const way of ways) {
    const via = [...above, ...way.via];
    const before = way.isOneOfSeveral ? [...way.before, otherWays] : way.before;
    for (const end of endsOf(way, workflows, connectors)) {
      if (routes.length === mostFollowed) return [...routes, notFollowed(above)];
      routes.push({ ...end, via, obstacles: [...before, ...end.obstacles] });
    }
  }
  return isAll ? routes : [...routes, notFollowed(above)];
}

/** The workflows of a space over which a connector is reached, directly or through others. */
export function workflowsLeadingTo(connector: string, workflows: Workflows, connectors: Connectors): ReadonlySet<string> {
  const startedBy = new Map<string, string[]>();
  const found = new Set<string>();
  for (const id of workflows.seen?.keys() ?? []) {
    const { ends, starts } = stepsOf(id, workflows, connectors);
    if (ends.some((end) => end.connector === connector)) found.add(id);
    for (const { id: started } of starts) {
      const starting = startedBy.get(started) ?? [];
      starting.push(id);
      startedBy.set(started, starting);
    }
  }
  // A set goes on through what is added meanwhile.
  for (const id of found) for (const starting of startedBy.get(id) ?? []) found.add(starting);
  return found;
}

const otherWays = goodToKnow("other_ways", "the workflow is started in other ways too, of which this has the least in the way");

/** A level of workflows after the other. One is followed again only where less is in the way than before: twice at most. */
function waysFrom(first: string, workflows: Workflows, connectors: Connectors): { ways: Way[]; isAll: boolean } {
  const best = new Map<string, Way>();
  const steps = (id: string) => stepsOf(id, workflows, connectors);
  const wayTo = (id: string, above: Route["via"], before: Obstacle[], isOneOfSeveral: boolean): Way => {
    return { id, via: [...above, { kind: "workflow", id, name: steps(id).name }], before, isOneOfSeveral };
  };
  let level = [wayTo(first, [], [], false)];
  let isAll = true;
  for (let depth = 0; level.length > 0; depth++) {
    const next: Way[] = [];
    for (const way of level) {
      const known = best.get(way.id);
      if (known) known.isOneOfSeveral = way.isOneOfSeveral = true;
      if (known && rankOf(known.before) >= rankOf(way.before)) continue;
      if (!known && best.size >= mostFollowed) {
        isAll = false;
        continue;
      }
      best.set(way.id, way);
      if (depth === deepest) continue;
      for (const { id, before, isOneOfSeveral } of steps(way.id).starts) {
        if (way.via.some((one) => one.id === id)) continue;
        const there = best.get(id);
        const all = [...way.before, ...before];
        if (there) there.isOneOfSeveral = true;
        if (!there || rankOf(there.before) < rankOf(all)) next.push(wayTo(id, way.via, all, isOneOfSeveral || there !== undefined));
      }
    }
    level = next;
  }
  return { ways: [...best.values()], isAll };
}

function rankOf(obstacles: readonly Obstacle[]): number {
  return verdicts.indexOf(verdictOn(obstacles));
}

function endsOf({ id, via }: Way, workflows: Workflows, connectors: Connectors): Steps["ends"] {
  const { ends, starts, name, off } = stepsOf(id, workflows, connectors);
  const others = starts.filter((one) => !via.some((above) => above.id === one.id));
  if (others.length > 0 && via.length > deepest) {
    const obstacle = stops(
      "step_fails",
      `the workflow ${quoted(name, 60)} starts another one, deeper than the ${deepest} that Kibana runs`,
    );
    return [...ends, endWith([...off, obstacle])];
  }
  if (ends.length > 0 || others.length > 0) return ends;
  return [endWith([...off, stops("no_connector", `the workflow ${quoted(name, 60)} uses no connector`)])];
}

function endWith(obstacles: Obstacle[], more: Partial<Omit<Route, "via">> = {}): Omit<Route, "via"> {
  return { ...{ connector: undefined, name: undefined, type: undefined, on: [], params: [] }, ...more, obstacles };
}

/** Each workflow of a space is read once, however many rules and policies lead to it. */
const read = new WeakMap<Workflows, WeakMap<Connectors, Map<string, Steps>>>();

function stepsOf(id: string, workflows: Workflows, connectors: Connectors): Steps {
  const ofSpace = read.get(workflows) ?? new WeakMap<Connectors, Map<string, Steps>>();
  read.set(workflows, ofSpace);
  const all = ofSpace.get(connectors) ?? new Map<string, Steps>();
  ofSpace.set(connectors, all);
  const found = all.get(id) ?? readSteps(id, workflows, connectors);
  all.set(id, found);
  return found;
}

function readSteps(id: string, { seen, notSeen }: Workflows, connectors: Connectors): Steps {
  const workflow = seen?.get(id);
  const only = (obstacle: Obstacle): Steps => ({ ends: [endWith([obstacle])], starts: [], name: workflow?.name ?? id, off: [] });
  if (!workflow && notSeen !== undefined) return only(mayStop("not_seen", notSeen));
  if (!workflow)
    return only(stops("workflow_missing", seen ? "the workflow does not exist" : "this Kibana or its licence has no workflows"));
  if (!workflow.references) return only(stops("workflow_invalid", "the workflow is not valid, so it does not run"));
  const off = workflow.enabled ? [] : [stops("workflow_off", "the workflow is switched off")];
  const at = (reached: string, how: string) =>
    reached === "always" ? [] : [mayStop("condition", `${plainText(how, 60)} runs under a condition only`)];
  const { named, undecided, others } = workflow.references;
  const naming = named.filter(({ reached }) => reached !== "never").map((one) => ({ one, ends: endsNamedBy(one, connectors) }));
  const failed = failingStep(naming);
  const before = ({ reached, how, step }: Reference | Undecided | OtherStep): Obstacle[] => [
    ...off,
    ...at(reached, how),
    ...(failed && step !== undefined && step > failed.step ? [failed.obstacle] : []),
  ];
  const started = new Map<string, Steps["starts"][number]>();
  const own = [
    ...naming.flatMap(({ one, ends }) =>
      ends.map((found) => {
        const addressees = unknownInStep(entryOf(found, connectors), one.params);
        return endWith([...before(one), ...found.obstacles, ...addressees], { ...found, params: [one.params] });
      }),
    ),
    ...undecided
      .filter(({ reached }) => reached !== "never")
      .map((one) =>
        endWith([...before(one), mayStop("decided_at_run", `which connector ${plainText(one.how, 60)} uses is decided when it runs`)]),
      ),
    ...others.flatMap((one) => {
      const { how, type, starts } = one;
      if (!/^workflow\.execute/i.test(type)) {
        const text = `${plainText(how, 60)} (${plainText(type, 40)}) may tell somebody without a connector of this space`;
        return [endWith([...before(one), mayStop("own_step", text)])];
      }
      if (starts === undefined || starts.includes("{{")) {
        return [
          endWith([...before(one), mayStop("decided_at_run", `which workflow ${plainText(how, 60)} starts is decided when it runs`)]),
        ];
      }
      const known = started.get(starts);
      const there = { id: starts, before: before(one), isOneOfSeveral: known !== undefined };
      if (!known || rankOf(known.before) < rankOf(there.before)) started.set(starts, there);
      else known.isOneOfSeveral = true;
      return [];
    }),
  ];
  return { ends: own, starts: [...started.values()], name: workflow.name, off };
}

/** The connectors that a step may mean, with what is in the way there and by what it hands over. */
function endsNamedBy({ text, byName, asModel, how, params, given }: Reference, connectors: Connectors): ConnectorEnd[] {
  const who = plainText(how, 60);
  // What holds a tag of Liquid is not known before a run, as what holds an expression.
  const known = eachText(params, (one) => (isExpression(one) && !one.includes("{{") ? `{{${one}}}` : one)) as Reference["params"];
  const byStep = (end: ConnectorEnd): Obstacle[] => {
    if (given === "all") return handedOver(end, known, connectors, { who });
    return given === "nothing" ? [stops("opens_nothing", `${who} only reads`)] : refusedByConfig(end, params, connectors);
  };
  return connectorsNamed(text, byName, connectors, asModel).map((end) => ({ ...end, obstacles: [...end.obstacles, ...byStep(end)] }));
}

/** The first of a workflow's own steps that cannot run: what comes after it is not reached, unless the run goes on. */
function failingStep(
  naming: readonly { one: Reference; ends: readonly ConnectorEnd[] }[],
): { step: number; obstacle: Obstacle } | undefined {
  const isBroken = (one: Obstacle) => one.stops === "all" && breaks.includes(one.kind);
  const failing = (is: (one: Obstacle) => boolean) =>
    naming
      .filter(({ one, ends }) => one.step !== undefined && one.reached === "always" && ends.every(({ obstacles }) => obstacles.some(is)))
      .map(({ one }) => one)
      .sort((one, other) => (one.step ?? 0) - (other.step ?? 0))[0];
  const surely = failing(isBroken);
  const first = surely ?? failing((one) => one === perhapsEndpoint);
  if (first?.step === undefined) return undefined;
  const how = plainText(first.how, 60);
  if (!surely) return { step: first.step, obstacle: mayStop("step_fails", `${how} before it may not run`) };
  const obstacle = first.goesOn
    ? mayStop("step_fails", `${how} before it cannot run`)
    : stops("step_fails", `${how} before it cannot run, which ends the workflow`);
  return { step: first.step, obstacle };
}

const breaks: readonly string[] = ["connector_missing", "secrets_missing", "type_unusable", "params_refused"];

/** What a route's obstacles say of the limits of a policy. */
export const atMostEvery = (interval: string) => goodToKnow("frequency", atMostOnce(interval));
