import { destinations, isReadable } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { idIn } from "../../change/entries-of.ts";
import type { JournalEntry } from "../../change/journal.ts";
import { type Recorded, recordedIn } from "../../change/undo.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { SpaceContext } from "../define.ts";

const byPerson = ["form", "page", "passkey"];

/**
 * Hosts that a person agreed to for this very connector, by the journal: when it was created, got such a host, or secrets to go there.
 * Where only a passkey approves, the journal is no proof.
 */
export async function agreedHere(
  { id, type }: Pick<Connector, "id" | "type">,
  { journal, deployment, settings, space }: SpaceContext,
): Promise<string[]> {
  const entry = await connectorType(type);
  if (!entry || settings.approveWith !== undefined) return [];
  const hostsOf = (config: Record<string, unknown>) => destinations(entry, config, () => undefined).filter(isReadable);
  const { entries } = await journal.entries();
  const isMeant = ({ begin, end, ...rest }: JournalEntry) =>
    begin.deployment === deployment.name &&
    begin.op.space === space &&
    begin.op.type === type &&
    idIn({ begin, end, ...rest }) === id &&
    end?.outcome === "done" &&
    byPerson.includes(begin.consent);
  return [...new Set(entries.filter(isMeant).flatMap((one) => agreedIn(recordedIn(one), hostsOf)))];
}

/** A rename alone agrees to no host. */
function agreedIn(record: Recorded | undefined, hostsOf: (config: Record<string, unknown>) => string[]): string[] {
  if (record?.op === "create") return hostsOf(record.config);
  if (record?.op !== "update") return [];
  const before = record.secretFields.length > 0 ? [] : hostsOf(record.before.config);
  return hostsOf(record.after.config).filter((host) => !before.includes(host));
}
