import { envelope } from "../http/envelope.ts";
import { behind, type Gate, hasLicense } from "../http/gate.ts";
import type { Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";

/** The first release has routes of its own; they became public and versioned in the next: reference/workflows-and-policies.md §1. */
const isFirstRelease = ({ version }: State) => has(version, "workflows") && !has(version, "public workflows");
const isPublic = ({ version }: State) => has(version, "public workflows");
/** Managed workflows, and the query keys that came with them. */
export const knowsManaged = ({ version }: State) => has(version, "managed workflows");
/** Private workflows, and each caller's permissions in an answer. */
export const knowsPrivate = ({ version, flavour }: State) => flavour === "serverless" || has(version, "private workflows");

/** with_availability_check.ts */
function refusal(state: State): Reply | undefined {
  if (hasLicense(state, "enterprise")) return undefined;
  if (state.flavour === "serverless") {
    return envelope(403, "Your project does not have Workflows available. Please upgrade your tier subscription.");
  }
  if (state.licenseExpired) return envelope(403, "License is expired. Please renew your license.");
  return envelope(403, `Your ${state.license} license does not support Workflows. Please upgrade to an enterprise license.`);
}

/** Each needs one API privilege; `read` and `readExecution` are in the feature's level read, the others in all. */
type Privilege = "read" | "readExecution" | "create" | "update" | "delete" | "execute";

function gated(exists: Gate["exists"], name: Privilege, route: Route): Route {
  const level = name === "read" || name === "readExecution" ? "read" : "all";
  return behind({ exists, feature: "workflows", level, privilege: `workflowsManagement:${name}`, refusal }, route);
}

export const firstRoute = (privilege: Privilege, route: Route) => gated(isFirstRelease, privilege, route);
export const publicRoute = (privilege: Privilege, route: Route) => gated(isPublic, privilege, route);
