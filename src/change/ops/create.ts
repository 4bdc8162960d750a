import { isDeepStrictEqual } from "node:util";
import { KibanaError } from "../../kibana/errors.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import type { CreateOp } from "../plan.ts";
import type { OpKind } from "./op-kind.ts";

export const create: OpKind<CreateOp> = {
  write: (op, writer) => writer.createConnector(op.space, op),

  async happened(op, reader) {
    if (op.id === undefined) {
      // Below 8.8 Kibana chose the id: a twin that was there before cannot be told apart.
      const twins = (await reader.connectors(op.space)).filter((one) => one.name === op.name && one.type === op.type);
      return twins.length === 0 ? "not_done" : "unknown";
    }
    try {
      const found = await reader.connector(op.space, op.id);
      const same = found.name === op.name && found.type === op.type && holds(found.config ?? {}, op.config);
      return same ? "done" : "not_done";
    } catch (error) {
      if (error instanceof KibanaError && error.code === "connector_not_found") return "not_done";
      throw error;
    }
  },

  record: ({ secrets, ...op }) => ({
    ...op,
    secretFields: Object.keys(secrets),
  }),

  undo({ space, id, name }) {
    if (!id)
      return {
        none: "The id was chosen by Kibana and is not known; look for the name with list_connectors.",
      };
    return {
      call: {
        tool: "safe_delete_connector",
        args: { space, ids: [id] },
        why: `Takes "${name}" away again.`,
      },
    };
  },

  target: (op) => (op.id === undefined ? undefined : `${op.space}/${op.id}`),
};

/** Kibana adds defaults to a config; every key that was sent must be there as it was sent. */
function holds(stored: Record<string, unknown>, sent: Record<string, unknown>): boolean {
  return Object.entries(sent).every(
    ([key, value]) => isDeepStrictEqual(stored[key] ?? null, value ?? null) || sameNumber(stored[key], value),
  );
}

/** Kibana stores "587" as 587 where a type coerces numbers. */
function sameNumber(stored: unknown, sent: unknown): boolean {
  return typeof stored === "number" && typeof sent === "string" && Number(sent) === stored;
}

/** The call that would make a connector again; its secrets are not known to anybody. */
export function recreateCall(before: { space: string; id: string; name: string; type: string; config: Record<string, unknown> }) {
  const { config, found } = hideSecrets(before.config);
  return {
    call: {
      tool: "create_connector",
      args: {
        space: before.space,
        id: before.id,
        name: before.name,
        type: before.type,
        config,
      },
      why: "Makes it again under the same id, so that whatever refers to it works again.",
    },
    note: `Secrets are not kept: give them again in \`secrets\` where the type needs them.${found.length > 0 ? ` Give these again in config too: ${found.map((one) => one.path).join(", ")}.` : ""}`,
  };
}
