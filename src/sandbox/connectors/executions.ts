import { randomUUID } from "node:crypto";
import type { Outcome } from "../third-parties/outcome.ts";
import type { Connector, InMemoryConnector, State } from "../types.ts";

/** One `execute` document of the event log (reference/kibana-api.md §8.1). */
export interface Execution {
  id: string;
  /** Epoch milliseconds. */
  at: number;
  durationMs: number;
  delayMs: number;
  ok: boolean;
  message: string;
  error: string;
  source: "http_request" | "alert" | "workflow";
  space: string;
  connectorId: string;
  connectorName: string;
  type: string;
}

/** How many are kept: Kibana itself keeps them for 90 days. */
const kept = 100_000;

/** Logs what Kibana logs: runs that began. One refused before that leaves no entry. */
export function logExecution(
  { id, type, name }: Connector | InMemoryConnector,
  outcome: Outcome,
  run: Pick<Execution, "at" | "source" | "space" | "delayMs"> & { durationMs?: number },
  state: State,
): void {
  const ok = outcome.status === "ok";
  state.executions.push({
    ...run,
    id: randomUUID(),
    durationMs: run.durationMs ?? Math.max(1, Date.now() - run.at),
    ok,
    message: `action ${ok ? "executed" : "execution failure"}: ${type}:${id}: ${name}`,
    error: ok ? "" : errorMessage(outcome),
    connectorId: id,
    connectorName: name,
    type,
  });
  if (state.executions.length > kept) state.executions.splice(0, kept / 10);
}

function errorMessage({ message, serviceMessage, retry }: Extract<Outcome, { status: "error" }>): string {
  const what = [message, serviceMessage].filter(Boolean).join(": ");
  return retry ? `${what}; retry: ${retry === true ? "true" : String(retry)}` : what;
}
