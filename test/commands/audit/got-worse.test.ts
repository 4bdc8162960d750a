import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type Baseline, compare } from "../../../src/commands/audit/baseline.ts";
import type { AuditDocument } from "../../../src/commands/audit/document.ts";
import { startSandboxWith } from "../../support/built-server.ts";
import { runCommand } from "../../support/command.ts";
import { freshFolder } from "../../support/folder.ts";

type Body = Record<string, unknown>;

/** The seeded sandbox with a baseline of its findings. */
async function withBaseline(prepare?: (api: Api) => Promise<void>) {
  const sandbox = await startSandboxWith([]);
  onTestFinished(sandbox.stop);
  const api = async (method: string, path: string, body?: Body) => {
    const headers = { "kbn-xsrf": "test", "content-type": "application/json" };
    const answer = await fetch(sandbox.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };
  await prepare?.(api);
  const file = join(await freshFolder(), "baseline.json");
  const audit = async (...more: string[]) => {
    const { stdout, code } = await runCommand("audit", ["--json", "--baseline", file, ...more], {
      KIBANA_URL: sandbox.url,
      KIBANA_API_KEY: "a2V5OnNlY3JldA==",
    });
    return { ...(JSON.parse(stdout) as AuditDocument), code };
  };
  await audit("--write-baseline");
  return { api, file, audit };
}
type Api = (method: string, path: string, body?: Body) => Promise<Body>;

const fired = (id: string, params: Body = { body: "x" }, group = "query matched") => ({
  id,
  group,
  params,
  frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
});

/** A rule as the seeded one, with other actions. */
async function addRule(api: Api, id: string, actions: unknown[]) {
  const { rule_type_id, consumer, schedule, params } = await api("GET", "/api/alerting/rule/deploy-watch");
  await api("POST", `/api/alerting/rule/${id}`, { name: `Rule ${id}`, rule_type_id, consumer, schedule, params, tags: [], actions });
}

const hook = (config: Body) => ({ name: "Own hook", connector_type_id: ".webhook", config: { method: "post", hasAuth: false, ...config } });
const changed = ({ connector_type_id: _, ...body }: ReturnType<typeof hook>) => body;
const token = (name: string) => ({ [name]: "Bearer 3f9d0c1b7a5e42d8b6c4a1908e7f6d5c" });
const inTheOpen = hook({ url: "https://hooks.example.com/a", headers: token("Authorization") });
const twoTokens = hook({ url: "https://hooks.example.com/a", headers: { ...token("Authorization"), ...token("X-Api-Key") } });
const unchecked = hook({ url: "https://10.0.0.1/a", verificationMode: "none" });
const plain = hook({ url: "http://10.0.0.1/a", verificationMode: "none" });

test.each<[string, string, (api: Api) => Promise<unknown>, (api: Api) => Promise<unknown>]>([
  ["failing", "deploy-hook", async () => {}, (api) => addRule(api, "another", [fired("deploy-hook")])],
  [
    "failing",
    "deploy-hook",
    async () => {},
    async (api) => {
      await addRule(api, "another", [fired("deploy-hook")]);
      await api("POST", "/api/alerting/rule/deploy-watch/_disable");
    },
  ],
  [
    "secret_in_config",
    "own",
    (api) => api("POST", "/api/actions/connector/own", inTheOpen),
    (api) => api("PUT", "/api/actions/connector/own", changed(twoTokens)),
  ],
  [
    "insecure_url",
    "own",
    (api) => api("POST", "/api/actions/connector/own", plain),
    (api) => api("PUT", "/api/actions/connector/own", changed(unchecked)),
  ],
  [
    "params_refused",
    "kibana-log",
    (api) => addRule(api, "refused", [fired("kibana-log", { level: "info" })]),
    async (api) => {
      const { name, schedule, params, tags } = await api("GET", "/api/alerting/rule/refused");
      const actions = ["query matched", "recovered"].map((group) => fired("kibana-log", { level: "info" }, group));
      await api("PUT", "/api/alerting/rule/refused", { name, schedule, params, tags, actions });
    },
  ],
])("a known finding of %s on %s that stands for something else too is new, until it is accepted", async (check, id, prepare, worsen) => {
  const { api, audit } = await withBaseline(async (own) => void (await prepare(own)));
  await worsen(api);
  const of = ({ findings }: AuditDocument) => findings.filter((one) => one.check === check && one.connector?.id === id);
  const after = await audit("--checks", check, "--fail-on", "low");
  expect([of(after).map(({ known }) => known), after.code]).toEqual([[false], 1]);
  await audit("--write-baseline");
  const accepted = await audit("--checks", check, "--fail-on", "low");
  expect([of(accepted).map(({ known }) => known), accepted.code]).toEqual([[true], 0]);
});

test("another rule that tells nobody, by a workflow whose connector is gone, is new", async () => {
  const starts = (rule: string, workflow: unknown) => [
    ...[{ id: "system-connector-.workflows", params: { subAction: "run", subActionParams: { workflowId: workflow } } }],
    ...(rule === "heard" ? [fired("ops-slack", { message: "m" })] : []),
  ];
  let workflow: unknown;
  const { api, audit } = await withBaseline(async (own) => {
    const yaml =
      "name: Lost\ntriggers:\n  - type: alert\nsteps:\n  - name: s\n    type: slack\n    connector-id: gone\n    with:\n      message: m\n";
    workflow = (await own("POST", "/api/workflows/workflow", { yaml })).id;
    await addRule(own, "first", starts("first", workflow));
  });
  const checks = ["--checks", "dangling_reference,notifies_nobody", "--fail-on", "high"];
  const before = await audit(...checks);
  const of = ({ findings }: AuditDocument, id: string) =>
    findings.filter(({ rule }) => rule?.id === id).map(({ check, known }) => [check, known]);
  expect([of(before, "first"), before.code]).toEqual([[["notifies_nobody", true]], 0]);
  await addRule(api, "heard", starts("heard", workflow));
  expect((await audit(...checks)).code).toBe(0);
  await addRule(api, "second", starts("second", workflow));
  const after = await audit(...checks);
  expect([of(after, "second"), of(after, "heard"), after.code]).toEqual([[["notifies_nobody", false]], [], 1]);
});

test("a known finding stays known while only its words change, or a rule has somebody else to tell", async () => {
  const { api, audit } = await withBaseline();
  const before = (await audit()).findings.find((one) => one.check === "failing" && one.connector?.id === "deploy-hook");
  await addRule(api, "another", [fired("deploy-hook"), fired("ops-slack", { message: "x" })]);
  const after = await audit("--checks", "failing", "--fail-on", "low");
  const now = after.findings.find(({ id }) => id === before?.id);
  expect([now?.known, now?.covers, now?.evidence === before?.evidence, after.code]).toEqual([true, before?.covers, false, 0]);
});

test("a rule that did not need it when the baseline was written again is no longer covered", async () => {
  const { api, audit } = await withBaseline();
  await api("POST", "/api/alerting/rule/deploy-watch/_disable");
  await audit("--checks", "failing", "--write-baseline");
  await api("POST", "/api/alerting/rule/deploy-watch/_enable");
  const { findings } = await audit("--checks", "failing");
  expect(findings.find(({ connector }) => connector?.id === "deploy-hook")).toMatchObject({ known: false, covers: ["deploy-watch"] });
});

test("a baseline that does not say what a finding stands for does not cover it, and one that knows more does", async () => {
  const { file, audit } = await withBaseline();
  const { findings, ...head }: Baseline = JSON.parse(readFileSync(file, "utf8"));
  const bare = Object.fromEntries(Object.entries(findings).map(([id, { covers: _, ...one }]) => [id, one]));
  writeFileSync(file, JSON.stringify({ ...head, findings: bare }));
  const covering = (await audit()).findings.filter(({ covers }) => covers);
  expect(covering.filter(({ known }) => known)).toEqual([]);
  const [one] = covering;
  if (!one) throw new Error("nothing covers anything");
  const known = { ...one, covers: [...(one.covers ?? []), "more"] };
  expect([...compare([one], { ...head, findings: { [one.id]: known } } as Baseline, () => true).known]).toEqual([one.id]);
});
