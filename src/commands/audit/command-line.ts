import { resolve } from "node:path";
import * as z from "zod";
import { checkNames } from "../../audit/checks/index.ts";
import { isAtLeastAsSevere, severities } from "../../audit/finding.ts";
import { didYouMean } from "../../did-you-mean.ts";
import { type FlagValues, flag, flagsHelp, list, oneOf, text } from "../../settings/flags.ts";
import { type CommandLine, connectionSettings, settingsHelp } from "../../settings/index.ts";

const worst = [...severities].reverse().join(", ");

const checks = () =>
  list().transform((names, ctx): string[] => {
    const known = names.filter((name) => checkNames.includes(name));
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined) return [...new Set(known)];
    const meant = didYouMean(unknown, checkNames);
    ctx.addIssue({
      code: "custom",
      message: `does not know "${unknown}"${meant ? `: did you mean ${meant}` : `; there are ${checkNames.join(", ")}`}`,
    });
    return z.NEVER;
  });

const own = {
  json: { value: "", about: "Print the whole report as JSON on stdout instead of the table", schema: flag },
  html: { value: "FILE", about: "Write it as one self-contained page to forward", schema: text },
  map: { value: "FILE", about: "Write which rules tell whom as one page too: the map of notifications", schema: text },
  failOn: {
    value: "LEVEL",
    about: `Exit code 1 when there is a new finding of this severity or above: ${worst} (default: never)`,
    schema: oneOf(severities),
  },
  baseline: { value: "FILE", about: "Findings in this file are known: they are marked and do not count for --fail-on", schema: text },
  writeBaseline: { value: "", about: "Write the findings of this run to the --baseline file, which need not exist yet", schema: flag },
  checks: { value: "NAMES", about: `Only these checks, comma-separated: ${checkNames.join(", ")}`, schema: checks },
  minSeverity: { value: "LEVEL", about: "Leave out less severe findings (default: info)", schema: oneOf(severities) },
  days: {
    value: "N",
    about: "How many days back to look up connector runs (default: 7)",
    schema: () =>
      z.coerce.number("must be a whole number").int("must be a whole number").min(1, "must be at least 1").max(90, "must be at most 90"),
  },
};

export const commandLine = { takes: connectionSettings, own } satisfies CommandLine<typeof own>;
export type AuditFlags = FlagValues<typeof own>;

export const auditHelp = `kibana-connectors-mcp audit: finds what fails silently, will fail, or is untidy. It only reads

${flagsHelp(own)}

${settingsHelp(connectionSettings)}

Exit codes:
  0  everything was checked, and there is no new finding at or above --fail-on
  1  there is one, even if the rest was not checked or Ctrl-C ended the run
  2  wrong flags, settings or files; nothing was audited
  3  none was seen, but the audit did not finish, Ctrl-C stopped it, or something was not checked: never an all-clear
`;

/** Flags that contradict each other. */
export function contradictions({ writeBaseline, baseline, failOn, minSeverity, html, map }: AuditFlags): string[] {
  const files = Object.entries({ "--html": html, "--map": map, "--baseline": baseline }).flatMap(([name, file]) =>
    file === undefined ? [] : [{ name, path: resolve(file) }],
  );
  const same = files.flatMap((one, at) =>
    files
      .slice(at + 1)
      .flatMap((other) =>
        one.path === other.path ? [`${one.name} and ${other.name} name the same file: one would replace the other.`] : [],
      ),
  );
  return [
    ...same,
    writeBaseline && baseline === undefined ? "--write-baseline needs --baseline FILE, the file to write." : "",
    writeBaseline && failOn ? "--write-baseline accepts every finding, so --fail-on would never apply: run one after the other." : "",
    failOn && minSeverity && !isAtLeastAsSevere(failOn, minSeverity)
      ? `--min-severity ${minSeverity} would hide what --fail-on ${failOn} asks for.`
      : "",
  ].filter(Boolean);
}
