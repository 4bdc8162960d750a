import type { ArtifactsRead } from "../../change/op.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { isPlainObject } from "../../plain-object.ts";
import { plainText } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { someRules } from "./rules-in-words.ts";

/** A rule to be saved, with its artifacts if they can be read. */
export interface WholeRule {
  rule: Rule;
  artifacts: ArtifactsRead;
  /** Why they could not be read. */
  why?: string;
}

const namesShown = 5;

/**
 * The same rules with their dashboards and investigation guide: a save without them erases them. If this Kibana has them
 * but its public API does not return them, each rule takes one more read (reference/corrections.md §1).
 * @param status if it is known already
 */
export async function withArtifacts<One extends { rule: Rule }>(
  all: readonly One[],
  space: string,
  context: Pick<ToolContext, "kibana">,
  status?: Status,
): Promise<(One & WholeRule)[]> {
  const hasThem = all.some(isHidden) && knowsArtifacts(status ?? (await context.kibana.status()));
  return Promise.all(
    all.map(async (one) => ({
      ...one,
      ...(hasThem && isHidden(one) ? await readHidden(one.rule, space, context) : { rule: one.rule, artifacts: "public" as const }),
    })),
  );
}

async function readHidden(rule: Rule, space: string, { kibana }: Pick<ToolContext, "kibana">): Promise<WholeRule> {
  try {
    const { artifacts } = await kibana.rule(space, rule.id, true);
    if (isPlainObject(artifacts)) return { rule: { ...rule, artifacts }, artifacts: "internal" };
    return { rule, artifacts: "unreadable", why: "Kibana's internal route leaves them out" };
  } catch (error) {
    if (!(error instanceof KibanaError) || error.code === "cancelled") throw error;
    return { rule, artifacts: "unreadable", why: plainText(error.message, 200) };
  }
}

/** A public API that returns artifacts also returns empty ones. */
function isHidden({ rule }: { rule: Rule }): boolean {
  return !isPlainObject(rule.artifacts);
}

function knowsArtifacts(status: Status): boolean {
  return isAtLeast(status, "9.1") || (isAtLeast(status, "8.19") && !isAtLeast(status, "9.0"));
}

/**
 * What only a person may agree to: saving rules whose artifacts could not be read. Undefined if all were read.
 * @param rules `back` has the artifacts from the journal
 */
export function erasing(rules: readonly (WholeRule & { back?: Record<string, unknown> })[]): { inPerson: string[] } | undefined {
  const lost = rules.filter(({ artifacts }) => artifacts === "unreadable");
  const inPerson = [
    ...sentence(
      lost.filter(({ back }) => back?.artifacts === undefined),
      "saving erases them if there are any, and nothing brings them back",
    ),
    ...sentence(
      lost.filter(({ back }) => back?.artifacts !== undefined),
      "those from before the change replace the present ones",
    ),
  ];
  return inPerson.length > 0 ? { inPerson } : undefined;
}

function sentence(lost: readonly WholeRule[], what: string): string[] {
  if (lost.length === 0) return [];
  const which = someRules(
    lost.map(({ rule }) => rule),
    namesShown,
  );
  return [`The dashboards and the investigation guide of ${which} could not be read (${lost[0]?.why?.replace(/\.$/, "")}): ${what}.`];
}
