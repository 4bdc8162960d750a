import { ruleFeatures } from "../../catalog/connector-type.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { DeleteOp, Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Status } from "../../kibana/status.ts";
import { exact, plainText, quoted, word } from "../../plain-text.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { isRestorable } from "../connectors/connector-id.ts";
import { effectOn } from "../connectors/connector-row.ts";
import { type Refused, whoMayGo } from "../connectors/deletable.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { mayHoldSecrets } from "../secrets/stored-secrets.ts";

/**
 * The plan of a delete, for every tool that deletes: nothing that is used is deleted, and if use leaves no trace a person
 * types the name.
 * @param ids ids or exact names
 * @throws ToolError in_use, references_unknown, preconfigured, connector_not_found: one that may not be deleted stops all
 */
export async function planDelete(
  { ids, space }: { ids: readonly string[]; space: CheckedSpace },
  { existing, types, status }: { existing: readonly Connector[]; types: readonly LiveType[]; status: Status },
  context: ToolContext,
): Promise<Plan> {
  const { free, refused } = await whoMayGo([...new Set(ids)], existing, space, status, context);
  if (refused.length > 0) throw await refusal(refused, free, ids.length, context);
  const typed = free.filter((one) => needsName(one, types));
  const [only, ...more] = typed;
  if (only && (more.length > 0 || free.length > 1)) {
    throw new ToolError(
      "invalid_arguments",
      `Whether ${quoted(only.name)} (${word(only.id)}) is used cannot be known, so a person has to type its name and it has to be deleted alone.`,
      "Delete it in a separate call.",
      { alone: typed.map((one) => one.id) },
    );
  }
  const ops = await Promise.all(
    free.map(
      async (before): Promise<DeleteOp> => ({
        op: "delete",
        space,
        id: before.id,
        before,
        secretsBefore: await mayHoldSecrets(before, status),
        restorable: isRestorable(before.id, status),
      }),
    ),
  );
  const [first, ...rest] = ops;
  if (!first) throw new ToolError("invalid_arguments", "No connector is named.", "Give at least one id.");
  return {
    summary:
      free.length === 1
        ? `Delete connector ${quoted(first.before.name)} (${word(first.before.type)}, id ${word(first.id)}) in space ${space}. No rule uses it.`
        : `Delete ${free.length} connectors in space ${space}. No rule uses them.`,
    ops: [first, ...rest],
    effects: free.map((one) => effectOn("delete", one, space, { before: hideSecrets(one.config ?? {}).config })),
    warnings: free.flatMap((one) => notes(one, types)),
    outsideWorld: "none",
    consequence: only ? { typeName: plainText(only.name, 60) } : "person",
    facts: free.map(({ id, type, name, config }) => ({ id, type, name, config })),
    flows: [],
    asks: [],
    knownHosts: [],
  };
}

async function refusal(refused: readonly Refused[], free: readonly Connector[], asked: number, context: ToolContext): Promise<ToolError> {
  const [first] = refused;
  if (first && refused.length === 1 && asked === 1) return first.error;
  const { withPlaces } = await import("../connectors/other-spaces.ts");
  const all = await Promise.all(
    refused.map(async ({ id, error }) => ({ id, error: await withPlaces(error, "safe_delete_connector", context) })),
  );
  return new ToolError(
    first?.error.code ?? "internal",
    `Nothing was deleted: ${all.length} of ${asked} may not be deleted. ${all.map(({ error }) => error.message).join(" ")}`,
    all.every(({ error }) => error.code === "connector_not_found")
      ? "Repeat the call without them; `refused` says where each one is, or which one may be meant."
      : "Repeat the call without them, or free them first.",
    compact({
      could_go: free.map(({ id }) => id),
      refused: all.map(({ id, error }) => compact({ id, code: error.code, message: error.message, fix: error.fix, ...error.detail })),
    }),
  );
}

const silentUsers = [
  "workflows",
  "agentBuilder",
  "contextEngine",
  "generativeAIForSecurity",
  "generativeAIForObservability",
  "generativeAIForSearchPlayground",
  "endpointSecurity",
];

/** Assistants, agents and workflows keep no reference: if only they use a type, its use cannot be known (reference/kibana-api.md §5.1). */
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
      ? [`Its id ${exact(connector.id)} cannot be given to a new connector from Kibana 9.4 on.`]
      : []),
  ];
}
