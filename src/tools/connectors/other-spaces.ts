import { ToolError } from "../../errors.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { rulesWith, ruleUse } from "../../rules/find-rules.ts";
import { freeRule, modelsOf, rulesAsking } from "../../usage/assistant-actions.ts";
import { ruleNames } from "../../usage/references.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { freeId } from "./connector-id.ts";
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
  if (!(error instanceof ConnectorNotHere)) return error.code === "id_taken" ? withOwner(error, tool, context) : error;
  const [{ referring, total }, places, deletions] = await Promise.all([
    referringTo(error, context),
    placesOf(error, context),
    deletionsOf(error.asked, error.space.split(", "), context),
  ]);
  const [first, ...more] = places;
  const inSpaces = first && ` ${whereItIs(first, more, error.asked)}`;
  const [rule] = referring;
  if (!first && !rule && deletions.length === 0) return error;
  // If no other space has it and no name is similar, there is nothing to suggest.
  const way = more.length > 0 ? oneOfThem : (ways[tool] ?? callAgain);
  const fixes = first ? [way(first, error.space)] : error.detail && deletions.length === 0 ? [error.fix] : [];
  if (deletions.length > 0) fixes.unshift(deletionsFix(deletions));
  const running = referring.find(({ groups }) => groups.length > 0);
  if (referring.some(({ groups }) => groups.length === 0)) fixes.unshift(freeRule);
  if (running) {
    const from = `replace_connector with from ${JSON.stringify(error.asked)} and space "${running.space}"`;
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

/** The same error; where Kibana refused an id that is another space's, with that connector, if this key sees it, and an id that may be free. */
async function withOwner(error: ToolError, tool: string, context: ToolContext): Promise<ToolError> {
  const [, id] = /\[action\/(.+)\] conflict/.exec(String(error.detail?.kibana)) ?? [];
  if (id === undefined || tool !== "create_connector") return error;
  const [owner] = (await placesOf({ asked: id, space: "" }, context)).filter((one) => one.id === id);
  const other = `pass another \`id\`, such as ${JSON.stringify(freeId(id, new Set([id])))}, or give another name`;
  if (!owner) return new ToolError(error.code, error.message, `If it is to be a new one, ${other}.`, error.detail);
  return new ToolError(
    error.code,
    `The id "${id}" is that of ${quoted(owner.name)} (${word(owner.type)}) in the space ${quoted(owner.space)}: ids are unique over all spaces. Nothing was written.`,
    `For a copy of that one, pass ${whole(owner)}. For a new one, ${other}.`,
    { ...error.detail, elsewhere: [owner] },
  );
}

const oneOfThem = () => "If one of them is meant, call again with its id and its space: `elsewhere` has both.";

/** An id is one connector's in all spaces; others of the same name may be anybody's. */
function whereItIs(first: Found, more: readonly Found[], asked: string): string {
  if (first.id === asked) return `It is in the space ${quoted(first.space)}.`;
  const named = [first, ...more].map(({ id, type, space }) => `${quoted(id, 80)} (${word(type)}) in the space ${quoted(space)}`);
  return `${more.length > 0 ? "Others have" : "Another one has"} that name: ${named.join(", ")}.`;
}

/** Rules in the searched spaces that name the missing connector, those without groups in params only; none where they may not be read. */
async function referringTo({ asked, space }: ConnectorNotHere, { kibana }: ToolContext) {
  const found = await Promise.allSettled(
    space.split(", ").map(async (one) => {
      const [rules, asking] = await Promise.all([rulesWith(kibana, one, { id: asked, known: undefined }), rulesAsking(kibana, one)]);
      const uses = [...rules, ...asking.filter((rule) => modelsOf(rule, one).some(({ names }) => names === asked))];
      return uses.map((rule) => ruleUse({ ...rule, name: plainText(rule.name, 120) }, asked, one));
    }),
  );
  const referring = found.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
  return { referring, total: referring.length };
}

interface Found extends Place {
  name: string;
  type: string;
}

/** The connector of that id, or else those of that name. */
async function placesOf({ asked, space }: Pick<ConnectorNotHere, "asked" | "space">, { kibana, spaces }: ToolContext): Promise<Found[]> {
  // If the spaces may not be listed, the error stays as it was: it says where to look.
  const [listed] = await Promise.allSettled([spaces.list()]);
  const others = listed.status === "fulfilled" ? listed.value.map(({ id }) => id).filter((id) => !space.split(", ").includes(id)) : [];
  const lists = await Promise.allSettled(
    others.slice(0, looked).map(async (id) => (await kibana.connectors(id)).map((one) => ({ one, space: id }))),
  );
  const all = lists.flatMap((list) => (list.status === "fulfilled" ? list.value : []));
  const byId = all.filter(({ one }) => one.id === asked);
  return (byId.length > 0 ? byId.slice(0, 1) : all.filter(({ one }) => one.name === asked))
    .map(({ one, space }) => ({ space, id: one.id, name: plainText(one.name, 80), type: one.type }))
    .slice(0, shown);
}
