import { expect, onTestFinished } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { recordingProxy } from "../support/recording-proxy.ts";
import { action } from "../support/rules-deployment.ts";
import { startKillable } from "./killable-server.ts";

/** What is done to the rules, and what each of them must have then. */
const works = {
  replace_connector: {
    args: { from: "old", to: "new" },
    counted: "moved",
    ids: (before: string[]) => before.map(() => "new"),
  },
  attach_connector: {
    args: { connector: "new", filter: { tags: ["all"] }, groups: ["query matched"], params: { message: "{{rule.name}}" } },
    counted: "attached",
    ids: (before: string[]) => [...before, "new"],
  },
} as const;

/** So many rules, killed in the middle, run again: each is right, and the report says which were when. */
export async function killedInTheMiddle(count: number, tool: keyof typeof works = "replace_connector"): Promise<void> {
  const { args, counted, ids } = works[tool];
  const half = Math.floor(count / 3);
  const sandbox = await startSandboxWith(["--empty"]);
  onTestFinished(() => sandbox.stop());
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  const bare = async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await fetch(sandbox.url + path, {
      method,
      headers: { "kbn-xsrf": "test", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  };
  for (const id of ["old", "new"])
    await bare("POST", `/api/actions/connector/${id}`, { name: id, connector_type_id: ".server-log", config: {}, secrets: {} });
  const made = Array.from({ length: count }, (_, n) => `rule-${n}`);
  for (const id of made) {
    await bare("POST", `/api/alerting/rule/${id}`, {
      name: `Rule ${id}`,
      rule_type_id: ".es-query",
      consumer: "stackAlerts",
      schedule: { interval: "5m" },
      params: { size: id.length },
      tags: [id, "all"],
      actions: [action("old"), action("old", { group: "recovered" })],
    });
  }
  const before = (await bare("GET", "/sandbox/state")).rules;

  const [home, journalDir] = [await freshFolder(), `${await freshFolder()}/journal`];
  let reached = () => {};
  const middle = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let puts = 0;
  const proxy = await recordingProxy(sandbox.url, ({ method }) => {
    if (method === "PUT") puts += 1;
    if (puts === half) reached();
  });
  // A question cannot hold the names of so many rules, and nobody sits at the page.
  const env = { CONNECTORS_MAX_CHANGES_PER_HOUR: "5000", CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION: "true" };
  const start = () => startKillable({ home, url: proxy.url, journalDir, env });
  const first = await start();
  const lost = first.call(tool, args).catch(() => "lost");
  await middle;
  await first.kill();
  expect(await lost).toBe("lost");
  const partly = (await bare("GET", "/sandbox/state")).rules.filter((rule: { revision: number }) => rule.revision > 0).length;
  expect(partly).toBeGreaterThanOrEqual(half - 4);
  expect(partly).toBeLessThan(count);

  const second = await start();
  // One call changes a thousand at most.
  let moved = 0;
  const reports = [];
  for (let later = 1; later > 0; ) {
    const report = await second.call(tool, args);
    expect(report.status, JSON.stringify(report)).toBe("done");
    moved += report.result.counts[counted];
    later = report.result.counts.later ?? 0;
    reports.push(report);
  }
  expect(moved).toBe(count - partly);

  const now = (await bare("GET", "/sandbox/state")).rules;
  const connectorsOf = (rule: { actions: { id: string }[] }) => rule.actions.map(({ id }) => id);
  expect(now.map(connectorsOf)).toEqual(before.map((rule: { actions: { id: string }[] }) => ids(connectorsOf(rule))));
  expect(now.every(({ revision }: { revision: number }) => revision === 1)).toBe(true);
  const other = ({ actions: _now, revision: _saves, ...rest }: Record<string, unknown>) => rest;
  expect(now.map(other)).toEqual(before.map(other));

  const again = await second.call(tool, args);
  expect(again).toMatchObject({ status: "no_change" });
  if (tool !== "replace_connector") return;
  const [{ result }] = reports;
  const [earlier] = result.earlier;
  expect(result.earlier).toEqual([expect.objectContaining({ rules: expect.any(Number) })]);
  // The writes that were running, four at most, may have happened without a recorded end: the journal asks Kibana.
  expect([0, 1, 2, 3, 4].map((running) => partly - running)).toContain(earlier.rules);
  expect(Date.parse(earlier.first)).toBeLessThanOrEqual(Date.parse(earlier.last));
  expect(again.result.earlier.reduce((sum: number, one: { rules: number }) => sum + one.rules, 0)).toBeGreaterThanOrEqual(count - 4);
}
