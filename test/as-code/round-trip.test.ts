import { expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { stored } from "../catalog/examples.ts";
import { product } from "../support/product.ts";
import { seedConnector } from "../support/stored-documents.ts";
import { nastyNames } from "./nasty.ts";
import { runShell } from "./shell.ts";
import { hcl, resourcesOf } from "./terraform-values.ts";

type Made = Awaited<ReturnType<typeof product>>;

/** Every type in each of its ways to authenticate, under names that try to be more than data. */
const connectors = stored.map((one, index) => ({ ...one, id: `c-${index}`, name: nastyNames[index % nastyNames.length] ?? "" }));

async function seeded(): Promise<Made> {
  const made = await product({ sandbox: { empty: true } });
  for (const one of connectors) await seedConnector(made, one);
  return made;
}

/** All files of an export, put together from its parts. */
async function filesOf(made: Made, format: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (let args: Record<string, unknown> = { format }; ; ) {
    const { body } = await made.call("export_connectors", args);
    for (const { name, content } of body.files) if (content !== undefined) files[name] = (files[name] ?? "") + content;
    if (body.cursor === undefined) return files;
    args = { cursor: body.cursor };
  }
}

/** A value for each variable: the secret that was stored. */
function variables(): Record<string, string> {
  const words = (text: string) =>
    text
      .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
      .replace(/\W/g, "_")
      .toUpperCase();
  return Object.fromEntries(
    connectors.flatMap(({ id, secrets }) =>
      Object.entries(secrets).map(([field, value]) => [
        `CONNECTOR_SECRET_${words(id)}_${words(field)}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
}

const stateOf = async (made: Made) => JSON.parse(await made.bare("GET", "/sandbox/state"));

async function wipe(made: Made): Promise<void> {
  for (const { id } of connectors) await made.bare("DELETE", `/api/actions/connector/${id}`);
  expect((await stateOf(made)).connectors).toEqual([]);
}

test("export as curl calls, wipe, run the script: the stored documents are the same, secrets too", async () => {
  const made = await seeded();
  const before = await stateOf(made);
  const { "connectors.sh": script = "" } = await filesOf(made, "api");
  await wipe(made);
  const { code, stderr, left } = await runShell(script, { KIBANA_URL: made.sandboxUrl, ...variables() });
  expect([stderr, code, left]).toEqual(["", 0, []]);
  expect((await stateOf(made)).connectors).toEqual(before.connectors);
}, 60_000);

test("export as kibana.yml, start the sandbox with it: it shows the same connectors", async () => {
  const made = await seeded();
  const before = await stateOf(made);
  const { "kibana.yml": kibanaYml = "" } = await filesOf(made, "kibana_yml");
  // Secrets that may be stored are in comments, ready to be moved under secrets.
  expect(kibanaYml).toContain("only if it is stored");
  const sandbox = await startSandbox({ kibanaYml, env: variables(), empty: true });
  try {
    const get = async (path: string) => JSON.parse(await (await fetch(sandbox.url + path)).text());
    const { in_memory: inMemory } = await get("/sandbox/state");
    const held = new Map(inMemory.map((one: { id: string }) => [one.id, one]));
    for (const { id, name, type, config } of before.connectors) expect(held.get(id)).toMatchObject({ id, name, type, config });
    const listed = await get("/api/actions/connectors");
    expect(listed.filter((one: { is_preconfigured: boolean }) => one.is_preconfigured).length).toBe(connectors.length);
  } finally {
    await sandbox.close();
  }
}, 60_000);

test("export as Terraform, wipe, make what its resources say: the stored documents are the same, secrets too", async () => {
  const made = await seeded();
  const before = await stateOf(made);
  const files = await filesOf(made, "terraform");
  await wipe(made);
  const { variable = {} } = await hcl(files["variables.tf"] ?? "");
  const given = variables();
  const values = Object.fromEntries(
    Object.entries(variable).map(([name, [block]]) => {
      const value = given[`CONNECTOR_SECRET_${name.toUpperCase()}`];
      return [name, value === undefined ? null : block?.type === "\u0024{map(string)}" ? JSON.parse(value) : value];
    }),
  );
  const resources = await resourcesOf(files["connectors.tf"] ?? "", values);
  const ids = new Map(
    (await hcl(files["imports.tf"] ?? "")).import?.map(({ to, id }) => [to.replace(/^.*\.|\}$/g, ""), id.slice("default/".length)]),
  );
  expect(resources.length).toBe(connectors.length);
  for (const { label, name, connector_type_id, config, secrets = {} } of resources) {
    await made.bare("POST", `/api/actions/connector/${ids.get(label)}`, { name, connector_type_id, config, secrets });
  }
  const normal = (value: unknown) => JSON.parse(JSON.stringify(value).normalize("NFC"));
  expect((await stateOf(made)).connectors).toEqual(normal(before.connectors));
}, 60_000);
