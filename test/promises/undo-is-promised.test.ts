import { expect, onTestFinished, test } from "vitest";
import { look } from "../pages/form.ts";
import { startServer, yes } from "../support/built-server.ts";
import { deployment, makeConnector } from "./race-deployment.ts";

type Call = [tool: string, args: Record<string, unknown>];

async function world() {
  const made = await deployment({ connectors: ["log"], rules: { r: [], s: ["log"] } });
  await makeConnector(made.bare, "index", { connector_type_id: ".index", config: { index: "a" } });
  await makeConnector(made.bare, "pager", { connector_type_id: ".pagerduty", config: {}, secrets: { routingKey: "k" } });
  return made;
}

const changes: Record<string, Call> = {
  "a create": ["create_connector", { id: "made", name: "Made", type: ".server-log" }],
  "an update": ["update_connector", { id: "index", config: { index: "b" } }],
  "an attach to one rule": ["attach_connector", { connector: "log", rules: ["r"] }],
  "a replacement": ["replace_connector", { from: "log", remove: true }],
};
const deletes: Record<string, Call> = {
  "a delete": ["safe_delete_connector", { ids: ["index"] }],
  "a delete with secrets": ["safe_delete_connector", { ids: ["pager"] }],
  "a run that another run reverses": [
    "execute_connector",
    { id: "pager", params: { eventAction: "trigger", summary: "s", dedupKey: "k" } },
  ],
};
const byAccess = { args: ["--access", "change"], why: 'takes access "full", and this is "change".' };
const withoutTools = { args: ["--exclude-tools", "undo_change"], why: "is switched off." };

const refusing: [string, Call, { args: string[]; why: string }][] = [
  ...Object.entries(changes).flatMap(([what, call]): [string, Call, { args: string[]; why: string }][] => [
    [`${what}, with access change`, call, byAccess],
    [`${what}, without undo_change`, call, withoutTools],
  ]),
  ["a delete, without undo_change", deletes["a delete"] as Call, withoutTools],
  ["a delete with secrets, without undo_change", deletes["a delete with secrets"] as Call, withoutTools],
];

/** All that a call says about its undo: in the question, in the plan, and at the end. */
async function said(call: Call, args: string[]) {
  const { url } = await world();
  const env = { KIBANA_URL: url, KIBANA_API_KEY: "any" };
  const server = await startServer({ args, env, person: yes });
  onTestFinished(() => server.close());
  const [tool, given] = call;
  const { plan } = (await server.call(tool, { ...given, dry_run: true })).body;
  const { body } = await server.call(tool, given);
  const lines = server.questions.flatMap((question) => question.split("\n")).filter((line) => /undone|undo/.test(line));
  return { plan, body, lines, env };
}

test.each(refusing)(
  "%s: question, plan and answer say alike that this server would refuse the undo",
  async (_what, call, { args, why }) => {
    const { plan, body, lines } = await said(call, args);
    expect([plan.reversible, plan.no_undo, body.no_undo, body.undo]).toEqual([
      "no",
      [`Not by this server: undo_change ${why}`],
      `Not by this server: undo_change ${why}`,
      undefined,
    ]);
    // A create without secrets asks nobody.
    expect(lines).toEqual(call[0] === "create_connector" ? [] : [`It cannot be undone by this server: undo_change ${why}`]);
  },
);

test.each(Object.entries({ ...changes, ...deletes }))("%s: nothing of it where the undo is allowed", async (_what, call) => {
  const { plan, body, lines } = await said(call, []);
  expect([plan.reversible === "no", body.no_undo]).toEqual([false, undefined]);
  for (const line of lines) expect(line).not.toMatch(/cannot|by this server/);
});

test("a run whose reversal is another run: by the tool that would make it", async () => {
  const { plan, lines } = await said(deletes["a run that another run reverses"] as Call, ["--exclude-tools", "undo_change"]);
  expect([plan.reversible, lines]).toEqual([
    "by_a_run",
    ["It can be undone by one more run of the connector: the answer and list_changes contain the call."],
  ]);
});

test("a page says it too", async () => {
  const { url } = await world();
  const server = await startServer({ args: ["--access", "change"], env: { KIBANA_URL: url, KIBANA_API_KEY: "any" } });
  onTestFinished(() => server.close());
  const { body } = await server.call("attach_connector", { connector: "log", rules: ["r"] });
  const { html } = await look(body.confirm.url);
  expect(html).toContain("It cannot be undone by this server: undo_change takes access &quot;full&quot;");
  expect(html).not.toContain("It can be undone");
});
