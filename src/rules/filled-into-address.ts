import { addressParts, notInAddress, unfitForAddress } from "../catalog/address-parts.ts";
import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { functionsInAddress } from "../catalog/template-functions/in-address.ts";
import type { Rule } from "../kibana/rules.ts";
import { hasSeveralAlerts } from "./grouping.ts";

/** Values that hold no character with a meaning in an address. */
const plain =
  /^(?:rule\.(?:id|spaceId|type)|alert\.(?:uuid|actionGroup|flapping|consecutiveMatches)|date|alertId|spaceId|alertActionGroup)$/;
const ofAlert = /^(?:alert\.id|alertInstanceId)$/;
const tag = /\{\{\{?\s?([&#^]?)\s?([\w.@-]{1,200})\s?\}?\}\}/g;

/**
 * Params of an action that, filled in, make a request another one than is meant: by what the template itself says, or what the rule fills in.
 * What depends on the alert is left out, since a made-up one tells nothing of it, and so is what the template encodes.
 */
export function unfitOnceFilledIn(type: ConnectorType, given: Params, sent: Params): string[] {
  const texts = new Map(addressParts(type, given).map(({ path, text }) => [path, text]));
  const isRules = (text: string) => [...text.matchAll(tag)].every(([, , name = ""]) => name.startsWith("rule."));
  const filledIn = unfitForAddress(type, sent).filter(({ path }) => isRules(texts.get(path) ?? ""));
  return [...new Set([...unfitForAddress(type, given, { byRule: true }), ...filledIn].map(({ path }) => path))];
}

/** What values must not hold that a rule fills into the address of a request, which Kibana encodes only where the template says so. */
export function filledIntoAddress(type: ConnectorType, params: Params, rule: Pick<Rule, "rule_type_id" | "params">) {
  return addressParts(type, params).flatMap(({ path, text, as }) => {
    if (as === "encoded") return [];
    const names = [...functionsInAddress(text).matchAll(tag)].flatMap(([, kind, name = ""]) =>
      kind === "#" || kind === "^" ? [] : [name],
    );
    const open = [...new Set(names)].filter((name) => !plain.test(name) && !(ofAlert.test(name) && hasSeveralAlerts(rule) === false));
    if (open.length === 0) return [];
    const values = open.map((name) => `{{${name}}}`).join(" and ");
    const where = as === "query" ? "query" : "path";
    const problem = `goes into the ${where} of the request as it is: where ${values} holds one of ${notInAddress[as]}, the request means something else, and what is meant is not done; {{alert.uuid}} holds none`;
    return [{ path, problem }];
  });
}
