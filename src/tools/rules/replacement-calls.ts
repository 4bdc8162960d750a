import { targetOf } from "../../audit/same-target.ts";
import { connectorType } from "../../catalog/index.ts";
import type { NextCall } from "../../change/plan.ts";
import { connectorProtected } from "../../change/undo-here.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { plainText, quoted } from "../../plain-text.ts";
import type { RuleUse } from "../../rules/find-rules.ts";
import { type Proof, proofOf } from "../connectors/last-run.ts";
import type { ToolContext } from "../define.ts";

/** The most connectors of the same type whose last runs are looked up; those in use come first. */
const looked = 4;
const order: readonly Proof[] = ["works", "unproven", "fails"];

export interface WaysOut {
  /** The call that frees it, if another connector has the same target. */
  next: NextCall[];
  /** Others of its type, for the user to choose from: this server does not know whom they serve. */
  sameType: { id: string; name: string; last_run: Proof }[];
}

/**
 * Where the rules of a connector to be deleted could go. Protected connectors are left out: no tool touches them.
 * @param rules those that use it: the call names them where it would leave some otherwise
 */
export async function waysOut(
  connector: Connector,
  space: string,
  connectors: readonly Connector[],
  context: Pick<ToolContext, "kibana" | "settings">,
  rules: readonly RuleUse[] = [],
): Promise<WaysOut> {
  const isProtected = ({ id, name }: Connector) => connectorProtected(id, [name], context.settings) !== undefined;
  if (isProtected(connector)) return { next: [], sameType: [] };
  const entry = await connectorType(connector.type);
  const named = rules.some(({ detection }) => detection);
  const target = targetOf(connector, entry);
  const others = connectors
    .filter((one) => one.type === connector.type && one.id !== connector.id && !one.missingSecrets && !isProtected(one))
    .sort((one, other) => Number((other.references ?? 0) > 0) - Number((one.references ?? 0) > 0))
    .slice(0, looked);
  const known = await Promise.all(others.map(async (one) => ({ one, proof: await proofOf(one.id, space, context) })));
  known.sort((left, right) => order.indexOf(left.proof) - order.indexOf(right.proof));
  const same = known.find(({ one, proof }) => proof !== "fails" && target !== undefined && targetOf(one, entry) === target);
  return {
    next: same
      ? [
          {
            tool: "replace_connector",
            args: { from: connector.id, to: same.one.id, ...(named && { rules: rules.map(({ id }) => id) }), space },
            why: `${quoted(same.one.name, 60)} (${same.one.id}) has the same target${same.proof === "works" ? "" : ", but is not known to work: test it first"}.`,
          },
        ]
      : [],
    sameType: known.map(({ one, proof }) => ({ id: one.id, name: plainText(one.name, 60), last_run: proof })),
  };
}
