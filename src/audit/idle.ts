import { isTakenByDefault, neverSeen, notLookedAt } from "../usage/look.ts";
import type { ConnectorFacts, SpaceFacts } from "./facts.ts";

/** Whether nothing that was seen uses a saved connector: `surely` where all that could was seen. */
export function isIdle({ connector, usage, others }: ConnectorFacts, { rulesKnown }: SpaceFacts): false | "surely" | "as far as seen" {
  if (connector.preconfigured || usage.rules > 0 || (others && (others.uses.length > 0 || isTakenByDefault(others.sight)))) return false;
  if (connector.references === undefined ? !rulesKnown : connector.references > 0) return false;
  return others?.sight.seen === "all" ? "surely" : "as far as seen";
}

/** What was not seen of the users of an idle connector, in words. */
export function notSeen({ others }: ConnectorFacts): string {
  if (others === undefined || others.sight.seen === "all") return "what uses it besides rules could not be looked at";
  const not = names(notLookedAt(others.sight));
  const never = names(neverSeen(others.sight));
  return [not && `not looked at: ${not}`, never && `nobody can list: ${never}`].filter(Boolean).join("; ");
}

function names(all: readonly { what: string }[]): string {
  return [...new Set(all.map(({ what }) => what))].join(", ");
}

/** How a connector ran that nothing in Kibana uses, to go on a sentence. */
export function ranInWords(ran: true | "here", { window: { days } }: SpaceFacts): string {
  return ran === "here"
    ? `; within ${days} days it ran only when this server tested or ran it`
    : `, but it ran within ${days} days: a program may run it through the API, or somebody tested it`;
}
