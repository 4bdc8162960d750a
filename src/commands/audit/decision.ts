import { type Finding, isAtLeastAsSevere, type Severity } from "../../audit/finding.ts";

/** How the command ends. */
export interface Decision {
  code: 0 | 1 | 3;
  /** One sentence. */
  why: string;
  fail_on?: Severity;
}

/**
 * The exit code: 1 for new findings at or above `failOn`, 3 if something was not checked, 0 otherwise.
 * If both apply, it is 1.
 * @param findings without those that the baseline knows
 */
export function decide(findings: readonly Finding[], complete: boolean, failOn: Severity | undefined): Decision {
  const bad = failOn === undefined ? [] : findings.filter((one) => isAtLeastAsSevere(one.severity, failOn));
  const shared = failOn === undefined ? {} : { fail_on: failOn };
  if (bad.length > 0) {
    const s = bad.length === 1 ? "finding is" : "findings are";
    return {
      code: 1,
      why: `${bad.length} new ${s} of severity ${failOn} or above.${complete ? "" : " Something was not checked."}`,
      ...shared,
    };
  }
  if (!complete) return { code: 3, why: "Something was not checked, so this is not an all-clear.", ...shared };
  if (failOn === undefined) return { code: 0, why: "Everything was checked. No --fail-on was given, so no finding changes the exit code." };
  return { code: 0, why: `Everything was checked, and there is no new finding of severity ${failOn} or above.`, ...shared };
}
