import { randomUUID } from "node:crypto";
import * as z from "zod";
import { type Deployment, holderKinds, type RuleAction } from "./job.ts";

const Record_ = z.record(z.string(), z.unknown());
const Thing = z.looseObject({ id: z.string() });
const Action = z.looseObject({ id: z.string(), uuid: z.string().optional(), group: z.string().optional(), params: Record_ });
const RuleSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  space: z.string().default("default"),
  enabled: z.boolean(),
  actions: z.array(Action),
});
const State = z.looseObject({
  connectors: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.string(),
      space: z.string(),
      config: Record_,
      secrets: z.string(),
      missingSecrets: z.boolean(),
    }),
  ),
  in_memory: z.array(z.object({ id: z.string(), name: z.string(), type: z.string() })),
  rules: z.array(RuleSchema),
  spaces: z.array(Thing),
  deliveries: z.array(z.object({ connector_id: z.string(), space: z.string(), type: z.string(), summary: z.string(), what: z.unknown() })),
  incidents: z.array(Record_),
});
const Holders = z.record(z.enum(holderKinds), z.array(Thing));
const Runs = z.looseObject({ data: z.array(z.looseObject({ status: z.string() })) });

interface Options {
  space?: string;
  body?: unknown;
  form?: FormData;
}

/** What a connector is made from. */
export interface NewConnector {
  id?: string;
  type: string;
  name: string;
  config?: Record<string, unknown>;
  secrets?: Record<string, unknown>;
  space?: string;
}

/** A rule for a seed. The type is `.es-query`, whose actions run in the group `query matched`, where none is named. */
export interface NewRule {
  id: string;
  name: string;
  type?: string;
  params?: Record<string, unknown>;
  actions?: readonly object[];
  tags?: readonly string[];
  enabled?: boolean;
  space?: string;
}

export type Kibana = ReturnType<typeof createKibana>;

/**
 * A bare client of the sandbox, for seeds and checks. It knows Kibana's routes and the sandbox's own, and shares nothing with the server that
 * is measured.
 * @param authorization the value of the header
 */
export function createKibana(url: string, authorization: string) {
  async function send(method: string, path: string, { space = "default", body, form }: Options = {}) {
    const prefix = space === "default" || path.startsWith("/sandbox/") ? "" : `/s/${space}`;
    const sent = form ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(url + prefix + path, {
      method,
      headers: {
        authorization,
        "kbn-xsrf": "eval",
        "x-elastic-internal-origin": "eval",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await answer.text();
    const parsed: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: answer.status, body: parsed };
  }

  /** Like `send`, for what has to succeed. */
  async function must(method: string, path: string, options?: Options): Promise<unknown> {
    const { status, body } = await send(method, path, options);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async function state(): Promise<Deployment> {
    const body = await must("GET", "/sandbox/state");
    const { connectors, in_memory, rules, spaces, deliveries, incidents, ...rest } = State.parse(body);
    const holders = Holders.parse(Object.fromEntries(holderKinds.map((kind) => [kind, rest[kind] ?? []])));
    return { connectors, in_memory, rules, spaces, deliveries, incidents, holders };
  }

  async function connector({ id, type, name, config = {}, secrets = {}, space }: NewConnector): Promise<{ id: string }> {
    const path = `/api/actions/connector${id ? `/${id}` : ""}`;
    return Thing.parse(await must("POST", path, withSpace(space, { name, connector_type_id: type, config, secrets })));
  }

  const withSpace = (space: string | undefined, body: unknown): Options => (space === undefined ? { body } : { space, body });

  return {
    url,
    send,
    must,
    state,
    connector,
    remove: (id: string, space = "default") => must("DELETE", `/api/actions/connector/${id}`, { space }),
    /** `params` of `.es-query` are of no interest to a connector, so there are none. */
    rule: ({ id, name, type = ".es-query", params = {}, actions = [], tags = [], enabled = true, space = "default" }: NewRule) =>
      must("POST", `/api/alerting/rule/${id}`, {
        space,
        body: { name, rule_type_id: type, consumer: "stackAlerts", schedule: { interval: "1m" }, params, tags, actions, enabled },
      }),
    /** Reads the rule's actions, changes them, and writes the rule back. */
    async changeActions(id: string, change: (actions: RuleAction[]) => object[], space = "default") {
      const { name, tags, params, schedule, actions } = RuleSchema.parse(await must("GET", `/api/alerting/rule/${id}`, { space }));
      const plain = actions.map(({ connector_type_id: _type, ...action }) => action);
      await must("PUT", `/api/alerting/rule/${id}`, { space, body: { name, tags, params, schedule, actions: change(plain) } });
    },
    /** As an import leaves it: without secrets, and flagged. */
    async importConnector({ id, type, name, config = {}, space = "default" }: NewConnector & { id: string }) {
      const attributes = { actionTypeId: type, name, config, secrets: {}, isMissingSecrets: true };
      const form = new FormData();
      form.append("file", new File([JSON.stringify({ type: "action", id, attributes, references: [] })], "connectors.ndjson"));
      await must("POST", "/api/saved_objects/_import", { space, form });
    },
    /** A workflow from its YAML. */
    workflow: async (id: string, yaml: string, space = "default") => must("POST", "/api/workflows/workflow", { space, body: { id, yaml } }),
    /** How the runs of a connector ended, newest first. */
    async runs(id: string, space = "default"): Promise<string[]> {
      const body = { date_start: "now-7d", per_page: 100, filter: `kibana.action.id: "${id}"` };
      const { data } = Runs.parse(await must("POST", "/internal/actions/_global_connector_execution_logs", { space, body }));
      return data.map(({ status }) => status);
    },
    /** Makes a rule fire, or recover. */
    fire: (id: string, to: "active" | "recovered" = "active") => must("POST", `/sandbox/rules/${id}/fire`, { body: { state: to } }),
    /** The hash under which the sandbox shows these secrets: of a connector that holds them for a moment. */
    async secretsHash(type: string, config: Record<string, unknown>, secrets: Record<string, unknown>): Promise<string> {
      const id = `eval-probe-${randomUUID().slice(0, 8)}`;
      await connector({ id, type, name: "probe", config, secrets });
      const { connectors } = await state();
      await must("DELETE", `/api/actions/connector/${id}`);
      return connectors.find((one) => one.id === id)?.secrets ?? "none";
    },
  };
}
