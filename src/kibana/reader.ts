import type { KibanaSettings } from "../settings/index.ts";
import { agentReads } from "./agents.ts";
import { alertingV2Reads } from "./alerting-v2.ts";
import { assistantReads } from "./assistant.ts";
import { capabilityReads } from "./capabilities.ts";
import { caseReads } from "./cases.ts";
import { connectorTypeReads } from "./connector-types.ts";
import { connectorReads } from "./connectors.ts";
import { currentUserReads } from "./current-user.ts";
import { executionReads } from "./executions.ts";
import { featureSettingReads } from "./feature-settings.ts";
import type { Get, Query } from "./http.ts";
import { maintenanceWindowReads } from "./maintenance-windows.ts";
import { ruleReads } from "./rules.ts";
import { spaceReads } from "./spaces.ts";
import { statusReads } from "./status.ts";
import { workflowReads } from "./workflows.ts";

/**
 * Everything that can be read from Kibana, made from reads only: a reader cannot write, not even at run time.
 * @param auth which credentials are sent, for the message if they are not accepted
 */
export function createReader(get: Get, query: Query, auth?: KibanaSettings["auth"]): Reader {
  return {
    until: (signal) =>
      createReader(
        (call) => get({ signal, ...call }),
        (call) => query({ signal, ...call }),
        auth,
      ),
    ...statusReads(get, auth),
    ...spaceReads(get),
    ...currentUserReads(get),
    ...connectorReads(get),
    ...connectorTypeReads(get),
    ...ruleReads(get, query),
    ...capabilityReads(query),
    ...executionReads(query),
    ...workflowReads(get, query),
    ...alertingV2Reads(get),
    ...maintenanceWindowReads(get),
    ...caseReads(get),
    ...agentReads(get),
    ...assistantReads(get),
    ...featureSettingReads(get),
  };
}

type Reads = ReturnType<typeof statusReads> &
  ReturnType<typeof spaceReads> &
  ReturnType<typeof connectorReads> &
  ReturnType<typeof connectorTypeReads> &
  ReturnType<typeof ruleReads> &
  ReturnType<typeof capabilityReads> &
  ReturnType<typeof executionReads> &
  ReturnType<typeof currentUserReads> &
  ReturnType<typeof workflowReads> &
  ReturnType<typeof alertingV2Reads> &
  ReturnType<typeof maintenanceWindowReads> &
  ReturnType<typeof caseReads> &
  ReturnType<typeof agentReads> &
  ReturnType<typeof assistantReads> &
  ReturnType<typeof featureSettingReads>;

export interface Reader extends Reads {
  /** The same reads, which end when this signal does: those of one call. */
  until(signal: AbortSignal): Reader;
}
