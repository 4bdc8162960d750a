import type { NextCall } from "../change/plan.ts";
import type { Connector } from "../kibana/connectors.ts";
import { quoted } from "../plain-text.ts";
import type { ToolContext } from "./define.ts";
import { type Proof, proofOf } from "./doubts.ts";

/** Others of the type whose last runs are looked up: those in use first. */
const looked = 4;
const order: readonly Proof[] = ["works", "unproven", "fails"];

/** Ready calls that free a connector: to others of its type, those that work first, and away. */
export async function waysOut(
  { id, type }: Connector,
  space: string,
  connectors: readonly Connector[],
  context: Pick<ToolContext, "kibana" | "signal">,
): Promise<NextCall[]> {
  const others = connectors
    .filter((one) => one.type === type && one.id !== id && !one.missingSecrets)
    .sort((one, other) => Number((other.references ?? 0) > 0) - Number((one.references ?? 0) > 0))
    .slice(0, looked);
  const known = await Promise.all(others.map(async (one) => ({ one, proof: await proofOf(one.id, space, context) })));
  known.sort((left, right) => order.indexOf(left.proof) - order.indexOf(right.proof));
  return [
    ...known.slice(0, 2).map(({ one, proof }) => ({
      tool: "replace_connector",
      args: { from: id, to: one.id, space },
      why: `Before it is retired: its rules notify ${quoted(one.name, 60)} (${one.id}) instead${reserve[proof]}`,
    })),
    {
      tool: "replace_connector",
      args: { from: id, remove: true, space },
      why: "Before it is retired, where nothing takes its place: its rules notify without it.",
    },
  ];
}

const reserve: Record<Proof, string> = {
  works: ".",
  unproven: ", which is not known to work: test it first.",
  fails: ", whose last run failed: mend and test it first.",
};
