import { ToolError } from "../../errors.ts";
import { beginning, oneLine } from "../../plain-text.ts";
import { seal } from "../../sealed.ts";
import type { Scrub } from "../../secrets/redact.ts";
import type { Take, ToType } from "../../web/page.ts";
import type { Outcome } from "../outcome.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Call, Caller, ChangeServices } from "../services.ts";
import { shown } from "../shown.ts";
import type { Approval, Typed } from "./approvals.ts";
import type { Answer, Consent } from "./ask.ts";
import { confirmationInvalid } from "./continuation.ts";
import { fitsQuestion, mostThatMatters, pageModel, question, whatMatters } from "./question.ts";
import { type Reach, reachOf } from "./reach.ts";
import { wordsToKeep } from "./words-to-keep.ts";

/** How it was agreed, or the answer that says that it is not (yet). */
type Agreement = { how: Consent; waited: boolean } | { outcome: Outcome };

/** Form, page or token, in this order; or nobody needs to be asked. */
export async function getConsent(
  change: Call,
  plan: Plan,
  verdict: Verdict,
  approval: Approval | undefined,
  caller: Caller,
  services: ChangeServices,
): Promise<Agreement> {
  const { settings, continuations, deployment } = services;
  if (approval) return fromPage(approval, change, plan, verdict, services);
  const type = toType(plan, services);
  if (change.confirm !== undefined) {
    // Checked now, so that a wrong one is told apart; spent just before the first write.
    if (plan.inPerson) throw onlyInPerson(plan.inPerson);
    if (settings.confirm !== "token" || type !== undefined || plan.asks.length > 0) throw confirmationInvalid("foreign");
    continuations.check(change.confirm, change.tool, change.args, services.digest(plan));
    return { how: "token", waited: false };
  }
  const reach = await reachOf(plan);
  if (plan.asks.length > 0) return { outcome: await askOnPage(change, plan, verdict, reach, caller, services) };
  if (verdict.reasons.length === 0) return { how: "not_needed", waited: false };
  if (settings.skipConfirmation) {
    if (plan.inPerson) throw onlyInPerson(plan.inPerson);
    return { how: "skipped", waited: false };
  }
  const matters = whatMatters(plan, reach, deployment);
  if (!fitsQuestion(matters, reach)) {
    if (!services.openPage) throw tooMuch(matters);
    return { outcome: await askOnPage(change, plan, verdict, reach, caller, services) };
  }
  const answer = await caller.ask.confirm(
    {
      message: services.redactor.withoutLiterals.text(question(plan, matters), wordsToKeep(plan, reach, deployment)),
      ...(type === undefined ? {} : { type }),
    },
    { signal: caller.signal, timeoutMs: settings.confirmWait },
  );
  if (answer.action === "accept" && (type === undefined || isTyped(type, answer.typed ?? ""))) return { how: "form", waited: true };
  if (answer.action !== "unavailable") return { outcome: await unanswered(answer.action, plan, verdict, services) };
  if (settings.confirm === "token" && plan.inPerson) throw onlyInPerson(plan.inPerson);
  if (settings.confirm === "token" && type === undefined) return { outcome: await withToken(change, plan, verdict, services) };
  return { outcome: await askOnPage(change, plan, verdict, reach, caller, services) };
}

/** Neither a token nor an unattended run stands for a person here. */
function onlyInPerson(why: readonly string[]): ToolError {
  return new ToolError(
    "confirmation_invalid",
    `Only a person who is asked may agree to this: ${why.join(" ")} Nothing was written.`,
    "Make what is lost readable, or use a client that asks a person (MCP elicitation) or a server that shows them a page: without --confirm token and --dangerously-skip-confirmation. Or make the change in Kibana.",
    { reason: "person_needed" },
  );
}

/** What a person types, undefined where nothing is. An id in place of a name that is not shown as it is, or cannot be typed by sight. */
function toType({ consequence, ops: [op] }: Plan, { redactor }: ChangeServices): ToType | undefined {
  if (typeof consequence !== "object") return undefined;
  const { typeName: name } = consequence;
  const shownName = redactor.withoutLiterals.text(name);
  const real = op.op === "delete" || op.op === "update" ? op.before.name : name;
  const plain = name === real && oneLine(name) === name && shownName === name && isOfOneScript(name);
  return plain || op.id === undefined ? { what: "name", text: shownName.trim() } : { what: "id", text: oneLine(op.id) };
}

