import { leaves } from "../../plain-object.ts";
import { beginning } from "../../plain-text.ts";
import { shown } from "../answer.ts";
import type { Outcome } from "../outcome.ts";
import type { Plan } from "../plan.ts";
import type { Verdict } from "../policy.ts";
import type { Call, ChangeServices } from "../services.ts";
import type { ByItself, Connection } from "./ask.ts";

export async function waiting(
  plan: Plan,
  verdict: Verdict,
  {
    id,
    url,
    expiresAt,
    answered,
    formsFail,
  }: { id: string; url: string | undefined; expiresAt: number; answered?: ByItself | undefined } & Connection,
  services: ChangeServices,
): Promise<Outcome> {
  const secrets = plan.asks.length > 0;
  const where = url === undefined ? "on the page that their client shows" : "on the page at `confirm.url`";
  const anywhere = services.settings.http?.publicUrl !== undefined;
  const nobody =
    answered === undefined
      ? ""
      : ` The client was asked and ${answered.why}: perhaps nobody saw the question. Ask the person in the chat.${answered.help ? ` ${answered.help}` : ""}`;
  const forms = formsFail === undefined ? "" : ` ${withoutForms[formsFail]}`;
  return {
    ...(await shown(secrets ? "secrets_wanted" : "confirmation_needed", plan, verdict, services)),
    message: `Nothing was written.${nobody} The person ${secrets ? "types the secrets and approves" : "approves"} ${where}${url === undefined ? "" : `, in a browser${anywhere ? "" : " on this machine"}: give them the address`}.${forms}`,
    confirm: {
      id,
      how: "When they say that they are done, repeat the same arguments with this id as `confirm`. Do not open the page yourself.",
      ...(url === undefined ? {} : { url }),
      expires_at: new Date(expiresAt).toISOString(),
    },
  };
}

const withoutForms: Record<NonNullable<Connection["formsFail"]>, string> = {
  "by itself": "No form is shown any more, since this client answers them by itself.",
  unanswered: "Forms are shown again once a person has answered on a page.",
};

export async function withToken(change: Call, plan: Plan, verdict: Verdict, services: ChangeServices): Promise<Outcome> {
  const { id, expiresAt } = services.continuations.issue(change, services.digest(plan));
  return {
    ...(await shown("confirmation_needed", plan, verdict, services)),
    message: "Nothing was written. Show the plan to the person; only when they agree, repeat the same call with `confirm`.",
    confirm: { id, how: "Repeat the same arguments with this id as `confirm`.", expires_at: new Date(expiresAt).toISOString() },
  };
}

/** The person has approved on the page, and the call came again without its id. */
export async function approved(
  plan: Plan,
  verdict: Verdict,
  { id, expiresAt }: { id: string; expiresAt: number },
  services: ChangeServices,
): Promise<Outcome> {
  return {
    ...(await shown("confirmation_needed", plan, verdict, services)),
    message: "Nothing was written yet. The person has approved this on the page.",
    confirm: { id, how: "Repeat the same arguments with this id as `confirm`.", expires_at: new Date(expiresAt).toISOString() },
  };
}

/** What was refused and why a person was asked: the rest of the plan is of no use any more. */
async function refused(plan: Plan, verdict: Verdict, services: ChangeServices): Promise<Outcome> {
  const { plan: whole, warnings: _warnings, ...place } = await shown("declined", plan, verdict, services);
  const { summary, needs_a_person: why } = whole ?? {};
  return { ...place, plan: { summary, ...(why ? { needs_a_person: why } : {}) } };
}

/** A person said no. */
export async function declined(plan: Plan, verdict: Verdict, services: ChangeServices): Promise<Outcome> {
  return {
    ...(await refused(plan, verdict, services)),
    message: "The person declined. Nothing was written. Do not ask again unless they bring it up.",
  };
}

export async function mistyped(plan: Plan, verdict: Verdict, services: ChangeServices): Promise<Outcome> {
  return {
    ...(await refused(plan, verdict, services)),
    message:
      "What was typed is not the text that was asked for. Nothing was written. If the person meant to agree, repeat the call: they are asked again.",
  };
}

/**
 * What was shown to the person is not what would be done now.
 * @param before the plan that was shown, where this process still has it
 */
export async function planChanged(plan: Plan, verdict: Verdict, services: ChangeServices, before?: Plan): Promise<Outcome> {
  const now = await shown("plan_changed", plan, verdict, services);
  const was = before && differing(await shown("plan_changed", before, verdict, services), now);
  return {
    ...now,
    message: "The target changed meanwhile. Nothing was written. Repeat the call to decide on the new plan.",
    ...(was && { differs: was.length > 0 ? was : ["something that the plan does not show, such as a secret"] }),
  };
}

const mostDifferences = 5;

/** Where two plans differ in what they show: `effects.0.before.config.url: was "https://…"`. */
function differing(before: Outcome, now: Outcome): string[] {
  const parts = ({ plan, warnings }: Outcome) =>
    new Map(leaves({ ...plan, warnings: warnings ?? [] }).map(([path, value]) => [path.join("."), JSON.stringify(value) ?? ""]));
  const [was, is] = [parts(before), parts(now)];
  const paths = [...new Set([...was.keys(), ...is.keys()])].filter((path) => was.get(path) !== is.get(path));
  const told = paths.slice(0, mostDifferences).map((path) => {
    const value = was.get(path);
    return `${path}: ${value === undefined ? "new" : `was ${beginning(value, 200)}`}`;
  });
  return paths.length > told.length ? [...told, `${paths.length - told.length} more`] : told;
}

export async function notAnswered(plan: Plan, verdict: Verdict, services: ChangeServices): Promise<Outcome> {
  return {
    ...(await shown("confirmation_needed", plan, verdict, services)),
    message: `No answer within ${services.settings.confirmWait / 1000} seconds. Nothing was written.`,
    confirm: { how: "Repeat the same call to ask the person again." },
  };
}
