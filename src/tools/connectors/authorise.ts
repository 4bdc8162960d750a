import type { Connector } from "../../kibana/connectors.ts";

/** Kibana's list of connectors, where users authorise those that they do not share. */
const list = "/app/management/insightsAndAlerting/triggersActionsConnectors/connectors";

/**
 * Where and how users authorise a connector that each uses with an account of its own: it does nothing for them before. Undefined
 * where all share its secrets. Only a person can do it, signed in to Kibana and to the service (kibana#250977).
 */
export function howToAuthorise({ authMode }: Pick<Connector, "authMode">, kibana: string, space: string): string | undefined {
  if (authMode === undefined) return undefined;
  const at = `${kibana}${space === "default" ? "" : `/s/${encodeURIComponent(space)}`}${list}`;
  return `Each user opens ${at} and chooses "Connect your account" at it: until then it does nothing for that user.`;
}

/** What a PUT does to a connector that each user has authorised, for the first line of a question; empty where all share its secrets. */
export function authorisationsLost({ authMode }: Pick<Connector, "authMode">): string {
  return authMode === undefined ? "" : " Kibana deletes the tokens of everybody who has authorised it: each has to authorise it again.";
}

/** The same of an undo. */
export const authorisationsGone = "No undo brings back the tokens of those who have authorised it.";
