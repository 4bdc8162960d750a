import type { Placeholder } from "./code.ts";
import { base64OfFile, onlyIfStored } from "./code.ts";
import type { Exported } from "./exported.ts";
import { attributes, hclKey, hclString, hclValue, terraformVariable } from "./hcl.ts";
import { isUuid } from "./names.ts";
import type { CodeFile, Origin } from "./origin.ts";
import { commentText } from "./visible-text.ts";

/**
 * Connectors as Terraform, for the provider elastic/elasticstack. Facts about the resource: its documentation and schema
 * (docs/resources/kibana_action_connector.md, internal/kibana/connectors/schema.go): `connector_id` takes UUIDs only, an
 * import id is `<space>/<connector id>`, `secrets_wo_version` is a string.
 * @param inState puts secrets into the older attribute `secrets`, which Terraform keeps in its state
 */
export function terraformFiles(connectors: readonly Exported[], origin: Origin, inState: boolean): CodeFile[] {
  const mimeType = "text/plain";
  const imports = connectors.filter(isImportable).map(importBlock).join("\n");
  const variables = connectors.flatMap((connector) => variableBlocks(connector, origin.prefix, inState)).join("\n");
  return [
    { name: "providers.tf", mimeType, text: head(origin, connectors.length, inState) },
    ...(variables === "" ? [] : [{ name: "variables.tf", mimeType, text: `${variablesHead}${variables}` }]),
    { name: "connectors.tf", mimeType, text: connectors.map((one) => resource(one, origin.prefix, inState)).join("\n") },
    ...(imports === "" ? [] : [{ name: "imports.tf", mimeType, text: `${importHead}${imports}` }]),
  ];
}

/** Whether an import block can name it: the provider splits the id at its slash. */
function isImportable({ id }: { id: string }): boolean {
  return !id.includes("/");
}

const backends = "S3 with KMS, Azure Blob Storage, GCS with CMEK";

function head({ from, by }: Origin, count: number, inState: boolean): string {
  const state = inState
    ? `# State: this export uses the older attribute "secrets": Terraform keeps every secret in its state and plans as plain
# text. Use an encrypted backend with few readers (${backends}), never commit
# the state, and rotate its secrets when those readers change.
`
    : `# State: secrets are write-only, so they reach neither state nor plan. config is in both: a secret in it (see
# variables.tf) is readable there. Use an encrypted backend with few readers (${backends}),
# and never commit the state.
# Write-only attributes need Terraform 1.11. After rotating a secret, raise its secrets_wo_version: Terraform cannot see
# the change.
`;
  return `# ${count} Kibana connector${count === 1 ? "" : "s"} of ${commentText(from)}, written by ${by}.
${state}terraform {
  required_version = ">= ${inState ? "1.5" : "1.11"}"
  required_providers {
    elasticstack = {
      source  = "elastic/elasticstack"
      version = "~> 0.17"
    }
  }
}

# KIBANA_ENDPOINT with KIBANA_API_KEY, or with KIBANA_USERNAME and KIBANA_PASSWORD, come from the environment.
provider "elasticstack" {
  kibana {}
}
`;
}

const variablesHead = `# Set each from a secret store, or as TF_VAR_<name> in the environment; never in a file that is committed.
`;

const importHead = `# Imports the existing connectors under their ids, so rules keep finding them. For another deployment leave this file out. An
# import does not read secrets, and the next apply replaces the stored ones with those in variables.tf: set all of them.
# The first plan shows each connector as imported and as updated in place, also where nothing differs.
`;

function resource(connector: Exported, prefix: string, inState: boolean): string {
  const { id, name, type, space, label, config } = connector;
  const reference = (placeholder: Placeholder) => `var.${terraformVariable(placeholder, prefix)}`;
  const known: [string, string][] = [
    ["name", hclString(name)],
    ["connector_type_id", hclString(type)],
    ...(isUuid(id) ? [["connector_id", hclString(id)] as [string, string]] : []),
    ["space_id", hclString(space)],
  ];
  const note = isUuid(id) ? "" : `  # connector_id = ${hclString(id)}  # not a UUID, and the provider takes nothing else: see imports.tf\n`;
  const secrets = secretsValue(connector, reference);
  const ofSecrets: [string, string][] =
    secrets === undefined
      ? []
      : inState
        ? [["secrets", secrets]]
        : [
            ["secrets_wo", secrets],
            ["secrets_wo_version", '"1"'],
          ];
  const all = attributes([...known, ["config", `jsonencode(${hclValue(withoutNull(config), reference, 2)})`], ...ofSecrets], 2);
  return `resource "elasticstack_kibana_action_connector" ${hclString(label)} {\n${note}${all}}\n`;
}

