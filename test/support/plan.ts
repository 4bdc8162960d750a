import type { CheckedSpace } from "../../src/change/checked-space.ts";
import type { CreateOp, DeleteOp, ExecuteOp } from "../../src/change/op.ts";
import type { Plan } from "../../src/change/plan.ts";
import type { UndoBy } from "../../src/change/undo-here.ts";
import type { Connector } from "../../src/kibana/connectors.ts";

/** A connector as Kibana lists it, healthy and unused. */
export function connector(more: Partial<Connector> = {}): Connector {
  return {
    id: "ops-slack",
    name: "Ops Slack",
    type: ".slack",
    config: {},
    missingSecrets: false,
    preconfigured: false,
    system: false,
    deprecated: false,
    references: 0,
    ...more,
  };
}

/** As the look at a space would say it. */
export const inSpace = (id: string) => id as CheckedSpace;

export function createOp(more: Partial<CreateOp> = {}): CreateOp {
  return {
    op: "create",
    space: inSpace("default"),
    id: "audit-trail",
    name: "Audit trail",
    type: ".server-log",
    config: {},
    secrets: {},
    ...more,
  };
}

export function deleteOp(more: Partial<DeleteOp> = {}): DeleteOp {
  const where: DeleteOp["where"] = { status: { version: "9.5.0", flavour: "traditional" }, features: ["alerting", "workflows"] };
  return {
    ...{ op: "delete", space: inSpace("default"), id: "ops-slack", before: connector(), secretsBefore: true, restorable: true },
    ...{ where, unseen: [], ...more },
  };
}

export function executeOp(more: Partial<ExecuteOp> = {}): ExecuteOp {
  return { op: "execute", space: inSpace("default"), id: "ops-slack", name: "Ops Slack", type: ".slack", params: {}, safe: false, ...more };
}

/** To whom no undo is refused. */
export const anybody: UndoBy = { access: "full", settings: { tools: undefined, excludeTools: [], auditConnector: undefined } };

/** A plan that is free and harmless by default. */
export function plan(more: Partial<Plan> = {}): Plan {
  return {
    summary: "Create connector.",
    ops: [createOp()],
    effects: [],
    warnings: [],
    outsideWorld: "none",
    consequence: "free",
    facts: {},
    flows: [],
    asks: [],
    knownHosts: [],
    ...more,
  };
}
