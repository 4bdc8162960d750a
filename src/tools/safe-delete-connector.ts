import * as z from "zod";
import type { DeleteOp, Plan } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText } from "../plain-text.ts";
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
    const refused: { id: string; error: ToolError }[] = [];
    const free: Connector[] = [];
    for (const id of [...new Set(ids)]) {
      try {
        const found = pickConnector(connectors, target, id);
        if (free.some((one) => one.id === found.id)) continue;
        await assertFree(found, target, context);
        free.push(found);
      } catch (error) {
        if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
        refused.push({ id, error });
      }
    }
    if (refused.length > 0) throw refusal(refused, ids.length);
    const typed = free.filter((one) => needsName(one, types));
    const [only, ...more] = typed;
    if (only && (more.length > 0 || free.length > 1)) {
      throw new ToolError(
        "invalid_arguments",
        `Whether "${plainText(only.name, 80)}" (${only.id}) is used cannot be known, so a person has to type its name: it is deleted alone.`,
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
          ? `Delete connector "${plainText(first.before.name, 80)}" (${first.before.type}, id ${first.id}) in space ${target}. No rule uses it.`
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
      consequence: only ? { typeName: only.name } : "person",
      facts: free.map(({ id, type, name, config }) => ({ id, type, name, config })),
      flows: [],
      knownHosts: [],
    };
  },
  async report(plan, results) {
    const gone = results.filter((result) => result.outcome === "done").map((result) => result.op.id);
    const left = plan.ops.map((op) => op.id).filter((id) => !gone.includes(id));
    return { result: compact({ deleted: gone, not_deleted: left }) };
  },
});

/** @throws ToolError preconfigured, in_use, references_unknown */
async function assertFree(found: Connector, space: string, { kibana, signal }: ToolContext): Promise<void> {
  const name = `"${plainText(found.name, 80)}" (${found.id})`;
  if (found.preconfigured) {
    throw new ToolError(
      "preconfigured",
      `${name} is defined in kibana.yml and cannot be deleted through the API.`,
      "An operator removes it from xpack.actions.preconfigured in kibana.yml and restarts Kibana; check its rules first with get_connector.",
    );
  }
  const using = await readable(rulesUsing(kibana, space, found, signal));
  if (using && using.total > 0) throw inUse(name, found, space, using);
  if (found.references === 0) return;
  // Runs that were queued a moment ago may be through by now.
  await new Promise((resolve) => setTimeout(resolve, secondLook));
  const again = (await kibana.connectors(space, signal)).find((one) => one.id === found.id);
  if (again?.references === 0) return;
  const explained = again ? explainReferences(again, using?.total ?? 0) : undefined;
  throw new ToolError(
    "references_unknown",
    using
      ? `${name} has no rule that this key can see, but it is referred to. ${explained ?? "Kibana does not tell how many times."}`
      : `${name} may be used: this key may not read rules.`,
    using
      ? "Look in Kibana under Stack Management > Cases and Rules (with a user who sees all rules) and free it there; if runs were queued, repeat the call in a minute."
      : "Give the key read access to rules (e.g. Stack Rules: Read), or look in Kibana under Stack Management > Rules.",
    { references: again?.references, rules_found: using?.total ?? "unknown" },
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

function inUse(name: string, found: Connector, space: string, { rules, total }: RulesUsing): ToolError {
  const named = rules.slice(0, 3).map((rule) => `"${plainText(rule.name, 60)}"${rule.enabled ? "" : " (disabled)"}`);
  return new ToolError(
    "in_use",
    `${name} is used by ${total} rule${total > 1 ? "s" : ""}: ${named.join(", ")}${total > 3 ? " and more" : ""}. Without it they fail in silence, their other actions too.`,
    "Change or remove the action in each of these rules first (in Kibana: Stack Management > Rules > the rule > Edit > Actions), then repeat the call.",
    compact({
      rules: rules.slice(0, rulesNamed).map((rule) => ({ ...rule, name: plainText(rule.name, 120) })),
      rules_total: total,
      note: explainReferences(found, total),
      space,
    }),
  );
}

function refusal(refused: { id: string; error: ToolError }[], asked: number): ToolError {
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
    ...(users.length > 0
      ? [`Use of "${plainText(connector.name, 80)}" by ${users.join(", ")} leaves no reference and could not be checked.`]
      : []),
    ...(/[^a-z0-9-]/.test(connector.id) || connector.id.length > 36
      ? [`Its id "${connector.id}" cannot be given to a new connector from Kibana 9.4 on.`]
      : []),
  ];
}
