import { runAudit } from "../../audit/run.ts";
import { isProtectedRule } from "../../change/policy.ts";
import { connectorProtected } from "../../change/undo-here.ts";
import { didYouMean } from "../../did-you-mean.ts";
import { ToolError } from "../../errors.ts";
import { startCallLimit } from "../../kibana/deadline.ts";
import type { Reader } from "../../kibana/reader.ts";
import type { Settings } from "../../settings/index.ts";
import { withTypesOf } from "../../tools/connectors/offered-types.ts";
import type { OpenKibana } from "../open-kibana.ts";
import { type Baseline, otherSpaces } from "./baseline.ts";
import type { AuditFlags } from "./command-line.ts";
import type { AuditDocument } from "./document.ts";
import { makeDocument } from "./make-document.ts";
import { createProgress } from "./progress.ts";

/** On a slow Kibana a full audit from the command line may take an hour; a tool call may not. */
const mostRequests = 120;

/** What a run from the command line works with. */
export interface Run {
  reader: Reader;
  spaces: string[];
  /** Of Kibana; undefined where it does not tell. */
  version: string | undefined;
  signal: AbortSignal;
  onProgress(done: number, total: number, message: string): void;
}

/**
 * Runs the audit. The report of a run that was stopped has what was found so far.
 * @throws ToolError if Kibana gives nothing to report on
 */
export function makeReport(
  kibana: OpenKibana,
  settings: Settings,
  own: AuditFlags,
  baseline: Baseline | undefined,
): Promise<AuditDocument> {
  return interruptible(kibana, settings, async ({ reader, spaces, version, signal, onProgress }) => {
    const report = await runAudit(reader, {
      spaces,
      ...(own.checks && { checks: own.checks }),
      ...(own.days !== undefined && { days: own.days }),
      url: kibana.deployment.url,
      now: Date.now(),
      signal,
      protects: {
        connector: (one) => connectorProtected(one.id, [one.name ?? one.id], settings) !== undefined,
        rule: (one) => isProtectedRule(one, settings.protectRules),
      },
      onProgress: ({ done, total, message }) => onProgress(done, total, message),
    });
    const others = baseline && (await otherSpaces(baseline, spaces, (id) => reader.space(id).catch(isUnread)));
    return makeDocument(report, {
      deployment: deploymentOf(kibana, version),
      minSeverity: own.minSeverity ?? "info",
      failOn: own.failOn,
      baseline:
        baseline && others && own.baseline !== undefined
          ? { file: own.baseline, content: baseline, others, isOfAll: settings.spaces === undefined }
          : undefined,
    });
  });
}

/** What cannot be looked up is not gone. */
function isUnread(error: unknown): "hidden" {
  if (error instanceof ToolError) return "hidden";
  throw error;
}

export function deploymentOf({ deployment }: OpenKibana, version: string | undefined): AuditDocument["deployment"] {
  const { name, url, sandbox } = deployment;
  return { name, url, ...(version !== undefined && { kibana_version: version }), sandbox };
}

/**
 * Does work with a progress bar on a terminal. The first SIGINT or SIGTERM stops the requests, the second ends the process.
 */
export async function interruptible<T>(kibana: OpenKibana, settings: Settings, work: (run: Run) => Promise<T>): Promise<T> {
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
    const onProgress: Run["onProgress"] = (done, total, message) => progress.show(done, total, message);
    return await withTypesOf(reader, () => work({ reader, spaces, version, signal, onProgress }));
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
