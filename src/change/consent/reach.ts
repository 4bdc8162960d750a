import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { namesSomebody, type Recipient, recipientsIn } from "../../catalog/recipients.ts";
import { asUrlsAreRead } from "../../host-name.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { exact, oneLine, word } from "../../plain-text.ts";
import { actionKey, paired } from "../../rules/same-action.ts";
import { hideInField, hideInRecipient, hideInText, namesSecret } from "../../secrets/detect.ts";
import type { Scrub } from "../../secrets/redact.ts";
import type { Op, Plan, SecretFlow } from "../plan.ts";
import { type Recording, recordingOf } from "../recorded.ts";
import { type Undoing, undoingOf } from "../reversible.ts";
import type { UndoBy } from "../undo-here.ts";

/** Whom and what a plan reaches, over all its ops, each once. One-line texts, uncut: a person decides on them. */
export interface Reach {
  /** Where each secret goes. */
  secrets: Way[];
  /** Hosts that requests go to, as far as they are known beforehand. */
  requests: string[];
  /** `to "ops@example.com"` */
  recipients: string[];
  /** Other texts that only the service reads, so that it may take them for somebody: `body.text "…"`. */
  mayName: string[];
  /** Recipients that only removed actions reached. */
  noLonger: string[];
  /** What the journal will record. */
  recording: Recording;
  /** Whether it can be undone. */
  undo: Undoing;
}

interface Way {
  source: string;
  to: string;
}

/**
 * Derived from the ops themselves, so that no tool can forget anything.
 * @param scrub removes what must not get into the journal
 * @param by who makes the change, and would undo it
 * @param key the journal's, where this is recorded
 */
export async function reachOf(plan: Plan, scrub: Scrub, by: UndoBy, key?: () => Promise<Buffer>): Promise<Reach> {
  const { ops, flows } = plan;
  const each = await Promise.all(ops.map(reachOfOp));
  const inWords = (recipients: readonly Recipient[]) => [...new Set(recipients.map((one) => told(one, scrub)))];
  const reached = each.flatMap(({ reached }) => reached);
  const kept = new Set(inWords(each.flatMap(({ reached, kept }) => [...reached, ...kept])));
  const requests = flows.filter(({ field }) => field === "").map(hostsOf);
  const words = {
    secrets: unique(flows.filter(({ field }) => field !== "")),
    requests: [
      ...new Set([...requests, ...(flows.some(({ hosts }) => hosts.length > 0) ? [] : each.flatMap(({ hosts }) => hosts.map(word)))]),
    ],
    recipients: inWords(reached.filter(namesSomebody)),
    mayName: inWords(shortestFirst(reached.filter((one) => !namesSomebody(one) && !isFilledIn(one)))),
    noLonger: inWords(each.flatMap(({ left }) => left.filter(namesSomebody))).filter((one) => !kept.has(one)),
  };
  const recording = await recordingOf(plan, words, scrub, key);
  return { ...words, recording, undo: undoingOf(ops, recording, by) };
}

/** `hooks.example.com, api.example.com` */
function hostsOf({ hosts }: SecretFlow): string {
  return hosts.map(word).join(", ") || "a host not known beforehand";
}

interface OpReach {
  hosts: string[];
  reached: Recipient[];
  kept: Recipient[];
  left: Recipient[];
}

async function reachOfOp(op: Op): Promise<OpReach> {
  const nothing: OpReach = { hosts: [], reached: [], kept: [], left: [] };
  switch (op.op) {
    case "delete":
      return nothing;
    case "put_rule": {
      const of = async (actions: readonly RuleAction[]) => (await Promise.all(actions.map(recipientsOfAction))).flat();
      const { before, after } = { before: op.before.actions, after: op.after.actions };
      const { gone, fresh } = paired(before, after, actionKey);
      return { ...nothing, reached: await of(fresh), kept: await of(after), left: await of(gone) };
    }
    case "execute": {
      const entry = await connectorType(op.type);
      const config = op.config ?? {};
      return {
        ...nothing,
        hosts: entry ? destinations(entry, config, () => undefined) : [],
        reached: shownRecipients(entry, { config, params: op.params }),
      };
    }
    default: {
      const type = op.op === "update" ? op.before.type : op.type;
      const config = op.op === "update" ? op.after.config : op.config;
      const entry = await connectorType(type);
      return {
        ...nothing,
        hosts: entry ? destinations(entry, config, () => undefined) : [],
        reached: shownRecipients(entry, { config }),
      };
    }
  }
}

async function recipientsOfAction({ connector_type_id: type, params }: RuleAction): Promise<Recipient[]> {
  return shownRecipients(await connectorType(type ?? ""), { params: params ?? {} });
}

/** Without secrets beside whoever is written to: the model reads it. */
function shownRecipients(entry: ConnectorType | undefined, given: Parameters<typeof recipientsIn>[1]): Recipient[] {
  return recipientsIn(entry, given, { named: hideInRecipient, free: hideInField, isSecret: namesSecret });
}

/** A token in an address is hidden; somebody who is named never is, even by a known value. Of other texts any word may be a name. */
function told(one: Recipient, scrub: Scrub): string {
  const { what, value, free } = one;
  const read = asUrlsAreRead(value);
  const shown = free || /^\/|:\/\//.test(read) ? hideInText(read) : read;
  return `${word(scrub.text(hideInText(what)))} ${exact(free ? scrub.text(shown) : shown)}`;
}

/** Nothing but variables, which each alert fills in. */
function isFilledIn({ value }: Recipient): boolean {
  return value.replace(/\{\{[^{}]*\}\}\}?/g, "").replace(/[{\s]/g, "") === "";
}

/** A long text puts nothing out of sight. */
function shortestFirst(recipients: readonly Recipient[]): Recipient[] {
  return [...recipients].sort((one, other) => one.value.length - other.value.length);
}

function unique(flows: readonly SecretFlow[]): Way[] {
  const ways = flows.map((flow) => ({ source: oneLine(flow.source), to: hostsOf(flow) }));
  return [...new Map(ways.map((way) => [`${way.source} → ${way.to}`, way])).values()];
}
