import { redactionMark } from "../../secrets/detect.ts";
import type { Scrub } from "../../secrets/scrub.ts";
import { type Op, usesConnectors } from "../op.ts";
import type { Plan } from "../plan.ts";
import type { Reach } from "./reach.ts";

/** Whom and what a plan reaches, in words. */
export type WordsOfReach = Pick<Reach, "toAgent" | "requests" | "hostsBefore">;

/** Words of a plan that are never removed from a question, even if they are a secret or part of one: where it goes and what it is about. */
export function wordsToKeep(plan: Plan, reach: WordsOfReach, deployment: string, scrub: Scrub): string[] {
  return [
    deployment,
    ...reach.toAgent.recipients,
    ...reach.toAgent.acting,
    ...reach.toAgent.noLonger,
    ...reach.hostsBefore,
    ...reach.requests.map(({ to }) => to),
    ...plan.flows.flatMap(({ source, hosts }) => [source, ...hosts]),
    ...plan.effects.flatMap(({ id, type, space, kind }) => [...(id === undefined ? [] : [id]), type, space, kind]),
    ...plan.ops.flatMap((op) => (usesConnectors(op) ? op.touches.map(({ id }) => id) : [])),
    ...namesAsAWhole([...plan.effects, ...plan.ops], scrub),
    ...plan.asks.flatMap(({ path, label }) => [path, label]),
  ];
}

/**
 * A name that equals a known value as a whole does so by chance, or all who read connectors know it: without it nobody
 * could tell what is asked about. A value within a longer name stays hidden.
 */
function namesAsAWhole(named: readonly (Op | { name: string })[], scrub: Scrub): string[] {
  return [...new Set(named.flatMap(namesOf))].filter((name) => isSecretAsAWhole(name, scrub));
}

function namesOf(one: Op | { name: string }): string[] {
  if (!("op" in one)) return [one.name];
  if (usesConnectors(one)) return [one.name, ...one.touches.flatMap(({ name }) => name ?? [])];
  if (one.op === "update") return [one.before.name, one.after.name];
  return [one.op === "delete" ? one.before.name : one.name];
}

/** Whether a whole text is a known value. */
export function isSecretAsAWhole(text: string, scrub: Scrub): boolean {
  return scrub.text(text) === redactionMark;
}
