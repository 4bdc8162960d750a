import { lastError, type Runs, sinceInWords } from "../../kibana/connector-runs.ts";
import { type ConnectorCheck, groupOfFailure, nobodyElse, refTo, untoldRules, usedBy } from "../check.ts";
import type { ConnectorFacts, OwnWrite } from "../facts.ts";
import type { ReadyCall, Severity } from "../finding.ts";

/** Task Manager counts failed runs as successes: only the execution log shows them (reference/kibana-api.md §8.1). */
export const failing: ConnectorCheck = {
  name: "failing",
  finds: "connectors whose runs fail, with rate, since when, last error, and the rules that tell nobody else",
  ignores: "an occasional time-out; an outage that is over is reported as such",
  of: "connector",
  group: "broken_now",
  needs: ["connectors", "log"],
  weighs: ["rules", "types", "users"],
  why: "Whoever a failed run should tell is not told. Rules and task health show success anyway.",
  fix: "Open its logs in Stack Management > Connectors, correct the address, the credentials or the limit that they name, then test it.",
  find(facts, within) {
    const { window, space } = within;
    const { connector, runs, usage } = facts;
    if (!runs || runs.failures === 0) return undefined;
    const total = runs.failures + runs.successes;
    const over = isOver(runs);
    const mended = mendedSince(facts);
    const error = runs.lastFailure && `; the last error: ${lastError(runs.lastFailure.message)}${narrowed(runs.lastFailure.message)}`;
    return {
      severity: severityOf(runs, usage),
      group: over ? "untidy" : runs.successesSince > 0 ? "will_break" : groupOfFailure(facts, within),
      connector: refTo(connector),
      ...untoldRules(facts),
      evidence: `${runs.failures} of ${total} runs failed in ${window.days} days${worksAgain(runs)}; ${usedBy(facts, within)}${nobodyElse(facts)}${over ? "" : now(runs)}${error ?? ""}${mended ? `; since then this server ${mended.did} (${mended.at.slice(0, 16)}Z), and no run shows yet whether that helped` : ""}.`,
      ...(over || connector.preconfigured
        ? {}
        : {
            next: mended
              ? testOf(connector.id, space)
              : {
                  tool: "get_connector",
                  args: { id: connector.id, space, include: ["health", "rules"] },
                  why: "See its errors and who relies on it.",
                },
          }),
    };
  },
};

/** What this server changed after the last failure, where the connector fails as far as its runs show. */
function mendedSince({ runs, written }: ConnectorFacts): OwnWrite | undefined {
  return written && runs?.failing && runs.lastFailure && written.at > runs.lastFailure.at ? written : undefined;
}

function testOf(id: string, space: string): ReadyCall {
  return { tool: "test_connector", args: { id, space }, why: "Shows whether it works now, or which test would." };
}

/** Kibana does not say when a list of allowed domains leaves out what stored connectors use. */
function narrowed(message: string): string {
  return /domain_allowlist|recipient_allowlist|not allowed emails/i.test(message)
    ? "; if it worked before, xpack.actions.email.domain_allowlist (or recipient_allowlist) was narrowed, which breaks e-mail connectors without warning"
    : "";
}

/** Since when it fails, if it does now. */
function now({ failing: failingNow }: Runs): string {
  if (!failingNow) return "";
  const { runs, lastSuccess } = failingNow;
  const since = sinceInWords(failingNow);
  if (lastSuccess === undefined) return `; failing ${since}`;
  return `; failing ${since} (${runs} run${runs === 1 ? "" : "s"}; last success ${lastSuccess.slice(0, 16)}Z)`;
}

/** It failed, and has worked since: several times, or it did not fail often. */
function isOver({ successesSince, failures }: Runs): boolean {
  return successesSince >= 3 || (successesSince > 0 && failures < 3);
}

function worksAgain({ successesSince }: Runs): string {
  if (successesSince === 0) return "";
  return successesSince >= 3 ? ", but not recently" : ", but the last one worked";
}

/** Three failures in a row are no occasional time-out. */
function severityOf(runs: Runs, { enabled, untold }: ConnectorFacts["usage"]): Severity {
  const rate = runs.failures / (runs.failures + runs.successes);
  const used = enabled > 0 || untold !== undefined;
  if (runs.successes === 0) return used ? "critical" : "high";
  if (isOver(runs)) return rate >= 0.5 ? "low" : "info";
  if (runs.failing && runs.failing.runs >= 3 && used) return untold ? "critical" : "high";
  if (rate >= 0.5) return runs.successesSince > 0 ? "medium" : "high";
  return rate >= 0.1 && runs.failures >= 3 ? "medium" : "low";
}
