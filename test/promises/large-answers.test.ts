import { request } from "node:http";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Started, startBuilt, startSandboxWith } from "../support/built-server.ts";
import { listen } from "../support/server.ts";

let sandbox: { url: string; stop(): Promise<void> };
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

/** A call that reads the route. */
const readerOf = (route: RegExp): Parameters<Started["call"]> =>
  route.test("/api/status")
    ? ["describe_deployment"]
    : route.test("/api/actions/connectors")
      ? ["list_connectors"]
      : ["get_connector", { id: "ops-slack", include: ["rules", "health"] }];
let floods = 0;
const megabyte = 1024 * 1024;
const row = JSON.stringify({ id: "a", name: "n", connector_type_id: ".slack" });

/** Kibana with one route that answers `unit` again and again. */
async function flooding(route: RegExp, unit: string, megabytes: number, [head, tail] = ["[", "]"]): Promise<string> {
  floods = 0;
  const chunk = `${unit},`.repeat(Math.ceil(64_000 / unit.length));
  return listen(async (incoming, outgoing) => {
    const path = incoming.url ?? "/";
    if (!route.test(path)) {
      incoming.pipe(
        request(sandbox.url + path, { method: incoming.method, headers: incoming.headers }, (from) => {
          outgoing.writeHead(from.statusCode ?? 500, from.headers);
          from.pipe(outgoing);
        }),
      );
      return;
    }
    floods += 1;
    function* answer() {
      yield head;
      for (let left = megabytes * megabyte; left > 0; left -= chunk.length) yield chunk;
      yield `${unit}${tail}`;
    }
    outgoing.writeHead(200, { "content-type": "application/json" });
    // The server leaves once it has had enough.
    await pipeline(answer, outgoing).catch(() => undefined);
  });
}

async function served(url: string): Promise<Started> {
  const server = await startBuilt({ env: { KIBANA_URL: url, KIBANA_API_KEY: "any" } });
  onTestFinished(() => server.close());
  return server;
}

/** The longest that the process answered nobody while it worked. */
async function deafFor<T>(server: Started, work: Promise<T>): Promise<{ got: T; longest: number }> {
  let [done, longest] = [false, 0];
  const listening = (async () => {
    while (!done) {
      const start = Date.now();
      await server.client.ping();
      longest = Math.max(longest, Date.now() - start);
    }
  })();
  const got = await work.finally(() => {
    done = true;
  });
  await listening;
  return { got, longest };
}

describe("an answer far larger than Kibana's", () => {
  test.each<[string, RegExp, string, number, [string, string]?]>([
    ["a list of connectors of 80 MB", /actions\/connectors/, row, 80],
    ["a list of millions of empty connectors", /actions\/connectors/, "{}", 30],
    ["a list of millions of lists", /actions\/connectors/, "[]", 12],
    [
      "a status with millions of parts",
      /api\/status/,
      "{}",
      20,
      ['{"version":{"number":"9.5.0"},"status":{"overall":{"level":"available"}},"x":[', "]}"],
    ],
    ["a rule with a million actions", /rules\/_find/, "{}", 2, ['{"total":1,"data":[{"id":"a","name":"a","actions":[', "]}]}"]],
    ["a rule with millions of tags", /rules\/_find/, "0", 6, ['{"total":1,"data":[{"id":"a","name":"a","tags":[', "]}]}"]],
    ["a log of millions of rows", /execution_logs/, "{}", 20, ['{"total":1,"data":[', "]}"]],
  ])("is given up before it is read closely: %s", async (_what, route, unit, size, ends) => {
    const server = await served(await flooding(route, unit, size, ends));
    const { got, longest } = await deafFor(server, server.call(...readerOf(route)));
    expect(floods).toBeGreaterThan(0);
    expect(longest).toBeLessThan(2_500);
    if (route.test("/api/actions/connectors")) {
      expect(got).toMatchObject({ failed: true, body: { error: { code: "kibana_error", fix: expect.stringContaining("KIBANA_URL") } } });
    }
  });

  test("is no large answer that Kibana sends: ten thousand connectors with long configs", async () => {
    const connector = (n: number) => ({
      id: `c-${n}`,
      name: `Connector ${n}`,
      connector_type_id: ".webhook",
      is_missing_secrets: false,
      is_preconfigured: false,
      is_deprecated: false,
      is_system_action: false,
      referenced_by_count: 0,
      config: {
        url: "https://hooks.example.com/".padEnd(3_000, "x"),
        method: "post",
        headers: { a: "b" },
        hasAuth: true,
        authType: null,
        ca: null,
        certType: null,
      },
    });
    const all = JSON.stringify(Array.from({ length: 10_000 }, (_none, n) => connector(n))).slice(1, -1);
    const server = await served(await flooding(/actions\/connectors/, all, 0));
    const { failed, body } = await server.call("list_connectors", { limit: 1 });
    expect([failed, body.total]).toEqual([false, 10_000]);
  });
});
