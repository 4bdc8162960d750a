import { expect, onTestFinished, test } from "vitest";
import { startBuilt, yes } from "../support/built-server.ts";
import { deployment, logs, makeRule } from "./race-deployment.ts";

/** Milliseconds that others may wait. Work that grows as the square takes twice as long on any machine that builds this. */
const most = 8_000;

test("a rule with two thousand actions keeps nobody waiting", { timeout: 120_000 }, async () => {
  const world = await deployment({ connectors: ["log", "other", "new"] });
  const actions = [...Array(2_000).keys()].map((n) => logs(n % 2 === 0 ? "log" : "other", { params: { message: `text ${n}` } }));
  await makeRule(world.bare, "r", actions);
  const server = await startBuilt({ env: { KIBANA_URL: world.url, KIBANA_API_KEY: "any" }, person: yes });
  onTestFinished(() => server.close());
  const calls: [string, Record<string, unknown>][] = [
    ["replace_connector", { from: "log", to: "other", dry_run: true }],
    ["attach_connector", { connector: "new", rules: ["r"], dry_run: true }],
    ["attach_connector", { connector: "log", rules: ["r"], replace: true, dry_run: true }],
    ["replace_connector", { from: "log", to: "new" }],
    ["undo_change", { change: "last", dry_run: true }],
    ["list_changes", { detail: true }],
    ["audit_connectors", {}],
  ];
  for (const [tool, args] of calls) {
    const began = Date.now();
    const { failed, body } = await server.call(tool, args);
    expect([failed, body.status ?? "read"], tool).toEqual([false, expect.stringMatching(/^(planned|done|read)$/)]);
    expect(Date.now() - began, tool).toBeLessThan(most);
  }
});
