import * as z from "zod";
import type { ConnectorType, Probe } from "../catalog/connector-type.ts";
import { describeFields, describeSubActions, subActionsOf } from "../catalog/describe.ts";
import { endInWords } from "../catalog/end-of-life.ts";
import { findTypeId } from "../catalog/find-type.ts";
import { connectorType } from "../catalog/index.ts";
import { waysToChoose, whenText } from "../catalog/when.ts";
import { didYouMean } from "../did-you-mean.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import { unusable } from "../kibana/connector-types.ts";
import { quoted } from "../plain-text.ts";
import { taken, typeElsewhere, typesInWords } from "./connectors/live-type.ts";
import { readTool, type ToolContext } from "./define.ts";
import { atMost, compact, next, space, textFilter, warnings, widens } from "./fields.ts";

const parts = ["config", "secrets", "params", "example", "tests", "recovery", "traps"] as const;
type Part = (typeof parts)[number];

export const describeConnectorTypes = readTool({
  name: "describe_connector_types",
  title: "Describe connector types",
  description:
    "Without `types`: which connector types this deployment offers. With `types`: fields, secrets, params, an example call, tests, recovery and traps. For create_connector and params.",
  input: z.strictObject({
    types: widens(z.array(z.string()).max(3).optional().describe('Ids, such as ".slack"; close matches work too'), "a list of all types"),
    parts: widens(
      atMost(50, z.array(z.enum(parts)))
        .optional()
        .describe("Only these"),
      "all parts",
    ),
    sub_action: widens(z.string().optional().describe("Only the params of this one"), "the params of all"),
    feature: widens(z.string().optional().describe("Such as alerting, cases, workflows"), "all features"),
    text: textFilter,
    usable: widens(z.boolean().optional(), "usable or not"),
    space,
  }),
  output: z.looseObject({ types: z.array(z.looseObject({})), warnings, next }),
  async run({ types: asked, parts: wanted, sub_action: subAction, feature, text, usable }, context) {
    const { kibana, space } = context;
    const live = await kibana.connectorTypes(space);
    if (asked && asked.length > 0)
      return details(asked, { parts: wanted ?? (subAction === undefined ? parts : ["params"]), subAction }, live, context);
    const word = (text ?? "").toLowerCase();
    const rows = live
      .filter((type) => feature === undefined || type.features.includes(feature))
      .filter((type) => type.id.includes(word) || type.name.toLowerCase().includes(word))
      .filter((type) => usable === undefined || usable === (unusable(type) === undefined))
      .sort((a, b) => a.name.localeCompare(b.name));
    const [only, ...others] = rows;
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
      ...(rows.length === 0 ? { warnings: [`None of ${live.length} types matches the filters.`] } : {}),
      ...(only && others.length === 0
        ? { next: [{ tool: "describe_connector_types", args: { types: [only.id] }, why: "Its fields and an example." }] }
        : {}),
    };
  },
});

interface Wanted {
  parts: readonly Part[];
  subAction: string | undefined;
}

async function details(asked: readonly string[], wanted: Wanted, live: readonly LiveType[], { kibana, settings }: ToolContext) {
  const notes: string[] = [];
  const types: Record<string, unknown>[] = [];
  const missed: string[] = [];
  for (const word of asked) {
    if (/managed llm/i.test(word))
      notes.push(
        "Elastic Managed LLM is not a type: it is a preconfigured .inference connector that comes with Kibana and cannot be created.",
      );
    const { id, near, candidates } = await findTypeId(
      word,
      live.map((type) => type.id),
    );
    const type = live.find((one) => one.id === id);
    if (near && type) notes.push(taken(word, type));
    if (type) types.push(await describe(type, wanted, settings.secretPrefix, notes));
    else {
      const elsewhere = await typeElsewhere(word, await kibana.status());
      if (!elsewhere && candidates.length === 0) missed.push(word);
      notes.push(elsewhere ?? nothing(word, await typesInWords(candidates, live)));
    }
  }
  const next = missed.length > 0 ? [{ tool: "describe_connector_types", args: {}, why: "All types that this deployment offers." }] : [];
  return { types, ...compact({ warnings: notes, next }) };
}

function nothing(word: string, meant: string): string {
  return `No type ${quoted(word, 60)} here${meant === "" ? ", nor one with a similar name." : `: did you mean ${meant}?`}`;
}

