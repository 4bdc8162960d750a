import { onTestFinished } from "vitest";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { type Recorded, recordingProxy } from "../support/recording-proxy.ts";

const onChange = { summary: false, notify_when: "onActionGroupChange", throttle: null };
export const logs = (id: string, more = {}) => ({
  id,
  group: "query matched",
  params: { message: "{{rule.name}}" },
  frequency: onChange,
  ...more,
});

/** Requests to Kibana behind the server's back. */
export type Bare = (method: string, path: string, body?: unknown) => Promise<string>;

export interface Deployment {
  /** The address that servers are given: a proxy. */
  url: string;
  bare: Bare;
  calls: Recorded[];
  /** Runs before a request reaches Kibana; requests that it makes itself skip it. */
  hook: { before?: (call: Recorded) => Promise<unknown> | unknown };
  connectorIds(): Promise<string[]>;
  /** Connectors of a rule's actions. */
  actionsOf(rule: string, space?: string): Promise<string[]>;
}

/** A sandbox behind a proxy with `connectors` of type .server-log and `rules` by the connectors that they use. */
export async function deployment(
  { connectors = [], rules = {} }: { connectors?: string[]; rules?: Record<string, string[]> } = {},
  args: string[] = ["--empty"],
  headers: Record<string, string> = {},
): Promise<Deployment> {
  const sandbox = await startSandboxWith(args);
  onTestFinished(() => sandbox.stop());
  const hook: Deployment["hook"] = {};
  const proxy = await recordingProxy(sandbox.url, async (call) => {
    await hook.before?.(call);
  });
  const bare: Bare = async (method, path, body) => {
    const answer = await fetch(sandbox.url + path, {
      method,
      headers: { "kbn-xsrf": "test", "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text;
  };
  for (const id of connectors) await makeConnector(bare, id);
  for (const [id, used] of Object.entries(rules))
    await makeRule(
      bare,
      id,
      used.map((one) => logs(one)),
    );
  return {
    url: proxy.url,
    calls: proxy.calls,
    bare,
    hook,
    connectorIds: async () => JSON.parse(await bare("GET", "/sandbox/state")).connectors.map((one: { id: string }) => one.id),
    actionsOf: async (rule, space) =>
      JSON.parse(await bare("GET", `${space ? `/s/${space}` : ""}/api/alerting/rule/${rule}`)).actions.map((one: { id: string }) => one.id),
  };
}

export const makeConnector = (bare: Bare, id: string, more: Record<string, unknown> = {}, prefix = "") =>
  bare("POST", `${prefix}/api/actions/connector/${id}`, {
    name: `The ${id}`,
    connector_type_id: ".server-log",
    config: {},
    secrets: {},
    ...more,
  });

export const makeRule = (bare: Bare, id: string, actions: unknown[], prefix = "") =>
  bare("POST", `${prefix}/api/alerting/rule/${id}`, {
    name: `Rule ${id}`,
    rule_type_id: ".es-query",
    consumer: "stackAlerts",
    schedule: { interval: "1m" },
    actions,
  });

/** Somebody else gives an existing rule another list of actions. */
export async function setActions(bare: Bare, id: string, actions: unknown[]): Promise<void> {
  const { name, schedule, params, tags } = JSON.parse(await bare("GET", `/api/alerting/rule/${id}`));
  await bare("PUT", `/api/alerting/rule/${id}`, { name, schedule, params, tags, actions });
}

/** A server in front of it. @param start `startBuilt` for a process */
export async function serve(
  made: Pick<Deployment, "url">,
  options: Parameters<typeof startServer>[0] = {},
  start = startServer,
): Promise<Started> {
  const server = await start({
    person: yes,
    ...options,
    env: { KIBANA_URL: made.url, KIBANA_API_KEY: "any", ...options.env },
  });
  onTestFinished(() => server.close());
  return server;
}

/** A person who says yes only once so many questions are open: calls overlap for certain. */
export function yesTogether(count: number) {
  let asked = 0;
  let all = () => {};
  const together = new Promise<void>((resolve) => {
    all = resolve;
  });
  return async () => {
    asked += 1;
    if (asked >= count) all();
    await together;
    return yes();
  };
}

/** Runs once, at the nth request that fits. */
export function atRequest(fits: (call: Recorded) => boolean, act: () => Promise<unknown>, nth = 1) {
  let seen = 0;
  return async (call: Recorded) => {
    if (!fits(call)) return;
    seen += 1;
    if (seen === nth) await act();
  };
}

/**
 * Holds each DELETE until a rule has been saved and is read back, or for half a second: of two calls that do not wait for
 * each other the rule's write then comes in between.
 */
export function holdingDeletes(made: Deployment) {
  let saved = () => {};
  const readBack = new Promise<void>((resolve) => {
    saved = resolve;
  });
  let put = false;
  made.hook.before = async ({ method, path }) => {
    if (method === "PUT" && path.includes("/api/alerting/rule/")) put = true;
    else if (put && method === "GET" && path.includes("/api/alerting/rule/")) saved();
    if (method === "DELETE") await Promise.race([readBack, new Promise((resolve) => setTimeout(resolve, 500))]);
  };
}
