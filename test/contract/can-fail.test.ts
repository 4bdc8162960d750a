import { afterAll, describe, expect, test } from "vitest";
import type { Case } from "./case.ts";
import { suites } from "./cases/index.ts";
import { expectSettled, type Run, startRun } from "./run.ts";
import { startSandbox } from "./start-sandbox.ts";
import { type Call, type Reply, serve, spoilt } from "./wrong-kibana.ts";

/** Left out: each case waits ten seconds for what a wrong server never writes. */
const { "execution log": _slow, ...quick } = suites;
const cases = Object.values(quick).flat();

const nameOf = (one: Case) => `${one.section} ${one.name}`;

/** The cases that do not hold, by section and name. */
async function failing(run: Run, some: Case[]): Promise<string[]> {
  const failed: string[] = [];
  for (const one of some.filter((each) => run.whyNot(each) === undefined)) {
    try {
      expectSettled(one, await run.perform(one));
    } catch {
      failed.push(nameOf(one));
    }
  }
  return failed;
}

/** What the harness must see to begin at all. */
const shapes: Record<string, unknown> = {
  "/api/status": { version: { number: "9.5.0", build_flavor: "traditional" } },
  "/api/actions/connectors": [],
  "/api/actions/connector_types": [{ id: ".index", enabled_in_config: true, enabled_in_license: true }],
};

test("no verified case holds for a server that says yes to everything", async ({ onTestFinished }) => {
  const server = await serve(({ path }) => ({ status: 200, text: JSON.stringify(shapes[path] ?? {}) }));
  onTestFinished(() => server.close());
  const run = await startRun({ url: server.url }, "open");
  const failed = await failing(run, cases);
  const asked = cases.filter((one) => one.mark === "verified" && run.whyNot(one) === undefined);
  expect(asked.length).toBeGreaterThan(150);
  expect(asked.map(nameOf).filter((name) => !failed.includes(name))).toEqual([]);
});

const json = (reply: Reply, change: (body: Record<string, unknown>) => unknown): Reply => {
  const body = reply.text.startsWith("{") ? JSON.parse(reply.text) : undefined;
  return body === undefined ? reply : { ...reply, text: JSON.stringify(change(body)) };
};
const connector = (path: string) => /^\/api\/actions\/connector(\/[^/]+)?$/.test(path);

/** One thing wrong with an otherwise correct Kibana, and a case that must catch it. */
const spoils: [what: string, spoil: (call: Call, reply: Reply) => Reply, seenBy: string][] = [
  [
    "create answers 201",
    ({ method, path }, reply) => (method === "POST" && connector(path) && reply.status === 200 ? { ...reply, status: 201 } : reply),
    "§1 create answers 200 with the connector under the id of the path",
  ],
  [
    "delete answers 200 with a body",
    ({ method, path }, reply) => (method === "DELETE" && connector(path) && reply.status === 204 ? { status: 200, text: "{}" } : reply),
    "§1 delete answers 204 with an empty body, and the connector is gone",
  ],
  [
    "secrets come back",
    ({ path }, reply) => (connector(path) && reply.status === 200 ? json(reply, (body) => ({ ...body, secrets: {} })) : reply),
    "§4 no answer ever has secrets, of create, update, get or list",
  ],
  [
    "a failed run answers 500",
    ({ path }, reply) => (path.endsWith("/_execute") && reply.text.includes('"status":"error"') ? { ...reply, status: 500 } : reply),
    "§3 a third party that cannot be reached answers 200 with status error",
  ],
  [
    "refusals lack the reason phrase",
    (_, reply) => (reply.status >= 400 ? json(reply, ({ error: _error, ...body }) => body) : reply),
    "§0 a refusal names its code, reason phrase and message",
  ],
  [
    "a text is worded differently",
    (_, reply) => ({ ...reply, text: reply.text.replace("not found", "does not exist") }),
    "§1.4 GET of a missing connector is refused",
  ],
  [
    "GET returns referenced_by_count",
    ({ method, path }, reply) =>
      method === "GET" && connector(path) && reply.status === 200 ? json(reply, (body) => ({ ...body, referenced_by_count: 0 })) : reply,
    "§5.1 every connector of the list has a count, and GET has none",
  ],
  [
    "find counts one rule too many",
    ({ path }, reply) =>
      path.includes("/rules/_find") && reply.status === 200 ? json(reply, (body) => ({ ...body, total: Number(body.total) + 1 })) : reply,
    "§5.2 has_reference finds the rules that use a connector, and no other",
  ],
];

describe("a sandbox behind a proxy that spoils one thing", async () => {
  const sandbox = await startSandbox({ deliver: true });
  afterAll(() => sandbox.close());

  test.each(spoils)("%s: caught", async (_, spoil, seenBy) => {
    const proxy = await spoilt(sandbox.url, spoil);
    const one = cases.filter((each) => nameOf(each) === seenBy);
    expect(one).toHaveLength(1);
    expect(await failing(await startRun({ url: sandbox.url }, "open"), one)).toEqual([]);
    expect(await failing(await startRun({ url: proxy.url }, "open"), one)).toEqual([seenBy]);
    await proxy.close();
  });
});
