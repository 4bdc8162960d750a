import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";
import { effectOn } from "../connectors/connector-row.ts";
import type { ToolContext } from "../define.ts";

/**
 * The plan that gives an inbound connector another token.
 * @throws ToolError invalid_arguments for another connector, secret_refused where nobody could be shown the token
 */
export async function planRotation(before: Connector, space: CheckedSpace, { secrets, deployment }: ToolContext): Promise<Plan> {
  const { id, name, type } = before;
  const entry = await connectorType(type);
  if (!entry?.takesEvents)
    throw new ToolError(
      "invalid_arguments",
      `Kibana makes no token for ${quoted(name)} (${word(id)}), as far as its type ${word(type)} says: $rotate is for connectors that only take events from outside.`,
      'Give its secrets as references, as {"token": {"$env": "NAME"}}; a token of senders that it has nevertheless is made in Kibana.',
    );
  if (secrets.noPage)
    throw new ToolError(
      "secret_refused",
      `The new token of ${quoted(name)} (${word(id)}) could be shown to nobody: this server is shared over HTTP, and nobody sits at its machine. The old one still works.`,
      `Have a person open the connector in Kibana (${deployment.url}) and rotate its token there, or do it through a server on their own machine.`,
    );
  return {
    summary: `Give connector ${quoted(name)} (${word(type)}, id ${word(id)}) in space ${space} another token: whoever sends with the old one is refused at once.`,
    ops: [{ op: "rotate", space, id, name, type, before }],
    effects: [effectOn("update", before, space, { after: { ingest_token: "made by Kibana" } })],
    inPerson: ["The old token cannot be put back. The new one is shown to a person, once: every sender needs it from then on."],
    warnings: [],
    outsideWorld: "none",
    consequence: "person",
    facts: {},
    flows: [],
    asks: [],
    knownHosts: [],
  };
}
