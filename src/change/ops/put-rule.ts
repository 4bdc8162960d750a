import { ToolError } from "../../errors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Rule } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";
import { fieldInWords, refusedField, ruleBody, without } from "../../rules/rule-body.ts";
import type { Place } from "../../rules/rule-fields.ts";
import { type RuleState, ruleState, sameField, sameState } from "../../rules/rule-state.ts";
import { isAnotherRule } from "../../rules/same-rule.ts";
import { type Unmeant, unmeant } from "../../rules/unmeant.ts";
import { revealed } from "../marked-rules.ts";
import type { ArtifactsRead, PutRuleOp } from "../op.ts";
import type { RuleSaved } from "../plan.ts";
import { isProtectedRule, nowProtected } from "../policy.ts";
import { connectorOrNone, replacing } from "./connector-state.ts";
import { lastLook, outdated } from "./last-look.ts";
import type { Happened, Means, OpKind } from "./op-kind.ts";
import type { FieldDigests, RecordOf } from "./records.ts";
import { assertAsAgreed } from "./touched-connectors.ts";

/** The most fields that a save leaves out because Kibana refuses them one by one. */
const mostRefused = 5;

export const putRule: OpKind<PutRuleOp> = {
  /**
   * If Kibana's 400 names a field unknown to this server, nothing was written: tries again without it, after another last look.
   */
  async write(op, means): Promise<RuleSaved> {
    const { space, id, after } = op;
    const { writer, clock, until, saw } = means;
    const refused: Place[] = [];
    for (;;) {
      const now = await stillAsPlanned(op, means);
      saw(now);
      const sent = refused.reduce(without, ruleBody(now, after));
      try {
        const saved = await replacing(writer.updateRule(space, id, sent.body));
        return {
          read: now.revision ?? undefined,
          saved: saved.revision ?? undefined,
          refused: refused.map(fieldInWords),
          enabled: saved.enabled,
          owner: saved.api_key_owner ?? undefined,
        };
      } catch (error) {
        const field = error instanceof KibanaError && error.status === 400 ? refusedField(String(error.detail?.kibana), sent) : undefined;
        if (!field) throw error;
        refused.push(field);
        if (refused.length > mostRefused || clock.now() >= until) throw tooManyRefused(refused.map(fieldInWords));
      }
    }
  },

  record: ({ space, id, name, type, artifacts, before, after, gone, refused, created }) => ({
    op: "put_rule",
    space,
    id,
    name,
    type,
    artifacts,
    before,
    after,
    gone: gone.map((one) => one.id),
    ...(refused !== undefined && { refused }),
    ...(created !== undefined && { created }),
    digests: { before: [], after: [] },
    hosts: {},
  }),

  happened: async (record, reader, key) => asRecorded(record, await ruleOrNone(reader, record), key),

  inverse: ({ space, id, artifacts, before, after, gone, refused, digests }) => ({
    op: "put_rule",
    space,
    id,
    artifacts,
    expect: after,
    to: before,
    needs: gone,
    refused,
    digests,
  }),
};

/** Whether a save happened, and what else it changed: `before` is the rule as the last look saw it. */
export async function readRuleBack(
  op: PutRuleOp,
  before: Rule | undefined,
  reader: Reader,
): Promise<{ happened: Happened; unmeant?: { fields: Unmeant; byOthers: boolean } }> {
  const rule = await ruleOrNone(reader, op);
  const happened = asRecorded(putRule.record(op), rule, undefined);
  if (!rule || !before || isAnotherRule(op, rule)) return { happened };
  // Saved meanwhile: it may have been changed and changed back.
  if (happened === "not_done") return { happened: rule.revision === before.revision ? "not_done" : "differs" };
  const fields = unmeant(before, readable(op.artifacts, op.after), rule);
  if (Object.keys(fields).length === 0) return { happened };
  // One save adds at most one revision.
  const byOthers = (rule.revision ?? 0) > (before.revision ?? Number.POSITIVE_INFINITY) + 1;
  return { happened, unmeant: { fields, byOthers } };
}

