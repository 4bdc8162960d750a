import type { KibanaSettings } from "../settings/index.ts";
import { agentReads } from "./agents.ts";
import { type Ahead, readingAhead } from "./ahead.ts";
import { alertingV2Reads } from "./alerting-v2.ts";
import { assistantReads } from "./assistant.ts";
import { backfillReads } from "./backfills.ts";
import { capabilityReads } from "./capabilities.ts";
import { caseReads } from "./cases.ts";
import { connectorSpecReads, type KnownSpecs } from "./connector-specs.ts";
import { connectorTypeReads } from "./connector-types.ts";
import { connectorReads } from "./connectors.ts";
import { currentUserReads } from "./current-user.ts";
import { executionReads } from "./executions.ts";
import { featureSettingReads } from "./feature-settings.ts";
import type { Get, Query } from "./http.ts";
import { mailServiceReads } from "./mail-services.ts";
import { maintenanceWindowReads } from "./maintenance-windows.ts";
import { migrationReads } from "./migrations.ts";
import { ruleReads } from "./rules.ts";
import { spaceReads } from "./spaces.ts";
import { type Status, statusReads } from "./status.ts";
import { workflowReads } from "./workflows.ts";

/**
 * Everything that can be read from Kibana, made from reads only: a reader cannot write, not even at run time.
 * @param auth which credentials are sent, for the message if they are not accepted
 */
export function createReader(get: Get, query: Query, auth?: KibanaSettings["auth"]): Reader {
  return readerOn({ get, query }, { auth, specs: { single: new Map() } });
}

/** What the readers of one Kibana share. */
interface Shared {
  auth: KibanaSettings["auth"] | undefined;
  /** As it was read last: good enough to guess what will be asked. */
  status?: Status;
  specs: KnownSpecs;
}

function readerOn({ get, query }: Pick<Ahead, "get" | "query">, shared: Shared, ahead = readingAhead({ get, query })): Reader {
  const reads = readsOf(ahead.get, ahead.query, shared);
  let beginning: Reader | undefined;
  return {
    ...reads,
    async status() {
      shared.status = await reads.status();
      return shared.status;
    },
    until: (signal) => readerOn({ get: (call) => get({ signal, ...call }), query: (call) => query({ signal, ...call }) }, shared),
    begin(work) {
      beginning ??= readerOn(ahead.begin, shared, { ...ahead, ...ahead.begin });
      for (const read of work(beginning, shared.status)) read.catch(() => undefined);
    },
    anew: () => readerOn(askingAnew({ get, query }), { ...shared, specs: { single: new Map() } }),
    repeatable() {
      const asking = askingAnew({ get, query });
      const own = readingAhead(asking, new Map());
      return () => {
        own.again();
        return readerOn(asking, shared, own);
      };
    },
  };
}

function askingAnew({ get, query }: Pick<Ahead, "get" | "query">): Pick<Ahead, "get" | "query"> {
  return { get: (call) => get({ anew: true, ...call }), query: (call) => query({ anew: true, ...call }) };
}

function readsOf(get: Get, query: Query, { auth, specs }: Shared) {
  return {
    ...statusReads(get, auth),
    ...spaceReads(get),
    ...currentUserReads(get),
    ...connectorReads(get),
    ...connectorTypeReads(get),
    ...connectorSpecReads(get, specs),
    ...ruleReads(get, query),
    ...backfillReads(query),
    ...capabilityReads(query),
    ...executionReads(query),
    ...workflowReads(get, query),
    ...alertingV2Reads(get),
    ...maintenanceWindowReads(get),
    ...caseReads(get),
    ...agentReads(get),
    ...assistantReads(get),
    ...featureSettingReads(get),
    ...migrationReads(get),
    ...mailServiceReads(get),
  };
}

export interface Reader extends ReturnType<typeof readsOf> {
  /** The same reads, which end when this signal does: those of one call. */
  until(signal: AbortSignal): Reader;
  /**
   * Begins reads that will be needed: each answer serves the next read of the same, once.
   * @param work `last`: what Kibana was when somebody asked last, only for a guess what will be needed
   */
  begin(work: (reader: Reader, last: Status | undefined) => Promise<unknown>[]): void;
  /** The same reads for a change, which go by nothing that is remembered: neither that a feature was absent nor how a type was described. */
  anew(): Reader;
  /** Gives a reader for each time that the same work is done, for a change: what was asked before begins at once, anew. */
  repeatable(): () => Reader;
}
