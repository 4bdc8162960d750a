import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectorType } from "../../src/catalog/index.ts";
import { type Stored, stored } from "../catalog/examples.ts";
import { startSandboxWith } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";

/** The provider, built by `go build` in a checkout of elastic/terraform-provider-elasticstack: minutes on two cores, once the repository is there, so by hand. */
const provider = process.env.TERRAFORM_PROVIDER;
/** OpenTofu's or Terraform's program. */
const program = process.env.TERRAFORM ?? "tofu";
/** Whether the provider knows write-only secrets: from 0.17 on. */
const writeOnly = process.env.TERRAFORM_WRITE_ONLY === "yes";

if (provider === undefined)
  process.stdout.write("peer Terraform: skipped, TERRAFORM_PROVIDER names no built terraform-provider-elasticstack\n");

type Values = Record<string, string>;

/** A folder in which the program finds the provider, and a run of the program in it. */
function workspace(url: string, variables: Values = {}) {
  const folder = mkdtempSync(join(tmpdir(), "kcm-terraform-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const rc = join(folder, "cli.tfrc");
  writeFileSync(rc, `provider_installation {\n  dev_overrides { "elastic/elasticstack" = "${dirname(provider ?? "")}" }\n  direct {}\n}\n`);
  const given = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value]));
  const env = {
    ...{ PATH: process.env.PATH, HOME: folder, TF_CLI_CONFIG_FILE: rc, TF_IN_AUTOMATION: "1", CHECKPOINT_DISABLE: "1" },
    ...{ KIBANA_ENDPOINT: url, KIBANA_API_KEY: "any", ...given },
  };
  async function run(...args: string[]) {
    const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, stdout, stderr };
  }
  return { folder, run };
}

const labels = stored.map((one, index) => ({ ...one, id: `c${index}` }));
const secretsIn = writeOnly ? "secrets_wo" : "secrets";

function resource({ id, type, config, secrets }: Stored & { id: string }) {
  const given =
    Object.keys(secrets).length > 0 ? { [secretsIn]: JSON.stringify(secrets), ...(writeOnly && { secrets_wo_version: "1" }) } : {};
  return [id, { name: `Peer ${id}`, connector_type_id: type, config: JSON.stringify(config), ...given }] as const;
}

const stateAt = async (url: string) => JSON.parse(await (await fetch(`${url}/sandbox/state`)).text());

/** Resources that a plan would change, by label. */
async function changing(run: ReturnType<typeof workspace>["run"]): Promise<string[]> {
  const { code, stdout, stderr } = await run("plan", "-detailed-exitcode", "-no-color", "-input=false");
  if (code === 1) throw new Error(stderr);
  return [...stdout.matchAll(/# elasticstack_kibana_action_connector\.([\w-]+) (?:will|must) be/g)].map(([, label = ""]) => label);
}

describe.skipIf(provider === undefined)("the Terraform provider", () => {
  test("makes connectors of every type, finds nothing to change, and removes them", { timeout: 600_000 }, async () => {
    const { url, stop } = await startSandboxWith(["--empty"]);
    onTestFinished(stop);
    const { folder, run } = workspace(url);
    const resources = Object.fromEntries(labels.map(resource));
    const main = {
      terraform: { required_providers: { elasticstack: { source: "elastic/elasticstack" } } },
      provider: { elasticstack: { kibana: {} } },
      resource: { elasticstack_kibana_action_connector: resources },
    };
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(main));
    const applied = await run("apply", "-auto-approve", "-no-color", "-input=false", "-parallelism=2");
    const failed = [...applied.stderr.matchAll(/with elasticstack_kibana_action_connector\.(\w+)/g)].map(([, label]) => label);
    const told = await Promise.all(
      labels
        .filter(({ id }) => failed.includes(id))
        .map(async ({ type }) => ({ type, told: (await connectorType(type))?.terraformChanges })),
    );
    process.stdout.write(
      `peer Terraform: ${labels.length - failed.length} of ${labels.length} made; failed: ${told.map(({ type }) => type).join(", ")}\n`,
    );
    // Those of which the export warns; what else fails is a difference between the sandbox and Kibana, or news.
    expect(
      told.filter(({ told: warned }) => warned === undefined).map(({ type }) => type),
      applied.stderr.slice(0, 3000),
    ).toEqual([]);
    expect((await changing(run)).filter((label) => !failed.includes(label))).toEqual([]);
    expect((await run("destroy", "-auto-approve", "-no-color", "-input=false")).code).toBe(0);
    expect((await stateAt(url)).connectors.filter(({ name }: { name: string }) => name.startsWith("Peer "))).toEqual([]);
  });

  test("takes our export: imported, applied, nothing lost, no secret in a file", { timeout: 600_000 }, async () => {
    const { url, stop } = await startSandboxWith([]);
    onTestFinished(stop);
    const before = (await stateAt(url)).connectors;
    const out = mkdtempSync(join(tmpdir(), "kcm-export-"));
    onTestFinished(() => rmSync(out, { recursive: true, force: true }));
    const flags = ["--format", "terraform", "--out", join(out, "tf"), ...(writeOnly ? [] : ["--secrets-in-state"])];
    const exported = await runCommand("export", flags, { KIBANA_URL: url, KIBANA_API_KEY: "any" });
    expect([exported.code, exported.stderr]).toEqual([0, expect.any(String)]);
    const files = Object.fromEntries(readdirSync(join(out, "tf")).map((name) => [name, readFileSync(join(out, "tf", name), "utf8")]));
    expect(JSON.stringify(files)).not.toMatch(/canary|hooks\.slack\.com\/services\/T/);
    const names = [...(files["variables.tf"] ?? "").matchAll(/variable "(\w+)" \{([^}]*)/g)];
    const values = Object.fromEntries(
      names.map(([, name = "", body = ""]) => [
        name,
        /map\(string\)/.test(body)
          ? '{"X-Key":"canary-of-a-header"}'
          : /webhook_url/.test(name)
            ? `https://hooks.example.com/canary-of-${name}`
            : `canary-of-${name}`,
      ]),
    );
    const { folder, run } = workspace(url, values);
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const planned = await run("plan", "-no-color", "-input=false");
    expect([planned.code, planned.stderr]).toEqual([0, ""]);
    expect(planned.stdout).toMatch(/Plan: \d+ to import, 0 to add, \d+ to change, 0 to destroy/);
    const applied = await run("apply", "-auto-approve", "-no-color", "-input=false");
    expect([applied.code, applied.stderr]).toEqual([0, ""]);
    expect(await changing(run)).toEqual([]);
    const after = (await stateAt(url)).connectors;
    const ids = (all: { id: string }[]) => all.map(({ id }) => id).sort();
    expect(ids(after)).toEqual(ids(before));
    for (const { id, name, type } of before) expect(after.find((one: { id: string }) => one.id === id)).toMatchObject({ name, type });
  });
});
