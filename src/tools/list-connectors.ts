import * as z from "zod";
import { ToolError } from "../errors.ts";
import { connectorRow, flagsOf, states } from "./connectors/connector-row.ts";
import { factsAhead, readFacts } from "./connectors/list-facts.ts";
import { byPlace, chosenSpaces, connectorsIn, type FoundConnector, matcher } from "./connectors/several-spaces.ts";
import { unusedOf } from "./connectors/unused.ts";
import { readAcross } from "./define.ts";
import { compact, next, textFilter, typeFilter, warnings, widens } from "./fields.ts";

export const listConnectors = readAcross({
  name: "list_connectors",
  title: "List connectors",
  description:
    "Connectors of one space, several, or all: type, flags, uses (rules, also disabled; cases; queued runs), last run within 7 days. System connectors are not listed.",
  input: z.strictObject({
    space: z.string().min(1).optional().describe('Space ids with commas, or "*"; default: the configured one'),
    type: typeFilter,
    text: textFilter,
    state: widens(z.enum(states).optional(), "all states"),
    limit: z.number().int().min(1).max(100).default(20),
    cursor: z.string().optional(),
  }),
  argumentHints: {
    name: "is `text` here",
    query: "is `text` here",
    spaces: 'is `space` here: "default,security", or "*"',
    flag: "is `state` here",
  },
  output: z.looseObject({ connectors: z.array(z.looseObject({})), total: z.number(), cursor: z.string().optional(), warnings, next }),
  async run({ space, type, text, state, limit, cursor }, context) {
    const notes: string[] = [];
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const spaces = await chosenSpaces(space, context, notes);
    const remember = factsAhead({ space, type, text, state, limit, cursor }, context);
    const [types, all] = await Promise.all([
      context.kibana.connectorTypes(spaces[0] ?? context.settings.space),
      connectorsIn(spaces, context, notes),
    ]);
    const matches = await matcher({ type, text }, types, notes);
    const fitting = all.filter(matches);
    const matching = (
      state === "unused"
        ? await unusedOf(all, fitting, types, context, notes)
        : fitting.filter(({ connector }) => state === undefined || flagsOf(connector, types).includes(state))
    ).sort(byPlace);
    const from = after === undefined ? matching : matching.filter((found) => byPlace(found, after) > 0);
    const page = from.slice(0, limit);
    remember(page);
    const facts = await readFacts(page, context, notes);
    const last = page.at(-1);
    const rows = page.map((found) => ({ ...connectorRow(found.connector, found.space, types, context.settings), ...facts(found) }));
    const none = matching.length === 0 && all.length > 0;
    return {
      connectors: rows,
      total: matching.length,
      ...compact({
        without_uses: state !== "unused" && rows.some(({ uses }) => uses === undefined) ? withoutUses : undefined,
        cursor: last && from.length > limit ? writeCursor(last) : undefined,
        warnings: notes,
        next: none
          ? [{ tool: "list_connectors", args: compact({ space }), why: `The filters match none of ${all.length} connectors.` }]
          : [],
      }),
    };
  },
});

const withoutUses = 'Kibana counts none; state "unused" looks at all';

/** The place of the last row instead of a number: connectors added or deleted between calls do not shift the pages. */
function writeCursor({ space, connector }: FoundConnector): string {
  return Buffer.from(JSON.stringify([space, connector.name, connector.id])).toString("base64url");
}

const Cursor = z.tuple([z.string(), z.string(), z.string()]);

function readCursor(cursor: string): FoundConnector {
  try {
    const [space, name, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    const connector = {
      id,
      name,
      type: "",
      config: undefined,
      missingSecrets: false,
      preconfigured: false,
      system: false,
      deprecated: false,
      references: undefined,
    };
    return { space, connector };
  } catch {
    throw new ToolError("invalid_arguments", "`cursor` is not one that this tool gave out.", "Leave it out to begin with the first page.");
  }
}
