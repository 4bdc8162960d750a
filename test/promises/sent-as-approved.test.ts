import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { seal } from "../../src/sealed.ts";
import { approve, look } from "../pages/form.ts";
import { softAuthenticator } from "../support/authenticator.ts";
import { startServer } from "../support/built-server.ts";
import { fakeClock } from "../support/clock.ts";
import { freshFolder } from "../support/folder.ts";
import { servedProduct } from "../support/http.ts";
import { enrollKey, pageAt, signPage } from "../support/passkeys.ts";
import type { ProductOptions } from "../support/product.ts";
import { product } from "../support/product.ts";
import { rehearsedConnectors } from "../support/rehearsed-connectors.ts";
import { callInRounds, yes } from "../support/rounds.ts";

type Args = Record<string, unknown>;
type Bare = Awaited<ReturnType<typeof product>>["bare"];

/** Tests whose params are made up anew each time: keys, texts, times. */
const tests: [id: string, args: Args, marks: RegExp][] = [
  ["pager", { mode: "near_safe" }, /connector-probe-[0-9a-f]{8}/g],
  ["pager", { mode: "loud" }, /connector-test-[0-9a-f]{8}/g],
  ["genie", { mode: "near_safe" }, /connector-probe-[0-9a-f]{8}/g],
  ["jsm", { mode: "loud" }, /connector-test-[0-9a-f]{8}/g],
  ["log", { mode: "loud" }, /connector test [0-9a-f]{8}/g],
  ["index", { mode: "loud" }, /connector test [0-9a-f]{8}|\d{4}-\d\d-\d\dT[\d:.]+Z/g],
  ["pager", { mode: "loud", rule: "rule" }, /connector-test-[0-9a-f]{8}-1/g],
];

const connectors: Record<string, Args> = {
  ...Object.fromEntries(["pager", "genie", "jsm"].map((id) => [id, rehearsedConnectors[id] ?? {}])),
  log: { connector_type_id: ".server-log" },
  index: { connector_type_id: ".index", config: { index: "audit" } },
};

async function filled(bare: Bare): Promise<void> {
  for (const [id, rest] of Object.entries(connectors)) await bare("POST", `/api/actions/connector/${id}`, { name: id, ...rest });
  const often = { summary: false, notify_when: "onActionGroupChange", throttle: null };
  await bare("POST", "/api/alerting/rule/rule", {
    ...{ name: "rule", rule_type_id: ".es-query", consumer: "stackAlerts", schedule: { interval: "5m" }, enabled: true },
    params: { index: ["l-*"], threshold: [3], esQuery: "{}" },
    actions: [{ id: "pager", group: "query matched", frequency: often, params: { eventAction: "trigger", dedupKey: "k", summary: "x" } }],
  });
}

async function deployment(options: ProductOptions = {}) {
  const made = await product({ sandbox: { empty: true }, ...options });
  await filled(made.bare);
  return made;
}

const found = (marks: RegExp, where: unknown) => [...new Set(JSON.stringify(where).match(marks))].sort();
/** Of what was sent; not when it was. */
const sent = async (bare: Bare) =>
  JSON.parse(await bare("GET", "/sandbox/deliveries")).deliveries.map(({ what, params }: Args) => [what, params]);

describe.each(tests)("a test of %s, %j, sends the words and times that were approved", (id, rest, marks) => {
  const call: [string, Args] = ["test_connector", { id, ...rest }];

  test("on a page, which the same call finds again", async () => {
    const made = await deployment();
    const [tool, args] = call;
    const { confirm, plan } = (await made.call(tool, args)).body;
    const approved = found(marks, plan);
    expect(approved.length).toBeGreaterThan(0);
    expect(found(marks, (await look(confirm.url)).html)).toEqual(approved);
    made.clock.advance(60_000);
    expect((await made.call(tool, args)).body).toMatchObject({ confirm: { id: confirm.id }, plan });
    await approve(confirm.url);
    made.clock.advance(60_000);
    expect((await made.call(tool, { ...args, confirm: confirm.id })).body).toMatchObject({ status: "done", asked: "page" });
    expect(found(marks, await sent(made.bare))).toEqual(approved);
  });

  test("by a token", async () => {
    const made = await deployment({ settings: { confirm: "token" } });
    const [tool, args] = call;
    const { confirm, plan } = (await made.call(tool, args)).body;
    made.clock.advance(60_000);
    expect((await made.call(tool, { ...args, confirm: confirm.id })).body).toMatchObject({ status: "done", asked: "token" });
    expect(found(marks, await sent(made.bare))).toEqual(found(marks, plan));
  });

  test("in a form that another replica showed", async () => {
    const clock = fakeClock();
    const options = { clock, journalDir: await freshFolder(), settings: { confirmKey: seal("a-key-that-all-replicas-share", "key") } };
    const first = await servedProduct({ ...options, sandbox: { empty: true } });
    await filled(first.bare);
    const { asked, state } = await callInRounds(first.send, ...call);
    clock.advance(60_000);
    const url = first.settings.kibana?.url;
    const second = await servedProduct({ ...options, settings: { ...options.settings, ...(url !== undefined && { url }) } });
    expect((await callInRounds(second.send, ...call, { state, answers: yes })).body).toMatchObject({ status: "done", asked: "form" });
    const approved = found(marks, asked);
    expect(approved.length).toBeGreaterThan(0);
    expect(found(marks, await sent(first.bare))).toEqual(approved);
  });

  test("with a passkey", async () => {
    const made = await deployment();
    const laptop = softAuthenticator();
    const journal = join(await freshFolder(), "journal");
    await enrollKey(journal, "Laptop", laptop);
    const server = await startServer({
      args: ["--approve-with", "passkey"],
      env: { KIBANA_URL: made.sandboxUrl, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: journal },
    });
    onTestFinished(() => server.close());
    const [tool, args] = call;
    const { confirm } = (await server.call(tool, args)).body;
    const approved = found(marks, await pageAt(confirm.url));
    await signPage(confirm.url, laptop);
    expect((await server.call(tool, { ...args, confirm: confirm.id })).body).toMatchObject({ status: "done", asked: "passkey" });
    expect(found(marks, await sent(made.bare))).toEqual(approved);
  });
});

test("a test that was approved and sent is made up anew the next time", async () => {
  const made = await deployment();
  const args = { id: "pager", mode: "near_safe" };
  const first = (await made.call("test_connector", args)).body;
  await approve(first.confirm.url);
  expect((await made.call("test_connector", { ...args, confirm: first.confirm.id })).body.status).toBe("done");
  const second = (await made.call("test_connector", args)).body;
  const words = /connector-probe-[0-9a-f]{8}/g;
  expect(found(words, second.plan)).not.toEqual(found(words, first.plan));
});
