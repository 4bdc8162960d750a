import * as z from "zod";
import type { Category, ConnectorType, Probe } from "../catalog/connector-type.ts";
import { describeFields } from "../catalog/describe.ts";
import { findTypeId } from "../catalog/find-type.ts";
import { connectorType } from "../catalog/index.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import { unusable } from "./connector-row.ts";
import { readTool, type ToolContext } from "./define.ts";
import { compact, next, space, warnings } from "./fields.ts";

export const describeConnectorTypes = readTool({
  name: "describe_connector_types",
  title: "Describe connector types",
  description:
    "Without `types`: which connector types this deployment offers. With `types`: fields, secrets, params, an example call, tests, recovery and traps. Call before create_connector.",
  input: z.strictObject({
    types: z.array(z.string()).max(3).optional().describe('Ids, as ".slack"; near misses are understood'),
    feature: z.string().optional().describe("Such as alerting, cases, workflows"),
    text: z.string().optional().describe("Part of name or id"),
    usable: z.boolean().optional(),
    space,
  }),
  output: z.looseObject({ types: z.array(z.looseObject({})), warnings, next }),
  async run({ types: asked, feature, text, usable, space: inSpace }, context) {
    const { kibana, settings, spaces, principal, signal } = context;
    const id = await spaces.check(inSpace ?? settings.space, principal, { fresh: false, signal });
    const live = await kibana.connectorTypes(id, signal);
    if (asked && asked.length > 0) return details(asked, live, context);
    const wanted = (text ?? "").toLowerCase();
    const rows = live
      .filter((type) => feature === undefined || type.features.includes(feature))
      .filter((type) => type.id.includes(wanted) || type.name.toLowerCase().includes(wanted))
      .filter((type) => usable === undefined || usable === (unusable(type) === undefined))
      .sort((a, b) => a.name.localeCompare(b.name));
    const first = rows[0];
    return {
      types: rows.map((type) =>
        compact({
          id: type.id,
          name: type.name,
          license: type.license,
          unusable: unusable(type),
          deprecated: type.deprecated || undefined,
        }),
      ),
      total: rows.length,
      ...(rows.length === 0 ? { warnings: [`None of ${live.length} types fits the filters.`] } : {}),
      ...(first ? { next: [{ tool: "describe_connector_types", args: { types: [first.id] }, why: "Fields and example of a type." }] } : {}),
    };
  },
});

async function details(asked: readonly string[], live: readonly LiveType[], { settings }: ToolContext) {
  const notes: string[] = [];
  const types: Record<string, unknown>[] = [];
  for (const word of asked) {
    const { id, candidates } = findTypeId(
      word,
      live.map((type) => type.id),
    );
    const type = live.find((one) => one.id === id);
    if (!type) {
      notes.push(`No type "${word}" here${candidates.length > 0 ? `: did you mean ${candidates.join(" or ")}?` : "."}`);
      continue;
    }
    const entry = await connectorType(type.id);
    types.push(entry ? describe(entry, type, settings.secretPrefix) : unknown(type));
  }
  const first = types[0];
  return {
    types,
    ...(notes.length > 0 ? { warnings: notes } : {}),
    ...(first?.example
      ? {
          next: [
            { tool: "create_connector", args: { ...exampleOf(first), dry_run: true }, why: "Fill in the example; dry_run shows the plan." },
          ],
        }
      : {}),
  };
}

function exampleOf(described: Record<string, unknown>): Record<string, unknown> {
  const example = described.example;
  return example !== null && typeof example === "object" ? { ...example } : {};
}

function describe(entry: ConnectorType, live: LiveType, prefix: string): Record<string, unknown> {
  const secrets = Object.fromEntries(
    entry.exampleSecrets.map((field) => [field, { $env: `${prefix}${variable(entry.name)}_${variable(field)}` }]),
  );
  return compact({
    id: entry.id,
    name: entry.name,
    category: entry.category satisfies Category,
    license: live.license,
    unusable: unusable(live),
    features: live.features.length > 0 ? live.features : entry.features,
    status: entry.status === "ga" ? undefined : entry.status,
    config: describeFields(entry, "config"),
    secrets: describeFields(entry, "secrets"),
    credentials: entry.credentials.map((way) => compact({ ...way })),
    params: describeFields(entry, "params"),
    example: compact({ name: `${entry.name} for …`, type: entry.id, config: entry.exampleConfig, secrets }),
    tests: compact({
      safe: entry.tests.safe ? probe(entry.tests.safe) : (entry.noSafeTest ?? "none"),
      near_safe: entry.tests.near_safe ? probe(entry.tests.near_safe) : undefined,
      loud: entry.tests.loud ? probe(entry.tests.loud) : undefined,
    }),
    recovery: entry.recovery?.params ?? entry.recoveryHint,
    deduplication_param: entry.dedupField,
    traps: entry.traps,
  });
}

function probe({ effect, reliesOn }: Probe): string {
  return reliesOn ? `${effect}. Relies on ${reliesOn}` : effect;
}

function variable(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}

function unknown(live: LiveType): Record<string, unknown> {
  return compact({
    id: live.id,
    name: live.name,
    license: live.license,
    unusable: unusable(live),
    features: live.features,
    traps: ["This server does not know its fields: config and secrets are passed to Kibana as they are, and Kibana checks them."],
  });
}
