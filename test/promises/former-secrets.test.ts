import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { accepts, type ProductOptions, product } from "../support/product.ts";
import { seedConnector } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;
type Made = Awaited<ReturnType<typeof product>>;

const env = {
  CONNECTOR_SECRET_PD_KEY: "a".repeat(32),
  CONNECTOR_SECRET_PD_KEY_NEW: "b".repeat(32),
  CONNECTOR_SECRET_HOOK: "https://hooks.slack.com/services/A/A/aaaaaaaa",
};
const [former, current] = [{ routingKey: { $env: "CONNECTOR_SECRET_PD_KEY" } }, { routingKey: { $env: "CONNECTOR_SECRET_PD_KEY_NEW" } }];
const pager = { name: "Pager", type: ".pagerduty" };
const said =
  "secrets.routingKey: CONNECTOR_SECRET_PD_KEY is a former secret: this server put CONNECTOR_SECRET_PD_KEY_NEW in its place in oc in default";

const done = async ({ call }: Made, tool: string, args: Args) => {
  const { body } = await call(tool, args);
  expect([body.status, body.message]).toEqual(["done", undefined]);
  return body;
};

const refused = async ({ call }: Made, tool: string, args: Args) => {
  const { body } = await call(tool, args);
  expect(body.code).toBe("secrets_needed");
  return body;
};

/** `oc` in the default space, and connectors of the same type that somebody else made. */
async function started({ settings, ...more }: ProductOptions = {}) {
  const agreed = { targetHosts: ["events.pagerduty.com"], ...settings };
  const made = await product({ person: accepts, env, sandbox: { empty: true, spaces: ["a", "b"] }, settings: agreed, ...more });
  const secrets = { routingKey: "k".repeat(32) };
  for (const id of ["theirs", "gone"]) await seedConnector(made, { id, name: `Pager of ${id}`, type: ".pagerduty", secrets });
  await done(made, "create_connector", { ...pager, name: "On call", id: "oc", secrets: former });
  return made;
}

async function rotated(more: ProductOptions = {}) {
  const made = await started(more);
  const { change } = await done(made, "update_connector", { id: "oc", secrets: current });
  return { ...made, change };
}

