import { resolve } from "node:path";
import { isSlip } from "../did-you-mean.ts";
import type { HttpSettings } from "./http.ts";
import { isLoopback, isRemote } from "./http.ts";
import type { KibanaSettings } from "./kibana.ts";
import { isOneOf, statOf } from "./own-files.ts";
import type { Values } from "./rows.ts";

/** What the cross rules look at. */
interface Facts {
  values: Values;
  kibana: Omit<KibanaSettings, "proxy"> | undefined;
  http: HttpSettings | undefined;
  /** The spaces that the server may touch; undefined: all. */
  spaces: readonly string[] | undefined;
}

/** A sentence if settings conflict, or if the operator should know that one is on. */
type Rule = (facts: Facts) => string | false | undefined;

/** Each stops the start. */
const conflicts: readonly Rule[] = [
  ({ values: { secretDir, journalDir } }) =>
    secretDir !== undefined &&
    journalDir !== undefined &&
    (resolve(secretDir) === resolve(journalDir) || isOneOf(statOf(secretDir), [journalDir])) &&
    "CONNECTORS_SECRET_DIR and CONNECTORS_JOURNAL_DIR name the same folder: the journal would be given to connectors.",
  ({ values: { readOnly, access } }) =>
    readOnly && access && access !== "read" && "--read-only and --access contradict each other: set one of them.",
  ({ values: { space }, spaces }) =>
    space && spaces && !spaces.includes(space) && `KIBANA_SPACE is "${space}", which is not among CONNECTORS_SPACES.`,
  ({ values: { sandbox, kibanaUrl } }) =>
    sandbox && kibanaUrl && "Both the sandbox and KIBANA_URL are set: set one of them, so that it is clear what is changed.",
  ({ values: { confirmKey, confirm } }) =>
    confirmKey &&
    confirm === "page" &&
    "CONNECTORS_CONFIRM_KEY signs what comes back from a form or as a token, but --confirm names the page: set one of them.",
  ({ values: { confirmKey, confirm }, http }) =>
    http?.stateless &&
    confirm === "token" &&
    !confirmKey &&
    "--stateless with --confirm token needs CONNECTORS_CONFIRM_KEY: without it no replica accepts a continuation from another.",
  ({ values: { approveWith, dangerouslySkipConfirmation } }) =>
    approveWith && dangerouslySkipConfirmation && "--approve-with and --dangerously-skip-confirmation contradict each other.",
  ({ values: { approveWith }, http }) => approveWith && http?.stateless && "--approve-with needs pages, which --stateless cannot show.",
  ({ values: { approveWith }, http }) => approveWith && isRemote(http) && "--approve-with on a shared server needs --public-url.",
  ({ values: { approveWith }, http }) =>
    !approveWith && (http?.publicUrl ?? http?.approvers[0]) && "--public-url and approvers need --approve-with passkey.",
];

/** Each is written to stderr at the start. */
const cautions: readonly Rule[] = [
  ({ kibana }) =>
    kibana?.skipTlsVerification && "TLS verification is off: whoever sits between this server and Kibana can read the credentials.",
  ({ kibana }) =>
    kibana?.url.startsWith("http:") &&
    kibana.auth.kind !== "none" &&
    !isLoopback(new URL(kibana.url).hostname) &&
    "KIBANA_URL is http: the credentials travel in the clear.",
  ({ http }) => http && !http.loopback && `HTTP on ${http.host} is not encrypted: put TLS in front, or tokens travel in the clear.`,
  ({ values: { authToken }, http }) =>
    http && authToken && authToken.length < 16 && "MCP_AUTH_TOKEN is short: 16 random characters or more cannot be guessed.",
  ({ http }) => http && misspeltApprovers(http),
  ({ values }) => values.dangerouslySkipConfirmation && "Confirmation is off: nobody is asked before a change.",
];

/** An approver need not hold a token, so that a name like a holder's is no mistake for certain. */
function misspeltApprovers({ tokens, approvers }: HttpSettings): string | undefined {
  const holders = tokens.map(({ name }) => name);
  const found = [...new Set(approvers.map(({ name }) => name))]
    .filter((name) => !holders.includes(name))
    .flatMap((name) => {
      const meant = holders.find((one) => isSlip(name, one));
      return meant === undefined ? [] : [`"${name}" (did you mean ${meant}?)`];
    });
  return found.length > 0
    ? `MCP_AUTH_TOKEN_FILE: approvers without a token of their own, named almost as somebody who has one: ${found.join(", ")}.`
    : undefined;
}

function sentences(rules: readonly Rule[], facts: Facts): string[] {
  return rules.flatMap((rule) => rule(facts) || []);
}

export function conflictsIn(facts: Facts): string[] {
  return sentences(conflicts, facts);
}

export function cautionsOn(facts: Facts): string[] {
  return sentences(cautions, facts);
}
