import * as z from "zod";
import { checkNames } from "../audit/checks/index.ts";
import {
  type AuditReport,
  type Finding,
  groups,
  groupTitles,
  isAtLeastAsSevere,
  type Severity,
  severities,
  tally,
} from "../audit/finding.ts";
import type { NextCall } from "../change/plan.ts";
import { didYouMean } from "../did-you-mean.ts";
import { ToolError } from "../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import { firstThatFit, plainText } from "../plain-text.ts";
import type { SecretSource } from "../secrets/secret-source.ts";
import { firstSpaces } from "./connectors/several-spaces.ts";
import { readAcross, type ToolContext } from "./define.ts";
import { keptReport } from "./exports/kept-reports.ts";
import { atMost, compact, idOrName, listedIn, mostSpaces, next, warnings, widens } from "./fields.ts";
import { asOffered, existing, proposedSecrets } from "./secrets/proposed-secrets.ts";

/** Characters of the rows of a short answer: about 900 tokens, which leaves room for the rest of the answer. */
const shortPage = 3_300;
/** The same with details, or where the caller says how many. More than this would be cut from the answer, so it goes on the next page. */
const longPage = 12_000;
const usualLimit = 20;
const usualDays = 7;
const entriesShown = 8;
/** Findings beside the answer, where an app shows them and no model pays for them, and their characters. */
const mostInApp = 500;
const appPage = 60_000;

export const auditConnectors = readAcross({
  name: "audit_connectors",
  title: "Audit connectors",
  description:
    "Find connectors and rules that fail silently, will break, or are untidy, most severe first, with the calls that fix them. not_checked lists what could not be read: do not take it for fine.",
  input: z.strictObject({
    spaces: widens(atMost(mostSpaces, z.array(idOrName)).optional().describe("Ids; default: all"), "all spaces"),
    checks: widens(atMost(100, z.array(z.string())).optional().describe("Only these, as named in findings"), "all checks"),
    min_severity: widens(z.enum(severities).optional(), "all severities"),
    days: z.number().int().min(1).max(90).default(usualDays).describe("Of runs to check"),
    detail: z.boolean().optional().describe("With why, confidence and next for each finding"),
    limit: z.number().int().min(1).max(50).optional(),
    cursor: z.string().optional(),
  }),
  argumentHints: { space: listedIn("spaces"), check: listedIn("checks"), severity: "is `min_severity` here" },
  output: z.looseObject({
    summary: z.string(),
    findings: z.array(z.looseObject({})),
    total: z.number(),
    counts: z.looseObject({}),
    not_checked: z.array(z.looseObject({})).optional(),
    cursor: z.string().optional(),
    warnings,
    next,
  }),
  async run(args, context) {
    const { spaces: asked, checks: named, min_severity: least = "info", days, detail = false, limit, cursor } = args;
    const checks = named?.map(checkNamed);
    const notes: string[] = [];
    const spaces = await chosenSpaces(asked, context, notes);
    const report = await keptReport(context, { spaces, days, ...(checks && { checks }) }, cursor !== undefined);
    const severe = report.findings.filter((one) => isAtLeastAsSevere(one.severity, least));
    const matching = await Promise.all(severe.map((one) => withReferences(one, context.secrets)));
    const from = cursor === undefined ? 0 : matching.findIndex((one) => one.id === cursor) + 1;
    if (cursor !== undefined && from === 0) {
      throw new ToolError(
        "invalid_arguments",
        "`cursor` is not one that this tool gave out for these arguments, or its finding is fixed by now.",
        "Leave it out to begin with the most severe findings.",
      );
    }
    const row = detail ? detailedRow : shortRow;
    const { rows, last } = page(matching.slice(from, from + (limit ?? usualLimit)).map(row), detail || limit ? longPage : shortPage);
    const rest = matching.length - from - rows.length;
    context.forApp?.(withCalls(matching.slice(from), context));
    return {
      summary: summaryOf(report, matching, args),
      counts: compact({
        ...nonZero(
          tally(
            severities,
            matching.map(({ severity }) => severity),
          ),
        ),
        by_check: nonZero(
          tally(
            checkNames,
            matching.map(({ check }) => check),
          ),
        ),
      }),
      total: matching.length,
      findings: rows,
      ...compact({
        not_checked: report.notChecked.slice(0, entriesShown).map((one) => compact({ ...one, why: plainText(one.why, 200) })),
        warnings: [...notes, ...warningsOf(report)],
        cursor: rest > 0 ? last : undefined,
        next: nextCalls(args, rows.length, rest > 0 && last !== undefined ? { rest, last } : undefined),
      }),
    };
  },
});

/** A finding whose call needs secrets, which are given as this server offers it. */
async function withReferences(finding: Finding, source: SecretSource): Promise<Finding> {
  const { next, connector } = finding;
  const asked = next?.args.secrets;
  if (!next || !connector || !isPlainObject(asked)) return finding;
  const subject = { ...connector, type: connector.type ?? "", name: connector.name ?? "", space: finding.space };
  const { secrets, ...names } = await proposedSecrets(Object.keys(asked), undefined, subject, source);
  const [reference] = Object.values(secrets).filter(isPlainObject);
  const args = { ...next.args, secrets: asOffered(asked, source, reference) };
  const known = existing(names);
  const how = [...(source.noPage ? [] : ["A person types the secrets on a local page."]), ...(known === "" ? [] : [`${known}.`])];
  return { ...finding, next: { ...next, args, why: [next.why, ...how].join(" ") } };
}

function checkNamed(name: string): string {
  if (checkNames.includes(name)) return name;
  const meant = didYouMean(name, checkNames);
  throw new ToolError(
    "invalid_arguments",
    `There is no check "${plainText(name, 60)}".`,
    meant ? `Did you mean ${meant}?` : `There are: ${checkNames.join(", ")}.`,
    { checks: checkNames },
  );
}

