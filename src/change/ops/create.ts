import { fieldsWithValue, referencesIn } from "../../sealed.ts";
import type { CreateOp } from "../op.ts";
import { asSent, connectorOrNone } from "./connector-state.ts";
import type { OpKind } from "./op-kind.ts";

export const create: OpKind<CreateOp> = {
  async write(op, { writer }) {
    const made = await writer.createConnector(op.space, op);
    if (!op.makesToken || made.ingestToken) return made;
    // The connector is there: without a token it only waits for one.
    return { ...made, ...(await writer.rotateIngestToken(op.space, made.id).catch(() => ({}))) };
  },

  record: ({ secrets, id, makesToken, ...op }) => ({
    ...op,
    ...(id === undefined ? {} : { id }),
    secretFields: fieldsWithValue(secrets),
    secretSources: referencesIn(secrets),
    ...(makesToken !== undefined && { takesEvents: true }),
  }),

  async happened({ space, id, name, type, config }, reader) {
    if (id === undefined) {
      // Before 8.8 Kibana chose the id: an older connector of the same name and type cannot be told apart.
      const twins = (await reader.connectors(space)).filter((one) => one.name === name && one.type === type);
      return twins.length === 0 ? "not_done" : "unknown";
    }
    const found = await connectorOrNone(reader, space, id);
    // No change of ours since could have given it another type.
    if (found?.type !== type) return "not_done";
    return asSent(found, { name, type, config });
  },

  inverse({ space, id, name, config, takesEvents }) {
    if (id === undefined) return { none: "Kibana chose the id, and it is not known: look for the name with list_connectors." };
    const inPerson = "Only a person who is asked may agree to it: the token of its senders ends.";
    return { op: "delete", space, id, expect: { name, config }, ...(takesEvents && { inPerson }) };
  },
};
