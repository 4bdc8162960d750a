import type { ConnectorType, Probe } from "../src/catalog/connector-type.ts";
import { describeFields, type FieldRow } from "../src/catalog/describe.ts";
import { connectorTypes } from "../src/catalog/index.ts";
import { specTypes } from "../src/catalog/spec-types.ts";
import { whenText } from "../src/catalog/when.ts";

/** The skill's page on connector types, made from the catalogue: `npm run generate` writes it, a test compares it. */
export async function connectorTypesPage(): Promise<string> {
  const types = (await connectorTypes()).sort((a, b) => a.category.localeCompare(b.category) || a.name.localeCompare(b.name));
  return `${[
    "# Connector types",
    "",
    "Generated from the server's catalogue by `npm run generate`; do not edit. Where they differ, trust the live answer of `describe_connector_types`: it knows this deployment's licence and version.",
    "",
    "| type | name | licence | safe test | can close | de-duplication |",
    "|---|---|---|---|---|---|",
    ...types.map(
      (type) =>
        `| ${[`\`${type.id}\``, type.name, type.license, type.system ? "made by Kibana" : safeTest(type), type.recovery ? "yes" : "no", type.dedupField ?? ""].join(" | ")} |`,
    ),
    "",
    ...types.filter((type) => !type.system).flatMap(section),
    "## System types",
    "",
    `Kibana makes and runs these; they are neither created nor executed through the API: ${types
      .filter((type) => type.system)
      .map((type) => `\`${type.id}\` (${type.name})`)
      .join(", ")}.`,
    "",
    "## Single-file types",
    "",
    "Newer types that Kibana defines in one file each, and describes itself from 9.4 or so on: then `describe_connector_types` shows the fields, secrets and actions of each, also of types that came later, with this Kibana as `source`, and `authType` is filled in where the given secrets tell it. An older Kibana does not: config and secrets go to it as they are, with `authType` among the secrets. Only `.elastic_slack` can be a rule action.",
    "",
    specTypes.map((type) => `\`${type.id}\` ${type.name}`).join(" · "),
  ].join("\n")}\n`;
}

function safeTest({ tests }: ConnectorType): string {
  if (tests.safe) return tests.safe.cost ? "yes, costs tokens" : "yes";
  if (tests.safeWhen) return `when ${whenText(tests.safeWhen.when)}`;
  return tests.near_safe ? "near-safe only" : "none";
}

function section(type: ConnectorType): string[] {
  const secrets = describeFields(type, "secrets");
  const config = describeFields(type, "config");
  return [
    `## ${type.name} \`${type.id}\``,
    "",
    `${type.category}, licence ${type.license}, ${type.status}${type.since ? `, since ${type.since}` : ""}.`,
    "",
    `- Config: ${config.length > 0 ? config.map(field).join(", ") : "none"}`,
    `- Secrets: ${secrets.length > 0 ? secrets.map(field).join(", ") : "none"}`,
    ...(type.credentials.length > 1
      ? [
          `- Ways to authenticate: ${type.credentials.map((way) => `${way.name} (${way.fields.join(" + ") || "none"}${way.when ? `; ${whenText(way.when)}` : ""})`).join(", ")}`,
        ]
      : []),
    ...tests(type).map((line) => `- ${line}`),
    type.recovery
      ? `- Recovery: \`${JSON.stringify(type.recovery.params)}\``
      : `- Recovery: cannot close. ${type.recoveryHint ?? ""}`.trim(),
    ...type.traps.map((trap) => `- Note: ${trap}`),
    "",
  ];
}

function tests({ tests: probes, noSafeTest }: ConnectorType): string[] {
  const line = (mode: string, probe: Probe | undefined) => (probe ? [`Test, ${mode}: ${probe.effect}.`] : []);
  const safe = probes.safe ?? probes.safeWhen?.probe;
  return [
    ...(safe ? line("safe", safe) : [`Test, safe: none. ${noSafeTest ?? ""}`.trim()]),
    ...line("near-safe", probes.near_safe),
    ...line("loud", probes.loud),
  ];
}

function field({ name, required, values }: FieldRow): string {
  return `\`${name}\`${required ? "" : "?"}${values && values.length <= 8 ? ` (${values.join(", ")})` : ""}`;
}