async function chosenSpaces(asked: string[] | undefined, { spaces }: ToolContext, notes: string[]): Promise<string[]> {
  if (asked === undefined || asked.includes("*")) return firstSpaces((await spaces.list()).map((space) => space.id).sort(), notes);
  return Promise.all([...new Set(asked)].sort().map((id) => spaces.check(id, { fresh: false })));
}

interface Asked {
  spaces?: string[] | undefined;
  checks?: string[] | undefined;
  min_severity?: Severity | undefined;
  days: number;
  detail?: boolean | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** As many rows as have room, at least one. @param room characters */
function page(all: readonly Row[], room: number): { rows: Row[]; last: string | undefined } {
  const rows: Row[] = [];
  let length = 0;
  for (const row of all) {
    length += JSON.stringify(row).length;
    if (rows.length > 0 && length > room) break;
    rows.push(row);
  }
  return { rows, last: rows.at(-1)?.id };
}

/** For an app: more findings than an answer has, each with its call. What is the same for all of a check it knows itself. */
function withCalls(findings: readonly Finding[], { deployment: { name, sandbox } }: ToolContext) {
  const rows = findings.slice(0, mostInApp).map((one) => {
    const { why: _why, fix: _fix, tool: _tool, group: _group, ...row } = detailedRow(one);
    return row;
  });
  const shown = firstThatFit(rows, appPage);
  return { deployment: { name, sandbox }, findings: shown, rest: shown.length < findings.length };
}

interface Row extends Record<string, unknown> {
  id: string;
}

/** With the call alone: why it is made is among the details. */
function shortRow({ id, check, severity, space, connector, rule, user, evidence, next }: Finding): Row {
  return {
    id,
    ...compact({
      ...{ check, severity, space, connector: connector?.id, rule: rule?.id },
      ...{ user: user && `${user.kind}:${user.id}`, evidence, next: next && { tool: next.tool, args: next.args } },
    }),
  };
}

/** `fix` says what a person does in Kibana: an agent gets the call instead, if there is one, or the tool besides. */
function detailedRow({ connector, rule, user, others, covers: _covers, id, fix, tool, ...finding }: Finding): Row {
  const named = <T extends { name: string | undefined }>(one: T) =>
    compact({ ...one, name: one.name === undefined ? undefined : plainText(one.name, 120) });
  return {
    id,
    ...compact({
      ...finding,
      ...(finding.next ? {} : { fix, tool }),
      ...{ connector: connector && named(connector), rule: rule && named(rule), user: user && named(user) },
      others: others?.slice(0, entriesShown).map(named),
    }),
  };
}

/** Written for a person who reads nothing else: of what was not asked for it says no number. */
function summaryOf(
  { findings, checks, spaces, notChecked, cancelled, window }: AuditReport,
  matching: readonly Finding[],
  asked: Asked,
): string {
  const sum = (field: "connectors" | "rules" | "failures") => spaces.reduce((total, space) => total + (space[field] ?? 0), 0);
  const all = findings.length;
  const counts = tally(
    groups,
    matching.map(({ group }) => group),
  );
  const isWhole = asked.checks === undefined && matching.length === all;
  const said = groups.filter((group) => isWhole || counts[group] > 0);
  const found =
    matching.length === 0 ? "Nothing was found" : said.map((group) => `${counts[group]} ${groupTitles[group].toLowerCase()}`).join(", ");
  const least =
    asked.min_severity === undefined
      ? ""
      : ` of severity ${asked.min_severity}${asked.min_severity === severities.at(-1) ? "" : " or higher"}`;
  const by = asked.checks === undefined ? "" : ` by ${counted(checks.length, "check")}`;
  return [
    `${found}${matching.length < all ? least : ""}${by}, in ${counted(sum("connectors"), "connector")} and ${counted(sum("rules"), "rule")} of ${counted(spaces.length, "space")}${readsLog(spaces) ? `; ${counted(sum("failures"), "failed run")} in ${window.days} days` : ""}.`,
    matching.length < all ? `${matching.length} of ${all} fit the filter.` : "",
    notChecked.length > 0 ? "Not everything could be checked: see not_checked." : "",
    cancelled ? "It was stopped half way." : "",
  ]
    .filter(Boolean)
    .join(" ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Whether the log of any space was read: some checks do without it, and Kibana may refuse it. */
function readsLog(spaces: AuditReport["spaces"]): boolean {
  return spaces.some((space) => space.failures !== undefined);
}

function warningsOf({ notChecked, spaces, window }: AuditReport): string[] {
  const left = notChecked.length - entriesShown;
  return [
    ...(left > 0 ? [`${left} more entries of not_checked are left out: ask for a single space.`] : []),
    ...(readsLog(spaces)
      ? [
          `Runs are known since ${window.from.slice(0, 16)}Z. Kibana does not log runs that it refused before they began: wrong params, missing secrets, licence.`,
        ]
      : []),
  ];
}

function nonZero(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** More of the same question: what had no room, and the details of what had. */
function nextCalls(asked: Asked, shown: number, more: { rest: number; last: string } | undefined): NextCall[] {
  const { detail, cursor, days, ...filter } = asked;
  const same = compact({ ...filter, days: days === usualDays ? undefined : days });
  const rest: NextCall[] = more
    ? [{ tool: "audit_connectors", args: compact({ ...same, detail, cursor: more.last }), why: `The other ${more.rest}.` }]
    : [];
  if (detail || shown === 0) return rest;
  return [
    {
      tool: "audit_connectors",
      args: compact({ ...same, detail: true, cursor }),
      why: "The same with why each matters, and why its call.",
    },
    ...rest,
  ];
}
