import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { Agent, request } from "undici";
import { compared, milliseconds, type Row } from "./figures.ts";
import { own, StdioServer, startSandbox } from "./stdio-server.ts";

/** Milliseconds between us and Kibana, there and back. */
const away = 250;
/** More would take minutes, and a wait varies little. */
const mostPairs = 5;
const against = `one request, ${away} ms away`;
const moved = [1, 8, 16];

interface Step {
  what: string;
  call: readonly [tool: string, args: object];
  /** Round trips, by the number of requests. */
  most(requests: number): number;
  /** Makes all ready for the call, near Kibana and untimed. */
  before?(): Promise<unknown>;
}

/** How often a call waits for a Kibana far away. */
export async function trips(pairs: number): Promise<Row[]> {
  const small = await startSandbox([]);
  const large = await startSandbox(["--seed-spaces", "50", "--seed-connectors", "500", "--seed-rules", "1000"]);
  try {
    const near = (method: string, path: string, body?: object) => asked(small.url + path, method, body);
    const upTo = (trips: number) => () => trips;
    const forSpaces = (requests: number) => 7 + Math.ceil(requests / 8);
    const steps: Step[] = [
      { what: "list_connectors", call: ["list_connectors", {}], most: upTo(1.5) },
      {
        what: "get_connector, with rules and health",
        call: ["get_connector", { id: "ops-slack", include: ["rules", "health"] }],
        most: upTo(2.5),
      },
      {
        what: "create_connector",
        call: ["create_connector", { id: "far", name: "Far", type: ".index", config: { index: "far" } }],
        most: upTo(4),
      },
      { what: "test_connector, safe", call: ["test_connector", { id: "far" }], most: upTo(3) },
      { what: "update_connector", call: ["update_connector", { id: "far", name: "Far away" }], most: upTo(6) },
      { what: "safe_delete_connector", call: ["safe_delete_connector", { ids: ["far"] }], most: upTo(7) },
      {
        what: "attach_connector, one rule",
        call: ["attach_connector", { connector: "kibana-log", rules: ["attached"], params: { message: "x" } }],
        most: upTo(7),
        before: () => ruleWith("ops-slack-2", "attached", near),
      },
      ...moved.map((rules) => ({
        what: `replace_connector, ${rules} rule${rules === 1 ? "" : "s"}`,
        call: ["replace_connector", { from: `old-${rules}`, to: `new-${rules}` }] as const,
        most: upTo(6 + 4 * Math.ceil(rules / 8)),
        before: () => usedBy(rules, near),
      })),
      { what: "audit_connectors, 3 spaces", call: ["audit_connectors", {}], most: forSpaces },
    ];
    const many: Step = {
      what: "audit_connectors, 50 spaces",
      call: ["audit_connectors", {}],
      most: forSpaces,
    };
    return [...(await measured(small.url, steps, pairs)), ...(await measured(large.url, [many], pairs))];
  } finally {
    await small.stop();
    await large.stop();
  }
}

/** One row for each step, all made in turn, after a list that reads Kibana's version. */
async function measured(kibana: string, steps: readonly Step[], pairs: number): Promise<Row[]> {
  const far = await farAway(kibana);
  const server = new StdioServer(own(["--max-changes-per-hour", "100000"], { KIBANA_URL: far.url, KIBANA_API_KEY: "any" }));
  const dispatcher = new Agent();
  const one = () => milliseconds(async () => (await request(`${far.url}/api/spaces/space`, { dispatcher })).body.dump());
  const samples = steps.map((): { ours: number[]; theirs: number[]; requests: number } => ({ ours: [], theirs: [], requests: 0 }));
  try {
    await server.start();
    for (let pair = -1; pair < Math.min(pairs, mostPairs); pair++) {
      await server.call("list_connectors", {});
      for (const [at, { call, before }] of steps.entries()) {
        await before?.();
        const theirs = await one();
        const earlier = far.requests();
        const ours = await milliseconds(() => server.call(...call));
        // The first turn only warms up.
        const sample = samples[at];
        if (!sample || pair < 0) continue;
        sample.ours.push(ours);
        sample.theirs.push(theirs);
        sample.requests = far.requests() - earlier;
      }
    }
  } finally {
    await server.stop();
    await dispatcher.close();
    far.close();
  }
  return steps.map(({ what, most }, at) => {
    const { requests, ...times } = samples[at] ?? { ours: [], theirs: [], requests: 0 };
    return compared({ group: "trips", what: `${what}: ${requests} requests`, against }, times, { unit: "ms", atMost: most(requests) });
  });
}

/** A way to Kibana on which each request takes half of the time to it, and its answer the other half. */
async function farAway(kibana: string) {
  let requests = 0;
  const proxy = createServer(async (incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    requests += 1;
    const body = await text(incoming);
    await setTimeout(away / 2);
    const onward = httpRequest(kibana + path, { method, headers }, async (answer) => {
      const answered = await text(answer);
      await setTimeout(away / 2);
      outgoing.writeHead(answer.statusCode ?? 500, { "content-type": "application/json" }).end(answered);
    });
    onward.end(body);
  });
  await new Promise<void>((ready) => proxy.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests: () => requests,
    close() {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

type Near = (method: string, path: string, body?: object) => Promise<unknown>;

/** So many rules use `old-N`, and none `new-N`. */
async function usedBy(rules: number, near: Near): Promise<void> {
  for (const id of [`old-${rules}`, `new-${rules}`])
    await near("POST", `/api/actions/connector/${id}`, { name: id, connector_type_id: ".server-log", config: {}, secrets: {} });
  for (let n = 0; n < rules; n++) await ruleWith(`old-${rules}`, `moved-${rules}-${n}`, near);
}

/** The rule has one action, of this connector. */
async function ruleWith(connector: string, id: string, near: Near): Promise<void> {
  const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
  const actions = [{ id: connector, group: "query matched", params: { message: "{{rule.name}}" }, frequency }];
  const body = { name: id, schedule: { interval: "5m" }, params: {}, tags: [], actions };
  const known = await near("PUT", `/api/alerting/rule/${id}`, body);
  if (known === undefined) await near("POST", `/api/alerting/rule/${id}`, { ...body, rule_type_id: ".es-query", consumer: "stackAlerts" });
}

/** @returns the answer; undefined where Kibana refuses */
async function asked(url: string, method: string, body?: object): Promise<unknown> {
  const headers = { "kbn-xsrf": "bench", "content-type": "application/json" };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return answer.ok ? answer.json() : undefined;
}
