import { setTimeout } from "node:timers/promises";
import type { NextCall } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import type { Status } from "../kibana/status.ts";
import { plainText, quoted } from "../plain-text.ts";
import { type RuleUse, rulesUsing } from "../rules/find-rules.ts";
import type { ToolContext } from "./define.ts";
import { compact } from "./fields.ts";
import { pickConnector } from "./find-connector.ts";
import { preconfigured } from "./preconfigured.ts";
import { explainReferences } from "./references.ts";
import { waysOut } from "./ways-out.ts";

const rulesNamed = 20;
/** Queued runs end by themselves: a second look after this many milliseconds tells them apart. */
const secondLook = 1500;

/** One that may not go, by the name it was asked for. */
export interface Refused {
  id: string;
  error: ToolError;
}

/** Tells what may go from what may not, with one second look for all whose references are not explained by rules. */
export async function whoMayGo(
  ids: readonly string[],
  connectors: readonly Connector[],
  space: string,
  status: Status,
  context: ToolContext,
): Promise<{ free: Connector[]; refused: Refused[] }> {
  const { kibana, signal } = context;
  const refused: Refused[] = [];
  const free = new Map<string, Connector>();
  const doubtful: { id: string; found: Connector; rules: number | undefined }[] = [];
  for (const id of ids) {
    try {
      const found = pickConnector(connectors, space, id);
      if (found.preconfigured) throw preconfigured(found, "deleted", { status, url: context.deployment.url });
      const using = await readable(rulesUsing(kibana, space, found, signal));
      if (using && using.length > 0) throw inUse(found, space, using, await waysOut(found, space, connectors, context));
      if (found.references === 0) free.set(found.id, found);
      else doubtful.push({ id, found, rules: using?.length });
    } catch (error) {
      if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
      refused.push({ id, error });
    }
  }
  if (doubtful.length > 0) {
    // Runs that were queued a moment ago may be through by now.
    await setTimeout(secondLook, undefined, { signal });
    const again = await kibana.connectors(space, signal);
    for (const { id, found, rules } of doubtful) {
      const now = again.find((one) => one.id === found.id);
      if (now?.references === 0) free.set(found.id, now);
      else refused.push({ id, error: referencesUnknown(now ?? found, rules) });
    }
  }
  return { free: [...free.values()], refused };
}

function named({ name, id }: Connector): string {
  return `${quoted(name)} (${id})`;
}

function referencesUnknown(found: Connector, rules: number | undefined): ToolError {
  return new ToolError(
    "references_unknown",
    rules === undefined
      ? `${named(found)} may be used: this key may not read rules.`
      : `${named(found)} has no rule that this key can see, but it is referred to. ${explainReferences(found, rules) ?? "Kibana does not tell how many times."}`,
    rules === undefined
      ? "Give the key read access to rules (e.g. Stack Rules: Read), or look in Kibana under Stack Management > Rules."
      : "Look in Kibana under Stack Management > Cases and Rules (with a user who sees all rules) and free it there; if runs were queued, repeat the call in a minute.",
    { references: found.references, rules_found: rules ?? "unknown" },
  );
}

/** Undefined where the key may not read rules. */
async function readable(rules: Promise<RuleUse[]>): Promise<RuleUse[] | undefined> {
  try {
    return await rules;
  } catch (error) {
    if (error instanceof ToolError && error.code === "forbidden") return undefined;
    throw error;
  }
}

function inUse(found: Connector, space: string, rules: RuleUse[], next: NextCall[]): ToolError {
  const total = rules.length;
  const first = rules.slice(0, 3).map((rule) => `${quoted(rule.name, 60)}${rule.enabled ? "" : " (disabled)"}`);
  return new ToolError(
    "in_use",
    `${named(found)} is used by ${total} rule${total > 1 ? "s" : ""}: ${first.join(", ")}${total > 3 ? " and more" : ""}. Without it they fail in silence, their other actions too.`,
    "Move these rules to another connector, or take its actions out of them, with replace_connector; then repeat the call.",
    compact({
      rules: rules.slice(0, rulesNamed).map((rule) => ({ ...rule, name: plainText(rule.name, 120) })),
      rules_total: total,
      note: explainReferences(found, total),
      space,
      next,
    }),
  );
}
