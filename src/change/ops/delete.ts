import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";
import { visibleRules, whyNotFree } from "../../rules/connector-usage.ts";
import type { DeleteOp } from "../plan.ts";
import { assertUntouched, connectorOrNone, isStill, replacing } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const remove: OpKind<DeleteOp> = {
  async write(op, { writer, reader }) {
    await assertStillFree(op, reader);
    return replacing(writer.deleteConnector(op.space, op.id));
  },

  record: ({ space, id, before, secretsBefore, restorable }) => ({
    op: "delete",
    space,
    id,
    name: before.name,
    type: before.type,
    config: before.config ?? {},
    secretsBefore,
    restorable,
  }),

  async happened({ space, id, ...before }, reader) {
    const found = await connectorOrNone(reader, space, id);
    if (!found) return "done";
    return isStill(found, before) ? "not_done" : "differs";
  },

  inverse: ({ space, id, name, type, config, secretsBefore, restorable }) =>
    restorable
      ? { op: "create", space, id, name, type, config, secrets: secretsBefore }
      : { none: `This Kibana does not accept the id ${quoted(id)} for a new connector.` },
};

/**
 * The last look before a DELETE, one round trip ahead of it: Kibana deletes even what is in use (reference/kibana-api.md
 * §5.4), and a rule may have begun to use the connector since the plan was made.
 * @throws ToolError in_use, references_unknown, confirmation_invalid: nothing was written
 */
async function assertStillFree({ space, before }: DeleteOp, reader: Reader): Promise<void> {
  const [why] = await Promise.all([whyNotNow(space, before, reader), assertUntouched(before, space, reader)]);
  if (why) throw new ToolError(why.code, `${why.message} It was not deleted.`, why.fix, why.detail);
}

async function whyNotNow(space: string, before: Connector, reader: Reader): Promise<ToolError | undefined> {
  try {
    const look = () => visibleRules(reader, space, before);
    const [rules, listed] = await Promise.all([look(), reader.connectors(space)]);
    const now = { ...before, references: listed.find((one) => one.id === before.id)?.references };
    // A rule saved between the two reads is counted but not found: one more look finds it.
    return whyNotFree(now, rules?.length === 0 && now.references !== 0 ? await look() : rules, space);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const what = `Could not check, just before deleting it, whether something uses ${quoted(before.name)} (${before.id})`;
    return new ToolError("references_unknown", `${what}: ${error.message}`, error.fix, error.detail);
  }
}

/** The rules that began to use a connector while it was being deleted; "unknown" where that cannot be read. */
export async function rulesLeftBehind({ space, id }: DeleteOp, reader: Reader) {
  const rules = await visibleRules(reader, space, { id, preconfigured: false }).catch(() => undefined);
  return rules ?? "unknown";
}