/** The calls that ask for the secret of a connector of which this server stored none. */
const calls: [string, string, (made: Made) => Promise<Args>][] = [
  ["a new connector", "create_connector", async () => pager],
  ["one of another space", "create_connector", async () => ({ ...pager, space: "a" })],
  ["a copy of one that somebody else made", "create_connector", async () => ({ name: "Copy", from: { id: "theirs" } })],
  ["another config", "update_connector", async () => ({ id: "theirs", config: { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" } })],
  [
    "the undo of a delete",
    "undo_change",
    async (made) => ({ change: (await done(made, "safe_delete_connector", { ids: ["gone"] })).change }),
  ],
];

describe("a secret that was replaced in a connector", () => {
  test.each(calls)("is not proposed for %s", async (_what, tool, argsOf) => {
    const made = await rotated();
    const { fix, detail } = await refused(made, tool, await argsOf(made));
    expect([detail.secret_names, detail.stored_last]).toEqual([undefined, undefined]);
    expect(fix).not.toContain("PD_KEY");
  });

  test("nor where the operator bound it to the same host, or it is a file", async () => {
    const dir = await freshFolder();
    await mkdir(dir, { recursive: true });
    for (const name of ["pagerduty", "other"]) await writeFile(`${dir}/${name}`, name.repeat(9), { mode: 0o600 });
    const bound = Object.fromEntries(Object.keys(env).map((name) => [`${name}__FOR`, ".pagerduty@events.pagerduty.com"]));
    const made = await started({ env: { ...env, ...bound }, settings: { secretDir: dir } });
    await done(made, "update_connector", { id: "oc", secrets: { routingKey: { $file: "pagerduty" } } });
    const first = (await refused(made, "create_connector", pager)).detail;
    expect([first.secret_names, first.secret_files]).toEqual([["CONNECTOR_SECRET_HOOK", "CONNECTOR_SECRET_PD_KEY_NEW"], undefined]);
    await done(made, "update_connector", { id: "oc", secrets: { routingKey: { $file: "other" } } });
    await done(made, "safe_delete_connector", { ids: ["oc"] });
    expect((await refused(made, "create_connector", pager)).detail.secret_files).toBeUndefined();
  });

  test("is not, nor the one that took its place, while that is in use; once it is undone, the other is the former one", async () => {
    const made = await rotated();
    const undo = await refused(made, "undo_change", { change: made.change });
    expect(undo.detail.stored_last).toEqual(former);
    const asked = made.questions.length;
    const body = await done(made, "undo_change", { change: made.change, secrets: former });
    expect(JSON.stringify([body, made.questions.slice(asked)])).not.toContain("former secret");
    const { detail } = await refused(made, "create_connector", pager);
    expect(detail.secret_names).toBeUndefined();
    await done(made, "safe_delete_connector", { ids: ["oc"] });
    expect((await refused(made, "create_connector", pager)).detail.secret_names).toEqual(["CONNECTOR_SECRET_PD_KEY"]);
  });

  test("was replaced also where a person's value took its place", async () => {
    const made = await started({ settings: { literalSecrets: "warn" } });
    await done(made, "update_connector", { id: "oc", secrets: { routingKey: "t".repeat(32) } });
    expect((await refused(made, "create_connector", pager)).detail.secret_names).toBeUndefined();
    await done(made, "create_connector", { ...pager, secrets: former });
    expect(made.questions.at(-1)?.message).toContain(
      "CONNECTOR_SECRET_PD_KEY is a former secret: this server put another one in its place",
    );
  });
});

describe("a copy", () => {
  test.each<[string, Args]>([
    ["in the same space", {}],
    ["in another space", { space: "a", from: { id: "oc", space: "default" } }],
    ["in several spaces", { space: "a,b", from: { id: "oc", space: "default" } }],
  ])("%s is proposed what this server stored in the original last", async (_where, args) => {
    const made = await rotated();
    const call = { name: "Copy", from: { id: "oc" }, ...args };
    const { fix, detail } = await refused(made, "create_connector", call);
    expect(detail.stored_last).toEqual(current);
    expect(fix).toContain('In the original this server stored last: routingKey from {"$env":"CONNECTOR_SECRET_PD_KEY_NEW"}');
    const asked = made.questions.length;
    const body = await done(made, "create_connector", { ...call, secrets: current });
    expect([made.questions.length, JSON.stringify(body.warnings)]).toEqual([asked, expect.not.stringContaining("former")]);
  });
});

describe("to store a secret that was replaced elsewhere", () => {
  test.each<[string, Args]>([
    ["a new connector", pager],
    ["a copy of the rotated one", { name: "Copy", space: "a", from: { id: "oc", space: "default" } }],
    ["a copy in several spaces", { name: "Copy", space: "a,b", from: { id: "oc", space: "default" } }],
  ])("in %s is a person's decision, who reads where", async (_what, args) => {
    const made = await rotated();
    const asked = made.questions.length;
    const call = { ...args, secrets: former };
    const plan = (await made.call("create_connector", { ...call, dry_run: true })).body;
    expect(plan.plan.needs_a_person).toEqual(["a secret that is a former one elsewhere, or may be, would be stored"]);
    const body = await done(made, "create_connector", call);
    expect(body.warnings.join(" ")).toContain(said);
    expect(made.questions.slice(asked).map(({ message }) => message)).toEqual([expect.stringContaining(said)]);
  });

  test.each(calls.slice(3))("by %s: the question says it", async (_what, tool, argsOf) => {
    const made = await rotated();
    const args = await argsOf(made);
    await done(made, tool, { ...args, secrets: former });
    expect(made.questions.at(-1)?.message).toContain(said);
  });

  test("where it was, too", async () => {
    const made = await rotated();
    await done(made, "update_connector", { id: "oc", name: "On call 2", secrets: former });
    expect(made.questions.at(-1)?.message).toContain(said);
  });

  test("unattended, the answer says it", async () => {
    const made = await rotated({ settings: { skipConfirmation: true } });
    expect((await done(made, "create_connector", { ...pager, secrets: former })).warnings.join(" ")).toContain(said);
  });

  test("says nothing of a connector that has kept it, or of a space that the caller may not see", async () => {
    const made = await started({ settings: { spaces: ["a", "default"] } });
    await done(made, "create_connector", { ...pager, id: "second", secrets: former });
    await done(made, "update_connector", { id: "oc", secrets: current });
    await done(made, "update_connector", { id: "second", name: "Second", secrets: former });
    expect(made.questions.at(-1)?.message).not.toContain("former secret");
  });
});

describe("where this server does not know what a connector has", () => {
  test.each(calls.slice(2))("%s says that nothing shows that a reference is the same", async (_what, tool, argsOf) => {
    const made = await started();
    const args = await argsOf(made);
    const plan = (await made.call(tool, { ...args, secrets: current, dry_run: true })).body;
    expect(plan.warnings).toContain(
      "secrets.routingKey: this server did not store what was there, so nothing shows that CONNECTOR_SECRET_PD_KEY_NEW is the same.",
    );
  });

  test("a rotation, and what this server stored itself, need no such words", async () => {
    const made = await started();
    for (const [tool, args] of [
      ["update_connector", { id: "theirs", secrets: current }],
      ["update_connector", { id: "oc", name: "Other", secrets: former }],
      ["create_connector", { name: "Copy", from: { id: "oc" }, secrets: former }],
      ["create_connector", { ...pager, secrets: current }],
    ] as const) {
      const plan = (await made.call(tool, { ...args, dry_run: true })).body;
      expect([tool, plan.status, JSON.stringify(plan)]).toEqual([tool, "planned", expect.not.stringContaining("nothing shows")]);
    }
  });
});

describe("storing a former secret is told where", () => {
  test("another variable has its value", async () => {
    const made = await rotated({ env: { ...env, CONNECTOR_SECRET_ALIAS: env.CONNECTOR_SECRET_PD_KEY } });
    const secrets = { routingKey: { $env: "CONNECTOR_SECRET_ALIAS" } };
    const { asked, warnings } = await done(made, "create_connector", { ...pager, secrets });
    expect([asked, warnings.join(" ")]).toEqual([
      "form",
      expect.stringContaining("CONNECTOR_SECRET_ALIAS is a former secret: this server put"),
    ]);
  });

  test("the undo of a delete replaced it", async () => {
    const made = await started();
    const { change } = await done(made, "safe_delete_connector", { ids: ["oc"] });
    await done(made, "undo_change", { change, secrets: current });
    const { asked, warnings } = await done(made, "create_connector", { ...pager, secrets: former });
    expect([asked, warnings.join(" ")]).toEqual(["form", expect.stringContaining(said)]);
  });
});
