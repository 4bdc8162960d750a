import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { accepts, product } from "../support/product.ts";
import { references } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const { env } = references({ old: "a".repeat(32), new: "b".repeat(32), other: "c".repeat(32), alias: "a".repeat(32) });
const from = (name: string) => ({ routingKey: { $env: `CONNECTOR_SECRET_${name}` } });
const says = /By the journal this server stored the same secret in (.*?) too: what is there stays as it is/;

async function withCopies(secrets: Args = from("OLD")) {
  const secretDir = `${await freshFolder()}/secrets`;
  await mkdir(secretDir, { mode: 0o700, recursive: true });
  for (const [name, value] of Object.entries({ same: "a", another: "d" }))
    await writeFile(`${secretDir}/${name}`, value.repeat(32), { mode: 0o600 });
  const made = await product({ person: accepts, env, sandbox: { empty: true, spaces: ["web", "soc"] }, settings: { secretDir } });
  const done = async (tool: string, args: Args) => {
    const { body } = await made.call(tool, args);
    expect(body.status, JSON.stringify(body)).toBe("done");
    return body;
  };
  const created = await done("create_connector", { name: "On call", type: ".pagerduty", secrets, space: "default,web,soc" });
  const ids = Object.fromEntries(created.result.rows.map(({ space, id }: { space: string; id: string }) => [space, id]));
  const warned = async (args: Args) => {
    const { warnings = [] } = await done("update_connector", args);
    return warnings.flatMap((one: string) => says.exec(one)?.[1] ?? []).join();
  };
  return { ...made, done, ids, warned };
}

test("an update that replaces a secret names the copies that the same call made, and the connectors of the same reference", async () => {
  const { done, ids, warned, questions } = await withCopies();
  await done("create_connector", { name: "Night", id: "night", type: ".pagerduty", secrets: from("OLD") });
  await done("create_connector", { name: "Other", id: "other", type: ".pagerduty", secrets: from("OTHER") });
  const named = await warned({ id: ids.default, secrets: from("NEW") });
  for (const [space, id] of [
    ["web", ids.web],
    ["soc", ids.soc],
    ["default", "night"],
  ])
    expect(named).toMatch(new RegExp(`\\b${id} in ${space} \\(\\d{4}-\\d\\d-\\d\\d\\)`));
  expect(named).not.toContain("other");
  expect(questions.at(-1)?.message).toMatch(says);
});

test("what the same call changes, or has changed or gone since, is no copy that is left", async () => {
  const { done, ids, warned } = await withCopies();
  const both = await warned({ id: `${ids.default},${ids.web}`, space: "default,web", secrets: from("NEW") });
  expect(both).toContain(`${ids.soc} in soc`);
  expect(both).not.toMatch(/in (default|web)\b/);
  await done("safe_delete_connector", { ids: [ids.soc], space: "soc" });
  expect(await warned({ id: ids.default, secrets: from("OTHER") })).toContain(`${ids.web} in web`);
  expect(await warned({ id: ids.web, space: "web", secrets: from("OTHER") })).toBe("");
});

test("a rename or a rotation that gives the same value again replaces none", async () => {
  const { ids, warned } = await withCopies();
  expect(await warned({ id: ids.default, name: "On call by day", secrets: from("OLD") })).toBe("");
  expect(await warned({ id: ids.default, secrets: from("OLD") })).toBe("");
});

test("no space is named to whom the server does not let into it", async () => {
  const first = await withCopies();
  const { settings, journalDir } = first;
  const narrow = await product({ person: accepts, env, journalDir, settings: { kibana: settings.kibana, spaces: ["default", "web"] } });
  const { body } = await narrow.call("update_connector", { id: first.ids.default, secrets: from("NEW") });
  const text = `${JSON.stringify(body)} ${narrow.questions.at(-1)?.message}`;
  expect([body.status, text]).toEqual(["done", expect.stringMatching(says)]);
  expect(text).toContain(`${first.ids.web} in web`);
  expect(text).not.toMatch(/\bsoc\b/);
});

test("what somebody deleted in Kibana is none that is left, in this space and in others", async () => {
  const { bare, done, ids, warned } = await withCopies();
  await done("create_connector", { name: "Night", id: "night", type: ".pagerduty", secrets: from("OLD") });
  await bare("DELETE", "/api/actions/connector/night");
  await bare("DELETE", `/s/web/api/actions/connector/${ids.web}`);
  const named = await warned({ id: ids.default, secrets: from("NEW") });
  expect(named).toContain(`${ids.soc} in soc`);
  expect(named).not.toMatch(/night|in web/);
});

test("a connector that got the same value from another variable, or from a file, is named with that", async () => {
  const { done, ids, warned } = await withCopies();
  for (const [id, secrets] of [
    ["by-name", from("ALIAS")],
    ["by-file", { routingKey: { $file: "same" } }],
    ["other", { routingKey: { $file: "another" } }],
  ] as const)
    await done("create_connector", { name: id, id, type: ".pagerduty", secrets });
  const named = await warned({ id: ids.default, secrets: from("NEW") });
  expect(named).toMatch(/by-name in default \([-\d]+, from CONNECTOR_SECRET_ALIAS, with the same value\)/);
  expect(named).toMatch(/by-file in default \([-\d]+, from file same, with the same value\)/);
  expect(named).not.toContain("other in");
  expect(await warned({ id: "by-file", secrets: from("NEW") })).toMatch(
    /in web \([-\d]+, from CONNECTOR_SECRET_OLD, with the same value\)/,
  );
});

test.each<[string, Args]>([
  ["another variable", from("ALIAS")],
  ["a file", { routingKey: { $file: "same" } }],
])("a rotation to the same value from %s says that the old secret stays, and makes it no former one", async (_what, secrets) => {
  const { call, done, ids, questions } = await withCopies();
  const { warnings } = await done("update_connector", { id: ids.default, secrets });
  for (const text of [warnings.join(" "), questions.at(-1)?.message])
    expect(text).toMatch(/takes the place of CONNECTOR_SECRET_OLD, which .* Both have the same value: the old secret stays\./);
  const pager = { name: "Late", type: ".pagerduty", dry_run: true };
  expect(JSON.stringify((await call("create_connector", { ...pager, secrets: from("OLD") })).body)).not.toContain("former");
  const other = await done("update_connector", { id: ids.web, space: "web", secrets: from("NEW") });
  expect(JSON.stringify(other.warnings)).not.toContain("the same value now");
  expect(JSON.stringify((await call("create_connector", { ...pager, secrets: from("OLD") })).body)).toContain("is a former secret");
});
