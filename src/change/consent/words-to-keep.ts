import type { Plan } from "../plan.ts";
import type { Reach } from "./reach.ts";

/** Words of a plan that are never taken out of a question, whatever secret they are or are part of: where it goes and what it is about. */
export function wordsToKeep(plan: Plan, reach: Reach, deployment: string): string[] {
  return [
    deployment,
    ...reach.recipients,
    ...reach.noLonger,
    ...reach.requests,
    ...plan.flows.flatMap(({ source, hosts }) => [source, ...hosts]),
    ...plan.effects.flatMap(({ id, type, space, kind }) => [...(id === undefined ? [] : [id]), type, space, kind]),
    ...plan.asks.flatMap(({ path, label }) => [path, label]),
  ];
}
