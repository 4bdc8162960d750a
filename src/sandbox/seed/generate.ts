import type { Connector, State } from "../types.ts";
import { seedCase } from "./cases.ts";
import { seedConnectors } from "./connectors.ts";
import { storedRule } from "./index.ts";
import { seedRules } from "./rules.ts";

/** How large a generated deployment is; the same numbers give the same one. */
export interface SeedSize {
  spaces: number;
  connectors: number;
  rules: number;
  seed: number;
}

const teams = ["payments", "search", "checkout", "platform", "identity", "data", "mobile", "network", "storage", "billing"];
const things = ["latency", "errors", "disk", "queue depth", "logins", "cpu", "memory", "certificates", "backups", "throughput"];

/** Those of the small deployment that a case can push to. */
const holdsCases = new Set([".jira", ".servicenow"]);

/**
 * Connectors and rules of several teams, modelled on the small deployment with its faults: about one connector in twenty
 * lost its secrets in an import, some are unused, and one rule in fifty names a connector that is gone.
 */
export function generate(state: State, { spaces, connectors, rules, seed }: SeedSize): void {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const ids = ["default", ...Array.from({ length: Math.max(0, spaces - 1) }, (_, at) => `${teams[at % teams.length]}-${at + 1}`)];
  for (const id of ids.slice(1)) state.spaces.set(id, { id, name: titled(id), disabledFeatures: [] });

  const bySpace = new Map<string, Map<string, Connector[]>>();
  const patterns = seedConnectors.filter(({ type }) => type !== ".servicenow");
  for (let at = 0; at < connectors; at += 1) {
    const space = ids[at % ids.length] ?? "default";
    const pattern = (at % 20 === 19 ? seedConnectors.find(({ type }) => type === ".servicenow") : pick(patterns)) ?? seedConnectors[0];
    if (!pattern) return;
    const team = pick(teams) ?? "";
    const id = `${team}${pattern.type.replace(/\W/g, "-")}-${at}`;
    const lost = random() < 0.05;
    const made = { ...pattern, id, space, name: `${titled(team)} ${pattern.name}`, missingSecrets: lost, ...(lost && { secrets: {} }) };
    state.connectors.set(made);
    const ofSpace = bySpace.get(space) ?? new Map<string, Connector[]>();
    bySpace.set(space, ofSpace.set(pattern.type, [...(ofSpace.get(pattern.type) ?? []), made]));
    if (random() < 0.1 && holdsCases.has(made.type)) seedCase(`case-${at}`, "cases", made, state);
  }

  const typeOf = new Map(seedConnectors.map(({ id, type }) => [id, type]));
  for (let at = 0; at < rules; at += 1) {
    const space = ids[at % ids.length] ?? "default";
    const pattern = pick(seedRules);
    if (!pattern) return;
    // One connector per type for all actions of a rule, so that an incident is closed where it was opened.
    const chosen = new Map<string, string>();
    const connectorFor = (id: string) => {
      const type = typeOf.get(id) ?? ".pagerduty";
      const known =
        chosen.get(type) ?? (random() < 0.02 ? undefined : pick(bySpace.get(space)?.get(type) ?? [])?.id) ?? `gone-${type.slice(1)}`;
      chosen.set(type, known);
      return { id: known, type };
    };
    const here = bySpace.get(space);
    const possible = pattern.actions.filter(({ id }) => id === "ops-mail-preconfigured" || here?.has(typeOf.get(id) ?? ".pagerduty"));
    const actions = possible.map((action) => (action.id === "ops-mail-preconfigured" ? action : { ...action, ...connectorFor(action.id) }));
    const broken = actions.some(({ id }) => id.startsWith("gone-"));
    const { outcome: _outcome, outcomeMessage: _message, ...kept } = pattern;
    const name = `${titled(pick(teams) ?? "")} ${pick(things)} ${at}`;
    const failed = broken && {
      outcome: "failed" as const,
      outcomeMessage: `Saved object [action/${actions.find(({ id }) => id.startsWith("gone-"))?.id}] not found`,
    };
    const rule = storedRule({ ...kept, ...failed, id: `rule-${seed}-${at}`, space, name, actions }, state);
    state.rules.set({ ...rule, createdAt: new Date(Date.parse(rule.createdAt) + at * 60_000).toISOString() });
  }
}

function titled(words: string): string {
  return words.replace(/(^|-)(\w)/g, (_all, dash: string, letter: string) => `${dash && " "}${letter.toUpperCase()}`);
}

/** Mulberry32: the same numbers for the same seed, from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  let at = seed >>> 0;
  return () => {
    at = (at + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(at ^ (at >>> 15), at | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
