import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { type Between, rewritingProxy } from "../support/config-proxy.ts";
import { freshFolder, textIn } from "../support/folder.ts";
import type { Recorded } from "../support/recording-proxy.ts";
import { action } from "../support/rules-deployment.ts";
import { type Kind, killTable, type Step, type Told } from "./kill-table.ts";
import { startKillable } from "./killable-server.ts";

const kinds: Kind[] = ["create", "update", "delete", "execute", "replace", "repoint"];
const preload = pathToFileURL(join(import.meta.dirname, "stalled-disk.mjs")).href;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--empty"]);
});
const printed = Object.fromEntries(killTable.map(({ step }) => [step, {} as Record<string, string>]));
afterAll(async () => {
  const line = (cells: string[]) => cells.map((cell, at) => cell.padEnd(at === 0 ? 46 : 22)).join("");
  const rows = Object.entries(printed).map(([step, cells]) => line([step, ...kinds.map((kind) => cells[kind] ?? "")]));
  process.stdout.write(`${[line(["killed while", ...kinds]), ...rows].join("\n")}\n`);
  await sandbox.stop();
});

async function bare(method: string, path: string, body?: unknown): Promise<string> {
  const answer = await fetch(sandbox.url + path, {
    method,
    headers: { "kbn-xsrf": "test", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.text();
}

const before = { name: "Stored one", config: { index: "worth-keeping", refresh: true, executionTimeField: "at" } };
const calls: Record<Kind, (id: string) => [string, Record<string, unknown>]> = {
  create: (id) => ["create_connector", { id, name: "New one", type: ".index", config: { index: "new" } }],
  update: (id) => ["update_connector", { id, name: "Other", config: { index: "other" } }],
  delete: (id) => ["safe_delete_connector", { ids: [id] }],
  execute: (id) => ["execute_connector", { id, params: { documents: [{ run: id }] } }],
  replace: (id) => ["replace_connector", { from: `from-${id}`, to: `to-${id}` }],
  repoint: (id) => ["replace_connector", { from: `from-${id}`, to: `to-${id}` }],
};

const moves = (kind: Kind) => kind === "replace" || kind === "repoint";

/** What there is before: a connector by that id, or a rule or workflow and the two connectors that it moves between. */
async function seed(kind: Kind, id: string): Promise<void> {
  if (kind === "create") return;
  const connectors = moves(kind) ? [`from-${id}`, `to-${id}`] : [id];
  for (const one of connectors) await bare("POST", `/api/actions/connector/${one}`, { ...before, connector_type_id: ".index" });
  if (kind === "repoint") {
    const yaml = `name: W\ntriggers: [{ type: manual }]\nsteps:\n  - { name: note, type: index, connector-id: from-${id}, with: { documents: [{ note: worth-keeping }] } }\n`;
    await bare("POST", "/api/workflows/workflow", { id, yaml });
  }
  if (kind !== "replace") return;
  await bare("POST", `/api/alerting/rule/${id}`, {
    name: `Rule ${id}`,
    rule_type_id: ".es-query",
    consumer: "stackAlerts",
    schedule: { interval: "5m" },
    params: {},
    actions: [action(`from-${id}`, { params: { documents: [{ note: "worth-keeping" }] } })],
  });
}

/** What Kibana has of this connector or rule, its deliveries too. */
async function state(id: string): Promise<string> {
  const { connectors, rules, workflows, deliveries } = JSON.parse(await bare("GET", "/sandbox/state"));
  const mine = (key: string) => (one: Record<string, unknown>) => one[key] === id;
  const actions = rules.filter(mine("id")).map((rule: { actions: unknown }) => rule.actions);
  const texts = workflows.filter(mine("id")).map(({ yaml }: { yaml: string }) => yaml);
  return JSON.stringify([connectors.filter(mine("id")), actions, texts, deliveries.filter(mine("connector_id"))]);
}

interface Stage {
  id: string;
  kind: Kind;
  between: Between;
  home: string;
  journalDir: string;
  /** Holds the call that matches until it is released. @returns once it has arrived */
  hold(match: (call: Recorded, calls: Recorded[]) => boolean): Promise<void>;
  letGo(): void;
  /** Starts the server and makes the call; nobody waits for its answer. */
  begin(options?: { env?: Record<string, string>; person?: Parameters<typeof startKillable>[0]["person"] }): Promise<void>;
}

const wait = (until: () => unknown) => vi.waitFor(async () => expect(await until()).toBeTruthy(), { timeout: 10_000, interval: 10 });
/** The execution log is read with POST, and a workflow's text checked. */
const isWrite = ({ method, path }: Recorded) =>
  method !== "GET" && !/_execution_logs|backfill\/_find|core\/capabilities|\/workflows\/validate/.test(path);

/** The disk stalls at one record of the journal: the server leaves a mark file then. */
async function stalled(stage: Stage, at: string): Promise<void> {
  const mark = join(stage.home, "stalled");
  await stage.begin({ env: { NODE_OPTIONS: `--import=${preload}`, STALL_AT: at, STALL_MARK: mark } });
  await wait(() => existsSync(mark));
}

/** Brings the server to the step, and returns when it is there. */
const reach: Record<Step, (stage: Stage) => Promise<void>> = {
  async "reading for the plan"(stage) {
    const reached = stage.hold(({ path }) => path.startsWith("/api/actions/"));
    await stage.begin();
    await reached;
  },
  async "asking the person"(stage) {
    // A create that asks nobody is held at the last read of its plan, where it would ask.
    if (stage.kind === "create") {
      const reached = stage.hold(({ path }) => path === "/api/actions/connectors");
      await stage.begin();
      return reached;
    }
    let asked = false;
    await stage.begin({
      person: () => {
        asked = true;
        return new Promise(() => {});
      },
    });
    await wait(() => asked);
  },
  "half a line of the begin is written": (stage) => stalled(stage, "half 1"),
  "the begin is not on disk yet": (stage) => stalled(stage, "sync 1"),
  async "the last look before the write"(stage) {
    const looks = stage.kind === "update" || stage.kind === "repoint" ? 3 : 1;
    const place = stage.kind === "repoint" ? "workflows/workflow" : stage.kind === "replace" ? "alerting/rule" : "actions/connector";
    const isLook = ({ path }: Recorded) => path === `/api/${place}/${stage.id}`;
    const reached = stage.hold((call, all) => isLook(call) && all.filter(isLook).length === looks);
    await stage.begin();
    await reached;
  },
  async "Kibana has the request and does nothing"(stage) {
    await bare("POST", "/sandbox/faults", { fault: "timeout_before", method: methods[stage.kind], path: stage.id });
    await stage.begin();
    await wait(() => stage.between.calls.some(isWrite));
  },
  async "the request reaches Kibana after the restart"(stage) {
    const reached = stage.hold(isWrite);
    await stage.begin();
    await reached;
  },
  async "Kibana did it and has not answered"(stage) {
    const was = await state(stage.id);
    await bare("POST", "/sandbox/faults", { fault: "timeout_after", method: methods[stage.kind], path: stage.id });
    await stage.begin();
    await wait(async () => (await state(stage.id)) !== was);
  },
  async "reading back"(stage) {
    const reached = stage.hold((call, all) => !isWrite(call) && all.some(isWrite));
    await stage.begin();
    await reached;
  },
  "the end is not on disk yet": (stage) => stalled(stage, "sync 2"),
  async "making the answer"(stage) {
    const since = (all: Recorded[]) => all.slice(all.findIndex(isWrite) + 1);
    const reached = stage.hold((call, all) => !isWrite(call) && all.some(isWrite) && since(all).length === 2);
    await stage.begin();
    await reached;
  },
};
const methods = { create: "POST", update: "PUT", delete: "DELETE", execute: "POST", replace: "PUT", repoint: "PUT" } as const;

/** Moves the times in a journal back, so that nobody has to wait for minutes. */
async function longAgo(journalDir: string): Promise<void> {
  for (const name of (await readdir(journalDir)).filter((one) => one.endsWith(".jsonl"))) {
    const path = join(journalDir, name);
    const text = await readFile(path, "utf8");
    await writeFile(
      path,
      text.replace(/"at":"([^"]+)"/g, (_whole, at: string) => `"at":"${new Date(Date.parse(at) - 3 * 60_000).toISOString()}"`),
    );
  }
}

interface Row {
  outcome: string;
  note?: string;
  error?: string;
  change: string;
}

function told(row: Row | undefined): Told {
  if (!row) return "none";
  return row.outcome === "unknown" && row.error === undefined ? "open" : (row.outcome as Told);
}

let cases = 0;

describe.each(killTable)("killed while: $step", (row) => {
  const { step, written } = row;
  test.each(kinds.filter((kind) => kind in row))("%s: after a restart the journal and Kibana tell the truth", async (kind) => {
    const expected = (row as Partial<Record<Kind, readonly Told[]>>)[kind] ?? [];
    const id = `kill-${++cases}`;
    const home = await freshFolder();
    const journalDir = join(home, "journal");
    await seed(kind, id);
    const initial = await state(id);

    let match: (call: Recorded, all: Recorded[]) => boolean = () => false;
    let come = () => {};
    let go = () => {};
    const between = await rewritingProxy({
      before: async (call) => {
        if (!match(call, between.calls)) return;
        match = () => false;
        come();
        await new Promise<void>((resolve) => {
          go = resolve;
        });
      },
    });
    between.target = sandbox.url;
    let server: Awaited<ReturnType<typeof startKillable>> | undefined;
    const stage: Stage = {
      id,
      kind,
      between,
      home,
      journalDir,
      hold(wanted) {
        match = wanted;
        return new Promise((resolve) => {
          come = resolve;
        });
      },
      letGo: () => go(),
      async begin(options = {}) {
        server = await startKillable({ home, url: between.url, journalDir, ...options });
        server.call(...calls[kind](id)).catch(() => undefined);
      },
    };

    await reach[step](stage);
    await server?.kill();
    await rm(join(journalDir, "changes-stalled.jsonl"), { force: true });
    await bare("DELETE", "/sandbox/faults");

    const look = async () => {
      const again = await startServer({
        env: { KIBANA_URL: between.url, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: journalDir },
        person: yes,
      });
      onTestFinished(again.close);
      const { changes } = (await again.call("list_changes", { id })).body;
      return { again, rows: changes as Row[] };
    };
    const first = await look();
    const seen: Told[] = [told(first.rows[0])];
    expect(first.rows.length).toBeLessThanOrEqual(1);
    if (seen[0] === "open") expect(first.rows[0]?.note).toContain("look at the connector");
    if (seen[0] === "unknown") expect(first.rows[0]?.error).toContain("The server stopped before");
    let { again } = first;
    let entry = first.rows[0];
    if (expected.length > 1) {
      await again.close();
      stage.letGo();
      if (written) await wait(async () => (await state(id)) !== initial);
      await longAgo(journalDir);
      const second = await look();
      ({ again } = second);
      [entry] = second.rows;
      seen.push(told(entry));
    } else stage.letGo();
    if (written) await wait(async () => (await state(id)) !== initial);
    const now = await state(id);
    Object.assign(printed[step] ?? {}, { [kind]: `${seen.join(", ")}${now === initial ? "" : " (written)"}` });

    expect(seen).toEqual(expected);
    expect(now !== initial).toBe(written);
    if (seen.at(-1) === "done") expect(now).not.toBe(initial);
    if (seen.at(-1) === "none" || seen.at(-1) === "not_done") expect(now).toBe(initial);
    // What existed is in the journal from before the write on.
    if (["update", "delete", "replace", "repoint"].includes(kind) && entry) expect(await textIn(journalDir)).toContain("worth-keeping");
    if (seen.at(-1) === "done" && kind !== "execute" && entry) {
      expect((await again.call("undo_change", { change: entry.change })).body.status).toBe("done");
      expect(await state(id)).toBe(initial);
    }
    // Whatever was left behind, the next change is made and recorded.
    const next = await again.call("create_connector", { id: `${id}-next`, name: "Next", type: ".server-log" });
    expect(next.body.status).toBe("done");
    expect((await again.call("list_changes", { id: `${id}-next` })).body.changes).toMatchObject([{ outcome: "done" }]);
    await again.close();
  });
});
