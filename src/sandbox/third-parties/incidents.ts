import { randomUUID } from "node:crypto";
import type { Run } from "./outcome.ts";

/** An incident at a third party, under the key that ties alerts to it. */
export interface Incident {
  id: string;
  /** Whose it is: connectors with the same address and credentials share incidents. Holds secrets: never shown. */
  account: string;
  type: string;
  connector_id: string;
  space: string;
  key: string;
  status: "open" | "acknowledged" | "closed";
  title: string;
  /** Number of calls about it. */
  events: number;
}

interface Step {
  does: "open" | "acknowledge" | "close";
  key: unknown;
  title?: unknown;
  /** ServiceNow ITSM opens another incident for a key that is already open. */
  always?: boolean;
}

/** What a run does to an incident; undefined if nothing (connector types, `incidents`). */
function stepOf({ type, params }: Run): Step | undefined {
  const sub = Object(params.subActionParams);
  const incident = Object(sub.incident);
  switch (`${type} ${String(params.subAction ?? params.eventAction ?? "trigger")}`) {
    case ".pagerduty trigger":
      return { does: "open", key: params.dedupKey, title: params.summary };
    case ".pagerduty acknowledge":
      return { does: "acknowledge", key: params.dedupKey };
    case ".pagerduty resolve":
      return { does: "close", key: params.dedupKey };
    case ".opsgenie createAlert":
    case ".jira-service-management createAlert":
      return { does: "open", key: sub.alias, title: sub.message };
    case ".opsgenie closeAlert":
    case ".jira-service-management closeAlert":
      return { does: "close", key: decoded(sub.alias) };
    case ".servicenow pushToService":
      return incident.externalId
        ? undefined
        : { does: "open", key: incident.correlation_id, title: incident.short_description, always: true };
    case ".servicenow closeIncident":
      return { does: "close", key: decoded(incident.externalId || incident.correlation_id) };
    case ".servicenow-itom addEvent":
      return { does: String(sub.severity) === "0" ? "close" : "open", key: sub.message_key, title: sub.description };
    default:
      return undefined;
  }
}

/** What closes has its key in the address, which the service decodes. */
function decoded(key: unknown): unknown {
  try {
    return typeof key === "string" ? decodeURIComponent(key) : key;
  } catch {
    return key;
  }
}

/** The open incident that a run is about, if there is one. */
export function openIncident(run: Run, incidents: readonly Incident[]): Incident | undefined {
  const step = stepOf(run);
  return incidents.findLast(
    (one) => one.account === account(run) && one.status !== "closed" && (one.key === step?.key || one.id === step?.key),
  );
}

/** Opens, acknowledges or closes what the run is about; an unknown key closes nothing, as at all third parties. */
export function keepIncident(run: Run, space: string, data: unknown, incidents: Incident[]): void {
  const step = stepOf(run);
  if (!step) return;
  const known = openIncident(run, incidents);
  if (known && !step.always) {
    known.events += 1;
    if (step.does !== "open") known.status = step.does === "close" ? "closed" : "acknowledged";
    return;
  }
  if (step.does !== "open") {
    if (known) known.status = "closed";
    return;
  }
  const answered = Object(data);
  incidents.push({
    id: String(answered.id ?? answered.requestId ?? randomUUID()),
    account: account(run),
    type: run.type,
    connector_id: run.id,
    space,
    key: String(step.key ?? answered.dedup_key ?? answered.requestId ?? answered.id ?? ""),
    status: "open",
    title: String(step.title ?? ""),
    events: 1,
  });
}

function account({ type, config, secrets }: Run): string {
  return JSON.stringify([type, config.apiUrl ?? null, secrets]);
}
