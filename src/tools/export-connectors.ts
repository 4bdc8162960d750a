import * as z from "zod";
import { exportFormats } from "../as-code/origin.ts";
import { sizeInJson, textParts } from "../as-code/text-parts.ts";
import { ToolError } from "../errors.ts";
import { plainText } from "../plain-text.ts";
import { readAcross, type ToolContext } from "./define.ts";
import type { KeptExport } from "./exports/kept-exports.ts";
import { compact, idOrName, next, textFilter, typeFilter, warnings, widens } from "./fields.ts";

/** Characters of code in one answer, counted as JSON; with the rest of the answer, MCP hosts cut at about 20,000 (reference/mcp.md §7). */
const onePart = 12_000;
const skippedShown = 20;

export const exportConnectors = readAcross({
  name: "export_connectors",
  title: "Export connectors as code",
  description:
    "Connectors as code: Terraform, kibana.yml (self-managed) or a curl script. Secrets become variables. Large exports come in parts: read the resources, or pass `cursor`.",
  input: z.strictObject({
    format: z.enum(exportFormats).default("terraform"),
    ids: widens(z.array(idOrName).min(1).max(500).optional().describe("Ids or exact names; default: all"), "all connectors"),
    space: z.string().min(1).optional().describe('Space ids with commas, or "*"; default: the configured one'),
    type: typeFilter,
    text: textFilter,
    secrets_in_state: z.boolean().optional().describe("Terraform's older secrets attribute"),
    cursor: z.string().optional(),
  }),
  output: z.looseObject({ files: z.array(z.looseObject({ name: z.string() })), cursor: z.string().optional(), warnings, next }),
  maxText: 20_000,
  async run({ format, secrets_in_state: secretsInState, cursor, ...which }, context) {
    if (cursor !== undefined) return partAt(cursor, context);
    const { exportFiles } = await import("./exports/export-files.ts");
    const { files, exported, skipped, seen, warnings: notes } = await exportFiles({ format, secretsInState, ...which }, context);
    const fits = files.reduce((sum, { text }) => sum + sizeInJson(text), 0) <= onePart;
    const kept = fits
      ? undefined
      : context.exports.keep(
          context.principal.name,
          files.map(({ name, mimeType, text }) => ({ name, mimeType, parts: textParts(text, onePart) })),
        );
    const first = kept && cursorOf(kept.id, 0);
    return {
      format,
      counts: compact({ exported, skipped: skipped.length || undefined, seen }),
      files: kept
        ? kept.files.map(({ name, parts }) => ({ name, uris: parts.map(({ uri }) => uri) }))
        : files.map(({ name, text }) => ({ name, content: text })),
      ...compact({
        cursor: first,
        skipped: skipped.slice(0, skippedShown).map((one) => ({ ...one, id: plainText(one.id, 60) })),
        warnings: [
          ...shortened(notes),
          ...(skipped.length > skippedShown ? [`${skipped.length - skippedShown} more skipped connectors are not shown.`] : []),
        ],
        next:
          first !== undefined
            ? [{ tool: "export_connectors", args: { cursor: first }, why: "The parts one by one, for clients that do not read resources." }]
            : exported === 0
              ? [{ tool: "list_connectors", args: compact({ space: which.space }), why: `None of ${seen} connectors is exported.` }]
              : [],
      }),
    };
  },
});

/** One part of an export that was too large for one answer: its parts, in order, make up its files. */
function partAt(cursor: string, { exports, principal }: ToolContext) {
  const [id = "", at = ""] = cursor.split(".");
  const kept = exports.find(principal.name, id);
  const pages = kept ? pagesOf(kept) : [];
  const index = /^(0|[1-9]\d{0,5})$/.test(at) ? Number(at) : -1;
  const page = pages[index];
  if (!page) {
    throw new ToolError(
      "invalid_arguments",
      "`cursor` is not one that this tool gave out, or it is older than half an hour.",
      "Leave it out and give format and connectors to export again.",
    );
  }
  return {
    files: [page],
    ...compact({ cursor: index + 1 < pages.length ? cursorOf(id, index + 1) : undefined }),
  };
}

function pagesOf({ files }: KeptExport) {
  return files.flatMap(({ name, parts }) => parts.map(({ text }, index) => ({ name, part: index + 1, of: parts.length, content: text })));
}

function cursorOf(id: string, page: number): string {
  return `${id}.${page}`;
}

/** The first few, and how many more there are. */
function shortened(notes: readonly string[]): string[] {
  const shown = 10;
  const more = notes.length - shown;
  return more > 0 ? [...notes.slice(0, shown), `${more} more warnings: export fewer connectors to see them.`] : [...notes];
}