/** Optional fields are left out of the JSON if their variable is null. */
function secretsValue({ secrets, constants }: Exported, reference: (placeholder: Placeholder) => string): string | undefined {
  const [first] = secrets;
  const fixed = Object.entries(constants).map(([field, value]): [string, string] => [hclKey(field), hclString(value)]);
  if (!first && fixed.length === 0) return undefined;
  if (first?.path === "secrets") return `jsonencode(${reference(first)})`;
  const fields = attributes(
    [...fixed, ...secrets.map((one): [string, string] => [hclKey(one.path.slice("secrets.".length)), reference(one)])],
    4,
  );
  return secrets.every(({ required }) => required)
    ? `jsonencode({\n${fields}  })`
    : `jsonencode({ for field, value in {\n${fields}  } : field => value if value != null })`;
}

function variableBlocks(connector: Exported, prefix: string, inState: boolean): string[] {
  return [...connector.configPlaceholders, ...connector.secrets].map((one) => {
    const lines: [string, string][] = [
      ["description", hclString(description(one, connector))],
      ["type", one.map ? "map(string)" : "string"],
      ...(one.required ? [] : [["default", one.path === "secrets" ? "{}" : "null"] as [string, string]]),
      ["sensitive", "true"],
      // Values of write-only attributes may stay out of the plan; values in config may not.
      ...(inState || one.path.startsWith("config.") ? [] : [["ephemeral", "true"] as [string, string]]),
    ];
    return `variable ${hclString(terraformVariable(one, prefix))} {\n${attributes(lines, 2)}}\n`;
  });
}

function description({ path, is, required, file }: Placeholder, { id, space, mode }: Exported): string {
  const where = `${path} of connector ${id} in space ${space}: ${file ? "a file" : is}`;
  if (path.startsWith("config.")) return `${where}; it is readable in its config`;
  return `${where}${file ? `; ${base64OfFile}, as filebase64("client.p12") makes it` : ""}${required ? "" : `; ${onlyIfStored(mode)}`}`;
}

function importBlock({ label, space, id }: Exported): string {
  return `import {\n${attributes(
    [
      ["to", `elasticstack_kibana_action_connector.${label}`],
      ["id", hclString(`${space}/${id}`)],
    ],
    2,
  )}}\n`;
}

/** How Terraform treats these connectors differently from Kibana. */
export function hclWarnings(connectors: readonly Exported[]): string[] {
  const ids = connectors.filter(({ id }) => !isUuid(id)).map(({ id }) => commentText(id));
  const slashes = connectors.filter((one) => !isImportable(one)).map(({ id }) => commentText(id));
  const changed = connectors.filter((one) => !isNormal(one)).map(({ id }) => commentText(id));
  return [
    ...(ids.length > 0
      ? [
          `The provider takes only UUIDs as connector_id, and ${ids.length} of these ids are not UUIDs (${some(ids)}): imports.tf keeps them; in a new deployment they change.`,
        ]
      : []),
    ...(slashes.length > 0 ? [`No import for ids with a slash, which the provider cannot read: ${some(slashes)}.`] : []),
    ...connectors
      .filter(({ changedByTerraform }) => changedByTerraform.length > 0)
      .map(
        ({ id, changedByTerraform: fields }) =>
          `The provider may store ${commentText(fields.join(", "))} of ${commentText(id)} in another form and end its apply with "inconsistent result": the connector is changed all the same; leave the field out if it repeats.`,
      ),
    ...(changed.length > 0
      ? [`Terraform stores text in Unicode form NFC: ${some(changed)} differ from Kibana in bytes that are not visible.`]
      : []),
  ];
}

function isNormal({ name, config }: Exported): boolean {
  const text = JSON.stringify([name, config]);
  return text === text.normalize("NFC");
}

function some(ids: readonly string[]): string {
  return ids.length > 5 ? `${ids.slice(0, 5).join(", ")}, …` : ids.join(", ");
}

/** Kibana takes what is left out for null, and the provider reads it back without: a null would end as its bug, "inconsistent result". */
function withoutNull(config: Exported["config"]): Exported["config"] {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}
