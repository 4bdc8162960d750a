import { act, emptyDeployment, fires } from "../audit/deployment.ts";
import type { ProductOptions } from "../support/product.ts";

const internal = { "kbn-xsrf": "test", "x-elastic-internal-origin": "test" };
const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const webhook = { webhookUrl: "https://hooks.slack.com/services/T/B/xxxxxxxxxxxx" };

/** A deployment in which routes of any kind are planted over Kibana's own API. */
export async function planted(options: ProductOptions = {}) {
  const made = await emptyDeployment(options);
  const at = (space: string) => (space === "default" ? "" : `/s/${space}`);
  const send = async (method: string, path: string, body?: object) => {
    const text = await made.bare(method, path, body, internal);
    return text === "" ? undefined : JSON.parse(text);
  };
  return {
    ...made,
    send,
    slack: (id: string, space = "default", name = `Connector ${id}`) => made.connector(space, id, ".slack", name, {}, webhook),
    on: (space: string) => send("POST", `${at(space)}/internal/kibana/settings`, { changes: { "alerting:v2:enabled": true } }),
    /** Steps as YAML, two blanks in front. */
    async workflow(id: string, steps: string, { space = "default", head = "" } = {}) {
      const yaml = `name: Workflow ${id}\n${head}triggers:\n  - type: manual\nsteps:\n${steps}\n`;
      await send("POST", `${at(space)}/api/workflows/workflow`, { id, yaml });
    },
    async v2(name: string, more: object = {}, { space = "default", kind = "alert" } = {}) {
      const metadata = { name, ...more };
      return send("POST", `${at(space)}/api/alerting/v2/rules`, {
        kind,
        metadata,
        schedule: { every: "1m" },
        query: { format: "standalone" },
      });
    },
    policy: (id: string, workflow: string, matcher: unknown, { space = "default", more = {} }: { space?: string; more?: object } = {}) =>
      send("PUT", `${at(space)}/api/alerting/v2/action_policies/${id}`, {
        name: `Policy ${id}`,
        destinations: [{ type: "workflow", id: workflow }],
        matcher,
        ...more,
      }),
    window: (space: string, scope?: string) =>
      send("POST", `${at(space)}/api/maintenance_window`, {
        title: "Upgrade",
        schedule: { custom: { start: anHourAgo(), duration: "3h" } },
        ...(scope && { scope: { alerting: { query: { kql: scope } } } }),
      }),
    snooze: (rule: string) =>
      send("POST", `/internal/alerting/rule/${rule}/_snooze`, {
        snooze_schedule: { duration: 7_200_000, rRule: { dtstart: anHourAgo(), tzid: "UTC" } },
      }),
  };
}

export type Planted = Awaited<ReturnType<typeof planted>>;

export const post = (id: string, group = fires, more: object = {}) => act(id, group, { message: "m" }, more);
/** The system action that starts a workflow. */
export const starts = (workflowId: string) => ({
  id: "system-connector-.workflows",
  params: { subAction: "run", subActionParams: { workflowId } },
});

interface Row {
  verdict: string;
  in_the_way?: string[];
  routes?: { connector?: string; to?: string; on?: string; via?: string[]; verdict?: string; in_the_way?: string[] }[];
}

/** A row in short: `told | chat (#ops at slack.com) on query matched`; what depends on the clock is left out. */
export function inShort({ verdict, in_the_way: own = [], routes = [] }: Row): string {
  const routesInShort = routes.map(({ connector = "?", to, on, via = [], verdict: through, in_the_way: stops = [] }) => {
    const way = [...via, connector].join(" > ");
    return `${way}${to ? ` (${to})` : ""}${on ? ` on ${on}` : ""}${through ? ` = ${through}` : ""}${stops.length > 0 ? `: ${stops.join("; ")}` : ""}`;
  });
  return [`${verdict}${own.length > 0 ? `: ${own.join("; ")}` : ""}`, ...routesInShort]
    .join(" | ")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\dZ/g, "TIME");
}
