import { isPlainObject, valueAt } from "../plain-object.ts";
import type { ConnectorType, Params, Problem } from "./connector-type.ts";
import { type InAddress, inTags } from "./in-address.ts";
import { jsonLeaves } from "./json-leaves.ts";
import { functionsInAddress } from "./template-functions/in-address.ts";
import { effectOf } from "./when.ts";

/** A text that becomes part of the address of a request. */
export interface AddressPart {
  /** Dotted, from `params`. */
  path: string;
  text: string;
  /** How Kibana puts it there. */
  as: InAddress;
}

type AsItIs = Exclude<InAddress, "encoded">;

/** The characters that such a text must not hold, for people. */
export const notInAddress = { path: "/ \\ ? # %", query: "& # % ^", segments: "\\ ? #" } as const satisfies Record<AsItIs, string>;

const unfit: Record<AsItIs, RegExp> = {
  path: /[/\\?#%]/,
  // A query of ServiceNow joins conditions by ^, and runs what follows "javascript:".
  query: /[&#%^]|^\s*javascript:/i,
  segments: /[\\?#]/,
};
// URL parsers drop some of them wherever they are, so that two dots with a tab between them are two dots.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u001f\u007f]/;
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;
const upOneLevel = /(?:^|\/)(?:\.|%2e){2}(?:\/|$)/i;

/**
 * Texts in params that Kibana would put into the address of a request, and that make it another request.
 * @param byRule templates are filled in later: only what stands around them is looked at
 */
export function unfitForAddress(type: ConnectorType, params: Params, { byRule = false } = {}): (Problem & { as: InAddress })[] {
  return addressParts(type, params)
    .filter(({ text, as }) => !fits(byRule ? fixedPart(text) : text, as, byRule && text.search(inTags) >= 0))
    .map(({ path, as }) => ({ path, as, problem: "is no plain id" }));
}

/** What is in a text whatever is filled in. With tags of its own choice, a template may take any text for a value. */
function fixedPart(template: string): string {
  return template.includes("{{=") ? template : functionsInAddress(template).replace(inTags, "");
}

/** @param partly something else is filled in beside it */
function fits(text: string, as: InAddress, partly: boolean): boolean {
  if (control.test(text) || (as !== "encoded" && unfit[as].test(text))) return false;
  if (as === "query") return true;
  return partly ? !upOneLevel.test(text.trim()) : text.trim() !== "" && !dotSegment.test(text);
}

/**
 * The texts that become part of an address: those that the type's entry names and, in a call that changes nothing and that nobody is asked
 * about, every other id too.
 */
export function addressParts(type: ConnectorType, params: Params): AddressPart[] {
  const { inAddress = {}, effect } = effectOf(type, params);
  const named = Object.entries(inAddress).flatMap(([field, as]) =>
    [valueAt(params.subActionParams, field.split("."))]
      .flat()
      .flatMap((text) => (typeof text === "string" ? [{ path: `params.subActionParams.${field}`, text, as }] : [])),
  );
  if (effect !== "none" || !isPlainObject(params)) return named;
  const others = leaves(params)
    .filter(({ path, text }) => isId(path) && text !== "")
    .map(({ path, text }): AddressPart => ({ path: path.join("."), text, as: "path" }));
  return [...named, ...others.filter(({ path }) => !named.some((one) => one.path === path))];
}

/**
 * Params of a type of which it is not known what becomes part of an address: the fields whose texts would make it another one, if they do.
 */
export function mayLeadElsewhere(params: Params): string[] {
  const found = leaves(params).filter(({ path, text }) => (isId(path) ? unfit.path.test(text) : upwards.test(text) && !/\s/.test(text)));
  return [...new Set(found.map(({ path }) => path.join(".")))];
}

const upwards = /(?:\.|%2e){2}(?:[/\\]|%2f|%5c)/i;

function leaves(params: Params) {
  return jsonLeaves(JSON.stringify(params), ["params"], () => false);
}

function isId(path: readonly string[]): boolean {
  return /(?:^|_)ids?$|Ids?$/.test(path.at(-1) ?? "");
}
