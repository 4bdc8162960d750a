import * as z from "zod";
import { envelope } from "../http/envelope.ts";
import { behind, hasLicense } from "../http/gate.ts";
import { parseBody } from "../http/request-schema.ts";
import type { Call, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** Kept for each space, beside the other settings that name a model. */
export const leadSettings = "leads";

const keyOf = ({ space }: Pick<Call, "space">) => `${leadSettings} ${space}`;
const enableBody = z.object({ connectorId: z.string().min(1) });

/** entity_analytics/lead_generation/routes/get_lead_generation_status.ts */
function status(call: Call, state: State): Reply {
  const { connectorId, isEnabled = false } = state.modelSettings.get(keyOf(call)) ?? {};
  const none = { indexExists: isEnabled, totalLeads: 0, lastRun: null, lastError: null };
  return { status: 200, body: { isEnabled, ...none, ...(connectorId !== undefined && { connectorId }) } };
}

function enable(call: Call, state: State): Reply {
  const { connectorId } = parseBody(enableBody, call);
  state.modelSettings.set(keyOf(call), { connectorId, isEnabled: true });
  return { status: 200, body: { success: true } };
}

/** The schedule goes, the model is kept. */
function disable(call: Call, state: State): Reply {
  state.modelSettings.set(keyOf(call), { ...state.modelSettings.get(keyOf(call)), isEnabled: false });
  return { status: 200, body: { success: true } };
}

const gate = {
  exists: ({ version }: State) => has(version, "lead generation"),
  feature: "entity_analytics",
  privilege: "securitySolution-entity-analytics",
  /** entity_analytics/utils/with_minimum_license.ts */
  refusal: (state: State) => (hasLicense(state, "enterprise") ? undefined : envelope(403, "Your license does not support this feature.")),
} as const;
const root = "/internal/entity_analytics/leads";
const internalVersion = "1";

export const leadRoutes: readonly Route[] = [
  behind({ ...gate, level: "read" }, { method: "GET", path: `${root}/status`, internalVersion, handler: status }),
  behind({ ...gate, level: "all" }, { method: "POST", path: `${root}/enable`, internalVersion, handler: enable }),
  behind({ ...gate, level: "all" }, { method: "POST", path: `${root}/disable`, internalVersion, handler: disable }),
];
