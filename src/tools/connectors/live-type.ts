import { findTypeId } from "../../catalog/find-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import { plainText, quoted } from "../../plain-text.ts";

/**
 * The type that an argument means, among those of this deployment.
 * @returns `note`: which type was taken, if the argument is only similar to its names
 * @throws ToolError type_unknown with similar ones, system_action
 */
export async function liveType(asked: string, types: readonly LiveType[]): Promise<{ type: LiveType; note: string | undefined }> {
  const { id, near, candidates } = await findTypeId(
    asked,
    types.map((type) => type.id),
  );
  const type = types.find((one) => one.id === id);
  if (type?.system || (!type && (await connectorType(asked.trim()))?.system)) {
    throw new ToolError(
      "system_action",
      `${plainText(asked, 60)} is a system type: Kibana makes its connector itself.`,
      "Use it in a rule's actions in Kibana; for investigations, Cases in Kibana are a better choice than a connector.",
    );
  }
  if (type) return { type, note: near && taken(asked, type) };
  throw new ToolError(
    "type_unknown",
    `This Kibana has no connector type ${quoted(asked, 60)}.`,
    candidates.length > 0
      ? `Did you mean ${await typesInWords(candidates, types)}?`
      : "Call describe_connector_types to see which types it has.",
    { candidates },
  );
}

/** Says which type was taken for a word that is only similar to its names. */
export function taken(asked: string, { id, name }: Pick<LiveType, "id" | "name">): string {
  return `No type is named ${quoted(asked, 60)}: ${id} (${plainText(name, 60)}) was taken.`;
}

/** Types to choose from, each with what distinguishes it from the others: `.slack (Slack; Messaging; secrets: webhookUrl) or …`. */
export async function typesInWords(ids: readonly string[], types: readonly LiveType[]): Promise<string> {
  const lines = ids.map(async (id) => {
    const entry = await connectorType(id);
    const fields = [...new Set(entry?.credentials.flatMap((way) => way.fields))];
    const says = [
      plainText(types.find((one) => one.id === id)?.name ?? id, 60),
      entry?.category,
      fields.length > 0 && fields.length <= 2 && `secrets: ${fields.join(", ")}`,
    ].filter(Boolean);
    return `${id} (${says.join("; ")})`;
  });
  return (await Promise.all(lines)).join(" or ");
}
