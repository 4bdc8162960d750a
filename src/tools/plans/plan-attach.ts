import { connectorType } from "../../catalog/index.ts";
import { assertFewRecipients } from "../../catalog/recipients.ts";
import type { Workflow } from "../../catalog/shared/recipe.ts";
import { firstUnread } from "../../catalog/validate.ts";
import { asOfVersion } from "../../catalog/when.ts";
import type { NextCall, NoChange, Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import type { Attachment } from "../../rules/attach.ts";
import { groupingOf } from "../../rules/grouping.ts";
import type { RuleFilter } from "../../rules/rule-filter.ts";
import { templateParser } from "../../rules/template-parser.ts";
import type { Wanted } from "../../rules/wanted.ts";
import { workflowFor } from "../../rules/workflow.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { assertHasSecrets, assertRunnable } from "../connectors/connector-row.ts";
import { pickConnector } from "../connectors/find-connector.ts";
import { doubtsAbout, newestRun } from "../connectors/last-run.ts";
import { openWaysOf } from "../connectors/open-ways.ts";
import { safeTest } from "../connectors/safe-test.ts";
import type { SpaceContext } from "../define.ts";
import { compact } from "../fields.ts";
import { nothingToDo, perRule } from "../rules/attach-words.ts";
import { likeInWords, type MeantRules, pagesOf } from "../rules/filtered-rules.ts";
import { askedRules } from "../rules/find-rules.ts";
import { firstOf, leftInWords } from "../rules/first-rules.ts";
import { keyWarning, ownerAfter } from "../rules/key-owner.ts";
import { losses } from "../rules/lost-by-rules.ts";
import { inWords, type Left } from "../rules/replaced-report.ts";
import { erasing, withArtifacts } from "../rules/rule-artifacts.ts";
import { putRule, unknownFields } from "../rules/rule-changes.ts";
import { rulesOf } from "../rules/rule-filter.ts";
import { actionLines, connectorNames, effectsOnRules } from "../rules/shown-actions.ts";
import { silencedWarning } from "../rules/silenced.ts";
import { unagreedHosts } from "../secrets/alert-hosts.ts";
import { assertNoMarks } from "../secrets/redaction-marks.ts";
import { actionFlows, eachOnce } from "../secrets/run-flows.ts";
import { attachable, meantRules } from "./attachable-rules.ts";
import { betterCalls } from "./better-calls.ts";

interface Given extends Omit<Args, "rules"> {
  rules?: MeantRules | undefined;
  filter?: RuleFilter | undefined;
}

interface Args extends Pick<Wanted, "recovery"> {
  connector: string;
  rules: MeantRules;
  limit?: number | undefined;
  workflow?: Workflow | undefined;
  groups?: string[] | undefined;
  params?: Record<string, unknown> | undefined;
  dedup_key?: string | undefined;
  frequency?: Wanted["frequency"];
  replace?: boolean | undefined;
}

/** What a rule gets, for the report. */
interface Row {
  id: string;
  name: string;
  enabled: boolean;
  /** Of the connector's actions that are new or changed; of all where none is. */
  groups: string[];
  /** How the rule groups its alerts. */
  alerts: string;
  /** The connector's actions that are new or changed: what is new in them, or a line of each where that is how often they run. */
  actions?: unknown;
  /** A line of each action of the connector in the rule, where it has others too. */
  has_now?: string[];
  /** How many actions of other connectors the rule has. */
  other_actions?: number;
}

export interface AttachPlan extends Plan {
  connectorId: string;
  attached: Row[];
  /** Rules to which it is attached already. */
  already: string[];
  /** What a filter means and stays as it is. */
  left: Left[];
  /** How many more a later call has to change. */
  later: number;
  next: NextCall[];
}

/** Plans the actions for every rule that is meant; one that was named and cannot be saved stops the whole plan. */
export async function planAttach(given: Given, context: SpaceContext): Promise<AttachPlan | NoChange> {
  const meant = rulesOf(given);
  if (meant === undefined)
    throw new ToolError(
      "invalid_arguments",
      "Neither `rules` nor `filter` says which rules are meant.",
      'Give `rules`, or a filter such as {"tags": ["payments"], "enabled": true}.',
    );
  const { filter: _filter, ...others } = given;
  const args: Args = { ...others, rules: meant };
  const { kibana, settings, space: inSpace } = context;
  const named = Array.isArray(args.rules);
  kibana.begin((reader) => [
    reader.ruleTypes(inSpace),
    ...(Array.isArray(args.rules)
      ? args.rules.map((one) => askedRules([one], inSpace, { kibana: reader }))
      : [pagesOf(args.rules, reader, inSpace).next()]),
    newestRun(args.connector, inSpace, reader),
    ownerAfter({ ...context, kibana: reader }),
  ]);
  const [connectors, types, status] = await Promise.all([kibana.connectors(inSpace), kibana.connectorTypes(inSpace), kibana.status()]);
  const found = pickConnector(connectors, inSpace, args.connector);
  assertAttachable(found, types, status);
  const { params } = args;
  assertNoMarks("params", params);
  assertNoMarks("dedup_key", args.dedup_key);
  const entry = await connectorType(found.type);
  const type = entry && asOfVersion(entry, (since) => isAtLeast(status, since));
  const workflow = workflowFor(found.type, type, args.workflow);
  const wanted: Wanted = {
    connector: found,
    type,
    mayKnowMore: isAtLeast(status, firstUnread),
    workflow,
    groups: args.groups,
    params,
    recovery: args.recovery,
    dedupKey: args.dedup_key,
    frequency: args.frequency,
    replace: args.replace,
  };
  const [{ rules, notes }, ruleTypes] = await Promise.all([meantRules(args.rules, context), kibana.ruleTypes(inSpace)]);
  // Loaded here because only this call needs the template parser.
  const parse = await templateParser();
  const { all, left } = await attachable({ rules, named }, { connector: found, wanted, connectors, types, ruleTypes, parse }, context);
  const todo = all.filter(({ attachment }) => !attachment.unchanged);
  const { now: changes, later } = firstOf(todo, args.limit);
  if (params) assertFewRecipients(entry, params, changes.length);
  const already = all.filter(({ attachment }) => attachment.unchanged).map(({ rule }) => rule.id);
  const known = new Map(connectors.map((one) => [one.id, one]));
  const whole = (await withArtifacts(changes, inSpace, context, status)).map((one) => ({
    ...one,
    op: putRule(one, inSpace, one.attachment.after, known, [found.id]),
  }));
  const ops = whole.map(({ op }) => op);
  const [first, ...rest] = ops;
  if (!first)
    return nothingToDo(found, { already, left }, inSpace, {
      warnings: [...notes, ...perRule(all.map(({ rule, attachment }) => ({ rule, notes: attachment.warnings })))],
      next: betterCalls(args, all, inSpace),
    });
  const doubts = await doubtsAbout(found, inSpace, context);
  const ways = await Promise.all(changes.map(({ rule, attachment }) => actionFlows(rule.actions, attachment.after.actions, known)));
  const flows = eachOnce(ways.flat());
  const owner = await ownerAfter(context);
  const effects = effectsOnRules(whole, connectors, owner);
  const names = connectorNames(connectors);
  const groupings = changes.map(({ rule }) => groupingOf(rule));
  const lost = losses(ops, known);
  return {
    summary: `Attach ${quoted(found.name)} (${word(found.type)}, id ${word(found.id)}) to ${inWords(changes.map(({ rule }) => rule))}${later > 0 ? ` of ${todo.length}` : ""} in space ${inSpace}: ${whatItDoes(changes.map(({ attachment }) => attachment))}${howMany(groupings)}${lost.length > 0 ? ` It removes ${lost.join(", ")}.` : ""}`,
    ops: [first, ...rest],
    ...(Array.isArray(args.rules) ? {} : { rulesMeant: { words: likeInWords(args.rules), namedOnPage: false } }),
    effects: effects.map((effect, at) => ({ ...effect, after: { ...effect.after, alerts: groupings[at] } })),
    ...(params ? { given: hideSecrets(params).config } : {}),
    beforehand: doubts,
    warnings: [
      ...openWaysOf(found, entry),
      ...notes,
      ...leftInWords(left, later),
      ...unknownFields(whole),
      ...(await silencedWarning(whole, { connectors: known, types, status }, context)),
      ...perRule(changes.map(({ rule, attachment }) => ({ rule, notes: [...attachment.otherChanges, ...attachment.warnings] }))),
      ...(params && hideSecrets(params).found.length > 0
        ? ["The params contain what looks like a secret: everybody who may read the rule can read it. It belongs in the connector."]
        : []),
      ...(found.deprecated ? [`${quoted(found.name)} is deprecated in its present form: update_connector can fix its config.`] : []),
      ...keyWarning(
        changes.map(({ rule }) => rule),
        owner,
        settings,
      ),
    ],
    outsideWorld: "none",
    ...erasing(whole),
    consequence: "person",
    asksBecause: await unagreedHosts(ops, known, context),
    onError: "continue",
    resumable: true,
    facts: { connector: { type: found.type, config: found.config }, owners: changes.map(({ rule }) => [rule.id, rule.api_key_owner]) },
    flows,
    asks: [],
    knownHosts: [],
    connectorId: found.id,
    attached: changes.map(({ rule, attachment }, at) => {
      const now = attachment.after.actions.filter(({ id }) => id === found.id);
      const isAll = now.length === attachment.added.length;
      return {
        id: rule.id,
        name: plainText(rule.name, 120),
        enabled: rule.enabled,
        groups: (attachment.added.length > 0 ? attachment.added : now).map(({ group }) => group ?? ""),
        alerts: groupings[at] ?? "",
        ...compact({
          actions: effects[at]?.after.comes ?? actionLines(attachment.added, names),
          has_now: isAll ? undefined : actionLines(now, names),
          other_actions: attachment.after.actions.length - now.length || undefined,
        }),
      };
    }),
    already,
    left,
    later,
    next: [
      ...betterCalls(args, all, inSpace),
      ...(doubts.length > 0 ? await safeTest(found, inSpace, "Test the connector; attaching it does not prove that it works.") : []),
    ],
  };
}

/** @throws ToolError type_unusable, secrets_needed, kibana_error */
function assertAttachable(found: Connector, types: readonly LiveType[], status: Status): void {
  if (!isAtLeast(status, "8.6")) {
    throw new ToolError(
      "kibana_error",
      `Kibana ${status.version} has no frequency for single actions: that came with 8.6.`,
      "Add the action in Kibana's own rule form, or upgrade.",
    );
  }
  assertRunnable(found, types);
  assertHasSecrets(found, "Kibana saves no rule with it");
}

/** `an action on "threshold met" and on "recovered".`, if it is the same for all. */
function whatItDoes(attachments: readonly Attachment[]): string {
  const sentences = new Set(
    attachments.map(({ added: actions, otherChanges }) => {
      const end = otherChanges.length > 0 ? "; it also changes what is there." : ".";
      if (actions.length === 0) return "no new action; what is there is changed.";
      if (actions.some((action) => action.frequency?.summary))
        return `a summary, ${actions[0]?.frequency?.throttle ? `every ${actions[0].frequency.throttle} at most` : "on every run"}${end}`;
      return `an action on ${actions.map((action) => quoted(action.group ?? "")).join(" and on ")}${end}`;
    }),
  );
  const [only, ...more] = sentences;
  return only !== undefined && more.length === 0 ? only : "what is missing in each.";
}

/** How many incidents there can be, if it is the same for all rules; otherwise each effect says it. */
function howMany(groupings: readonly string[]): string {
  const [only, ...more] = new Set(groupings);
  return more.length > 0 ? " The number of possible alerts differs by rule: see each one." : ` Alerts: ${only}.`;
}
