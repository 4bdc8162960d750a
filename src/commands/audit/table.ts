import { styleText } from "node:util";
import wrapAnsi from "wrap-ansi";
import { groups, type Severity } from "../../audit/finding.ts";
import { count, groupWords, kindOf, moment, severityWords, spaceWords, titleOf } from "../../audit/words.ts";
import { oneLine, plainText } from "../../plain-text.ts";
import type { AuditDocument, Row } from "./document.ts";
import { drawGrid } from "./grid.ts";

export interface TableLook {
  /** Characters per line. */
  width: number;
  colour: boolean;
}

/** Below this width a table is unreadable, and the findings are a list. */
const narrowest = 76;
const widest = 160;
/** The most rows of a table, most severe first: nobody reads more in a terminal. */
const mostRows = 500;

const colours: Record<Severity, Parameters<typeof styleText>[0]> = {
  critical: ["bold", "red"],
  high: "red",
  medium: "yellow",
  low: "cyan",
  info: "gray",
};

/** The audit for a person at a terminal: findings first, what must not be missed last, where it stays on the screen. */
export function renderTable(audit: AuditDocument, { width, colour }: TableLook): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const look = { width: Math.min(width, widest), paint };
  return [
    heading(audit, look),
    findings(audit, look),
    reasons(audit, look),
    unchecked(audit, look),
    baseline(audit, look),
    ending(audit, look),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

interface Look {
  width: number;
  paint(style: Parameters<typeof styleText>[0], text: string): string;
}

function heading({ deployment, generated_at, window, spaces }: AuditDocument, look: Look): string {
  const version = deployment.kibana_version === undefined ? "" : `, Kibana ${plainText(deployment.kibana_version, 40)}`;
  const seen = `${moment(generated_at)}; ${count(spaces.length, "space")}; runs of the last ${count(window.days, "day")}`;
  return [
    ...wrapped(look.paint("bold", `Connector audit of ${plainText(deployment.name, 200)}${version}`), look.width),
    ...wrapped(seen, look.width),
  ].join("\n");
}

function findings(audit: AuditDocument, look: Look): string {
  if (audit.findings.length === 0) return audit.complete ? "Nothing was found." : "Nothing was found in what was checked.";
  const shown = audit.findings.slice(0, mostRows);
  const rest = audit.findings.length - shown.length;
  const more = `And ${count(rest, "less severe finding")}, not shown here: --json has all of them, --min-severity and --spaces narrow it down.`;
  return `${look.width < narrowest ? list(shown, look) : table(shown, look)}${rest > 0 ? `\n\n${wrapped(more, look.width).join("\n")}` : ""}`;
}

function table(rows: readonly Row[], look: Look): string {
  // Borders and padding take 13 characters.
  const free = look.width - 13;
  const [level, space] = [10, Math.min(18, Math.max(9, ...rows.map((row) => spaceWords(row.space).length)))];
  const what = Math.floor((free - level - space) * 0.4);
  const widths = [level, space, what, free - level - space - what];
  const head = ["Severity", "Space", "Connector or rule", "Finding"].map((text) => [look.paint("bold", text)]);
  const cells = rows.map((row) => [
    [look.paint(colours[row.severity], severityWords[row.severity]), ...marks(row)],
    wrapped(plainText(spaceWords(row.space), 60), space),
    about(row).flatMap((line) => wrapped(line, what)),
    [look.paint("bold", titleOf(row.check)), ...wrapped(plainText(row.evidence, 600), widths[3] ?? free)],
  ]);
  return drawGrid(widths, [head, ...cells]);
}

function list(rows: readonly Row[], look: Look): string {
  const width = Math.max(10, look.width - 2);
  return rows
    .map((row) =>
      [
        ...wrapped(
          [
            look.paint(colours[row.severity], severityWords[row.severity].toUpperCase()),
            look.paint("bold", titleOf(row.check)),
            ...marks(row),
          ].join(" "),
          look.width,
        ),
        ...[`in ${plainText(spaceWords(row.space), 60)}`, ...about(row), plainText(row.evidence, 600)]
          .flatMap((line) => wrapped(line, width))
          .map((line) => `  ${line}`),
      ].join("\n"),
    )
    .join("\n\n");
}

function marks({ known, confidence }: Row): string[] {
  return [...(known ? ["(known)"] : []), ...(confidence === "likely" ? ["(likely)"] : [])];
}

function about(row: Row): string[] {
  const { connector, rule: holder = row.user } = row;
  return [
    ...(connector
      ? [`${plainText(connector.name ?? connector.id, 80)}${connector.type === undefined ? "" : ` (${plainText(connector.type, 40)})`}`]
      : []),
    ...(holder ? [`${kindOf(row)} ${plainText(holder.name, 80)}${holder.enabled ? "" : " (off)"}`] : []),
  ];
}

/** Why each kind of finding matters and what a person does about it, once per kind. */
function reasons({ findings: rows }: AuditDocument, look: Look): string {
  const kinds = new Map(rows.map((row) => [row.check, row]));
  if (kinds.size === 0) return "";
  const indented = (text: string, first: string) =>
    wrapped(oneLine(text), look.width - 4).map((line, index) => `${index === 0 ? first : "    "}${line}`);
  const lines = [...kinds].flatMap(([check, { why, fix }]) => [
    ...indented(`${titleOf(check)} (${check}): ${why}`, "  "),
    ...indented(`→ ${fix}`, "    "),
  ]);
  const agents = rows.some((row) => row.next)
    ? wrapped("An agent gets the calls that do this from audit_connectors with detail: true.", look.width)
    : [];
  return [look.paint("bold", "Why it matters, and what to do in Kibana"), ...lines, ...agents].join("\n");
}

function unchecked({ complete, cancelled, not_checked }: AuditDocument, look: Look): string {
  if (complete) return "";
  const lines = not_checked.flatMap((one) => {
    const where = one.space === "*" ? "all spaces" : `space ${plainText(one.space, 60)}`;
    const text = `${where}: ${one.checks.join(", ") || "everything"}. ${plainText(one.why, 500)}${one.fix ? ` ${plainText(one.fix, 500)}` : ""}`;
    return wrapped(text, look.width - 4).map((line, index) => `${index === 0 ? "  - " : "    "}${line}`);
  });
  const title = `NOT EVERYTHING WAS CHECKED${cancelled ? ": the audit was stopped" : ""}`;
  return [look.paint(["bold", "yellow"], title), ...lines].join("\n");
}

function baseline({ baseline: base, counts }: AuditDocument, look: Look): string {
  if (!base) return "";
  const { stale, unseen } = base;
  const shown = stale.slice(0, 20);
  const lines = [
    `Baseline of ${moment(base.written_at)}: ${counts.known} known, ${counts.new} new.`,
    ...(stale.length > 0
      ? [
          `${count(stale.length, "entry", "entries")} of it ${stale.length === 1 ? "is" : "are"} stale: no longer found (--write-baseline removes them):`,
        ]
      : []),
    ...shown.map(
      ({ id, check, space, connector, rule }) =>
        `- ${id} ${check} ${plainText([connector, rule].filter(Boolean).join(" "), 120)} in ${plainText(space, 60)}`,
    ),
    ...(stale.length > shown.length ? [`and ${stale.length - shown.length} more: see --json`] : []),
    ...(unseen > 0 ? [`${count(unseen, "entry", "entries")} of it could not be looked up in this run.`] : []),
  ];
  return lines.flatMap((line) => wrapped(line, look.width)).join("\n");
}

function ending({ summary, exit }: AuditDocument, look: Look): string {
  const line = groups.map((group) => {
    const text = `${groupWords[group].title}: ${summary[group]}`;
    return summary[group] > 0 && group !== "untidy" ? look.paint(group === "broken_now" ? ["bold", "red"] : "yellow", text) : text;
  });
  return [...wrapped(line.join("   "), look.width), ...wrapped(`Exit code ${exit.code}: ${exit.why}`, look.width)].join("\n");
}

/** Lines of at most `width` columns, broken between words if possible; nothing is cut off. */
function wrapped(text: string, width: number): string[] {
  // Nearly all lines are short and plain, and measuring is slow.
  if (text.length <= width && /^[\x20-\x7e]*$/.test(text)) return [text];
  return wrapAnsi(text, Math.max(4, width), { hard: true }).split("\n");
}
