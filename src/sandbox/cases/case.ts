import * as z from "zod";
import type { Feature } from "../http/auth.ts";
import { Refusal } from "../http/envelope.ts";
import type { Call, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** A case, or the configuration of cases, belongs to one application, and its privileges with it. */
export const owners = ["cases", "observability", "securitySolution"] as const;
export type Owner = (typeof owners)[number];

const featureOf = {
  cases: "cases",
  observability: "observability_cases",
  securitySolution: "security_cases",
} as const satisfies Record<Owner, Feature>;

/** `none` is no connector. */
export const caseConnector = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  fields: z.record(z.string(), z.unknown()).nullable(),
});
export type CaseConnector = z.infer<typeof caseConnector>;
export const noConnector: CaseConnector = { id: "none", name: "none", type: ".none", fields: null };

export interface Case {
  id: string;
  space: string;
  owner: Owner;
  title: string;
  status: "open" | "in-progress" | "closed";
  connector: CaseConnector;
  createdBy: string;
  createdAt: string;
  revision: number;
}

/** One for each owner of a space. A template may name a connector of its own. */
export interface CaseConfiguration {
  id: string;
  space: string;
  owner: Owner;
  closureType: "close-by-user" | "close-by-pushing";
  connector: CaseConnector;
  templates: { key: string; name: string; caseFields: { connector?: CaseConnector | undefined } | null }[];
  createdBy: string;
  createdAt: string;
  revision: number;
}

/** One that is written in YAML. */
export interface CaseTemplate {
  id: string;
  space: string;
  owner: Owner;
  name: string;
  definition: string;
  revision: number;
}

export const versionOf = ({ revision }: { revision: number }) => Buffer.from(JSON.stringify([revision, 1])).toString("base64");

const ids = { cases: "generalCases", observability: "observabilityCases", securitySolution: "securitySolutionCases" } as const;

/** The id of the feature that an owner's cases belong to, of which a new version comes with new privileges. */
export function caseFeature(owner: Owner, { version }: State): string {
  return `${ids[owner]}${has(version, "third features of cases") ? "V3" : has(version, "second features of cases") ? "V2" : ""}`;
}

/** An owner whose feature the space hides is none there: cases/server/authorization/authorization.ts. */
export function mayOnCases(call: Call, level: "read" | "all", owner: Owner, state: State): boolean {
  const hidden = state.spaces.get(call.space)?.disabledFeatures ?? [];
  return call.caller.may(featureOf[owner], level, call.space) && !hidden.includes(caseFeature(owner, state));
}

/** The owners that a caller may look at. What belongs to others is missing without a word, unless that is everything. */
export function ownersFor(call: Call, what: string, state: State): readonly Owner[] {
  const held = owners.filter((owner) => mayOnCases(call, "read", owner, state));
  if (held.length === 0) throw new Refusal(403, `Unauthorized to access ${what} of any owner`);
  return held;
}

export function needOwner(call: Call, level: "read" | "all", operation: string, owner: Owner, state: State): void {
  if (mayOnCases(call, level, owner, state)) return;
  throw new Refusal(403, `Unauthorized to ${operation} with owner: "${owner}"`);
}
