import { maySee } from "../../change/principal.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { quoted, word } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { earlierMoves } from "../rules/replaced-earlier.ts";
import { ConnectorNotHere } from "./find-connector.ts";

/**
 * Whether this server deleted a connector of that id, or took it out of rules: a call that names it again means that one, and
 * never another that has the id as its name.
 */
export async function isFormerId(id: string, space: string, context: ToolContext): Promise<boolean> {
  const { journal, deployment, principal } = context;
  if (!maySee(principal, space)) return false;
  const { entries } = await journal.entries();
  const deleted = entries.some(
    ({ begin: { op, ...begin }, end }) =>
      begin.deployment === deployment.name && op.space === space && op.op === "delete" && op.id === id && end?.outcome !== "not_done",
  );
  return deleted || (await earlierMoves({ space, from: id, to: undefined }, [], context)).length > 0;
}

/** The error for an id that is gone and is by now only the name of another connector. */
export function onlyAName(id: string, { id: other }: Connector, space: string): ConnectorNotHere {
  return new ConnectorNotHere(
    { asked: id, space },
    `The connector with the id ${quoted(id, 60)} is gone from the space "${space}": this server deleted or replaced it. Another one (${word(other)}) has that as its name.`,
    `If the other one is meant, name it by its id: ${word(other)}.`,
  );
}
