import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { checkPart } from "../catalog/validate.ts";
import { isPlainObject, valueAt } from "../plain-object.ts";
import { closes } from "./incidents.ts";
import { withValueAt } from "./params.ts";

/** What a message begins with that nobody should act on. */
export const testMark = "[TEST] ";

/** Where people look for words in a document or JSON body. */
const telling = ["title", "subject", "summary", "message", "text", "reason", "name", "description", "rule_name"];

/** The params with a mark where people read first; undefined where no text takes one. */
export function marked(params: Params, entry: ConnectorType | undefined): Params | undefined {
  const field = entry?.headlines?.find((one) => typeof valueAt(params, one.split(".")) === "string");
  if (field !== undefined) {
    const path = field.split(".");
    const words = markedText(String(valueAt(params, path)));
    return words === undefined ? undefined : withValueAt(params, path, words);
  }
  if (!Array.isArray(params.documents)) return entry && withMarkAlone(params, entry);
  const documents = params.documents.map((one) => (isPlainObject(one) ? markedFields(one) : undefined));
  return documents.every((one) => one !== undefined) ? { ...params, documents } : undefined;
}

/** The mark in place of words that are left out, where the type takes it. A body that is left out stays so. */
function withMarkAlone(params: Params, entry: ConnectorType): Params | undefined {
  if (closes(entry, params)) return undefined;
  const wrongIn = (of: Params) => {
    const { errors, unknownKeys = [] } = checkPart(entry, "params", of);
    return errors.length + unknownKeys.length;
  };
  return (entry.headlines ?? [])
    .filter((field) => !/(?:^|\.)body$/.test(field))
    .map((field) => withValueAt(params, field.split("."), testMark.trim()))
    .find((one) => wrongIn(one) <= wrongIn(params));
}

/** JSON stays JSON. */
function markedText(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return `${testMark}${text}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `${testMark}${text}`;
  }
  if (isPlainObject(value)) return JSON.stringify(markedBlocks(value) ?? markedFields(value));
  return Array.isArray(value) && value.some(isPlainObject)
    ? JSON.stringify(value.map((one) => (isPlainObject(one) ? markedFields(one) : one)))
    : undefined;
}

/** Slack's: `{"blocks": [{"text": {"text": "…"}}]}`. */
function markedBlocks(value: Params): Params | undefined {
  if (!Array.isArray(value.blocks)) return undefined;
  const at = value.blocks.findIndex((block) => typeof valueAt(block, ["text", "text"]) === "string");
  if (at < 0) return undefined;
  const blocks = value.blocks.map((block, index) =>
    index === at ? withValueAt(Object(block), ["text", "text"], `${testMark}${String(valueAt(block, ["text", "text"]))}`) : block,
  );
  return { ...value, blocks };
}

/** Ids and other values stay as they are. */
function markedFields(fields: Params): Params {
  const key = telling.find((one) => typeof fields[one] === "string");
  return key === undefined ? { ...fields, test: true } : { ...fields, [key]: `${testMark}${String(fields[key])}` };
}
