import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted } from "../../plain-text.ts";
import type { Settings } from "../../settings/index.ts";
import { type Op, type PutRuleOp, type PutWorkflowOp, type TouchedConnector, usesConnectors } from "../op.ts";
import { isProtected, nowProtected } from "../policy.ts";
import { isStill } from "./connector-state.ts";
import { outdated } from "./last-look.ts";

/** Reads the connectors of a space by id, without those that the plan itself changes. */
export type OtherConnectors = (space: string) => Promise<ReadonlyMap<string, Connector>>;

/** Hundreds of rules may be written in one call: last looks at the same moment share one list. */
export function otherConnectors(ops: readonly Op[], reader: Reader): OtherConnectors {
  const own = new Set(ops.filter((op) => !usesConnectors(op)).map(({ id }) => id));
  const underWay = new Map<string, ReturnType<OtherConnectors>>();
  const read = async (space: string) => {
    try {
      return new Map((await reader.connectors(space)).filter(({ id }) => !own.has(id)).map((one) => [one.id, one]));
    } finally {
      underWay.delete(space);
    }
  };
  return (space) => {
    const reading = underWay.get(space) ?? read(space);
    underWay.set(space, reading);
    return reading;
  };
}

/** @throws ToolError where a connector that gets actions is not as it was agreed to, or one of the others is protected by now */
export function assertAsAgreed(
  { touches, after }: PutRuleOp | PutWorkflowOp,
  now: ReadonlyMap<string, Connector>,
  { protect }: Pick<Settings, "protect">,
): void {
  const given = new Set(after.actions.map(({ id }) => id));
  for (const agreed of touches) {
    const found = now.get(agreed.id);
    if (!found) continue;
    if (isProtected(found, protect)) throw nowProtected(`the connector ${quoted(found.name, 60)} (${found.id})`);
    if (given.has(agreed.id) && isOther(found, agreed))
      throw outdated(
        `Somebody changed the connector ${quoted(found.name, 60)} (${found.id}) a moment ago. Nothing was written: what was agreed to no longer holds.`,
        "connector_changed",
      );
  }
}

/** Whether a connector is another one than a plan showed. Of one that was gone nothing was shown. */
export function isOther(now: Connector, { name, type, config = {} }: TouchedConnector): boolean {
  return name !== undefined && type !== undefined && !isStill(now, { name, type, config });
}
