import { ToolError } from "../errors.ts";
import { hidingKnown, oneLine } from "../plain-text.ts";
import { asksForJson } from "../settings/flags.ts";
import { readSettings } from "../settings/index.ts";
import { version } from "../version.ts";
import { withApiKey } from "./api-key-command.ts";
import { type Baseline, isOfAnother, readBaseline, writeBaseline } from "./audit/baseline.ts";
import { type AuditFlags, auditHelp, commandLine, contradictions } from "./audit/command-line.ts";
import type { AuditDocument } from "./audit/document.ts";
import { FileProblem, mayWrite } from "./audit/files.ts";
import { makeMap } from "./audit/map-document.ts";
import { renderMapPage } from "./audit/map-page.ts";
import { renderAuditPage } from "./audit/page.ts";
import { print, printJson } from "./audit/print.ts";
import { makeReport } from "./audit/report.ts";
import { renderTable } from "./audit/table.ts";
import { openKibana } from "./open-kibana.ts";
import { NotWritten, writePrivate } from "./private-file.ts";
import { redactorOf } from "./redactor.ts";

/** Audits the connectors of a deployment, for a person or a pipeline. @returns the exit code that its help explains */
export async function audit(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    await print(auditHelp);
    return 0;
  }
  const read = readSettings(argv, env, commandLine);
  const problems = "problems" in read ? read.problems : contradictions(read.own);
  if ("problems" in read || problems.length > 0) return cannotStart(problems, asksForJson(argv));
  const { own } = read;
  for (const warning of read.settings.warnings) say(warning);
  const redactor = redactorOf(read.settings, env);
  try {
    const known = knownBefore(own);
    if (own.html !== undefined) await mayWrite("--html", own.html);
    if (own.map !== undefined) await mayWrite("--map", own.map);
    if (own.writeBaseline && own.baseline !== undefined) await mayWrite("--baseline", own.baseline);
    const settings = await withApiKey(read.settings, redactor);
    const kibana = await openKibana(settings, version);
    try {
      const isForeign = known !== undefined && isOfAnother(known, kibana.deployment);
      if (isForeign) say(`the baseline was written for ${known.deployment}, and this is ${kibana.deployment.name}.`);
      // One that is written for this Kibana keeps nothing of another.
      const before = isForeign && own.writeBaseline ? undefined : known;
      const { findings, ...head } = await hidingKnown({ text: redactor.text, said: redactor.text }, () =>
        makeReport(kibana, settings, own, before),
      );
      const document = { ...redactor.json(head), findings: findings.map((one) => redactor.json(one)) };
      await writeFiles(document, own, before);
      if (own.map !== undefined && !document.cancelled) {
        const map = await hidingKnown({ text: redactor.text, said: redactor.text }, () => makeMap(kibana, settings));
        await writePrivate(own.map, await renderMapPage(redactor.json(map)));
        say(`the map is in ${own.map}${map.not_seen.length > 0 ? "; not everything could be seen, and the page says what" : ""}.`);
      }
      await (own.json ? printJson(document) : print(asTable(document)));
      return document.exit.code;
    } finally {
      await kibana.close();
    }
  } catch (error) {
    return failed(error, redactor.text, own.json ?? false);
  }
}

function knownBefore({ baseline, writeBaseline: writes }: AuditFlags): Baseline | undefined {
  if (baseline === undefined) return undefined;
  const before = readBaseline(baseline);
  // A mistyped file name must not make all findings new, or let a pipeline believe that it has a baseline.
  if (!before && !writes) throw new FileProblem(`--baseline: there is no file ${baseline}. --write-baseline creates it.`);
  return before;
}

async function writeFiles(document: AuditDocument, own: AuditFlags, before: Baseline | undefined): Promise<void> {
  if (own.html !== undefined) {
    await writePrivate(own.html, await renderAuditPage(document));
    say(`the page is in ${own.html}.`);
  }
  if (own.writeBaseline && own.baseline !== undefined) {
    const number = await writeBaseline(own.baseline, document, before);
    say(`${own.baseline} now knows ${number} finding${number === 1 ? "" : "s"}.`);
  }
}

function asTable(document: AuditDocument): string {
  const colour = process.stdout.isTTY && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  return renderTable(document, { width: process.stdout.isTTY ? process.stdout.columns || 80 : 120, colour });
}

async function cannotStart(problems: readonly string[], json: boolean): Promise<number> {
  process.stderr.write(`kibana-connectors-mcp audit cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join("")}`);
  if (json)
    await printJson(withoutReport({ code: "invalid_arguments", message: problems.join(" "), fix: "Correct the flag or the setting." }, 2));
  return 2;
}

/** What a pipeline that reads JSON gets in place of a report. */
function withoutReport(error: { code: string; message: string; fix: string }, exit: 2 | 3, why = "Nothing was audited.") {
  return { format: 1, version, error, exit: { code: exit, why } };
}

/** Reports that the audit failed. A pipeline that reads JSON gets JSON. */
async function failed(error: unknown, scrub: (text: string) => string, json: boolean): Promise<2 | 3> {
  const { code, message, fix } =
    error instanceof FileProblem
      ? { code: "invalid_arguments", message: error.message, fix: "Correct the file or the flag." }
      : error instanceof ToolError
        ? error
        : error instanceof NotWritten
          ? { code: "internal", message: error.message, fix: "Make room there, or name another file." }
          : {
              code: "internal",
              message: `The audit failed: ${error instanceof Error ? error.message : "unknown failure"}`,
              fix: "Run it again.",
            };
  const wrongSettings = ["invalid_arguments", "not_configured", "space_not_found"].includes(code);
  const exit = wrongSettings ? 2 : 3;
  say(scrub(`${message} ${fix}`));
  const why = error instanceof NotWritten ? "Its result could not be written." : undefined;
  if (json) await printJson(withoutReport({ code, message: scrub(message), fix: scrub(fix) }, exit, why));
  return exit;
}

function say(sentence: string): void {
  process.stderr.write(`kibana-connectors-mcp: ${oneLine(sentence)}\n`);
}
