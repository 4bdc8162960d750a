import { ToolError } from "../errors.ts";
import { grouped } from "../grouped.ts";
import type { ConnectorRights } from "../kibana/capabilities.ts";
import type { Reader } from "../kibana/reader.ts";
import { rulePrivilege } from "../kibana/rule-privilege.ts";
import { plainText, quoted } from "../plain-text.ts";
import { wayTo } from "./consent/way.ts";
import type { Op } from "./op.ts";
import type { Plan } from "./plan.ts";
import type { Verdict } from "./policy.ts";
import type { Call, Caller, ChangeServices } from "./services.ts";

/**
 * Why the call without dry_run would be refused, as far as that is known beforehand: missing rights in the space, and
 * nobody who could agree. What the policy refuses is refused in a dry run too.
 */
export async function wouldBeRefused(
  plan: Plan,
  call: Pick<Call, "tool">,
  verdict: Verdict,
  caller: Caller,
  services: ChangeServices,
): Promise<ToolError[]> {
  const [way, refusals] = await Promise.all([
    wayTo(plan, call, verdict, false, caller, services),
    refusedByKibana(plan, services.reader.until(caller.reads)),
  ]);
  return [...refusals, ...(way.by === "nobody" ? [way.why] : [])];
}

/** Why Kibana would refuse a plan, as far as it says so beforehand: nobody is asked about such a plan. */
export async function refusedByKibana({ ops }: Plan, reader: Reader): Promise<ToolError[]> {
  const refusals = await Promise.all(
    [...grouped<string, Op>(ops, ({ space }) => space)].flatMap(([space, inIt]) => [
      withoutRight(rightsFor(inIt), space, reader),
      withoutRuleRight(inIt, space, reader),
    ]),
  );
  return refusals.filter((error) => error !== undefined);
}

const needed = { create: "change", update: "change", rotate: "change", delete: "delete", execute: "execute" } as const satisfies Partial<
  Record<Op["op"], keyof ConnectorRights>
>;

function rightsFor(ops: readonly Op[]): (keyof ConnectorRights)[] {
  return ops.flatMap(({ op }) => (op === "put_rule" || op === "put_workflow" ? [] : [needed[op]]));
}

/** Why Kibana would refuse what takes these rights in a space; undefined where it would not, or does not say. */
export async function withoutRight(
  rights: readonly (keyof ConnectorRights)[],
  space: string,
  reader: Reader,
): Promise<ToolError | undefined> {
  if (rights.length === 0) return undefined;
  // If Kibana does not say, nothing is known.
  const has = await reader.connectorRights(space).catch(unlessCancelled);
  // A space that hides the feature shows no right, not even the one by which the plan was read.
  const missing = has?.read && rights.find((right) => !has[right]);
  return missing
    ? new ToolError(
        "forbidden",
        `These credentials may not ${missing} connectors in space ${plainText(space, 80)}: Kibana would refuse it.`,
        `Give them the privilege ${missing === "execute" ? "read" : "all"} for Actions and Connectors in that space.`,
      )
    : undefined;
}

async function withoutRuleRight(ops: readonly Op[], space: string, reader: Reader): Promise<ToolError | undefined> {
  const rules = ops.flatMap((op) => (op.op === "put_rule" ? [op] : []));
  if (rules.length === 0) return undefined;
  const types = await reader.ruleTypes(space).catch(unlessCancelled);
  const lapsed = types && rules.find(({ type }) => types.some((one) => one.id === type && !one.enabledInLicense));
  if (lapsed)
    return new ToolError(
      "type_unusable",
      `The licence does not cover rules of type ${plainText(lapsed.type, 80)}, such as ${quoted(lapsed.name, 60)}: Kibana would not save it.`,
      "Leave such rules out, or have the licence renewed.",
      { rule: lapsed.id },
    );
  const refused = types && rules.find(({ type }) => !types.some((one) => one.id === type && one.changeable));
  return refused
    ? new ToolError(
        "forbidden",
        `These credentials may not change rules of type ${plainText(refused.type, 80)} in space ${plainText(space, 80)}, such as ${quoted(refused.name, 60)}: Kibana would refuse it.`,
        `Give them ${rulePrivilege(undefined, "all")}, in that space.`,
        { rule: refused.id },
      )
    : undefined;
}

function unlessCancelled(error: unknown): undefined {
  if (!(error instanceof ToolError) || error.code === "cancelled") throw error;
  return undefined;
}