/** Only fields that the save was to change count: what it was to keep is compared as a whole and reported separately. */
function asRecorded(record: RecordOf<"put_rule">, rule: Rule | undefined, key: Buffer | undefined): Happened {
  if (!rule || isAnotherRule(record, rule)) return "differs";
  const [before, after] = [readable(record.artifacts, record.before), readable(record.artifacts, record.after)];
  const changing = Object.keys(after.fields ?? {}).filter((name) => !sameField(name, before.fields?.[name], after.fields?.[name]));
  const now = ruleState(rule);
  const is = (state: RuleState, digests: FieldDigests[]) =>
    sameState(now, revealed(state, digests, now, key)) && changing.every((name) => sameField(name, rule[name], state.fields?.[name]));
  if (is(after, record.digests.after)) return "done";
  return is(before, record.digests.before) ? "not_done" : "differs";
}

/** The part of a state that the rule can be compared with. */
function readable(artifacts: ArtifactsRead, { fields = {}, ...state }: RuleState): RuleState {
  if (artifacts !== "unreadable") return { ...state, fields };
  const { artifacts: _unseen, ...others } = fields;
  return { ...state, fields: others };
}

/**
 * The last look: what others changed meanwhile is kept, unless it is what this writes, or what it depends on.
 * @throws ToolError: nothing was written
 */
async function stillAsPlanned(op: PutRuleOp, { reader, connectors, settings }: Means): Promise<Rule> {
  const { space, id, before, artifacts, gone } = op;
  const [now, back, others] = await lastLook(
    Promise.all([ruleOrNone(reader, { space, id, artifacts }), backAgain(gone, space, reader), connectors(space)]),
  );
  if (!now) throw touched(`deleted the rule "${id}"`);
  if (isAnotherRule(op, now)) throw touched(`deleted the rule "${id}" and made another one under its id`);
  if (isProtectedRule(now, settings.protectRules)) throw nowProtected(`the rule ${quoted(now.name, 60)} (${id})`);
  if (!sameState(ruleState(now), before)) throw touched(`changed the actions of the rule "${id}"`);
  // Somebody may have added artifacts to a rule without any: they would be lost.
  const kept = readable(artifacts, { ...before, fields: { artifacts: null, ...before.fields } }).fields ?? {};
  const changed = Object.keys(kept).filter((name) => !sameField(name, now[name], kept[name]));
  if (changed.length > 0) throw touched(`changed ${changed.join(", ")} of the rule "${id}"`);
  if (back !== undefined)
    throw outdated(
      `The connector "${back}" was gone and exists again: its actions in the rule "${id}" work, and would have been lost. Nothing was written.`,
    );
  assertAsAgreed(op, others, settings);
  return now;
}

function tooManyRefused(refused: readonly string[]): ToolError {
  return new ToolError(
    "kibana_error",
    `Kibana refuses one field of the rule after the other: ${refused.map((field) => quoted(field, 60)).join(", ")}. It was not saved.`,
    "Use a version of this server that knows this Kibana's rules, or change the rule in Kibana.",
    { refused },
  );
}

function touched(what: string): ToolError {
  return outdated(`Somebody ${what} a moment ago. Nothing was written: what was agreed to no longer holds.`);
}

/** The id of the first connector whose actions are dropped but that exists: somebody created it, or Kibana's list was cut short. */
async function backAgain(gone: PutRuleOp["gone"], space: string, reader: Reader): Promise<string | undefined> {
  const dropped = gone.filter(({ actions }) => actions > 0);
  const found = await Promise.all(dropped.map(({ id }) => connectorOrNone(reader, space, id)));
  return found.find((one) => one !== undefined)?.id;
}

interface Where {
  space: string;
  id: string;
  artifacts: ArtifactsRead;
}

/** The rule with its artifacts, where they can be read; undefined where there is none by that id. */
async function ruleOrNone(reader: Reader, { space, id, artifacts }: Where): Promise<Rule | undefined> {
  try {
    return await reader.rule(space, id, artifacts === "internal");
  } catch (error) {
    if (error instanceof KibanaError && error.code === "rule_not_found") return undefined;
    throw error;
  }
}
