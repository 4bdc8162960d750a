import { plainText, quoted } from "../plain-text.ts";
import type { WorkflowState } from "../usage/use.ts";
import type { OtherStep, Reference, Undecided } from "../usage/workflow-references.ts";
import { type ConnectorEnd, type Connectors, connectorsNamed, refusedByConfig } from "./connectors.ts";
import { atMostOnce } from "./held-back.ts";
import { goodToKnow, mayStop, type Obstacle, type Route, stops } from "./route.ts";

/** The workflows of a space. */
export interface Workflows {
  /** By id; undefined where they could not be read, or version and licence rule them out. */
  seen: ReadonlyMap<string, WorkflowState> | undefined;
  /** Why one that is not there may exist all the same. */
  notSeen: string | undefined;
}

/** Workflows that start each other. */
const deepest = 10;

/** The ways over a workflow: each connector that it names, what only a run decides, and the workflows that it starts. */
export function routesOver(id: string, workflows: Workflows, connectors: Connectors, above: readonly Route["via"][number][] = []): Route[] {
  const { seen, notSeen } = workflows;
  const workflow = seen?.get(id);
  const via: Route["via"] = [...above, { kind: "workflow", id, name: workflow?.name ?? id }];
  const end = (obstacles: Obstacle[], more: Partial<Route> = {}): Route => ({
    ...{ connector: undefined, name: undefined, type: undefined, on: [], via, params: [] },
    ...more,
    obstacles,
  });
  if (!workflow && notSeen !== undefined) return [end([mayStop("not_seen", notSeen)])];
  if (!workflow)
    return [end([stops("workflow_missing", seen ? "the workflow does not exist" : "this Kibana or its licence has no workflows")])];
  if (!workflow.references) return [end([stops("workflow_invalid", "the workflow is not valid, so it does not run")])];
  const off = workflow.enabled ? [] : [stops("workflow_off", "the workflow is switched off")];
  const at = (reached: string, how: string) =>
    reached === "always" ? [] : [mayStop("condition", `${plainText(how, 60)} runs under a condition only`)];
  const { named, undecided, others } = workflow.references;
  const ends = (text: string, byName: boolean) => connectorsNamed(text, byName, connectors);
  const failed = failingStep(named, ends);
  const before = ({ reached, how, step }: Reference | Undecided | OtherStep): Obstacle[] => [
    ...off,
    ...at(reached, how),
    ...(failed && step !== undefined && step > failed.step ? [failed.obstacle] : []),
  ];
  const routes = [
    ...named
      .filter(({ reached }) => reached !== "never")
      .flatMap((one) =>
        ends(one.text, one.byName).map((found) =>
          end([...before(one), ...found.obstacles, ...refusedByConfig(found, one.params, connectors)], { ...found, params: [one.params] }),
        ),
      ),
    ...undecided
      .filter(({ reached }) => reached !== "never")
      .map((one) =>
        end([...before(one), mayStop("decided_at_run", `which connector ${plainText(one.how, 60)} uses is decided when it runs`)]),
      ),
    ...others.flatMap((one) => {
      const { how, type, starts } = one;
      if (!/^workflow\.execute/i.test(type)) {
        const text = `${plainText(how, 60)} (${plainText(type, 40)}) may tell somebody without a connector of this space`;
        return [end([...before(one), mayStop("own_step", text)])];
      }
      if (starts === undefined || starts.includes("{{")) {
        return [end([...before(one), mayStop("decided_at_run", `which workflow ${plainText(how, 60)} starts is decided when it runs`)])];
      }
      if (above.some((one) => one.id === starts) || above.length >= deepest) return [];
      return routesOver(starts, workflows, connectors, via).map((route) => ({ ...route, obstacles: [...before(one), ...route.obstacles] }));
    }),
  ];
  if (routes.length > 0) return routes;
  return [end([...off, stops("no_connector", `the workflow ${quoted(workflow.name, 60)} uses no connector`)])];
}

/** The first of a workflow's own steps that cannot run: what comes after it is not reached, unless the run goes on. */
function failingStep(
  named: readonly Reference[],
  ends: (text: string, byName: boolean) => readonly ConnectorEnd[],
): { step: number; obstacle: Obstacle } | undefined {
  const cannotRun = ({ text, byName, reached }: Reference) =>
    reached === "always" &&
    ends(text, byName).every(({ obstacles }) => obstacles.some((one) => one.stops === "all" && breaks.includes(one.kind)));
  const [first] = named.filter((one) => one.step !== undefined && cannotRun(one)).sort((one, other) => (one.step ?? 0) - (other.step ?? 0));
  if (first?.step === undefined) return undefined;
  const how = plainText(first.how, 60);
  const obstacle = first.goesOn
    ? mayStop("step_fails", `${how} before it cannot run`)
    : stops("step_fails", `${how} before it cannot run, which ends the workflow`);
  return { step: first.step, obstacle };
}

const breaks: readonly string[] = ["connector_missing", "secrets_missing", "type_unusable"];

/** What a route's obstacles say of the limits of a policy. */
export const atMostEvery = (interval: string) => goodToKnow("frequency", atMostOnce(interval));
