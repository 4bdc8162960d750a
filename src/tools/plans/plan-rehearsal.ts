import type { ConnectorType } from "../../catalog/connector-type.ts";
import { firstUnread } from "../../catalog/validate.ts";
import { asOfVersion } from "../../catalog/when.ts";
import type { Fresh } from "../../change/fresh.ts";
import type { NextCall, NoChange } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import { isAtLeast } from "../../kibana/status.ts";
import { quoted, word } from "../../plain-text.ts";
import { type Correction, corrections } from "../../rules/corrections.ts";
import { rehearse } from "../../rules/rehearse.ts";
import { templateParser, templateRenderer } from "../../rules/template-parser.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { wholeList } from "../../usage/whole-list.ts";
import type { SpaceContext } from "../define.ts";
import { askedRules } from "../rules/find-rules.ts";
import { inShort } from "../rules/rehearsal-in-short.ts";
import { agreedBefore } from "../secrets/agreed-before.ts";
import { nothingToRehearse, type RehearsalPlan, sentRehearsal, warningsOn } from "./sent-rehearsal.ts";

/** Actions of one rule and connector that are rehearsed. */
const mostActions = 20;
/**
 * What a rule would send through a connector: shown, or with `loud` sent as a test.
 * @throws ToolError invalid_arguments where the rule has no action of the connector, or belongs to the new alerting
 */
export async function planRehearsal(
  asked: string,
  { found, entry: known, mode, fresh }: { found: Connector; entry: ConnectorType | undefined; mode: "safe" | "loud"; fresh: Fresh },
  context: SpaceContext,
): Promise<RehearsalPlan | NoChange> {
  const { kibana, space } = context;
  const [rule, status, types, parse, render] = await Promise.all([
    oneRule(asked, context),
    kibana.status(),
    kibana.ruleTypes(space),
    templateParser(),
    templateRenderer(),
  ]);
  const entry = known && asOfVersion(known, (since) => isAtLeast(status, since));
  const type = types.find((one) => one.id === rule.rule_type_id);
  if (!type) throw unknownType(rule);
  const using = rule.actions.filter(({ id }) => id === found.id);
  if (using.length === 0) throw nothingToRehearse(rule, found);
  if (using.length > mostActions) throw tooMany(rule, using.length);
  const kibanaUrl = context.deployment.url.replace(/\/$/, "");
  // A template may name a secret that stands in the rule's own params: it is neither shown nor sent.
  const withoutSecrets = { ...rule, params: hideSecrets(rule.params).config };
  const about = {
    rule: withoutSecrets,
    type,
    space,
    kibanaUrl,
    connector: found,
    entry,
    mayKnowMore: isAtLeast(status, firstUnread),
    parse,
    render,
  };
  const actions = rehearse(about);
  const next = isAtLeast(status, "8.6") ? correctingCalls(corrections(actions, about), rule, found, space) : [];
  const shown = inShort(rule, type, actions, found.id);
  if (mode === "safe") {
    return {
      noChange: true,
      message: "Nothing was sent: this is what the rule would send, with a made-up alert.",
      space,
      result: { mode, ...shown },
      warnings: warningsOn(found),
      next,
    };
  }
  const sent = sentRehearsal({ rule, actions, found, entry, space, shown, next, unique: fresh.word });
  return { ...sent, knownHosts: await agreedBefore(found, space, sent.flows, context.secrets) };
}

/** Each corrects one action, and leaves the rest of the rule as it is. */
function correctingCalls(all: readonly Correction[], rule: Rule, found: Connector, space: string): NextCall[] {
  return all.slice(0, 3).map(({ on, ...args }) => ({
    tool: "attach_connector",
    args: { connector: found.id, rules: [rule.id], ...args, replace: true, space },
    why: args.dedup_key
      ? `Gives what opens on ${quoted(on, 60)}, and what closes it, the key ${args.dedup_key}.`
      : `Corrects the action on ${quoted(on, 60)} in place${args.params ? "; other words may be given in params" : ""}.`,
  }));
}

/** @throws ToolError rule_not_found; invalid_arguments for several, and for a rule of the new alerting */
async function oneRule(asked: string, { kibana, space }: SpaceContext): Promise<Rule> {
  try {
    const [rule, ...more] = await askedRules([asked], space, { kibana });
    if (rule && more.length === 0) return rule;
    throw new ToolError("invalid_arguments", `${quoted(asked)} means ${more.length + 1} rules.`, "Rehearse one rule: give its id.");
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== "rule_not_found" || !(await isOfNewAlerting(asked, kibana, space))) throw error;
    throw new ToolError(
      "invalid_arguments",
      `${quoted(asked)} is a rule of the new alerting: it has no actions of its own, and what a workflow sends is no template of a rule.`,
      "map_notifications shows whom it tells; run the workflow in Kibana to see its message.",
    );
  }
}

async function isOfNewAlerting(asked: string, kibana: Reader, space: string): Promise<boolean> {
  try {
    const { items } = await wholeList(async (at) => {
      const page = await kibana.v2Rules(space, at);
      return page && { total: page.total, items: page.rules };
    });
    return [...items.values()].some(({ id, name }) => id === asked || name === asked);
  } catch (error) {
    // Who may not read them, or has none, is told that there is no such rule.
    if (error instanceof ToolError && ["forbidden", "kibana_error"].includes(error.code)) return false;
    throw error;
  }
}

function unknownType(rule: Rule): ToolError {
  return new ToolError(
    "invalid_arguments",
    `This key may not see the rule type ${word(rule.rule_type_id)}: which variables it has is not known.`,
    "Use a key that may use rules of that type.",
  );
}

function tooMany(rule: Rule, actions: number): ToolError {
  return new ToolError(
    "limit_reached",
    `The rule ${quoted(rule.name)} has ${actions} actions of this connector: at most ${mostActions} are rehearsed.`,
    "Remove actions that are there more than once.",
  );
}
