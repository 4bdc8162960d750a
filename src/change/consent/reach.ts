import { isDeepStrictEqual } from "node:util";
import { everyAddress } from "../../catalog/addresses.ts";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations, named } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import { type Recipient, recipientsIn } from "../../catalog/recipients.ts";
import { asUrlsAreRead } from "../../host-name.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { exact, oneLine, quoted, word } from "../../plain-text.ts";
import { hideInRecipient, hideInText, hideSecrets } from "../../secrets/detect.ts";
import type { Scrub } from "../../secrets/redact.ts";
import type { Op, Plan, SecretFlow, TouchedConnector } from "../plan.ts";
import { type Recording, recordingOf } from "../recorded.ts";
import { type Undoing, undoingOf } from "../reversible.ts";

/** Whom and what a plan reaches, over all its ops, each once. One-line texts, uncut: a person decides on them. */
export interface Reach {
  /** Where each secret goes. */
  secrets: Way[];
  /** Where requests go, as far as that is known beforehand. */
  requests: RequestTo[];
  /** `to "ops@example.com"` */
  recipients: string[];
  /** Recipients that only removed actions reached. */
  noLonger: string[];
  /** What the journal will record. */
  recording: Recording;
  /** Whether it can be undone. */
  undo: Undoing;
}

/** Hosts in words, and the connector that a rule gets, with its type: the call may not even name it. */
export interface RequestTo {
  to: string;
  connector?: string;
}

interface Way {
  source: string;
  to: string;
}

/**
 * Derived from the ops themselves, so that no tool can forget anything.
 * @param scrub removes what must not get into the journal
 */
export async function reachOf(plan: Plan, scrub: Scrub): Promise<Reach> {
  const { ops, flows } = plan;
  const each = await Promise.all(ops.map(reachOfOp));
  const reached = new Set(each.flatMap(({ reached }) => reached.map(told)));
  const kept = new Set([...reached, ...each.flatMap(({ kept }) => kept.map(told))]);
  const requests = flows.filter(({ field }) => field === "").map((flow) => hostsOf(flow.hosts));
  const others = flows.some(({ hosts }) => hosts.length > 0) ? [] : each.flatMap(({ hosts }) => hosts.map(word));
  const used = new Map(each.flatMap(({ used }) => used.map((one) => [one.id, one])));
  const words = {
    secrets: unique(flows.filter(({ field }) => field !== "")),
    requests: [
      ...[...new Set([...requests, ...others])].map((to) => ({ to })),
      ...(await Promise.all([...used.values()].map(requestsOf))).flat(),
    ],
    recipients: [...reached],
    noLonger: [...new Set(each.flatMap(({ left }) => left.map(told)))].filter((one) => !kept.has(one)),
  };
  const recording = await recordingOf(plan, words, scrub);
  return { ...words, recording, undo: undoingOf(ops, recording) };
}

/** `hooks.example.com (.webhook "Ops chat")` */
export function requestInWords({ to, connector }: RequestTo): string {
  return connector === undefined ? to : `${to} (${connector})`;
}

/** `hooks.example.com, api.example.com` */
function hostsOf(hosts: readonly string[]): string {
  return hosts.map(word).join(", ") || "a host not known beforehand";
}

interface OpReach {
  hosts: string[];
  /** Connectors of which a rule gets actions. */
  used: TouchedConnector[];
  reached: Recipient[];
  kept: Recipient[];
  left: Recipient[];
}

async function reachOfOp(op: Op): Promise<OpReach> {
  const nothing: OpReach = { hosts: [], used: [], reached: [], kept: [], left: [] };
  switch (op.op) {
    case "delete":
      return nothing;
    case "put_rule": {
      const of = async (actions: readonly RuleAction[]) => (await Promise.all(actions.map((one) => recipientsOfAction(one)))).flat();
      const { before, after } = { before: op.before.actions, after: op.after.actions };
      const isIn = (actions: readonly RuleAction[], one: RuleAction) => actions.some((other) => isDeepStrictEqual(other, one));
      const added = after.filter((one) => !isIn(before, one));
      const touched = new Map(op.touches.map((one) => [one.id, one]));
      return {
        ...nothing,
        used: [...new Set(added.map(({ id }) => id))].flatMap((id) => touched.get(id) ?? []),
        reached: (await Promise.all(added.map((one) => recipientsOfAction(one, touched.get(one.id)?.config)))).flat(),
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

/** Of a connector that is gone nothing is known. */
async function requestsOf({ type, name = "", config }: TouchedConnector): Promise<RequestTo[]> {
  if (type === undefined) return [];
  const entry = await connectorType(type);
  const connector = `${word(type)} ${quoted(name)}`;
  if (entry?.target.kind === "none") return [{ to: "nowhere outside Kibana and Elasticsearch", connector }];
  const isKnown = config !== undefined || entry?.target.kind === "fixed";
  const hosts = entry ? destinations(entry, config ?? {}, () => undefined) : addressesIn(config);
  return [{ to: hostsOf(isKnown ? hosts : []), connector }];
}

/** In the config of a type that nobody knows. */
function addressesIn(config: Connector["config"]): string[] {
  return [...new Set(everyAddress(config, "config").map(({ address }) => named({ address, verified: true })))];
}

/** @param config the connector's, which may fix whom each of its actions reaches */
async function recipientsOfAction({ connector_type_id: type, params }: RuleAction, config?: Connector["config"]): Promise<Recipient[]> {
  return shownRecipients(await connectorType(type ?? ""), { ...(config && { config }), params: params ?? {} });
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
  const ways = flows.map((flow) => ({ source: oneLine(flow.source), to: hostsOf(flow.hosts) }));
  return [...new Map(ways.map((way) => [`${way.source} → ${way.to}`, way])).values()];
}
