import type { ToolError } from "../../errors.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { rulesWith, ruleUse } from "../../rules/find-rules.ts";
import { ruleNames } from "../../usage/references.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { deletionRows, deletionsFix, deletionsInWords, deletionsOf } from "./deletions.ts";
import { ConnectorNotHere } from "./find-connector.ts";

/** The most spaces to look through. */
const looked = 20;
const shown = 5;
const shownRules = 10;

interface Place {
  space: string;
  id: string;
}

const callAgain = ({ space }: Place, asked: string) =>
  `If that one is meant, call again with space "${asked.includes(", ") ? [...asked.split(", "), space].join(",") : space}".`;
const whole = ({ id, space }: Place) => `from: ${JSON.stringify({ id, space })}`;
/** A rule and the connectors that it uses are in one space. */
const ofRules = (place: Place) =>
  `Rules use only connectors of their own space. If the rules are in "${place.space}" too, call again with space "${place.space}"; otherwise copy it to their space first: create_connector with ${whole(place)}.`;

/** What to do with each tool that does not simply take another \`space\`. */
const ways: Record<string, (place: Place, asked: string) => string> = {
  safe_delete_connector: ({ id, space }) =>
    `If that one is meant, delete it with a call of its own: ids ${JSON.stringify([id])}, space "${space}".`,
  create_connector: (place) => `If that one is meant, say where it is: ${whole(place)}.`,
  attach_connector: ofRules,
  replace_connector: ofRules,
  export_connectors: ({ space }, asked) => `If that one is meant, call again with space "${[...asked.split(", "), space].join(",")}".`,
};

/**
 * The same error; if a connector was not found, with the rules that still refer to it, the other spaces that have it, and its
 * deletion by this server: then no similar one is suggested.
 * @param tool the one that was called
 */
export async function withPlaces(error: ToolError, tool: string, context: ToolContext): Promise<ToolError> {
  if (!(error instanceof ConnectorNotHere)) return error;
  const [{ referring, total }, places, deletions] = await Promise.all([
    referringTo(error, context),
    placesOf(error, context),
    deletionsOf(error.asked, error.space.split(", "), context),
  ]);
  const [first] = places;
  const names = [...new Set(places.map((place) => quoted(place.space)))];
  const inSpaces = first && ` It is in the space${names.length > 1 ? "s" : ""} ${names.join(", ")}.`;
  const [rule] = referring;
  if (!first && !rule && deletions.length === 0) return error;
  // If no other space has it and no name is similar, there is nothing to suggest.
  const fixes = first ? [(ways[tool] ?? callAgain)(first, error.space)] : error.detail && deletions.length === 0 ? [error.fix] : [];
  if (deletions.length > 0) fixes.unshift(deletionsFix(deletions));
  if (rule) {
    const from = `replace_connector with from ${JSON.stringify(error.asked)} and space "${rule.space}"`;
    fixes.unshift(`These rules have lost their connector: ${from} moves their actions to another one.`);
  }
  return new ConnectorNotHere(
    error,
    `${error.message}${deletionsInWords(deletions, error.asked)}${rule ? ` ${total} rule${total > 1 ? "s still refer" : " still refers"} to it: ${ruleNames(referring)}.` : ""}${inSpaces ?? ""}`,
    fixes.join(" "),
    compact({
      ...error.detail,
      ...(first || deletions.length > 0 ? { candidates: undefined } : {}),
      deleted: deletionRows(deletions),
      elsewhere: places,
      referring: referring.slice(0, shownRules),
      referring_total: total > shownRules ? total : undefined,
    }),
  );
}

/** Rules in the searched spaces that name the missing connector; none where they may not be read. */
async function referringTo({ asked, space }: ConnectorNotHere, { kibana }: ToolContext) {
  const found = await Promise.allSettled(
    space.split(", ").map(async (one) => {
      const rules = await rulesWith(kibana, one, { id: asked, known: undefined });
      return rules.map((rule) => ruleUse({ ...rule, name: plainText(rule.name, 120) }, asked, one));
    }),
  );
  const referring = found.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
  return { referring, total: referring.length };
}

async function placesOf({ asked, space }: ConnectorNotHere, { kibana, spaces }: ToolContext) {
  // If the spaces may not be listed, the error stays as it was: it says where to look.
  const [listed] = await Promise.allSettled([spaces.list()]);
  const others = listed.status === "fulfilled" ? listed.value.map(({ id }) => id).filter((id) => !space.split(", ").includes(id)) : [];
  const lists = await Promise.allSettled(
    others.slice(0, looked).map(async (id) => (await kibana.connectors(id)).map((one) => ({ one, space: id }))),
  );
  return lists
    .flatMap((list) => (list.status === "fulfilled" ? list.value : []))
    .filter(({ one }) => one.id === asked || one.name === asked)
    .map(({ one, space }) => ({ space, id: one.id, name: plainText(one.name, 80), type: one.type }))
    .slice(0, shown);
}
