import { ToolError } from "../../errors.ts";
import type { Knows } from "../../web/page.ts";
import type { Plan, Unknown } from "../plan.ts";
import type { Caller, ChangeServices } from "../services.ts";
import type { ByItself } from "./ask.ts";
import { mostThatMatters } from "./question.ts";
import { toType } from "./to-type.ts";

/** Neither a token nor an unattended run is enough here. */
export function onlyInPerson(why: readonly string[]): ToolError {
  return new ToolError(
    "confirmation_invalid",
    `Only a person who is asked may agree to this: ${why.join(" ")} Nothing was written.`,
    "Let the key read what it could not, or use a client that asks a person (MCP elicitation) or a server that shows them a page (without --confirm token or --dangerously-skip-confirmation). Or make the change in Kibana.",
    { reason: "person_needed" },
  );
}

/** What an unattended run may not decide. */
export function notUnattended({ inPerson, notSeen }: Plan): string[] | undefined {
  return inPerson ?? (notSeen === undefined ? undefined : [notSeen]);
}

/** What must not be cut does not fit in a form or an answer, and there is no page. */
export function tooMuch(matters: readonly string[]): ToolError {
  return new ToolError(
    "limit_reached",
    `What a person has to see before agreeing (rules, hosts, recipients, what is deleted) takes ${matters.join("\n").length} characters here, and a question holds ${mostThatMatters}. Nothing was written.`,
    "Do it in several calls with fewer rules, connectors or recipients each.",
  );
}

/** @param why what the person answered, or that nobody could be asked */
export function stillUnknown({ statement, fix, detail }: Unknown, why: Exclude<Knows, "yes"> | "nobody"): ToolError {
  const said =
    why === "nobody"
      ? "no person can be asked here"
      : `the person was asked and answered "${why}"${why === "no" ? ": something else is stored" : ""}`;
  return new ToolError("secrets_needed", `Only a person can know this: ${statement}. But ${said}. Nothing was written.`, fix, detail);
}

/**
 * Ends a page on which a person did not say yes to what only they can know: once they have found out, they are asked again.
 * @throws ToolError secrets_needed where that was their answer
 */
export function saidOnPage(id: string, known: Knows | undefined, { onlyAPersonKnows }: Plan, { approvals }: ChangeServices): void {
  if (!onlyAPersonKnows || known === undefined || known === "yes") return;
  approvals.spend(id);
  throw stillUnknown(onlyAPersonKnows, known);
}

/** Why a person cannot be asked, and what to do. */
export function nobodyHere(plan: Plan, { ask, connection }: Caller, services: ChangeServices, answered?: ByItself): ToolError {
  const { settings } = services;
  if (plan.onlyAPersonKnows && plan.asks.length === 0) return stillUnknown(plan.onlyAPersonKnows, "nobody");
  if (plan.asks.length > 0) {
    return new ToolError(
      "secret_refused",
      "A person cannot type secrets here: nobody sits at this server's machine.",
      `Use a reference such as {"$env": "${settings.secretPrefix}…"}.`,
    );
  }
  const stateless = settings.http?.stateless ?? false;
  const needsKey = stateless && ask.inRounds && ask.showsForms() && !settings.confirmKey;
  const isStillAsked = answered !== undefined && connection.formsFail === undefined;
  const byItself = isStillAsked
    ? `the client was asked and ${answered.why}, so perhaps nobody saw the question`
    : connection.formsFail
      ? "this client answers questions by itself, so perhaps nobody saw this one"
      : needsKey
        ? "replicas that share no key cannot know each other's questions"
        : stateless
          ? "this client cannot ask one: a stateless server is asked and answered only in protocol 2026-07-28, by a client that shows forms"
          : "this client cannot ask one";
  // A continuation never replaces a name that has to be typed.
  const typed = toType(plan, services) !== undefined;
  const fixes = [
    ...(isStillAsked ? ["ask the person in the chat, and repeat the call: they are asked again"] : []),
    ...(needsKey
      ? []
      : [stateless ? "Use such a client, with --confirm form" : "Use a client that shows MCP elicitation forms to a person"]),
    ...(typed
      ? stateless
        ? ["do it through a server that is not stateless: a person has to type the connector's name"]
        : []
      : [stateless ? "have the operator set CONNECTORS_CONFIRM_KEY" : "have the operator start the server with --confirm token"]),
  ];
  const fix = fixes.join(", or ");
  return new ToolError(
    "confirmation_invalid",
    `A person has to agree, but ${byItself}, and no page can be shown. The server is shared over HTTP, and nobody sits at its machine. Nothing was written.`,
    `${fix.charAt(0).toUpperCase()}${fix.slice(1)}.`,
    { reason: "unavailable" },
  );
}
