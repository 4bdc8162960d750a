import { isGenericName } from "../../audit/checks/generic-name.ts";
import { isBySecret, targetOf } from "../../audit/same-target.ts";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";

type Config = Record<string, unknown>;

/** Warnings about a new connector: its name is generic, or its name or target exists already. */
export function neighbourWarnings(
  entry: ConnectorType | undefined,
  { name, type, config }: { name: string; type: string; config: Config },
  existing: readonly Connector[],
): string[] {
  const notes: string[] = [];
  if (isGenericName(name))
    notes.push("The name is generic: say which team and channel it serves, so that people can tell connectors apart.");
  if (existing.some((one) => one.name === name)) notes.push(`Another connector in this space is also named ${quoted(name)}.`);
  const same = existing.filter((one) => one.type === type);
  if (same.length === 0 || !entry) return notes;
  if (isBySecret(entry, config)) {
    notes.push(
      `${same.length} other connector${same.length > 1 ? "s" : ""} of this type: whether any reaches the same place cannot be seen, since a secret decides it.`,
    );
    return notes;
  }
  const mine = targetOf({ type, config }, entry);
  const twins = mine === undefined ? [] : same.filter((one) => targetOf(one, entry) === mine);
  if (twins.length > 0) {
    const named = twins.slice(0, 3).map((one) => `${quoted(one.name)} (${word(one.id)})`);
    notes.push(`${named.join(", ")} ${twins.length > 1 ? "have" : "has"} the same target: one connector per service serves many rules.`);
  }
  return notes;
}
