import { ToolError } from "../errors.ts";
import { grouped } from "../grouped.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted } from "../plain-text.ts";
import type { RuleUse } from "../rules/find-rules.ts";
import { freeRule } from "./assistant-actions.ts";
import { discoveryActions } from "./assistants.ts";
import type { CountedUsers } from "./counted.ts";
import type { Usage } from "./look.ts";
import { namesEndpoint } from "./named.ts";
import { countedAmong, explainReferences, namesOf } from "./references.ts";
import { freeQuery } from "./rule-queries.ts";
import { eachUser, type Use, type UserKind } from "./use.ts";

/** Most rules, and most other users, that an error lists. */
const shown = 20;

interface Words {
  one: string;
  many: string;
  /** What one that is not enabled is called. */
  off: string;
  /** What a person does to free the connector. */
  free: string;
}

const words: Record<UserKind, Words> = {
  rule: { one: "rule", many: "rules", off: "disabled", free: freeRule },
  workflow: {
    one: "workflow",
    many: "workflows",
    off: "disabled",
    free: "In Kibana under Workflows, name another connector in its connector-id, or remove the step.",
  },
  action_policy: { one: "action policy", many: "action policies", off: "disabled", free: "It follows its workflow." },
  case_settings: {
    one: "setting of cases",
    many: "settings of cases",
    off: "disabled",
    free: "In Kibana under Cases > Settings, choose another external incident management system.",
  },
  case_template: {
    one: "template of cases",
    many: "templates of cases",
    off: "disabled",
    free: "In Kibana under Cases, choose another connector in the template, or delete it.",
  },
  case: { one: "case", many: "cases", off: "closed", free: "In Kibana, choose another connector in the case, or delete the case." },
  agent: { one: "agent", many: "agents", off: "disabled", free: "In Kibana under Agents, take the connector out of the agent." },
  agent_tool: {
    one: "tool of agents",
    many: "tools of agents",
    off: "disabled",
    free: "In Kibana under Agents > Tools, change or delete the tool.",
  },
  attack_discovery: {
    one: "schedule of attack discovery",
    many: "schedules of attack discovery",
    off: "disabled",
    free: "In Kibana under Attack discovery > Schedules, choose another connector in the schedule, or delete it.",
  },
  conversation: {
    one: "conversation with the Security assistant",
    many: "conversations with the Security assistant",
    off: "disabled",
    free: "In the Security assistant, choose another model for the conversation, or delete it.",
  },
  playground: {
    one: "playground",
    many: "playgrounds",
    off: "disabled",
    free: "In Kibana under Playground, choose another model, or delete it.",
  },
  migration: {
    one: "automatic migration",
    many: "automatic migrations",
    off: "stopped",
    free: "In Kibana under Security > Migrations, let the migration finish, resume it with another connector, or delete it.",
  },
  setting: { one: "setting", many: "settings", off: "disabled", free: "In Kibana, choose another connector in this setting." },
};

/**
 * Why a connector may not be deleted, undefined where nothing that can be seen uses it.
 * @param found as a list has it: with Kibana's count of references
 * @param unread what could not be read of what Kibana counts
 * @returns in_use or references_unknown
 */
export function whyNotFree(found: Connector, usage: Usage, space: string, unread: CountedUsers["unread"] = []): ToolError | undefined {
  if (usage.uses.length > 0 || (usage.rules?.length ?? 0) > 0) return inUse(found, usage, space);
  return found.references === 0 ? undefined : referencesUnknown(found, usage.rules?.length, unread);
}

