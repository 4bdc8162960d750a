import { ToolError } from "../errors.ts";
import { seal } from "../sealed.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Approval, Typed } from "./approvals.ts";
import { type Answer, type Consent, pageModel, question } from "./consent.ts";
import { confirmationInvalid } from "./continuation.ts";
import type { Outcome } from "./outcome.ts";
import type { Plan } from "./plan.ts";
import type { Verdict } from "./policy.ts";
import type { Call, Caller, ChangeServices } from "./services.ts";
import { shown } from "./shown.ts";

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
  const { settings, continuations, deployment, redactor } = services;
  if (approval) return fromPage(approval, change, plan, verdict, services);
  const typeName = nameToType(plan, redactor);
  if (change.confirm !== undefined) {
    // Checked now, so that a wrong one is told apart; spent just before the first write.
    if (settings.confirm !== "token" || typeName !== undefined || plan.asks.length > 0) throw confirmationInvalid("foreign");
    continuations.check(change.confirm, change.tool, change.args, services.digest(plan));
    return { how: "token", waited: false };
  }
  if (plan.asks.length > 0) return { outcome: await askOnPage(change, plan, verdict, caller, services) };
  if (verdict.reasons.length === 0) return { how: "not_needed", waited: false };
  if (settings.skipConfirmation) return { how: "skipped", waited: false };
  const answer = await caller.ask.confirm(
    { message: redactor.text(question(plan, verdict, deployment)), ...(typeName === undefined ? {} : { typeName }) },
    { signal: caller.signal, timeoutMs: settings.confirmWait },
  );
  if (answer.action === "accept" && (typeName === undefined || answer.typed?.trim() === typeName)) return { how: "form", waited: true };
  if (answer.action !== "unavailable") return { outcome: unanswered(answer.action, plan, verdict, services) };
  if (settings.confirm === "token" && typeName === undefined) return { outcome: withToken(change, plan, verdict, services) };
  return { outcome: await askOnPage(change, plan, verdict, caller, services) };
}

/** The name as the person sees it, undefined where none is to be typed. */
function nameToType({ consequence }: Plan, redactor: Redactor): string | undefined {
  return typeof consequence === "object" ? redactor.text(consequence.typeName).trim() : undefined;
}

/** The call was repeated with the id of a page. */
function fromPage(approval: Approval, { confirm = "" }: Call, plan: Plan, verdict: Verdict, services: ChangeServices): Agreement {
  switch (approval.state) {
    case "approved":
      if (approval.planDigest !== services.digest(plan)) throw confirmationInvalid("target_changed");
      return { how: "page", waited: false };
    case "refused":
      return { outcome: unanswered("decline", plan, verdict, services) };
    case "waiting":
      return {
        outcome: {
          ...waiting(plan, verdict, { id: confirm, ...approval }, services),
          message: "The person has not answered on the page yet. Nothing was written.",
        },
      };
  }
}

/** Opens the page and answers at once: the call is never held open for it. */
async function askOnPage(change: Call, plan: Plan, verdict: Verdict, caller: Caller, services: ChangeServices): Promise<Outcome> {
  const { approvals, openPage, deployment, sandbox, settings } = services;
  if (!openPage) throw nobodyHere(plan, services);
  const planned = services.digest(plan);
  const open = approvals.waiting(change.tool, change.args, planned);
  if (open) return waiting(plan, verdict, open, services);
  const entry = approvals.open(caller.principal.name, change.tool, change.args, planned);
  const url = await openPage(
    services.redactor.json(pageModel(plan, verdict, { name: deployment, sandbox }, entry.expiresAt)),
    async (answer) => {
      if (!answer.approved) {
        entry.answer({ approved: false });
        return {};
      }
      const name = nameToType(plan, services.redactor);
      if (name !== undefined && answer.typedName !== name) return { name: "That is not the name." };
      return takeTyped(change, plan, answer.values, entry.answer, services);
    },
    caller.principal.name,
  );
  const message = `${deployment}: ${plan.asks.length > 0 ? "secrets are wanted for" : "please approve"}: ${plan.summary}`;
  const seen = await caller.ask.show(
    { message: services.redactor.text(message), url, id: entry.id },
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
function nobodyHere(plan: Plan, { settings, redactor }: ChangeServices): ToolError {
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
    ...(nameToType(plan, redactor) === undefined
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
    return fieldProblems(error, plan, redactor);
  }
}

function fieldProblems(error: ToolError, plan: Plan, redactor: Redactor): Record<string, string> {
  const listed = error.detail?.problems;
  const problems: Record<string, string> = {};
  for (const one of Array.isArray(listed) ? listed : []) {
    const { path, problem, suggestion } = one as { path: string; problem: string; suggestion?: string };
    const field = plan.asks.find((asked) => path === asked.path || path.startsWith(`${asked.path}.`));
    if (field) problems[field.path] = redactor.text(`It ${problem}${suggestion ? ` (${suggestion})` : ""}.`);
  }
  return Object.keys(problems).length > 0 ? problems : { "": redactor.text(error.message) };
}

function waiting(
  plan: Plan,
  verdict: Verdict,
  { id, url, expiresAt }: { id: string; url: string | undefined; expiresAt: number },
  services: ChangeServices,
): Outcome {
  const secrets = plan.asks.length > 0;
  const where = url === undefined ? "on the page that their client shows" : "on the page at `url`";
  return {
    ...shown(secrets ? "secrets_wanted" : "confirmation_needed", plan, verdict, services),
    message: `Nothing was written. The person ${secrets ? "types the secrets and approves" : "approves"} ${where}${url === undefined ? "" : ", in a browser on this machine: give them the address"}.`,
    confirm: {
      id,
      how: "When they say that they are done, repeat the same arguments with this id as `confirm`. Do not open the page yourself.",
      ...(url === undefined ? {} : { url }),
      expires_at: new Date(expiresAt).toISOString(),
    },
  };
}

function withToken(change: Call, plan: Plan, verdict: Verdict, services: ChangeServices): Outcome {
  const { id, expiresAt } = services.continuations.issue(change.tool, change.args, services.digest(plan));
  return {
    ...shown("confirmation_needed", plan, verdict, services),
    message: "Nothing was written. Show the plan to the person; only when they agree, repeat the same call with `confirm`.",
    confirm: { id, how: "Repeat the same arguments with this id as `confirm`.", expires_at: new Date(expiresAt).toISOString() },
  };
}

function unanswered(action: Exclude<Answer["action"], "unavailable">, plan: Plan, verdict: Verdict, services: ChangeServices): Outcome {
  const { settings } = services;
  switch (action) {
    case "accept":
      return {
        ...shown("declined", plan, verdict, services),
        message: "The name that was typed is not the connector's name. Nothing was written.",
      };
    case "decline":
      return {
        ...shown("declined", plan, verdict, services),
        message: "The person declined. Nothing was written. Do not ask again unless they bring it up.",
      };
    case "cancel":
      return {
        ...shown("declined", plan, verdict, services),
        message: "The person closed the question without an answer. Nothing was written.",
      };
    case "timeout":
      return {
        ...shown("confirmation_needed", plan, verdict, services),
        message: `No answer within ${settings.confirmWait / 1000} seconds. Nothing was written.`,
        confirm: { how: "Repeat the same call to ask the person again." },
      };
  }
}
