import { performance } from "node:perf_hooks";
import { expect, onTestFinished, test } from "vitest";
import { tangles } from "../map/many-workflows.ts";
import { type Started, startBuilt } from "../support/built-server.ts";
import { answering, type OtherUsers, page, withChat, workflow } from "../support/other-users.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";

/** Milliseconds in which a call has to end, and another one to be answered meanwhile; a machine may have other work. */
const soon = 15_000;
const atOnce = 1_500;

const calls: [string, object][] = [
  ["get_connector", { id: "chat", include: ["rules"] }],
  ["map_notifications", {}],
  ["map_notifications", { connector: "chat" }],
  ["audit_connectors", {}],
  ["safe_delete_connector", { ids: ["chat"], dry_run: true }],
];

async function serverWith(users: OtherUsers): Promise<Started> {
  const target = await withChat(".slack", "9.5", onTestFinished);
  const { url } = await rewritingProxy(target, answering(users));
  const server = await startBuilt({ env: { KIBANA_URL: url, KIBANA_API_KEY: "any" } });
  onTestFinished(() => server.close());
  // What is loaded at the first call keeps others waiting for that once.
  for (const [tool, args] of calls) await server.call(tool, { ...args, space: "nowhere" });
  return server;
}

/** A call, and how long another one waited at most while it was under way. */
async function timed({ client, call }: Started, tool: string, args: object) {
  let longest = 0;
  let done = false;
  const began = performance.now();
  const pings = (async () => {
    while (!done) {
      const asked = performance.now();
      await client.ping();
      longest = Math.max(longest, performance.now() - asked);
    }
  })();
  const { body } = await call(tool, { ...args }).finally(() => {
    done = true;
  });
  await pings;
  return { body, longest, took: performance.now() - began };
}

test.each(Object.keys(tangles))("%s: calls end soon, and others are answered meanwhile", { timeout: 120_000 }, async (name) => {
  const steps = tangles[name]?.(64) ?? {};
  const chat = JSON.stringify(steps).replaceAll('"connector-id":"mail"', '"connector-id":"chat"');
  const all = Object.entries<object[]>(JSON.parse(chat)).map(([id, own]) => workflow(id, own));
  const policy = { id: "p", name: "P", enabled: true, destinations: [{ type: "workflow", id: "w0" }] };
  const server = await serverWith({
    "/api/workflows": page(...all),
    "/api/alerting/v2/action_policies": { status: 200, body: { total: 1, items: [policy] } },
    "/api/alerting/v2/rules": { status: 200, body: { total: 1, items: [{ id: "r", name: "R", kind: "alert", enabled: true }] } },
  });
  for (const [tool, args] of calls) {
    const { longest, took } = await timed(server, tool, args);
    expect([tool, longest < atOnce, took < soon], `${tool}: ${Math.round(longest)} ms, ${Math.round(took)} ms`).toEqual([tool, true, true]);
  }
});

/** So many of the new alerting, a page at a time. */
function paged(all: readonly object[], most: number): OtherUsers[string] {
  return (query) => {
    const [at, size] = [Number(query.get("page") ?? 1), Math.min(most, Number(query.get("per_page") ?? query.get("perPage") ?? most))];
    return { status: 200, body: { total: all.length, page: at, perPage: size, items: all.slice((at - 1) * size, at * size) } };
  };
}

test.each<[string, (n: number) => object]>([
  ["each fits every rule", () => ({ expression: "" })],
  ["each fits one rule", (n) => ({ expression: `rule.tags: t${n} and severity: critical` })],
])(
  "1,000 policies and 1,000 rules, of which %s: calls end soon, and others are answered meanwhile",
  { timeout: 120_000 },
  async (_what, matcher) => {
    const ids = Array.from({ length: 1000 }, (_none, n) => n);
    const policies = ids.map((n) => ({
      ...{ id: `p${n}`, name: `P ${n}`, enabled: true, matcher: (matcher(n) as { expression: string }).expression },
      destinations: [{ type: "workflow", id: "tell" }],
    }));
    const rules = ids.map((n) => ({ id: `r${n}`, name: `R ${n}`, kind: "alert", enabled: true, metadata: { tags: [`t${n}`] } }));
    const server = await serverWith({
      "/api/workflows": page(workflow("tell", [{ name: "tell", type: "slack", "connector-id": "chat", with: { message: "x" } }])),
      "/api/alerting/v2/action_policies": paged(policies, 100),
      "/api/alerting/v2/rules": paged(rules, 500),
    });
    for (const [tool, args] of calls) {
      const { longest, took, body } = await timed(server, tool, args);
      expect([tool, longest < atOnce, took < soon], `${tool}: ${Math.round(longest)} ms, ${Math.round(took)} ms`).toEqual([
        tool,
        true,
        true,
      ]);
      // Of a connector the policies and the workflow count, too.
      if (tool === "map_notifications") expect(body.total).toBe("connector" in args ? 2001 : 1000);
    }
  },
);

const many = <T>(n: number, one: (at: number) => T) => Array.from({ length: n }, (_none, at) => one(at));

test.each<[string, object]>([
  ["logins of one address", { a: many(2000, () => "https://u:p@h/").join("") }],
  ["parameters of addresses", { a: many(2000, (n) => `https://h/?token=T0kenValue${n}x`).join(" ") }],
  ["fields of JSON", { a: JSON.stringify(many(1500, (n) => ({ apiKey: `T0kenVal9abcdEFGH${n}` }))) }],
  ["headers", Object.fromEntries(many(900, (n) => [`h${n}`, `https://u:p${n}@h/ https://u:q@h/ https://u:r@h/`]))],
])(
  "a config with thousands of secrets, as %s: the call ends soon, and others are answered meanwhile",
  { timeout: 120_000 },
  async (_as, headers) => {
    const target = await withChat(".slack", "9.5", onTestFinished);
    for (const literals of ["refuse", "warn"]) {
      const args = ["--literal-secrets", literals];
      const server = await startBuilt({ env: { KIBANA_URL: target, KIBANA_API_KEY: "any" }, args });
      onTestFinished(() => server.close());
      const create = { name: "Hook", type: ".webhook", dry_run: true };
      const config = { url: "https://hook.example.com/", hasAuth: false, authType: null };
      await server.call("create_connector", { ...create, config });
      const { longest, took, body } = await timed(server, "create_connector", { ...create, config: { ...config, headers } });
      expect(body.status ?? body.error.code).toBe(literals === "warn" ? "planned" : "literal_secret_refused");
      expect([longest < atOnce, took < soon], `${literals}: ${Math.round(longest)} ms, ${Math.round(took)} ms`).toEqual([true, true]);
    }
  },
);