/** Latin letters that are Cyrillic ones cannot be told by sight. */
function isOfOneScript(text: string): boolean {
  return (
    [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Hebrew}|\p{Script=Arabic}/u].filter((one) =>
      one.test(text),
    ).length <= 1
  );
}

function isTyped({ text }: ToType, given: string): boolean {
  return given.trim().normalize() === text.normalize();
}

/** What must not be cut would be out of sight in a form or an answer, and there is no page. */
function tooMuch(matters: readonly string[]): ToolError {
  return new ToolError(
    "limit_reached",
    `What a person has to see before agreeing (hosts, recipients, what is deleted) takes ${matters.join("\n").length} characters here, and a question holds ${mostThatMatters}. Nothing was written.`,
    "Do it in several calls with fewer rules, connectors or recipients each.",
  );
}

/** The call was repeated with the id of a page. */
async function fromPage(
  approval: Approval,
  { confirm = "" }: Call,
  plan: Plan,
  verdict: Verdict,
  services: ChangeServices,
): Promise<Agreement> {
  switch (approval.state) {
    case "approved":
      if (approval.planDigest !== services.digest(plan)) throw confirmationInvalid("target_changed");
      return { how: "page", waited: false };
    case "refused":
      return { outcome: await unanswered("decline", plan, verdict, services) };
    case "waiting":
      return {
        outcome: {
          ...(await waiting(plan, verdict, { id: confirm, ...approval }, services)),
          message: "The person has not answered on the page yet. Nothing was written.",
        },
      };
  }
}

/** Opens the page and answers at once: the call is never held open for it. */
async function askOnPage(
  change: Call,
  plan: Plan,
  verdict: Verdict,
  reach: Reach,
  caller: Caller,
  services: ChangeServices,
): Promise<Outcome> {
  const { approvals, openPage, deployment, sandbox, settings } = services;
  if (!openPage) throw plan.inPerson ? onlyInPerson(plan.inPerson) : nobodyHere(plan, services);
  const planned = services.digest(plan);
  const open = approvals.waiting(change.tool, change.args, planned);
  if (open) return waiting(plan, verdict, open, services);
  const [forPeople, kept] = [services.redactor.withoutLiterals, wordsToKeep(plan, reach, deployment)];
  const entry = approvals.open(caller.principal.name, change.tool, change.args, planned);
  const type = toType(plan, services);
  const model = pageModel(plan, verdict, reach, { name: deployment, sandbox, expiresAt: entry.expiresAt, type });
  const take: Take = async (answer) => {
    if (!answer.approved) {
      entry.answer({ approved: false });
      return {};
    }
    if (type !== undefined && !isTyped(type, answer.typedName)) return { name: `That is not the ${type.what}.` };
    return takeTyped(change, plan, answer.values, entry.answer, services);
  };
  const url = await openPage(forPeople.json(model, kept), take, caller.principal.name);
  const message = `${deployment}: ${plan.asks.length > 0 ? "secrets are wanted for" : "please approve"}: ${beginning(plan.summary, 600)}`;
  const seen = await caller.ask.show(
    { message: forPeople.text(oneLine(message), kept), url, id: entry.id },
    { signal: caller.signal, timeoutMs: settings.confirmWait },
  );
  if (seen === "declined") {
    entry.answer({ approved: false });
    return unanswered("decline", plan, verdict, services);
  }
  const visible = seen === "shown" ? undefined : url;
  entry.shownAt(visible);
  return waiting(plan, verdict, { id: entry.id, url: visible, expiresAt: entry.expiresAt }, services);
}

/** Why a person cannot be asked, and what helps. */
function nobodyHere(plan: Plan, services: ChangeServices): ToolError {
  const { settings } = services;
  if (plan.asks.length > 0) {
    return new ToolError(
      "secret_refused",
      "A person cannot type secrets here: this server runs where nobody sits at its machine.",
      `Use a reference such as {"$env": "${settings.secretPrefix}…"}.`,
    );
  }
  const stateless = settings.http?.stateless ?? false;
  const fixes = [
    ...(stateless ? [] : ["Use a client that supports MCP elicitation"]),
    // A name that somebody types is never replaced by a continuation.
    ...(toType(plan, services) === undefined
      ? [
          `${stateless ? "Have" : "have"} the operator ${stateless ? "set CONNECTORS_CONFIRM_KEY" : "start the server with --confirm token"}`,
        ]
      : stateless
        ? ["Do it through a server that is not stateless: a person has to type the connector's name"]
        : []),
  ];
  return new ToolError(
    "confirmation_invalid",
    stateless
      ? "A person has to agree, and a stateless server cannot ask one: it keeps nothing between requests."
      : "A person has to agree, this client cannot ask one, and no page can be shown. The server is shared over HTTP, and nobody sits at its machine.",
    `${fixes.join(", or ")}.`,
    { reason: "unavailable" },
  );
}

