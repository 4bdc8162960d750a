import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import type { DeleteOp, Plan } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted } from "../plain-text.ts";
import { type RulesUsing, rulesUsing } from "../rules/find-rules.ts";
import { hideSecrets } from "../secrets/detect.ts";
import { canChooseId } from "./connector-id.ts";
import { changeTool, type ToolContext } from "./define.ts";
import { compact, space } from "./fields.ts";
import { pickConnector } from "./find-connector.ts";
import { explainReferences } from "./references.ts";

const rulesNamed = 20;
/** Queued runs end by themselves: a second look after this many milliseconds tells them apart. */
const secondLook = 1500;

export const safeDeleteConnector = changeTool({
  name: "safe_delete_connector",
  title: "Safely delete connectors",
  description:
    "Delete connectors that nothing uses. Refuses, naming the rules, when one is in use: there is no way to force it. A person is always asked.",
  risk: "destructive",
  access: "full",
  idempotent: false,
  input: z.strictObject({ ids: z.array(z.string().min(1)).min(1).max(20).describe("Ids or exact names"), space }),
  async plan({ ids, space: inSpace }, context): Promise<Plan> {
    const { kibana, settings, spaces, principal, signal } = context;
    const target = await spaces.check(inSpace ?? settings.space, principal, { fresh: true, signal });
    const [connectors, types, status] = await Promise.all([
      kibana.connectors(target, signal),
      kibana.connectorTypes(target, signal),
      kibana.status(signal),
    ]);
    const { free, refused } = await sort([...new Set(ids)], connectors, target, context);
    if (refused.length > 0) throw refusal(refused, ids.length);
    const typed = free.filter((one) => needsName(one, types));
    const [only, ...more] = typed;
    if (only && (more.length > 0 || free.length > 1)) {
      throw new ToolError(
        "invalid_arguments",
        `Whether ${quoted(only.name)} (${only.id}) is used cannot be known, so a person has to type its name: it is deleted alone.`,
        "Delete it in a call of its own.",
        { alone: typed.map((one) => one.id) },
      );
    }
    const ops = free.map((before): DeleteOp => ({ op: "delete", space: target, id: before.id, before }));
    const [first, ...rest] = ops;
    if (!first) throw new ToolError("invalid_arguments", "No connector is named.", "Give at least one id.");
    return {
      summary:
        free.length === 1
          ? `Delete connector ${quoted(first.before.name)} (${first.before.type}, id ${first.id}) in space ${target}. No rule uses it.`
          : `Delete ${free.length} connectors in space ${target}. No rule uses them.`,
      ops: [first, ...rest],
      effects: free.map((one) => ({
        verb: "delete",
        kind: "connector",
        id: one.id,
        name: one.name,
        type: one.type,
        space: target,
        before: hideSecrets(one.config ?? {}).config,
      })),
      warnings: free.flatMap((one) => notes(one, types)),
      outsideWorld: "none",
      reversible: canChooseId(status) ? "needs_secrets" : "no",
      consequence: only ? { typeName: plainText(only.name, 60) } : "person",
      facts: free.map(({ id, type, name, config }) => ({ id, type, name, config })),
      flows: [],
      asks: [],
      knownHosts: [],
    };
  },
  async report(plan, results) {
    const gone = results.filter((result) => result.outcome === "done").map((result) => result.op.id);
    const left = plan.ops.map((op) => op.id).filter((id) => !gone.includes(id));
    return { result: compact({ deleted: gone, not_deleted: left }) };
  },
});

interface Refused {
  id: string;
  error: ToolError;
}

/** Tells what may go from what may not, with one second look for all whose references are not explained by rules. */
async function sort(
  ids: string[],
  connectors: readonly Connector[],
  space: string,
  { kibana, signal }: ToolContext,
): Promise<{ free: Connector[]; refused: Refused[] }> {
  const refused: Refused[] = [];
  const free = new Map<string, Connector>();
  const doubtful: { id: string; found: Connector; rules: number | undefined }[] = [];
  for (const id of ids) {
    try {
      const found = pickConnector(connectors, space, id);
      assertOwn(found);
      const using = await readable(rulesUsing(kibana, space, found, signal));
      if (using && using.total > 0) throw inUse(found, space, using);
      if (found.references === 0) free.set(found.id, found);
      else doubtful.push({ id, found, rules: using?.total });
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
      refused.push({ id, error });
    }
  }
  if (doubtful.length > 0) {
    // Runs that were queued a moment ago may be through by now.
    await setTimeout(secondLook, undefined, { signal });
    const again = await kibana.connectors(space, signal);
    for (const { id, found, rules } of doubtful) {
      const now = again.find((one) => one.id === found.id);
      if (now?.references === 0) free.set(found.id, now);
      else refused.push({ id, error: referencesUnknown(now ?? found, rules) });
    }
  }
  return { free: [...free.values()], refused };
}

