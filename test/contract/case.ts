import type { Kibana } from "./kibana.ts";
import type { Need } from "./needs.ts";

interface Common {
  /** A sentence: what Kibana does. */
  name: string;
  /** Where reference/kibana-api.md ("§1.4") or corrections.md ("C§2") says so, or the file of Kibana's own test that asserts it. */
  section: string;
  /** First version it holds for, such as "9.4". */
  since?: string;
  /** First version it no longer holds for. */
  until?: string;
  /** What the deployment must have for the question to be asked at all. */
  needs?: readonly Need[];
}

/** The reference is sure: any other behaviour is a failure. */
export interface VerifiedCase extends Common {
  mark: "verified";
  check(kibana: Kibana): Promise<void>;
}

/** The reference is not sure: a live Kibana's answer settles it. */
export interface UnverifiedCase extends Common {
  mark: "UNVERIFIED";
  /** The expected answers, matched against what `ask` found. */
  answers: readonly (string | RegExp)[];
  /** What was found, in one line. */
  ask(kibana: Kibana): Promise<string>;
}

export type Case = VerifiedCase | UnverifiedCase;

type Where = Pick<Common, "since" | "until" | "needs">;

export function verified(section: string, name: string, check: VerifiedCase["check"], where: Where = {}): Case {
  return { mark: "verified", section, name, check, ...where };
}

export function unverified(
  section: string,
  name: string,
  answers: UnverifiedCase["answers"],
  ask: UnverifiedCase["ask"],
  where: Where = {},
): Case {
  return { mark: "UNVERIFIED", section, name, answers, ask, ...where };
}
