import { ruleFeatures } from "../../catalog/connector-type.ts";
import { isProtectedRule } from "../../change/policy.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { isDetectionRule } from "../../kibana/detection.ts";
import type { Rule, RuleType } from "../../kibana/rules.ts";
import { quoted, word } from "../../plain-text.ts";
import type { Attachment } from "../../rules/attach.ts";
import type { ParseTemplate, Wanted } from "../../rules/wanted.ts";
import { deletedHere } from "../connectors/deleted-here.ts";
import type { SpaceContext } from "../define.ts";
import { compact } from "../fields.ts";
import { cannotBeSaved } from "../rules/attach-words.ts";
import { filteredRules, type MeantRules } from "../rules/filtered-rules.ts";
import { askedRules } from "../rules/find-rules.ts";
import { detectionRow, inWords, type Left, row } from "../rules/replaced-report.ts";
import { obstacle, whyInWords } from "../rules/rule-changes.ts";
import { attachedToAll } from "./attached-to-all.ts";

export interface Attachable {
  /** Those that fit, changed or not. */
  all: { rule: Rule; attachment: Attachment }[];
  /** What a filter means and the call leaves alone. */
  left: Left[];
  notes: string[];
}

/** The rules that are meant. @throws ToolError rule_not_found, invalid_arguments */
export async function meantRules(meant: MeantRules, context: SpaceContext): Promise<{ rules: Rule[]; notes: string[] }> {
  return Array.isArray(meant) ? { rules: await askedRules(meant, context.space, context), notes: [] } : filteredRules(meant, context);
}

/**
 * What becomes of each rule. One that was named and cannot be saved stops the call; one that a filter means stays as it is.
 * @throws ToolError type_unusable, forbidden, invalid_arguments, connector_not_found, secrets_needed
 */
export async function attachable(
  { rules, named }: { rules: readonly Rule[]; named: boolean },
  { connector, wanted, connectors, types, ruleTypes, parse }: About,
  context: SpaceContext,
): Promise<Pick<Attachable, "all" | "left">> {
  const left: Left[] = [];
  /** Those without a reason against them. */
  const without = (against: (rule: Rule) => Left | undefined) => (rule: Rule) => {
    const reason = against(rule);
    if (reason) left.push(reason);
    return !reason;
  };
  const features = types.find((one) => one.id === connector.type)?.features ?? [];
  const isUnfit = (rule: Rule) => features.length > 0 && !features.includes(featureOf(rule));
  const unfit = rules.filter(isUnfit);
  if (unfit.length === rules.length || (named && unfit.length > 0)) throw typeDoesNotFit(connector, features, rules, unfit);
  const why = `Connectors of type ${connector.type} are for ${features.join(", ")}.`;
  const candidates = named
    ? rules
    : rules.filter(
        without((rule) => {
          if (isDetectionRule(rule)) return detectionRow(rule);
          if (isUnfit(rule)) return row(rule, "blocked", why);
          return isProtectedRule(rule, context.settings.protectRules) ? row(rule, "skipped", "The operator protects it.") : undefined;
        }),
      );
  const { fitting, refused } = attachedToAll(candidates, ruleTypes, wanted, parse);
  const [first, ...more] = refused;
  if (first && (named || fitting.length === 0)) throw rules.length === 1 ? first.error : cannotTake([first, ...more], fitting);
  left.push(...refused.map(({ rule, error }) => row(rule, "blocked", error.message)));

  const known = new Map(connectors.map((one) => [one.id, one]));
  const obstacleOf = (one: (typeof fitting)[number]) =>
    one.attachment.unchanged ? undefined : obstacle(one.rule, one.attachment.after.actions, known);
  const obstacles = fitting.flatMap((one) => obstacleOf(one) ?? []);
  const free = fitting.filter((one) => obstacleOf(one) === undefined);
  if (obstacles.length > 0 && (named || free.length === 0)) {
    const deletions = await deletedHere(
      obstacles.flatMap(({ gone }) => gone),
      context.space,
      { types, status: await context.kibana.status() },
      context,
    );
    const changing = free.filter(({ attachment }) => !attachment.unchanged).map(({ rule }) => rule);
    throw await cannotBeSaved(obstacles, context.space, deletions, changing, context.secrets);
  }
  left.push(...obstacles.map((one) => row(one.rule, "blocked", `Kibana would not save it: ${whyInWords(one)}.`)));
  return { all: free, left };
}

interface About {
  connector: Connector;
  wanted: Wanted;
  connectors: readonly Connector[];
  types: readonly LiveType[];
  ruleTypes: readonly RuleType[];
  parse: ParseTemplate;
}

/** The reason of the first of several, and which could go. */
function cannotTake([first, ...more]: [Refused, ...Refused[]], fitting: readonly { rule: Rule }[]): ToolError {
  const inFull = ({ rule, error }: Refused) =>
    error.code === "forbidden" ? error.message : `${quoted(rule.name, 60)} (${word(rule.id)}): ${error.message}`;
  return new ToolError(
    first.error.code,
    inFull(first),
    first.error.fix,
    compact({
      ...(first.error.code === "forbidden" ? {} : { rule: first.rule.id }),
      ...first.error.detail,
      also_refused: more.slice(0, 20).map(inFull),
      could_go: fitting.map(({ rule }) => rule.id),
    }),
  );
}

interface Refused {
  rule: Rule;
  error: ToolError;
}

function typeDoesNotFit({ type, name }: Connector, features: readonly string[], rules: readonly Rule[], unfit: readonly Rule[]): ToolError {
  return new ToolError(
    "type_unusable",
    `Connectors of type ${type} are for ${features.join(", ")}: ${inWords(unfit)} cannot use ${quoted(name)}.`,
    features.some((feature) => ruleFeatures.includes(feature))
      ? "Choose a connector of a type with the feature alerting, or leave these rules out."
      : "Rules cannot run such connectors at all: choose another type; describe_connector_types with feature alerting lists them.",
    compact({
      type,
      rules: unfit.slice(0, 20).map((rule) => rule.id),
      could_go: rules.filter((rule) => !unfit.includes(rule)).map((rule) => rule.id),
    }),
  );
}

function featureOf(rule: Rule): string {
  const { consumer, rule_type_id: type } = rule;
  if (isDetectionRule(rule)) return "siem";
  return consumer === "uptime" || type.startsWith("xpack.uptime.") || type.startsWith("xpack.synthetics.") ? "uptime" : "alerting";
}
