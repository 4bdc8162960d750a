import type { State } from "../types.ts";
import { scopesByTags } from "./gate.ts";

/** What an alert has to be for a policy to apply. Both parts count; without any every alert fits. */
export interface Matcher {
  tags?: string[] | undefined;
  expression?: string | undefined;
}

/** Tells workflows about alerts. Stored in the form of the newest version. */
export interface ActionPolicy {
  id: string;
  space: string;
  name: string;
  description: string;
  enabled: boolean;
  destinations: { type: "workflow"; id: string }[];
  matcher: Matcher | null;
  grouping: { mode: "per_alert" | "all" | "per_field"; fields: string[] };
  throttle: { strategy: string; interval?: string | undefined };
  /** The policy's own; the newest version has none. */
  tags: string[] | null;
  snoozedUntil: string | null;
  /** Whose key starts the workflows. */
  auth: { owner: string; created_by_user: boolean };
  createdBy: string;
  createdAt: string;
  updatedBy: string;
  updatedAt: string;
  revision: number;
}

/** Null: every alert. */
export function fitsEverything(matcher: Matcher | null): boolean {
  return !matcher?.expression && !matcher?.tags?.length;
}

/** Kibana's text for a document's place in the index: changes with each save. */
export function versionOf({ revision }: ActionPolicy): string {
  return Buffer.from(JSON.stringify([revision, 1])).toString("base64");
}

export function policyView(policy: ActionPolicy, state: State) {
  const { id, name, description, enabled, destinations, matcher, grouping, throttle, snoozedUntil, auth } = policy;
  const newest = scopesByTags(state);
  const { strategy, interval } = throttle;
  return {
    id,
    version: versionOf(policy),
    ...{ name, description, enabled, destinations },
    ...(newest
      ? { matcher, grouping: { mode: grouping.mode, ...(grouping.mode === "per_field" && { fields: grouping.fields }) } }
      : {
          matcher: matcher?.expression ?? null,
          group_by: grouping.mode === "per_field" ? grouping.fields : null,
          grouping_mode: grouping.mode === "per_alert" ? "per_episode" : grouping.mode,
          tags: policy.tags,
        }),
    throttle: newest ? { strategy, ...(interval !== undefined && { interval }) } : { strategy, interval: interval ?? null },
    snoozed_until: snoozedUntil,
    auth,
    created_by: policy.createdBy,
    created_at: policy.createdAt,
    updated_by: policy.updatedBy,
    updated_at: policy.updatedAt,
  };
}
