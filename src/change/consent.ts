import { plainJson, plainText, quoted } from "../plain-text.ts";
import type { Page, Take } from "../web/page.ts";
import type { Effect, Plan } from "./plan.ts";
import type { Verdict } from "./policy.ts";

/** How the person was asked, for the journal. */
export type Consent = "not_needed" | "form" | "page" | "token" | "skipped";

export interface Answer {
  action: "accept" | "decline" | "cancel" | "timeout" | "unavailable";
  /** What the person typed, where a name was asked for. */
  typed?: string;
}

/** Asks the person behind the client. `unavailable`: the client cannot ask. */
export interface Ask {
  confirm(question: { message: string; typeName?: string }, options: { signal: AbortSignal; timeoutMs: number }): Promise<Answer>;
  /** Has the client show a page's address to the person, so that it need not stand in the answer. */
  show(
    page: { message: string; url: string; id: string },
    options: { signal: AbortSignal; timeoutMs: number },
  ): Promise<"shown" | "declined" | "unavailable">;
}

/** Opens pages on this machine. @returns the one-time address */
export type OpenPage = (page: Page, take: Take, owner: string) => Promise<string>;

/** As many as a plan for connectors can have; rules may be thousands. */
const maxLines = 20;
const maxOnPage = 500;

/** The plan in words, for the person who decides. Names from Kibana are quoted and cleaned. */
export function question(plan: Plan, verdict: Verdict, deployment: string): string {
  const effects = plan.effects.slice(0, maxLines).map((effect) => `- ${effectLine(effect)}${inShort(effect)}`);
  const more = plan.effects.length - effects.length;
  return [
    `${deployment}: ${plan.summary}`,
    ...(plan.effects.length > 1 ? effects : plan.effects.flatMap((effect) => details(effect))),
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...verdict.newFlows.map(
      (flow) =>
        `${flow.field === "" ? "" : "Secret: "}${plainText(flow.source)} → ${flow.hosts.map((host) => plainText(host)).join(", ") || "a host not known beforehand"}`,
    ),
    undoLine[plan.reversible],
    ...plan.warnings.map((warning) => `Note: ${plainText(warning, 300)}`),
  ].join("\n");
}

/** The plan in full, for a page. */
export function pageModel(plan: Plan, verdict: Verdict, deployment: { name: string; sandbox: boolean }, expiresAt: number): Page {
  const json = (value: Record<string, unknown> | undefined) =>
    value && Object.keys(value).length > 0 ? JSON.stringify(plainJson(value), null, 2) : undefined;
  const to = (hosts: readonly string[]) => hosts.map((host) => plainText(host)).join(", ") || "the host in the value itself";
  const requests = plan.flows.filter((flow) => flow.field === "").map((flow) => to(flow.hosts));
  return {
    kind: plan.asks.length > 0 ? "secrets" : "approve",
    deployment: deployment.name,
    sandbox: deployment.sandbox,
    space: plan.ops[0].space,
    summary: plainText(plan.summary, 600),
    effects: plan.effects.slice(0, maxOnPage).map((effect) => {
      const [before, after] = [json(effect.before), json(effect.after)];
      return { text: effectLine(effect), ...(before ? { before } : {}), ...(after ? { after } : {}) };
    }),
    flows: plan.flows.filter((flow) => flow.field !== "").map((flow) => ({ source: plainText(flow.source), to: to(flow.hosts) })),
    ...(requests.length > 0 ? { requests } : {}),
    warnings: [
      ...verdict.reasons.map((reason) => `A person is asked because ${reason}.`),
      ...(plan.effects.length > maxOnPage ? [`${plan.effects.length - maxOnPage} more of the same kind are not listed.`] : []),
      ...plan.warnings,
    ].map((warning) => plainText(warning, 600)),
    undo: undoLine[plan.reversible],
    fields: plan.asks,
    ...(typeof plan.consequence === "object" ? { typeName: plan.consequence.typeName } : {}),
    expiresAt,
  };
}

const undoLine = {
  yes: "It can be undone.",
  by_a_run: "It can be undone by one more run of the connector: the answer and list_changes hold the call.",
  needs_secrets: "It can be undone only by giving the secrets again: Kibana does not hand them out.",
  no: "It cannot be undone.",
};

/** `delete connector "Ops chat" (.slack, ops-chat) in space default` */
function effectLine({ verb, kind, name, type, id, space }: Effect): string {
  return `${verb} ${kind} ${quoted(name)} (${plainText(type, 60)}${id ? `, ${plainText(id, 80)}` : ""}) in space ${plainText(space, 60)}`;
}

/** `: "Old: fired" → "New: fired"; runs with the key of ann → bob`, what differs of a rule alone. */
function inShort({ kind, before, after }: Effect): string {
  if (kind !== "rule") return "";
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  const [then, now] = [list(before?.actions), list(after?.actions)];
  const named = (lines: string[]) => lines.map((line) => quoted(line, 100)).join(", ") || "nothing";
  const [goes, comes] = [then.filter((line) => !now.includes(line)), now.filter((line) => !then.includes(line))];
  const owners = [before?.api_key_owner, after?.api_key_owner].map((owner) => plainText(String(owner ?? "unknown"), 60));
  const owner = owners[0] === owners[1] ? "" : `; its API key: ${owners.join(" → ")}`;
  return plainText(`: ${named(goes)} → ${named(comes)}${owner}`, 400);
}

function details({ before, after }: Effect): string[] {
  const show = (label: string, value: Record<string, unknown> | undefined) =>
    value && Object.keys(value).length > 0 ? [`${label}: ${plainText(JSON.stringify(value), 1500)}`] : [];
  return [...show("Before", before), ...show("After", after)];
}
