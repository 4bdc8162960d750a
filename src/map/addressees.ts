import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import type { Rule } from "../kibana/rules.ts";
import { leaves, valueAt } from "../plain-object.ts";
import { plainText, quoted } from "../plain-text.ts";
import { lambdas, oldNames } from "../rules/action-variables.ts";
import { isFilledIn } from "../rules/filled-in.ts";
import { withoutPath } from "../rules/params.ts";
import { hideInText } from "../secrets/detect.ts";
import { mayStop, type Obstacle, stops } from "./route.ts";

/** Where a message goes only templates say, for each alert: whether that is anybody is not known. */
export function unknownAddressees(entry: ConnectorType | undefined, params: Params, rule: Rule, space: string): Obstacle[] {
  const filled = (field: string) => !entry || isFilledIn(entry, params, field);
  const given = onlyTemplates(entry, params, (text, field) => filled(field) && saysWhom(text, ownValues(rule, space)));
  const [first] = given;
  if (!entry || !first) return [];
  if (given.every(({ field }) => !filled(field)))
    return [stops("not_filled_in", `${entry.id} fills in no template in ${first.field}: ${shown(first.text)} is sent as it is`)];
  return [mayStop("decided_at_run", `whom it reaches is filled in for each alert: ${shown(first.text)}`)];
}

/** The same in a step of a workflow, which fills in all that it hands over. */
export function unknownInStep(entry: ConnectorType | undefined, params: Params): Obstacle[] {
  const [first] = onlyTemplates(entry, params, (text) => [...text.matchAll(tag)].every(([, , name = ""]) => name.startsWith("consts.")));
  return first ? [mayStop("decided_at_run", `whom it reaches is decided when it runs: ${shown(first.text)}`)] : [];
}

/** Characters of a template that is looked into. */
const longest = 2000;
const tag = /\{\{\{?\s{0,9}([&#^/!]?)\s{0,9}([^{}]{0,300}?)\s{0,9}\}?\}\}/g;
const section = /\{\{([#^])\s{0,9}([^{}]{1,200}?)\s{0,9}\}\}((?:(?!\{\{[#^])[\s\S]){0,1000}?)\{\{\/\s{0,9}\2\s{0,9}\}\}/g;
const shown = (text: string) => quoted(hideInText(plainText(text, 80)));

/** The addresses in params with their fields; none where one of them says by itself whom it reaches, or no address is given. */
function onlyTemplates(entry: ConnectorType | undefined, params: Params, isCertain: (text: string, field: string) => boolean) {
  const { addressees = [], unused } = entry ?? {};
  if (addressees.length === 0) return [];
  const counted = (unused?.(params) ?? []).reduce<Params>((rest, { field }) => withoutPath(rest, field.split(".")), params);
  const texts = addressees.flatMap((field) =>
    leaves(valueAt(counted, field.split("."))).flatMap(([, text]) =>
      typeof text === "string" && text.trim() !== "" ? [{ field, text }] : [],
    ),
  );
  return texts.some(({ field, text }) => !text.includes("{{") || isCertain(text, field)) ? [] : texts;
}

/** What templates have of the rule itself, whatever alert there is: its text, empty where it has none. */
function ownValues(rule: Rule, space: string) {
  const own: Record<string, string> = {
    "rule.id": rule.id,
    "rule.name": rule.name,
    "rule.tags": rule.tags.join(","),
    "rule.type": rule.rule_type_id,
    "rule.spaceId": space,
  };
  return (name: string): string | undefined => {
    const now = Object.hasOwn(oldNames, name) ? (oldNames[name] ?? name) : name;
    if (Object.hasOwn(own, now)) return own[now];
    const [, path] = /^(?:rule\.)?params\.(.+)$/.exec(now) ?? [];
    if (path === undefined) return undefined;
    const value = valueAt(rule.params, path.split(".")) ?? "";
    return typeof value === "object" ? undefined : String(value);
  };
}

/** Whether a template names somebody whatever the alert is: with nothing of the alert's, or with what stands in its place. */
function saysWhom(template: string, ownValue: (name: string) => string | undefined): boolean {
  if (template.length > longest || template.includes("{{=")) return false;
  let text = template;
  // From the inside out; each round takes sections away.
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(section, (_all, sign: string, name: string, inner: string) =>
      lambdas.includes(name) || Boolean(ownValue(name)) === (sign === "#") ? inner : "",
    );
  }
  let isKnown = true;
  const filled = text.replace(tag, (_all, sign: string, name: string) => {
    if (sign === "!") return "";
    const value = sign === "" || sign === "&" ? ownValue(name) : undefined;
    isKnown &&= value !== undefined;
    return value ?? "";
  });
  return isKnown && filled.trim() !== "";
}
