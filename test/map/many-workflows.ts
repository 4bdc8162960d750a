import type { ActionPolicy, V2Rule } from "../../src/kibana/alerting-v2.ts";
import type { LiveType } from "../../src/kibana/connector-types.ts";
import type { Connector } from "../../src/kibana/connectors.ts";
import type { Connectors } from "../../src/map/connectors.ts";
import type { RouteFacts } from "../../src/map/space.ts";
import type { Workflows } from "../../src/map/workflow-routes.ts";
import { referencesOf } from "../../src/usage/workflow-references.ts";

export const mail = { name: "mail", type: "email", "connector-id": "mail", with: { to: ["ops@example.org"] } };
export const starting = (id: string, more: object = {}) => ({
  ...{ name: `start ${id}`, type: "workflow.execute", with: { "workflow-id": id } },
  ...more,
});

/** Workflows by their steps. */
export function workflowsOf(steps: Record<string, object[]>, off: readonly string[] = []): Workflows {
  const states = Object.entries(steps).map(([id, own]) => ({
    ...{ id, name: id, enabled: !off.includes(id), valid: true },
    references: referencesOf({ steps: own }),
  }));
  return { seen: new Map(states.map((one) => [one.id, one])), notSeen: undefined };
}

const email: LiveType = {
  ...{ id: ".email", name: "Email", license: "gold", enabledInConfig: true, enabledInLicense: true },
  ...{ features: ["alerting"], system: false, deprecated: false },
};

export function connectorsOf(...ids: string[]): Connectors {
  const all = ids.map(
    (id): Connector => ({
      ...{ id, name: `Name of ${id}`, type: ".email", config: {}, references: 1, preconfigured: false, system: false },
      ...{ deprecated: false, missingSecrets: false },
    }),
  );
  return {
    ...{ all: new Map(all.map((one) => [one.id, one])), types: new Map([[email.id, email]]), notSeen: undefined, failing: new Map() },
    ...{ entries: new Map(), mayKnowMore: false },
  };
}

/** What a space's rules lead to, with these workflows. */
export function factsOf(workflows: Workflows, policies: readonly ActionPolicy[] = [], byTags = false): RouteFacts {
  return {
    ...{ space: "default", now: 0, workflows, byTags, windows: [] },
    connectors: connectorsOf("mail"),
    policies: { all: policies, notSeen: undefined },
  };
}

export const policy = (id: string, started: string, matcher: Partial<ActionPolicy["matcher"]> = {}): ActionPolicy => ({
  ...{ id, name: id, enabled: true, workflows: [started], snoozedUntil: undefined, interval: undefined },
  matcher: { tags: [], expression: "", ...matcher },
});

export const v2Rule = (id: string, ...tags: string[]): V2Rule => ({
  ...{ id, name: id, kind: "alert", enabled: true, owner: "", tags, routingTags: tags, every: "1m" },
});

const ids = (count: number) => Array.from({ length: count }, (_none, n) => `w${n}`);

/** Deployments of so many workflows, or steps, which lead over more ways than anybody can count. */
export const tangles: Record<string, (count: number) => Record<string, object[]>> = {
  // Each starts the eight next ones, round and round.
  "workflows that start each other": (count) =>
    Object.fromEntries(
      ids(count).map((id, n) => [id, [...Array.from({ length: 8 }, (_none, k) => starting(`w${(n + k + 1) % count}`)), mail]]),
    ),
  "workflows in layers, each of which starts all of the next": (count) =>
    Object.fromEntries(
      ids(count).map((id, n) => [id, [...Array.from({ length: 8 }, (_none, k) => starting(`w${(Math.floor(n / 8) + 1) * 8 + k}`)), mail]]),
    ),
  "workflows that start the next one by each of ten steps": (count) =>
    Object.fromEntries(ids(count).map((id, n) => [id, [...Array.from({ length: 10 }, () => starting(`w${n + 1}`)), mail]])),
  "one that starts all others, which start it": (count) =>
    Object.fromEntries(ids(count).map((id, n) => [id, n === 0 ? ids(count).map((other) => starting(other)) : [starting("w0"), mail]])),
  "workflows of which none leads anywhere": (count) => Object.fromEntries(ids(count).map((id, n) => [id, [starting(`w${n + 1}`)]])),
  "one with a step for each connector name": (count) => ({
    w0: ids(count).map((id) => ({ ...mail, "connector-id": `Name of ${id}` })),
  }),
};
