import * as z from "zod";
import type { JournalEntry } from "../change/journal.ts";
import { inverseOfEntry, undoCall } from "../change/undo.ts";
import { ToolError } from "../errors.ts";
import { plainText } from "../plain-text.ts";
import { readTool } from "./define.ts";
import { compact, warnings, widens } from "./fields.ts";

export const listChanges = readTool({
  name: "list_changes",
  title: "List changes",
  description: "What this server changed in this Kibana, newest first, each with the call that undoes it or why there is none.",
  input: z.strictObject({
    space: widens(z.string().optional().describe("Default: all"), "all spaces"),
    id: widens(z.string().optional().describe("Of a connector or rule"), "all connectors and rules"),
    limit: z.number().int().min(1).max(100).default(10),
    cursor: z.string().optional(),
  }),
  output: z.looseObject({ changes: z.array(z.looseObject({})), total: z.number(), cursor: z.string().optional(), warnings }),
  async run({ space, id, limit, cursor }, { journal, deployment, principal }) {
    const { entries, problems } = await journal.entries();
    const mine = entries
      .filter(({ begin }) => begin.deployment === deployment.name)
      .filter(({ begin }) => principal.spaces === undefined || principal.spaces.includes(begin.op.space))
      .filter(({ begin }) => space === undefined || begin.op.space === space)
      .filter(({ begin, end }) => id === undefined || begin.op.id === id || end?.id === id);
    const start = cursor === undefined ? 0 : mine.findIndex((entry) => key(entry) === cursor) + 1;
    if (cursor !== undefined && start === 0) {
      throw new ToolError(
        "invalid_arguments",
        "`cursor` is not one that this tool gave out for these filters.",
        "Leave it out to begin with the newest change.",
      );
    }
    const page = mine.slice(start, start + limit);
    const last = page.at(-1);
    return {
      changes: page.map(row),
      total: mine.length,
      ...compact({ cursor: last && start + limit < mine.length ? key(last) : undefined, warnings: problems }),
    };
  },
});

function key({ begin }: JournalEntry): string {
  return `${begin.change}/${begin.n}`;
}

function row({ begin, end }: JournalEntry): Record<string, unknown> {
  const outcome = end?.outcome ?? "unknown";
  const inverse = inverseOfEntry({ begin, end });
  return compact({
    change: begin.change,
    at: begin.at,
    tool: begin.tool,
    op: begin.op.op,
    space: begin.op.space,
    id: begin.op.id ?? end?.id,
    name: plainText(begin.op.name, 120),
    type: begin.op.type,
    outcome,
    note: end ? undefined : "It was begun and its end is not recorded: look at the connector to see whether it happened.",
    error: end?.error,
    consent: begin.consent,
    by: begin.client,
    // Over stdio there is one, and everybody knows who.
    principal: begin.principal === "local" ? undefined : begin.principal,
    ...(inverse ? undoCall(begin.change, inverse, { id: begin.op.id ?? end?.id }) : {}),
  });
}
