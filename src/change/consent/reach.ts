import { isDeepStrictEqual } from "node:util";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { type Recipient, recipientsIn } from "../../catalog/recipients.ts";
import { asUrlsAreRead } from "../../host-name.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { exact, oneLine, word } from "../../plain-text.ts";
import { hideInRecipient, hideInText, hideSecrets } from "../../secrets/detect.ts";
import type { Scrub } from "../../secrets/redact.ts";
import type { Op, Plan, SecretFlow } from "../plan.ts";
import { type Recording, recordingOf } from "../recorded.ts";
import { type Undoing, undoingOf } from "../reversible.ts";

/** Whom and what a plan reaches, over all its ops, each once. One-line texts, uncut: a person decides on them. */
export interface Reach {
  /** Where each secret goes. */
  secrets: Way[];
  /** Hosts that requests go to, as far as they are known beforehand. */
  requests: string[];
  /** `to "ops@example.com"` */
  recipients: string[];
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
 * @param key the journal's, where this is recorded
 */
export async function reachOf(plan: Plan, scrub: Scrub, key?: () => Promise<Buffer>): Promise<Reach> {
  const { ops, flows } = plan;
  const each = await Promise.all(ops.map(reachOfOp));
  const reached = new Set(each.flatMap(({ reached }) => reached.map(told)));
  const kept = new Set([...reached, ...each.flatMap(({ kept }) => kept.map(told))]);
  const requests = flows.filter(({ field }) => field === "").map(hostsOf);
  const words = {
    secrets: unique(flows.filter(({ field }) => field !== "")),
    requests: [
      ...new Set([...requests, ...(flows.some(({ hosts }) => hosts.length > 0) ? [] : each.flatMap(({ hosts }) => hosts.map(word)))]),
    ],
    recipients: [...reached],
    noLonger: [...new Set(each.flatMap(({ left }) => left.map(told)))].filter((one) => !kept.has(one)),
  };
  const recording = await recordingOf(plan, words, scrub, key);
  return { ...words, recording, undo: undoingOf(ops, recording) };
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
      const isIn = (actions: readonly RuleAction[], one: RuleAction) => actions.some((other) => isDeepStrictEqual(other, one));
      return {
        ...nothing,
        reached: await of(after.filter((one) => !isIn(before, one))),
        kept: await of(after),
        left: await of(before.filter((one) => !isIn(after, one))),
      };
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

/** Without secrets beside whoever is written to: the model reads it. Of a type that nobody knows, all may be one. */
function shownRecipients(entry: ConnectorType | undefined, given: Parameters<typeof recipientsIn>[1]): Recipient[] {
  return recipientsIn(entry, given, entry ? hideInRecipient : (params) => hideSecrets(params).config);
}

/** A token in an address is hidden; a recipient never is. */
function told({ what, value }: Recipient): string {
  const read = asUrlsAreRead(value);
  return `${oneLine(what)} ${exact(/^\/|:\/\//.test(read) ? hideInText(read) : read)}`;
}

function unique(flows: readonly SecretFlow[]): Way[] {
  const ways = flows.map((flow) => ({ source: oneLine(flow.source), to: hostsOf(flow) }));
  return [...new Map(ways.map((way) => [`${way.source} → ${way.to}`, way])).values()];
}
