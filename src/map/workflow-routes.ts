import { plainText, quoted } from "../plain-text.ts";
import type { WorkflowState } from "../usage/use.ts";
import { type Connectors, connectorsNamed } from "./connectors.ts";
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
  const routes = [
    ...named
      .filter(({ reached }) => reached !== "never")
      .flatMap(({ text, byName, how, reached, params }) =>
        connectorsNamed(text, byName, connectors).map((found) =>
          end([...off, ...at(reached, how), ...found.obstacles], { ...found, params: [params] }),
        ),
      ),
    ...undecided
      .filter(({ reached }) => reached !== "never")
      .map(({ how, reached }) => {
        const text = `which connector ${plainText(how, 60)} uses is decided when it runs`;
        return end([...off, ...at(reached, how), mayStop("decided_at_run", text)]);
      }),
    ...others.flatMap(({ how, type, reached, starts }) => {
      const before = [...off, ...at(reached, how)];
      if (!/^workflow\.execute/i.test(type)) {
        const text = `${plainText(how, 60)} (${plainText(type, 40)}) may tell somebody without a connector`;
        return [end([...before, mayStop("own_step", text)])];
      }
      if (starts === undefined || starts.includes("{{")) {
        return [end([...before, mayStop("decided_at_run", `which workflow ${plainText(how, 60)} starts is decided when it runs`)])];
      }
      if (above.some((one) => one.id === starts) || above.length >= deepest) return [];
      return routesOver(starts, workflows, connectors, via).map((route) => ({ ...route, obstacles: [...before, ...route.obstacles] }));
    }),
  ];
  if (routes.length > 0) return routes;
  return [end([...off, stops("no_connector", `the workflow ${quoted(workflow.name, 60)} uses no connector`)])];
}

/** What a route's obstacles say of the limits of a policy. */
export const atMostEvery = (interval: string) => goodToKnow("frequency", `at most once in ${plainText(interval, 20)}`);
