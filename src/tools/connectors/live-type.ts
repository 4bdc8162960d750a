import { findTypeId } from "../../catalog/find-type.ts";
import { catalogIds, connectorType } from "../../catalog/index.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { plainText, quoted } from "../../plain-text.ts";

/**
 * The type that an argument means, among those of this deployment.
 * @returns `note`: which type was taken, if the argument is only similar to its names
 * @throws ToolError type_unknown with similar ones, system_action
 */
export async function liveType(
  asked: string,
  types: readonly LiveType[],
  status?: Status,
): Promise<{ type: LiveType; note: string | undefined }> {
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
  const elsewhere = await typeElsewhere(asked, status);
  if (elsewhere !== undefined)
    throw new ToolError("type_unknown", elsewhere, "Tell the user; describe_connector_types lists the types that it has.");
  throw new ToolError(
    "type_unknown",
    `This Kibana has no connector type ${quoted(asked, 60)}.`,
    candidates.length > 0
      ? `Did you mean ${await typesInWords(candidates, types)}?`
      : "Call describe_connector_types to see which types it has.",
    { candidates },
  );
}

/** Why a word that names a type of other Kibanas names none of this one; undefined where it names none at all. */
export async function typeElsewhere(asked: string, status?: Status): Promise<string | undefined> {
  const { id, near } = await findTypeId(asked, catalogIds);
  const entry = id === undefined || near ? undefined : await connectorType(id);
  if (!entry) return undefined;
  const { name, since, system } = entry;
  if (system) return `${id} (${name}) is a system type: Kibana makes its connector itself, and rules use it without any setup.`;
  const isOlder = status !== undefined && since !== undefined && !isAtLeast(status, since);
  return `This Kibana does not have ${id} (${name})${isOlder ? `: it came with ${since}, and this is ${status.version}` : ""}.`;
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