function named({ name, id }: Connector): string {
  return `${quoted(name)} (${id})`;
}

/** @throws ToolError preconfigured */
function assertOwn(found: Connector): void {
  if (!found.preconfigured) return;
  throw new ToolError(
    "preconfigured",
    `${named(found)} is defined in kibana.yml and cannot be deleted through the API.`,
    "An operator removes it from xpack.actions.preconfigured in kibana.yml and restarts Kibana; check its rules first with get_connector.",
  );
}

function referencesUnknown(found: Connector, rules: number | undefined): ToolError {
  return new ToolError(
    "references_unknown",
    rules === undefined
      ? `${named(found)} may be used: this key may not read rules.`
      : `${named(found)} has no rule that this key can see, but it is referred to. ${explainReferences(found, rules) ?? "Kibana does not tell how many times."}`,
    rules === undefined
      ? "Give the key read access to rules (e.g. Stack Rules: Read), or look in Kibana under Stack Management > Rules."
      : "Look in Kibana under Stack Management > Cases and Rules (with a user who sees all rules) and free it there; if runs were queued, repeat the call in a minute.",
    { references: found.references, rules_found: rules ?? "unknown" },
  );
}

/** Undefined where the key may not read rules. */
async function readable(rules: Promise<RulesUsing>): Promise<RulesUsing | undefined> {
  try {
    return await rules;
  } catch (error) {
    if (error instanceof ToolError && error.code === "forbidden") return undefined;
    throw error;
  }
}

function inUse(found: Connector, space: string, { rules, total }: RulesUsing): ToolError {
  const first = rules.slice(0, 3).map((rule) => `${quoted(rule.name, 60)}${rule.enabled ? "" : " (disabled)"}`);
  return new ToolError(
    "in_use",
    `${named(found)} is used by ${total} rule${total > 1 ? "s" : ""}: ${first.join(", ")}${total > 3 ? " and more" : ""}. Without it they fail in silence, their other actions too.`,
    "Change or remove the action in each of these rules first (in Kibana: Stack Management > Rules > the rule > Edit > Actions), then repeat the call.",
    compact({
      rules: rules.slice(0, rulesNamed).map((rule) => ({ ...rule, name: plainText(rule.name, 120) })),
      rules_total: total,
      note: explainReferences(found, total),
      space,
    }),
  );
}

function refusal(refused: Refused[], asked: number): ToolError {
  const [first] = refused;
  if (first && refused.length === 1 && asked === 1) return first.error;
  return new ToolError(
    first?.error.code ?? "internal",
    `Nothing was deleted: ${refused.length} of ${asked} may not go. ${refused.map(({ error }) => error.message).join(" ")}`,
    "Repeat the call without them, or free them first.",
    { refused: refused.map(({ id, error }) => compact({ id, code: error.code, message: error.message, fix: error.fix, ...error.detail })) },
  );
}

const ruleFeatures = ["alerting", "siem", "uptime"];
const silentUsers = [
  "workflows",
  "agentBuilder",
  "contextEngine",
  "generativeAIForSecurity",
  "generativeAIForObservability",
  "generativeAIForSearchPlayground",
  "endpointSecurity",
];

/** Assistants, agents and workflows keep no reference: where they alone use a type, its use cannot be known (reference/kibana-api.md §5.1). */
function needsName(connector: Connector, types: readonly LiveType[]): boolean {
  const features = types.find((one) => one.id === connector.type)?.features ?? [];
  return features.length > 0 && !features.some((feature) => ruleFeatures.includes(feature));
}

function notes(connector: Connector, types: readonly LiveType[]): string[] {
  const features = types.find((one) => one.id === connector.type)?.features ?? [];
  const users = features.filter((feature) => silentUsers.includes(feature));
  return [
    ...(users.length > 0 ? [`Use of ${quoted(connector.name)} by ${users.join(", ")} leaves no reference and could not be checked.`] : []),
    ...(/[^a-z0-9-]/.test(connector.id) || connector.id.length > 36
      ? [`Its id "${connector.id}" cannot be given to a new connector from Kibana 9.4 on.`]
      : []),
  ];
}
