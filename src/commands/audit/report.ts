import { runAudit } from "../../audit/run.ts";
import { isProtectedRule } from "../../change/policy.ts";
import { connectorProtected } from "../../change/undo-here.ts";
import { didYouMean } from "../../did-you-mean.ts";
import { ToolError } from "../../errors.ts";
import { startCallLimit } from "../../kibana/deadline.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Settings } from "../../settings/index.ts";
import type { OpenKibana } from "../open-kibana.ts";
import type { Baseline } from "./baseline.ts";
import type { AuditFlags } from "./command-line.ts";
import type { AuditDocument } from "./document.ts";
import { makeDocument } from "./make-document.ts";
import { createProgress } from "./progress.ts";

/** On a slow Kibana a full audit from the command line may take an hour; a tool call may not. */
const mostRequests = 120;

/**
 * Runs the audit, with a progress bar on a terminal. The first SIGINT or SIGTERM stops the requests, and the report
 * has what was found so far; the second ends the process.
 * @throws ToolError if Kibana gives nothing to report on
 */
export async function makeReport(
  kibana: OpenKibana,
  settings: Settings,
  own: AuditFlags,
  baseline: Baseline | undefined,
): Promise<AuditDocument> {
  const { deployment } = kibana;
  const progress = createProgress(process.stderr);
  const stop = new AbortController();
  const limit = startCallLimit(settings.timeout, stop.signal, { requests: mostRequests });
  const { signal } = limit;
  const reader = kibana.reader.until(signal);
  const interrupted = () => {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    progress.end();
    process.stderr.write("Stopping; what was found so far follows. Ctrl-C again ends at once.\n");
    stop.abort();
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    const spaces = await spacesOf(reader, settings);
    const version = await versionOf(reader);
    const report = await runAudit(reader, {
      spaces,
      ...(own.checks && { checks: own.checks }),
      ...(own.days !== undefined && { days: own.days }),
      url: deployment.url,
      now: Date.now(),
      signal,
      protects: {
        connector: (one) => connectorProtected(one.id, [one.name ?? one.id], settings) !== undefined,
        rule: (one) => isProtectedRule(one, settings.protectRules),
      },
      onProgress: ({ done, total, message }) => progress.show(done, total, message),
    });
    return makeDocument(report, {
      deployment: {
        name: deployment.name,
        url: deployment.url,
        ...(version !== undefined && { kibana_version: version }),
        sandbox: deployment.sandbox,
      },
      minSeverity: own.minSeverity ?? "info",
      failOn: own.failOn,
      baseline: baseline && own.baseline !== undefined ? { file: own.baseline, content: baseline } : undefined,
    });
  } finally {
    limit.end();
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    progress.end();
  }
}

/** The spaces that were asked for, if they exist, or all that the key sees. @throws ToolError space_not_found, forbidden */
async function spacesOf(reader: Reader, { spaces }: Settings): Promise<string[]> {
  const seen = (await reader.spaces()).map((space) => space.id);
  if (seen.length === 0) {
    throw new ToolError(
      "forbidden",
      "The key sees no space, so there is nothing to audit.",
      "Give the key read access to connectors and rules in the spaces to audit.",
    );
  }
  const missing = spaces?.find((id) => !seen.includes(id));
  if (missing === undefined) return spaces === undefined ? seen : [...new Set(spaces)];
  const meant = didYouMean(missing, seen);
  throw new ToolError(
    "space_not_found",
    `There is no space "${missing}", or the key may not see it.`,
    meant ? `Did you mean "${meant}"?` : `The key sees: ${seen.slice(0, 30).join(", ")}.`,
  );
}

/** Only for the report: without a version, checks that need it are reported as not checked. */
async function versionOf(reader: Reader): Promise<string | undefined> {
  try {
    return (await reader.status()).version;
  } catch (error) {
    if (error instanceof ToolError && error.code !== "unauthorized" && error.code !== "kibana_unreachable") return undefined;
    throw error;
  }
}