/** Checks typed values as the plan does, before they are taken. @returns problems by field */
async function takeTyped(
  change: Call,
  plan: Plan,
  values: Record<string, string>,
  answer: (given: { approved: true; typed: Typed; planDigest: string }) => void,
  services: ChangeServices,
): Promise<Record<string, string>> {
  const { redactor } = services;
  if (plan.asks.length === 0) {
    answer({ approved: true, typed: new Map(), planDigest: services.digest(plan) });
    return {};
  }
  const typed = new Map(Object.entries(values).map(([path, value]) => [path, seal(value, `${path}, typed by a person`)]));
  for (const value of typed.values()) redactor.learn(value);
  try {
    const [same, whole] = [await change.plan(undefined), await change.plan(typed)];
    if ("noChange" in same || "noChange" in whole || services.digest(same) !== services.digest(plan))
      return { "": "The target changed meanwhile. Refuse here and ask the agent to start again." };
    answer({ approved: true, typed, planDigest: services.digest(whole) });
    return {};
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return fieldProblems(error, plan, redactor.withoutLiterals);
  }
}

function fieldProblems(error: ToolError, plan: Plan, redactor: Scrub): Record<string, string> {
  const listed = error.detail?.problems;
  const problems: Record<string, string> = {};
  for (const one of Array.isArray(listed) ? listed : []) {
    const { path, problem, suggestion } = one as { path: string; problem: string; suggestion?: string };
    const field = plan.asks.find((asked) => path === asked.path || path.startsWith(`${asked.path}.`));
    if (field) problems[field.path] = redactor.text(`It ${problem}${suggestion ? ` (${suggestion})` : ""}.`);
  }
  return Object.keys(problems).length > 0 ? problems : { "": redactor.text(error.message) };
}

async function waiting(
  plan: Plan,
  verdict: Verdict,
  { id, url, expiresAt }: { id: string; url: string | undefined; expiresAt: number },
  services: ChangeServices,
): Promise<Outcome> {
  const secrets = plan.asks.length > 0;
  const where = url === undefined ? "on the page that their client shows" : "on the page at `url`";
  return {
    ...(await shown(secrets ? "secrets_wanted" : "confirmation_needed", plan, verdict, services)),
    message: `Nothing was written. The person ${secrets ? "types the secrets and approves" : "approves"} ${where}${url === undefined ? "" : ", in a browser on this machine: give them the address"}.`,
    confirm: {
      id,
      how: "When they say that they are done, repeat the same arguments with this id as `confirm`. Do not open the page yourself.",
      ...(url === undefined ? {} : { url }),
      expires_at: new Date(expiresAt).toISOString(),
    },
  };
}

async function withToken(change: Call, plan: Plan, verdict: Verdict, services: ChangeServices): Promise<Outcome> {
  const { id, expiresAt } = services.continuations.issue(change.tool, change.args, services.digest(plan));
  return {
    ...(await shown("confirmation_needed", plan, verdict, services)),
    message: "Nothing was written. Show the plan to the person; only when they agree, repeat the same call with `confirm`.",
    confirm: { id, how: "Repeat the same arguments with this id as `confirm`.", expires_at: new Date(expiresAt).toISOString() },
  };
}

async function unanswered(
  action: Exclude<Answer["action"], "unavailable">,
  plan: Plan,
  verdict: Verdict,
  services: ChangeServices,
): Promise<Outcome> {
  const { settings } = services;
  switch (action) {
    case "accept":
      return {
        ...(await shown("declined", plan, verdict, services)),
        message: "The name that was typed is not the connector's name. Nothing was written.",
      };
    case "decline":
      return {
        ...(await shown("declined", plan, verdict, services)),
        message: "The person declined. Nothing was written. Do not ask again unless they bring it up.",
      };
    case "cancel":
      return {
        ...(await shown("declined", plan, verdict, services)),
        message: "The person closed the question without an answer. Nothing was written.",
      };
    case "timeout":
      return {
        ...(await shown("confirmation_needed", plan, verdict, services)),
        message: `No answer within ${settings.confirmWait / 1000} seconds. Nothing was written.`,
        confirm: { how: "Repeat the same call to ask the person again." },
      };
  }
}
