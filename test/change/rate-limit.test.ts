import { setTimeout } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { limitOf, whileLimited } from "../../src/change/rate-limit.ts";
import { ToolError } from "../../src/errors.ts";
import { fakeClock } from "../support/clock.ts";
import { accepts, product } from "../support/product.ts";
import { action, makeConnector, makeRule, ruleOf } from "../support/rules-deployment.ts";
import { listen } from "../support/server.ts";

const ids = Array.from({ length: 40 }, (_, n) => `rule-${n}`);
const move = { from: "old", to: "new" };

/** Forty rules that use one connector, and a proxy that refuses saves of rules. @param refuses by how many saves are under way, and which this is */
async function limited(refuses: (underWay: number, nth: number) => boolean, retryAfter = "1") {
  /** Of each save how many were under way with it, and whether it was refused. */
  const saves: { atOnce: number; refused: boolean }[] = [];
  const saved: string[] = [];
  let target = "";
  let underWay = 0;
  const url = await listen(async (incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const isSave = method === "PUT" && path.includes("/api/alerting/rule/");
    if (isSave) {
      underWay += 1;
      const refused = refuses(underWay, saves.length + 1);
      saves.push({ atOnce: underWay, refused });
      // Long enough for others to come meanwhile.
      await setTimeout(10);
      if (refused) {
        underWay -= 1;
        outgoing.writeHead(429, { "retry-after": retryAfter, "content-type": "text/html" }).end("<html><title>Slow down</title></html>");
        return;
      }
    }
    const { host: _host, connection: _connection, "content-length": _length, ...kept } = headers;
    const answer = await fetch(target + path, {
      method,
      headers: Object.entries(kept).map(([name, value]): [string, string] => [name, String(value)]),
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    const text = await answer.text();
    if (isSave) {
      underWay -= 1;
      saved.push(path.split("/").at(-1) ?? "");
    }
    outgoing.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  });
  const made = await product({ person: accepts, sandbox: { empty: true }, settings: { url } });
  target = made.sandboxUrl;
  for (const id of ["old", "new"]) await makeConnector(made, id, ".server-log");
  for (const id of ids) await makeRule(made, id, [action("old")]);
  return { made, saves, saved };
}

describe("forty rules, behind a proxy that limits the rate", () => {
  test("for a moment: all are moved, each once, first one at a time and then several again", async () => {
    const { made, saves, saved } = await limited((_underWay, nth) => nth > 4 && nth <= 8);
    expect((await made.call("replace_connector", move)).body).toMatchObject({ status: "done", result: { counts: { moved: 40 } } });
    expect(saved.toSorted()).toEqual(ids.toSorted());
    for (const id of ids) expect(await ruleOf(made, id)).toMatchObject({ revision: 1, actions: [{ id: "new" }] });
    expect(made.clock.sleeps.filter((ms) => ms >= 1000)).toHaveLength(4);
    const after = saves.slice(8).map(({ atOnce }) => atOnce);
    expect(after.slice(0, 2)).toEqual([1, 1]);
    expect(Math.max(...after)).toBeGreaterThan(1);
  });

  test("of each third save: all are moved, each once", async () => {
    const { made, saved } = await limited((_underWay, nth) => nth % 3 === 0);
    expect((await made.call("replace_connector", move)).body).toMatchObject({ status: "done", result: { counts: { moved: 40 } } });
    expect(saved.toSorted()).toEqual(ids.toSorted());
  });

  test("to one save at a time: all are moved, each once, with few refusals", async () => {
    const { made, saves, saved } = await limited((underWay) => underWay > 1);
    expect((await made.call("replace_connector", move)).body).toMatchObject({ status: "done", result: { counts: { moved: 40 } } });
    expect(saved.toSorted()).toEqual(ids.toSorted());
    expect(saves.filter(({ refused }) => refused).length).toBeLessThan(20);
  });

  test.each([{}, { on_error: "continue" }])(
    "for an hour: nothing is waited for, nothing more begins, and the answer says it: %j",
    async (more) => {
      const { made, saves, saved } = await limited((_underWay, nth) => nth > 6, "3600");
      const { body } = await made.call("replace_connector", { ...move, ...more });
      expect(body).toMatchObject({ status: "partial", result: { counts: { moved: 6 } } });
      expect(JSON.stringify(body)).toContain("limits the rate (429), and asks to wait 3600 seconds.");
      expect([saved.length, saves.length]).toEqual([6, expect.any(Number)]);
      expect(saves.length).toBeLessThanOrEqual(10);
    },
  );

  test("a call that is cancelled while it waits sends nothing more", async () => {
    let limits = true;
    const { made, saves, saved } = await limited((_underWay, nth) => limits && nth > 4);
    const stop = new AbortController();
    made.clock.sleep = async (ms) => {
      if (ms >= 1000) stop.abort();
    };
    await made.call("replace_connector", move, stop.signal).catch(() => undefined);
    await vi.waitUntil(() => saves.filter(({ refused }) => refused).length > 0);
    limits = false;
    // The last writes of the first may come between this one's plan and its writes.
    const again = async () => (await made.call("replace_connector", move)).body;
    const body = await again();
    const done = body.status === "plan_changed" ? await again() : body;
    expect(done).toMatchObject({ status: "done", result: { counts: { moved: expect.any(Number) } } });
    expect(saved.toSorted()).toEqual(ids.toSorted());
    expect(saves.filter(({ refused }) => refused).length).toBeLessThanOrEqual(4);
  });
});

describe("what one refusal with 429 does to", () => {
  const probe = { id: "hook", mode: "safe" };
  test.each<[string, { tool: string; args: Record<string, unknown>; method: string; sent: number; status: string }]>([
    ["a create", { tool: "create_connector", args: { name: "N", type: ".server-log" }, method: "POST", sent: 2, status: "done" }],
    ["an update", { tool: "update_connector", args: { id: "old", name: "N" }, method: "PUT", sent: 2, status: "done" }],
    ["a delete", { tool: "safe_delete_connector", args: { ids: ["old"] }, method: "DELETE", sent: 2, status: "done" }],
    ["a run that only reads", { tool: "test_connector", args: probe, method: "POST", sent: 2, status: "done" }],
    [
      "a run that writes",
      { tool: "execute_connector", args: { id: "old", params: { message: "m" } }, method: "POST", sent: 1, status: "unknown" },
    ],
  ])("%s", async (_what, { tool, args, method, sent, status }) => {
    const made = await product({ person: accepts, sandbox: { empty: true }, settings: { access: "full" } });
    await makeConnector(made, "old", ".server-log");
    await makeConnector(made, "hook", ".webhook", { config: { url: "https://hooks.example.com/a", method: "get", hasAuth: false } });
    await made.fault("rate_limit", { method, path: "/api/actions/connector" });
    const { body } = await made.call(tool, args);
    expect([body.status, made.writes().length, made.clock.sleeps.filter((ms) => ms >= 1000).length]).toEqual([status, sent, sent - 1]);
  });
});

describe("work is done again while a limit of the rate refuses it", () => {
  const refusal = (asked?: number) =>
    new ToolError("kibana_error", "429", "Wait.", { status: 429, ...(asked === undefined ? {} : { retry_after: asked }) });
  const running = { signal: new AbortController().signal, isOver: () => false };

  test.each<[what: string, asked: number | undefined, left: number, attempts: number | [least: number, most: number]]>([
    ["seven seconds at a time: for as long as a client is patient", 7, 300_000, 3],
    ["for a time that the call does not have", 7, 10_000, 2],
    ["for longer than a client is patient", 21, 300_000, 1],
    ["without saying for how long: ever more slowly", undefined, 300_000, [6, 9]],
    ["for no time at all: ever more slowly", 0, 300_000, [6, 9]],
  ])("%s", async (_what, asked, left, attempts) => {
    const clock = fakeClock();
    let done = 0;
    const work = async () => {
      done += 1;
      return refusal(asked);
    };
    const result = await whileLimited(work, limitOf, { clock, until: clock.now() + left, stop: running });
    expect(limitOf(result)).toBe(1000 * (asked ?? 0));
    const [least, most] = typeof attempts === "number" ? [attempts, attempts] : attempts;
    expect(done).toBeGreaterThanOrEqual(least);
    expect(done).toBeLessThanOrEqual(most);
    expect(clock.sleeps).toHaveLength(done - 1);
  });

  test.each([new Error("429"), new ToolError("kibana_error", "no", "x", { status: 500 }), undefined])(
    "and only then: %s",
    async (result) => {
      const clock = fakeClock();
      let done = 0;
      const work = async () => {
        done += 1;
        return result;
      };
      await whileLimited(work, limitOf, { clock, until: clock.now() + 300_000 });
      expect([done, clock.sleeps]).toEqual([1, []]);
    },
  );
});