/** @param ways where its rules could go */
export function inUse(
  found: Connector,
  { rules = [], uses }: Pick<Usage, "rules" | "uses">,
  space: string,
  ways: { next?: readonly object[]; same_type?: readonly object[] } = {},
): ToolError {
  const withThem = uses.some(isMovable);
  const detection = rules.filter((rule) => rule.detection);
  const counted = countedAmong(uses);
  const note = explainReferences(
    { ...found, references: found.references === undefined ? undefined : found.references - counted },
    rules.length,
  );
  return new ToolError(
    "in_use",
    `${named(found)} is used by ${usersInWords(rules, uses)}.${rules.length > 0 ? " Without it they fail silently, their other actions too." : ""}`,
    [
      ...(rules.length > 0
        ? [
            `The user decides where these rules${withThem ? " and workflows" : ""} go: replace_connector moves them to another connector (\`to\`), or removes its actions from ${withThem ? "the rules" : "them"} (\`remove\`).`,
          ]
        : []),
      ...(detection.length > 0 ? [onlyIfNamed(detection)] : []),
      ...(withThem && rules.length > 0 ? ["`remove` leaves the workflows as they are: they need another connector of its type."] : []),
      ...(withThem && ways.same_type?.length === 0 ? [noneOfItsType] : []),
      ...howToFree(uses, rules.length > 0),
      "Then repeat the call.",
    ].join(" "),
    {
      ...(rules.length > 0 || uses.length === 0
        ? { rules: rules.slice(0, shown).map((rule) => ({ ...rule, name: plainText(rule.name, 120) })), rules_total: rules.length }
        : {}),
      ...(uses.length > 0 ? { users: uses.slice(0, shown).map(shownUse), users_total: uses.length } : {}),
      ...(note === undefined ? {} : { note }),
      space,
      ...Object.fromEntries(Object.entries(ways).filter(([, list]) => list.length > 0)),
    },
  );
}

function onlyIfNamed(rules: readonly RuleUse[]): string {
  return `Of detection rules it changes only those that \`rules\` names: ${JSON.stringify(rules.slice(0, shown).map(({ id }) => id))}; or edit them in the Security app.`;
}

const noneOfItsType =
  "This space has no other one of its type that could be named in them: create it first, or edit the workflows in Kibana.";

/**
 * What frees a connector of these, a sentence for each kind.
 * @param isSaid whether replace_connector is named already
 */
export function howToFree(uses: readonly Use[], isSaid = false): string[] {
  const direct = uses.filter(({ through }) => !through);
  const move =
    "The user decides where these workflows go: replace_connector names another connector of its type in them (`to`). To remove a step, edit the workflow in Kibana.";
  return [...(direct.some(isMovable) && !isSaid ? [move] : []), ...new Set(direct.filter((use) => !isMovable(use)).map(freedBy))];
}

function freedBy({ kind, why_not: why }: Use): string {
  return kind === "rule" && why === namesEndpoint ? freeQuery : words[kind].free;
}

function isMovable(use: Use): boolean {
  return use.can_be_moved;
}

/** `2 rules: "A", "B" and 1 workflow: "Page people" (disabled)` */
export function usersInWords(rules: readonly RuleUse[], uses: readonly Use[]): string {
  const ofRules = rules.map(({ id, name, enabled }) => ({ kind: "rule" as const, id, name, enabled }));
  const direct = eachUser([...ofRules, ...uses.filter(({ through }) => !through)]);
  return [...grouped(direct, ({ kind }) => kind)]
    .map(([kind, all]) => `${all.length} ${all.length > 1 ? words[kind].many : words[kind].one}: ${namesOf(all, words[kind].off)}`)
    .join(" and ");
}

/** A use as an answer shows it. */
export function shownUse(use: Use): Record<string, unknown> {
  const { through, name, how, ...rest } = use;
  return {
    ...rest,
    name: plainText(name, 120),
    how: plainText(how, 120),
    ...(through ? { through: { ...through, name: plainText(through.name, 120) } } : {}),
  };
}

function referencesUnknown(found: Connector, rules: number | undefined, unread: CountedUsers["unread"]): ToolError {
  const missed = unread.map(({ what, why }) => `${what} (${plainText(why, 160).replace(/\.$/, "")})`).join("; ");
  const where = unread.some(({ what }) => what === discoveryActions.what) ? ", and Security > Attack discovery > Schedules" : "";
  return new ToolError(
    "references_unknown",
    rules === undefined
      ? `${named(found)} may be used: this key may not read rules.`
      : `No rule that this key can see uses ${named(found)}, but something refers to it. ${explainReferences(found, rules) ?? "Kibana does not say how often."}${missed === "" ? "" : ` Not looked at: ${missed}.`}`,
    rules === undefined
      ? "Give the key read access to rules (e.g. Stack Rules: Read), or look in Kibana under Stack Management > Rules."
      : `Look in Kibana under Stack Management > Cases and Rules${where} (with a user who sees all of them) and remove it there; if runs were queued, repeat the call in a minute.`,
    { references: found.references, rules_found: rules ?? "unknown" },
  );
}

function named({ name, id }: Pick<Connector, "name" | "id">): string {
  return `${quoted(name)} (${id})`;
}
