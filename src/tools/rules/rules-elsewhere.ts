import { ToolError } from "../../errors.ts";
import type { Reader } from "../../kibana/reader.ts";
import { quoted, word } from "../../plain-text.ts";
import { quotedKql } from "../../rules/quoted-kql.ts";
import type { ToolContext } from "../define.ts";

/** The most spaces to look through. */
const looked = 20;
const shown = 5;

/** The same error; where a rule was not found, with the other spaces that have the first that is missing, by id or exact name. */
export async function withRulePlaces(error: ToolError, { kibana, spaces }: ToolContext): Promise<ToolError> {
  const missing = error.detail?.missing;
  const [asked]: unknown[] = Array.isArray(missing) ? missing : [];
  if (typeof asked !== "string" || asked.startsWith("tag:")) return error;
  // If the spaces may not be listed, the error stays as it was.
  const listed = await spaces.list().catch(() => []);
  const found = await Promise.all(listed.slice(0, looked).map(({ id }) => ruleIn(id, asked, kibana).catch(() => undefined)));
  const elsewhere = found.filter((one) => one !== undefined).slice(0, shown);
  const [first, ...more] = elsewhere;
  if (!first) return error;
  const { candidates: _none, ...detail } = error.detail ?? {};
  const places = elsewhere.map(({ space }) => quoted(space)).join(", ");
  return new ToolError(
    error.code,
    `${error.message} ${quoted(asked, 100)} (${word(first.id)}) is in the space${more.length > 0 ? "s" : ""} ${places}.`,
    `If that one is meant, call again with ${more.length > 0 ? "one of these as `space`" : `space ${quoted(first.space)}`}: rules use only connectors of their own space.`,
    { ...detail, elsewhere },
  );
}

async function ruleIn(space: string, asked: string, kibana: Reader): Promise<{ space: string; id: string } | undefined> {
  const byId = await kibana.rule(space, asked).catch((error: unknown) => {
    if (error instanceof ToolError && error.code === "rule_not_found") return undefined;
    throw error;
  });
  if (byId) return { space, id: byId.id };
  const { rules } = await kibana.rules(space, { filter: `alert.attributes.name: ${quotedKql(asked)}`, page: 1, perPage: 20 });
  const named = rules.find(({ name }) => name === asked);
  return named && { space, id: named.id };
}
