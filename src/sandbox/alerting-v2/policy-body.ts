import * as z from "zod";
import { parseBody } from "../http/request-schema.ts";
import type { Call, State } from "../types.ts";
import { scopesByTags } from "./gate.ts";
import type { ActionPolicy } from "./policy.ts";

const interval = z.string().regex(/^[1-9]\d*[smhd]$/);
const perAlert = ["on_status_change", "per_status_interval", "every_time"];
const forMany = ["time_interval", "every_time"];
const withInterval = ["per_status_interval", "time_interval"];

const common = {
  name: z.string().min(1).max(256),
  description: z.string().max(1024),
  destinations: z
    .array(z.strictObject({ type: z.literal("workflow"), id: z.string() }))
    .min(1)
    .max(10),
  throttle: z.strictObject({ strategy: z.enum([...perAlert, ...forMany]), interval: interval.nullable().optional() }),
};
const first = z.strictObject({
  ...common,
  matcher: z.string().nullable(),
  group_by: z.array(z.string()).max(16).nullable(),
  grouping_mode: z.enum(["per_episode", "all", "per_field"]),
  tags: z.array(z.string()).max(20).nullable(),
});
const newest = z.strictObject({
  ...common,
  matcher: z.strictObject({ tags: z.array(z.string()).max(50).optional(), expression: z.string().max(4096).optional() }).nullable(),
  grouping: z.strictObject({ mode: z.enum(["per_alert", "all", "per_field"]), fields: z.array(z.string()).max(16).optional() }),
});
const firstWhole = first.partial().required({ name: true, destinations: true });
const newestWhole = newest.partial().required({ name: true, destinations: true });
const version = z.string();
const firstPart = first.partial().extend({ version });
const newestPart = newest.partial().extend({ version: version.optional() });

/** What a caller may set of a policy, in the form in which it is stored. */
export type PolicyContent = Pick<ActionPolicy, "name" | "destinations" | "matcher" | "grouping" | "throttle" | "description" | "tags">;

const unset = {
  description: "",
  matcher: null,
  grouping: { mode: "per_alert", fields: [] },
  throttle: { strategy: "on_status_change" },
  tags: null,
} as const satisfies Partial<PolicyContent>;

/** A whole policy, as POST and PUT take it. */
export function wholePolicy(call: Call, state: State): PolicyContent {
  if (!scopesByTags(state)) {
    const given = parseBody(firstWhole, call);
    return { ...unset, grouping: { ...unset.grouping, fields: [] }, ...stored(given), name: given.name, destinations: given.destinations };
  }
  const given = parseBody(newestWhole, call);
  return { ...unset, grouping: { ...unset.grouping, fields: [] }, ...stored(given), name: given.name, destinations: given.destinations };
}

/** Part of one, and the version that it is a change of. */
export function partOfPolicy(call: Call, state: State): { version: string | undefined; change: Partial<PolicyContent> } {
  const { version: of, ...given } = scopesByTags(state) ? parseBody(newestPart, call) : parseBody(firstPart, call);
  return { version: of, change: stored(given) };
}

type Given = Partial<z.infer<typeof first>> | Partial<z.infer<typeof newest>>;

function stored(given: Given): Partial<PolicyContent> {
  const { name, description, destinations, throttle } = given;
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(destinations !== undefined && { destinations }),
    ...(throttle !== undefined && {
      throttle: { strategy: throttle.strategy, ...(throttle.interval != null && { interval: throttle.interval }) },
    }),
    ...(given.matcher !== undefined && { matcher: typeof given.matcher === "string" ? { expression: given.matcher } : given.matcher }),
    ...("tags" in given && given.tags !== undefined && { tags: given.tags }),
    ...groupingOf(given),
  };
}

function groupingOf(given: Given): Pick<PolicyContent, "grouping"> | undefined {
  if ("grouping" in given && given.grouping) return { grouping: { mode: given.grouping.mode, fields: given.grouping.fields ?? [] } };
  if (!("grouping_mode" in given) || !given.grouping_mode) return undefined;
  const mode = given.grouping_mode === "per_episode" ? "per_alert" : given.grouping_mode;
  return { grouping: { mode, fields: given.group_by ?? [] } };
}

/** A strategy that does not go with the grouping, or lacks its interval: action_policy_data_schema.ts. */
export function throttleProblem({ grouping, throttle }: PolicyContent, state: State): string | undefined {
  const { strategy, interval: every } = throttle;
  const mode = grouping.mode === "per_alert" && !scopesByTags(state) ? "per_episode" : grouping.mode;
  if (!(grouping.mode === "per_alert" ? perAlert : forMany).includes(strategy)) {
    return `Strategy "${strategy}" is not valid for grouping mode "${mode}"`;
  }
  return withInterval.includes(strategy) && every === undefined ? `Strategy "${strategy}" requires an interval to be defined` : undefined;
}
