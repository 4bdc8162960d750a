import { plainText } from "../plain-text.ts";
import type { Effect, Plan } from "./plan.ts";
import type { Verdict } from "./policy.ts";

/** How the person was asked, for the journal. */
export type Consent = "not_needed" | "form" | "token" | "skipped";

export interface Answer {
  action: "accept" | "decline" | "cancel" | "timeout" | "unavailable";
  /** What the person typed, where a name was asked for. */
  typed?: string;
}

/** Asks the person behind the client. `unavailable`: the client cannot ask. */
export interface Ask {
  confirm(question: { message: string; typeName?: string }, options: { signal: AbortSignal; timeoutMs: number }): Promise<Answer>;
}

const maxLines = 12;

/** The plan in words, for the person who decides. Names from Kibana are quoted and cleaned. */
export function question(plan: Plan, verdict: Verdict, deployment: string): string {
  const effects = plan.effects.slice(0, maxLines).map((effect) => `- ${effectLine(effect)}`);
  const more = plan.effects.length - effects.length;
  return [
    `${deployment}: ${plan.summary}`,
    ...(plan.effects.length > 1 ? effects : plan.effects.flatMap((effect) => details(effect))),
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...verdict.newFlows.map(
      (flow) =>
        `Secret: ${plainText(flow.source)} → ${flow.hosts.map((host) => plainText(host)).join(", ") || "a host not known beforehand"}`,
    ),
    undoLine[plan.reversible],
    ...plan.warnings.map((warning) => `Note: ${plainText(warning, 300)}`),
  ].join("\n");
}

const undoLine = {
  yes: "It can be undone.",
  needs_secrets: "It can be undone only by giving the secrets again: Kibana does not hand them out.",
  no: "It cannot be undone.",
};

/** `delete connector "Ops chat" (.slack, ops-chat) in space default` */
export function effectLine({ verb, kind, name, type, id, space }: Effect): string {
  return `${verb} ${kind} "${plainText(name, 80)}" (${plainText(type, 60)}${id ? `, ${plainText(id, 80)}` : ""}) in space ${plainText(space, 60)}`;
}

function details({ before, after }: Effect): string[] {
  const show = (label: string, value: Record<string, unknown> | undefined) =>
    value && Object.keys(value).length > 0 ? [`${label}: ${plainText(JSON.stringify(value), 600)}`] : [];
  return [...show("Before", before), ...show("After", after)];
}
