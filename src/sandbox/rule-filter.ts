import { Refusal } from "./envelope.ts";
import type { Rule, State } from "./types.ts";

type Test = (rule: Rule) => boolean;

/** Rules that hold a saved-object reference: preconfigured and system connectors leave none (reference/kibana-api.md §5.1). */
export function hasReference({ type, id }: { type: string; id: string }, state: State): Test {
  const saved = !state.inMemory.some((connector) => connector.id === id);
  return (rule) => type === "action" && saved && rule.actions.some((action) => action.id === id);
}

/** The KQL that clients of connectors send, joined by `and`; anything else is refused aloud (reference/kibana-api.md §5.2). */
export function ruleFilter(filter: string, state: State): Test {
  const tests = filter.split(/\s+and\s+/i).map((term) => termTest(term.trim().replace(/^\((.*)\)$/, "$1"), state));
  return (rule) => tests.every((test) => test(rule));
}

function termTest(term: string, state: State): Test {
  const nested = /^alert\.attributes\.actions:\s*\{\s*(actionRef|actionTypeId):\s*"?([^"}]+?)"?\s*\}$/.exec(term);
  if (nested) return actionTest(nested[1] ?? "", nested[2] ?? "", state);
  const [, field = "", value = ""] = /^alert\.attributes\.(\w+):\s*"?([^"{}]+?)"?$/.exec(term) ?? [];
  const read = fields[field];
  if (!read) throw new Refusal(400, `Error find rules: the sandbox does not know the filter ${term}`);
  return (rule) => read(rule).includes(value);
}

const fields: Readonly<Record<string, (rule: Rule) => string[]>> = {
  enabled: (rule) => [String(rule.enabled)],
  name: (rule) => [rule.name],
  tags: (rule) => rule.tags,
  consumer: (rule) => [rule.consumer],
  alertTypeId: (rule) => [rule.rule_type_id],
};

/** Saved connectors stand as `action_0`…: only the others can be found by their id. */
function actionTest(field: string, value: string, state: State): Test {
  if (field === "actionTypeId") return (rule) => rule.actions.some((action) => action.connector_type_id === value);
  return (rule) => rule.actions.some((action, at) => actionRef(action.id, at, state) === value);
}

function actionRef(id: string, at: number, state: State): string {
  const inMemory = state.inMemory.find((connector) => connector.id === id);
  if (!inMemory) return `action_${at}`;
  return `${inMemory.system ? "system_action" : "preconfigured"}:${id}`;
}
