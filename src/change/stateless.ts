import { isDeepStrictEqual } from "node:util";
import { ToolError } from "../errors.ts";
import type { Settings } from "../settings/index.ts";
import type { Op } from "./op.ts";
import type { Plan } from "./plan.ts";
import type { Verdict } from "./policy.ts";

/**
 * Replicas come and go, and their own journals with them.
 * @throws ToolError journal_unavailable where a change would leave no trail that outlives this one
 */
export function assertTrail({ http, auditConnector, journalDir }: Settings): void {
  if (!http?.stateless || auditConnector || journalDir) return;
  throw new ToolError(
    "journal_unavailable",
    "This server is stateless and shares no journal with its replicas: a change would be recorded where nobody would find it. Nothing was written.",
    "Have the operator name an Index connector (CONNECTORS_AUDIT_CONNECTOR) or a folder that all replicas share (CONNECTORS_JOURNAL_DIR). Reading tools work.",
  );
}

/**
 * A stateless server does not remember earlier calls. A call sent twice does nothing the second time only because Kibana
 * shows the first: the plan is then a different one.
 * @throws ToolError forbidden where Kibana would show nothing
 */
export function assertShows(plan: Plan, { reasons }: Verdict): void {
  const what = plan.ops.map((op) => unseen(op, reasons.length > 0)).find((one) => one !== undefined);
  if (what === undefined) return;
  throw new ToolError(
    "forbidden",
    `A stateless server does not ${what}: the same call sent twice would do it twice, since nothing in Kibana shows that it was done. Nothing was written.`,
    "Do it through a server that keeps sessions (without --stateless), or in Kibana.",
  );
}

function unseen(op: Op, asks: boolean): string | undefined {
  switch (op.op) {
    case "execute":
      // A test that needs no approval does no harm twice.
      return op.template === undefined ? "run connectors" : asks ? "run tests that reach somebody" : undefined;
    case "create":
      return op.id === undefined && asks ? "create connectors whose id Kibana chooses" : undefined;
    case "update": {
      const { name, config } = op.before;
      return name === op.after.name && isDeepStrictEqual(config, op.after.config) ? "replace only secrets" : undefined;
    }
    case "rotate":
      return "rotate tokens";
    default:
      return undefined;
  }
}