async function describe(live: LiveType, wanted: Wanted, prefix: string, notes: string[]): Promise<Record<string, unknown>> {
  const entry = await connectorType(live.id);
  const head = { id: live.id, name: live.name, license: live.license, unusable: unusable(live) };
  if (!entry) {
    const { specTypes } = await import("../catalog/spec-types.ts");
    const unknown = "This server does not know its fields: config and secrets go to Kibana unchanged, and Kibana checks them.";
    const spec = specTypes.find((one) => one.id === live.id);
    const inSecrets =
      "Its secrets hold authType (one of `authentication`) and the fields of that method; its params are {subAction, subActionParams}.";
    return compact({
      ...head,
      features: live.features.length > 0 ? live.features : undefined,
      authentication: spec?.authentication,
      traps: spec ? [unknown, inSecrets] : [unknown],
    });
  }
  const all: Record<Part, unknown> = {
    config: describeFields(entry, "config"),
    secrets: compact({
      fields: describeFields(entry, "secrets"),
      ways: waysToChoose(entry).map(({ name, fields, optional, when, unsent }) =>
        compact({ name, fields, optional: optional?.filter((one) => !unsent?.includes(one)), when: when && whenText(when) }),
      ),
    }),
    params: describeFields(entry, "params", wanted.subAction && meantSubAction(wanted.subAction, entry, notes)),
    example: exampleCall(entry, prefix),
    tests: testsOf(entry),
    recovery: compact({ params: entry.recovery?.params, hint: entry.recoveryHint, deduplication_param: entry.dedupField }),
    traps: [...(entry.endOfLife ? [`${endInWords(entry.endOfLife, Date.now())}.`] : []), ...entry.traps],
  };
  const chosen = wanted.parts.map((part) => [part, all[part]] as const);
  return compact({
    ...head,
    source: entry.fromKibana && "this Kibana",
    category: entry.fromKibana ? undefined : entry.category,
    features: live.features.length > 0 ? live.features : entry.features,
    status: entry.status === "ga" ? undefined : entry.status,
    ...Object.fromEntries(chosen),
    actions: entry.fromKibana && wanted.subAction === undefined && wanted.parts.includes("params") ? actionsOf(entry, notes) : undefined,
  });
}

/** Characters of all actions of a type that are shown at once. */
const shownActions = 6_000;

/** The actions of a type that nobody knows by name yet, each with its params in short. */
function actionsOf(entry: ConnectorType, notes: string[]): Record<string, string> | undefined {
  const actions = describeSubActions(entry);
  if (JSON.stringify(actions).length <= shownActions) return actions;
  notes.push(`${entry.id} has many actions: pass sub_action for the params of one.`);
  return undefined;
}

/** The sub-action that is meant; undefined, which shows all params, if the type has none like it. */
function meantSubAction(asked: string, entry: ConnectorType, notes: string[]): string | undefined {
  const names = subActionsOf(entry);
  if (names.includes(asked)) return asked;
  const near = didYouMean(asked, names);
  const said = `${entry.id} has no sub-action ${quoted(asked, 60)}`;
  notes.push(
    near ? `${said}: ${near} is shown instead.` : `${said}${names.length > 0 ? `; it has ${names.join(", ")}` : ": its params are flat"}.`,
  );
  return near;
}

/** The least arguments that create_connector needs. */
function exampleCall(entry: ConnectorType, prefix: string): Record<string, unknown> {
  const secrets: Record<string, unknown> = {};
  for (const path of entry.exampleSecrets) {
    const [field = path, inner] = path.split(".");
    const reference = { $env: `${prefix}${variable(entry.name)}_${variable(inner ?? field)}` };
    secrets[field] = inner === undefined ? reference : { [inner]: reference };
  }
  return compact({ name: `${entry.name} for …`, type: entry.id, config: entry.exampleConfig, secrets });
}

function testsOf({ tests, noSafeTest }: ConnectorType): Record<string, unknown> {
  const { safeWhen } = tests;
  return compact({
    safe: tests.safe ? effectOf(tests.safe) : ["none", noSafeTest].filter(Boolean).join(": "),
    safe_when: safeWhen ? `${whenText(safeWhen.when)}: ${effectOf(safeWhen.probe)}` : undefined,
    near_safe: tests.near_safe ? effectOf(tests.near_safe) : undefined,
    loud: tests.loud ? effectOf(tests.loud) : undefined,
  });
}

function effectOf({ effect, reliesOn, cost }: Probe): string {
  return [effect, ...(reliesOn ? [`Relies on ${reliesOn}`] : []), ...(cost ? ["Costs tokens"] : [])].join(". ");
}

function variable(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}
