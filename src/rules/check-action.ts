import { unfitForAddress } from "../catalog/address-parts.ts";
import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { checkPart } from "../catalog/validate.ts";
import type { Rule, RuleType } from "../kibana/rules.ts";
import { hideInText } from "../shapes/text.ts";
import { namesFor } from "./action-variables.ts";
import { checkTemplates } from "./check-templates.ts";
import { judgedByRule } from "./filled-by-rule.ts";
import { goesOutAsItIs, sentAsTheyAre } from "./filled-in.ts";
import { filledIntoAddress } from "./filled-into-address.ts";
import { closes, inPlaceOfOpening, isOneRecord, onlyReads, recordPath } from "./incidents.ts";
import type { ParseTemplate } from "./wanted.ts";

/** What is wrong with actions, in words, each with its path. */
export interface Checked {
  /** Kibana would save it, and it would fail when the rule runs. */
  errors: string[];
  warnings: string[];
}

/** Checks the params of one action: as its type takes them, and as templates that the rule can fill in. */
export function checkAction(
  params: Params,
  summary: boolean,
  group: string,
  rule: Rule,
  ruleType: RuleType,
  type: ConnectorType | undefined,
  parse: ParseTemplate,
  { errors, warnings }: Checked,
): void {
  const shape = type ? checkPart(type, "params", params, { byRule: true }) : { errors: [], warnings: [] };
  const templates = checkTemplates(params, namesFor(rule, ruleType, summary, group), parse);
  const inWords = ({ path, problem, suggestion }: { path: string; problem: string; suggestion?: string }) =>
    hideInText(`${path}: ${problem}${suggestion === undefined ? "" : ` (${suggestion})`}`);
  const address = {
    errors: type ? unfitForAddress(type, params, { byRule: true }) : [],
    warnings: type ? filledIntoAddress(type, params, rule) : [],
  };
  const unfilled = type ? sentAsTheyAre(type, params).map((path) => ({ path, problem: goesOutAsItIs(type) })) : [];
  const filled = type ? judgedByRule(type, params, rule, true) : { refused: undefined, undecided: [] };
  const told = new Set([...shape.errors.map(({ path }) => path), ...(filled.refused?.unknown ?? [])]);
  const onceFilledIn = (filled.refused?.problems ?? []).filter(({ path }) => !told.has(path));
  errors.push(...[...shape.errors, ...onceFilledIn, ...address.errors, ...templates.errors].map(inWords));
  if (type && onlyReads(type, params)) (type.fromKibana ? warnings : errors).push("params: these only read, and nobody hears of it");
  else if (type && !summary) errors.push(...wrongEnd(params, group, ruleType, type));
  const record = type && !closes(type, params) && isOneRecord(params) ? [{ path: recordPath, problem: updatesOne }] : [];
  warnings.push(
    ...[...shape.warnings, ...filled.undecided, ...address.warnings, ...templates.warnings, ...templates.notes, ...unfilled, ...record].map(
      inWords,
    ),
    ...rawInJson(params),
  );
}

/** What is wrong with a record that is the same for all alerts. */
export const updatesOne = "names one record: every alert changes it, and opens none of its own";

/** What closes where something should be opened, and the other way round. */
function wrongEnd(params: Params, group: string, { recoveryGroup }: RuleType, type: ConnectorType): string[] {
  const instead = inPlaceOfOpening(type, params);
  if (group !== recoveryGroup)
    return instead && instead !== "updates"
      ? [`params: ${instead === "closes" ? "these close an incident and open none" : "these acknowledge an incident and open none"}`]
      : [];
  return type.recovery && !closes(type, params) ? ["params: these close no incident"] : [];
}

/** Only two braces escape what they fill in: otherwise a quotation mark in it breaks the JSON. */
function rawInJson({ body }: Params): string[] {
  const raw = typeof body === "string" && /^\s*[[{]\s*"/.test(body) && /\{\{(?:\{|&)\s*(?:context|alert|rule)\.[\w.]+/.exec(body)?.[0];
  return raw ? [`params.body: ${raw}… is filled in raw, and a quotation mark in it breaks the JSON: use two braces`] : [];
}
