import * as z from "zod";
import { KibanaError } from "./errors.ts";
import type { Get } from "./http.ts";
import { listOf, readAs } from "./read-as.ts";

const Matcher = z.union([z.string(), z.looseObject({ tags: z.array(z.string()).nullish(), expression: z.string().nullish() })]).nullish();
const Policy = z.object({
  id: z.string(),
  name: z.string(),
  enabled: z.boolean().default(true),
  destinations: z.array(z.object({ type: z.string(), id: z.string() })).default([]),
  matcher: Matcher,
  throttle: z.object({ strategy: z.string(), interval: z.string().nullish() }).nullish(),
  snoozed_until: z.string().nullish(),
  snoozedUntil: z.string().nullish(),
});
const Policies = z.object({ total: z.number(), items: listOf(Policy) });
const Metadata = z.object({
  name: z.string().nullish(),
  owner: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  routing_tags: z.array(z.string()).nullish(),
});
const V2Rules = z.object({
  total: z.number(),
  items: listOf(
    z.looseObject({
      id: z.string(),
      name: z.string().nullish(),
      kind: z.string().default("alert"),
      enabled: z.boolean().default(true),
      metadata: Metadata.nullish(),
      schedule: z.object({ every: z.string().nullish() }).nullish(),
    }),
  ),
});
/** Without a `statusCode`: alerting_v2/server/routes/base_alerting_route.ts. */
const Refusal = z.object({ code: z.string().nullish(), statusCode: z.number().nullish(), message: z.string().default("Forbidden") });

/** Tells workflows about alerts of the new alerting. */
export interface ActionPolicy {
  id: string;
  name: string;
  enabled: boolean;
  /** The ids of the workflows that it starts. */
  workflows: string[];
  /** Both parts have to fit; without any, every alert of the space does. */
  matcher: {
    /** Any of the tags that a rule has for routing. From 9.6 on. */
    tags: string[];
    /** KQL; empty for none. */
    expression: string;
  };
  /** ISO. */
  snoozedUntil: string | undefined;
  /** `5m`: no more often than that. */
  interval: string | undefined;
}

/** A rule of the new alerting. It has no actions: action policies look at its alerts. */
export interface V2Rule {
  id: string;
  name: string;
  /** Only `alert` raises alerts. */
  kind: string;
  enabled: boolean;
  owner: string;
  tags: string[];
  /** What the tags of a policy are compared with; undefined where this version has none. */
  routingTags: string[] | undefined;
  every: string | undefined;
  /** What else it has, its queries among it: versions differ in where they stand. */
  queries?: unknown;
}

/** The most policies that Kibana takes. */
const policiesOnAPage = 100;
const rulesOnAPage = 500;

export function alertingV2Reads(get: Get) {
  /** Undefined where the new alerting is switched off. @throws ToolError forbidden */
  async function ask(path: string, space: string, query: Record<string, string | number>, what: string): Promise<unknown> {
    const body = await get({ path: `/api/alerting/v2/${path}`, space, largest: 32, query, tolerate: [403, 503] });
    const refused = Refusal.safeParse(body).data;
    if (refused?.code === "ALERTING_DISABLED") return undefined;
    if (refused?.code == null && refused?.statusCode == null) return body;
    const forbidden = refused.code === "FORBIDDEN" || refused.statusCode === 403;
    throw new KibanaError(
      forbidden ? "forbidden" : "kibana_error",
      forbidden ? `The credentials may not read ${what}.` : `Kibana failed to list ${what}.`,
      forbidden ? `It needs read access to the ${what} of the new alerting. Ask whoever made the key.` : "Repeat the call.",
      { applied: "no", status: forbidden ? 403 : 503 },
    );
  }

  return {
    /** One page of the action policies of a space; undefined where the new alerting is switched off. @throws ToolError forbidden */
    async actionPolicies(space: string, at: number): Promise<{ total: number; policies: ActionPolicy[] } | undefined> {
      const body = await ask("action_policies", space, { page: at, per_page: policiesOnAPage }, "action policies");
      if (body === undefined) return undefined;
      const { total, items } = readAs(Policies, body);
      return { total, policies: items.map(policy) };
    },
    /** One page of the rules of the new alerting, by name; undefined where it is switched off. @throws ToolError forbidden */
    async v2Rules(space: string, at: number): Promise<{ total: number; rules: V2Rule[] } | undefined> {
      const body = await ask("rules", space, { page: at, per_page: rulesOnAPage, sort_field: "name" }, "rules");
      if (body === undefined) return undefined;
      const { total, items } = readAs(V2Rules, body);
      return {
        total,
        rules: items.map(({ id, name, kind, enabled, metadata, schedule, ...queries }) => ({
          ...{ id, kind, enabled, queries },
          name: metadata?.name ?? name ?? id,
          owner: metadata?.owner ?? "",
          tags: metadata?.tags ?? [],
          routingTags: metadata?.routing_tags ?? undefined,
          every: schedule?.every ?? undefined,
        })),
      };
    },
  };
}

function policy({ id, name, enabled, destinations, matcher, throttle, ...rest }: z.output<typeof Policy>): ActionPolicy {
  const { tags, expression } = typeof matcher === "string" ? { tags: undefined, expression: matcher } : (matcher ?? {});
  return {
    ...{ id, name, enabled },
    workflows: destinations.filter(({ type }) => type === "workflow").map((one) => one.id),
    matcher: { tags: tags ?? [], expression: (expression ?? "").trim() },
    snoozedUntil: rest.snoozed_until ?? rest.snoozedUntil ?? undefined,
    interval: throttle?.interval ?? undefined,
  };
}
