import * as z from "zod";
import type { DeleteOp, Plan } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted } from "../plain-text.ts";
import { hideSecrets } from "../secrets/detect.ts";
import { isRestorable } from "./connector-id.ts";
import { effectOn } from "./connector-row.ts";
import { changeTool, type ToolContext } from "./define.ts";
import { withPlaces } from "./elsewhere.ts";
import { compact, listedIn, space } from "./fields.ts";
import { mayHoldSecrets } from "./stored-secrets.ts";
import { type Refused, whoMayGo } from "./who-may-go.ts";

export const safeDeleteConnector = changeTool({
  name: "safe_delete_connector",
  title: "Safely delete connectors",
  description:
    "Delete connectors that nothing uses. Refuses, naming the rules, when one is in use: there is no way to force it. A person is always asked.",
  risk: "destructive",
  access: "full",
  idempotent: false,
  input: z.strictObject({ ids: z.array(z.string().min(1)).min(1).max(20).describe("Ids or exact names"), space }),
  insteadOf: {
    id: listedIn("ids"),
    connector: listedIn("ids"),
    connectors: "is `ids` here",
    force: "is not an argument: nothing can be forced",
  },
  async plan({ ids, space: inSpace }, context): Promise<Plan> {
    const { kibana, settings, spaces, principal, signal } = context;
    const target = await spaces.check(inSpace ?? settings.space, principal, { fresh: true, signal });
    const [connectors, types, status] = await Promise.all([
      kibana.connectors(target, signal),
      kibana.connectorTypes(target, signal),
      kibana.status(signal),
    ]);
    const { free, refused } = await whoMayGo([...new Set(ids)], connectors, target, status, context);
    if (refused.length > 0) throw refusal(await Promise.all(refused.map((one) => withPlace(one, context))), ids.length);
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
    const ops = await Promise.all(
      free.map(
        async (before): Promise<DeleteOp> => ({
          op: "delete",
          space: target,
          id: before.id,
          before,
          secretsBefore: await mayHoldSecrets(before, status),
        }),
      ),
    );
    const [first, ...rest] = ops;
    if (!first) throw new ToolError("invalid_arguments", "No connector is named.", "Give at least one id.");
    return {
      summary:
        free.length === 1
          ? `Delete connector ${quoted(first.before.name)} (${first.before.type}, id ${first.id}) in space ${target}. No rule uses it.`
          : `Delete ${free.length} connectors in space ${target}. No rule uses them.`,
      ops: [first, ...rest],
      effects: free.map((one) => effectOn("delete", one, target, { before: hideSecrets(one.config ?? {}).config })),
      warnings: free.flatMap((one) => notes(one, types)),
      outsideWorld: "none",
      reversible: !free.every((one) => isRestorable(one.id, status)) ? "no" : ops.some((op) => op.secretsBefore) ? "needs_secrets" : "yes",
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

async function withPlace({ id, error }: Refused, context: ToolContext): Promise<Refused> {
  return { id, error: await withPlaces(error, "safe_delete_connector", context) };
}

function refusal(refused: Refused[], asked: number): ToolError {
  const [first] = refused;
  if (first && refused.length === 1 && asked === 1) return first.error;
  return new ToolError(
    first?.error.code ?? "internal",
    `Nothing was deleted: ${refused.length} of ${asked} may not go. ${refused.map(({ error }) => error.message).join(" ")}`,
    refused.every(({ error }) => error.code === "connector_not_found")
      ? "Repeat the call without them; `refused` says of each where it is, or which may be meant."
      : "Repeat the call without them, or free them first.",
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
