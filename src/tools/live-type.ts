import { findTypeId } from "../catalog/find-type.ts";
import { ToolError } from "../errors.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import { plainText, quoted } from "../plain-text.ts";

/** Kibana makes and runs these itself (reference/connector-types.md). */
const systemTypes = [".cases", ".workflows", ".http-system", ".observability-ai-assistant"];

/**
 * The type that an argument means, among those of this deployment.
 * @throws ToolError type_unknown with near ones, system_action
 */
export function liveType(asked: string, types: readonly LiveType[]): LiveType {
  const { id, candidates } = findTypeId(
    asked,
    types.map((type) => type.id),
  );
  const type = types.find((one) => one.id === id);
  if (type?.system || (!type && systemTypes.includes(asked.trim()))) {
    throw new ToolError(
      "system_action",
      `${plainText(asked, 60)} is a system type: Kibana makes its connector itself.`,
      "Use it in a rule's actions in Kibana; for investigations, Cases there is the better choice than a connector.",
    );
  }
  if (type) return type;
  throw new ToolError(
    "type_unknown",
    `This Kibana has no connector type ${quoted(asked, 60)}.`,
    candidates.length > 0 ? `Did you mean ${candidates.join(" or ")}?` : "Call describe_connector_types for the types that it has.",
    { candidates },
  );
}
