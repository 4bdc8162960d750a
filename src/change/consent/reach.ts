import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { ConnectorType } from "../../catalog/connector-type.ts";
import { destinations, everyHost, statedDestinations, unknownHost } from "../../catalog/destinations.ts";
import { fileFields } from "../../catalog/file-fields.ts";
import { connectorType } from "../../catalog/index.ts";
import { type Hide, namesSomebody, type Recipient, recipientsIn, textsOfConfig } from "../../catalog/recipients.ts";
import { effectOf } from "../../catalog/when.ts";
import { asUrlsAreRead } from "../../host-name.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { RuleAction } from "../../kibana/rules.ts";
import { exact, oneLine, quoted, word } from "../../plain-text.ts";
import { hideInText, hidingInReach } from "../../secrets/detect.ts";
import type { Scrub, ScrubForPeople } from "../../secrets/scrub.ts";
import { changedActions, givenConnectors } from "../given-actions.ts";
import type { Op, TouchedConnector } from "../op.ts";
import type { Plan, SecretFlow } from "../plan.ts";
import { type Recording, recordingOf } from "../recorded.ts";
import { type Undoing, undoingOf } from "../reversible.ts";
import type { UndoBy } from "../undo-here.ts";
import { scrubForPerson } from "./for-person.ts";

/** Whom a plan reaches, each once. One-line texts, uncut. */
interface Reached {
  /** `to "ops@example.com"` */
  recipients: string[];
  /** What is done, and to which record: `eventAction "resolve"`, `dedupKey "disk-1"`. */
  acting: string[];
  /** Other texts that only the service reads, so that it may take them for somebody: `body.text "…"`. */
  mayName: string[];
  /** Recipients that only removed actions reached, or a connector before its update. */
  noLonger: string[];
}

/** Whom and what a plan reaches, over all its ops, as the person reads it who decides. */
export interface Reach extends Reached {
  /** Without known secrets that the call itself wrote. */
  toAgent: Reached;
  /** Where each secret goes. */
  secrets: Way[];
  /** Where requests go, as far as that is known beforehand. */
  requests: RequestTo[];
  /** Where requests of a connector went before its update. */
  hostsBefore: string[];
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

/** A plan belongs to one call, which asks several times. */
const known = new WeakMap<Plan, Promise<Reach>>();

/**
 * Derived from the ops themselves, so that no tool can forget anything.
 * @param scrub removes what must not get into the journal, nor to the agent
 * @param by who makes the change, and would undo it
 */
export function reachOf(plan: Plan, scrub: ScrubForPeople, by: UndoBy): Promise<Reach> {
  const reach = known.get(plan) ?? reachOfNew(plan, scrub, by);
  known.set(plan, reach);
  return reach;
}

async function reachOfNew(plan: Plan, scrub: ScrubForPeople, by: UndoBy): Promise<Reach> {
  const words = await inWords(plan, scrub);
  const recording = await recordingOf(plan, words, scrub);
  return { ...words, recording, undo: undoingOf(plan.ops, recording, by) };
}

async function inWords(plan: Plan, scrub: ScrubForPeople): Promise<Omit<Reach, "recording" | "undo">> {
  const { ops, flows, own } = plan;
  // The model reads it too.
  const hide = hidingInReach(own);
  const each: OpReach[] = [];
  for (const op of ops) {
    each.push(await reachOfOp(op, hide));
    // Rules may be many, and their texts long: others are answered in between.
    await setImmediate();
  }
  const requests = flows.filter(({ field }) => field === "").map((flow) => hostsOf(flow.hosts));
  const named = new Set(flows.flatMap(({ hosts }) => hosts));
  const others = each.flatMap(({ hosts }) => hosts.filter((host) => !named.has(host)).map(hostInWords));
  const used = new Map(each.flatMap(({ used }) => used.map((one) => [one.id, one])));
  return {
    secrets: unique(flows.filter(({ field }) => field !== "")),
    requests: [
      ...[...new Set([...requests, ...others])].map((to) => ({ to })),
      ...(await Promise.all([...used.values()].map(requestsOf))).flat(),
    ],
    ...reachedInWords(each, scrubForPerson(plan, scrub)),
    toAgent: reachedInWords(each, scrub),
    hostsBefore: [...new Set(each.flatMap(({ hostsBefore }) => hostsBefore))],
  };
}

function reachedInWords(each: readonly OpReach[], scrub: Scrub): Reached {
  const toldOnce = (recipients: readonly Recipient[]) => [...new Set(recipients.map((one) => told(one, scrub)))];
  const reached = each.flatMap(({ reached }) => reached);
  const others = reached.filter(({ acting }) => !acting);
  const kept = new Set(toldOnce(each.flatMap(({ reached, kept }) => [...reached, ...kept])));
  return {
    recipients: toldOnce(others.filter(namesSomebody)),
    acting: toldOnce(reached.filter(({ acting }) => acting)),
    mayName: toldOnce(shortestFirst(others.filter((one) => !namesSomebody(one)))),
    noLonger: toldOnce(each.flatMap(({ left }) => left.filter(namesSomebody))).filter((one) => !kept.has(one)),
  };
}

/** `hooks.example.com (.webhook "Ops chat")` */
export function requestInWords({ to, connector }: RequestTo): string {
  return connector === undefined ? to : `${to} (${connector})`;
}

/** `hooks.example.com, api.example.com` */
function hostsOf(hosts: readonly string[]): string {
  return hosts.map(hostInWords).join(", ") || unknownHost;
}

function hostInWords(host: string): string {
  return host === unknownHost ? host : word(host);
}

interface OpReach {
  hosts: string[];
  hostsBefore: string[];
  /** Connectors that a rule or workflow sends by from then on. */
  used: TouchedConnector[];
  reached: Recipient[];
  kept: Recipient[];
  left: Recipient[];
}

async function reachOfOp(op: Op, hide: Hide): Promise<OpReach> {
  const nothing: OpReach = { hosts: [], hostsBefore: [], used: [], reached: [], kept: [], left: [] };
  switch (op.op) {
    case "delete":
    case "rotate":
      return nothing;
    case "put_rule":
    case "put_workflow": {
      const of = async (actions: readonly RuleAction[]) => (await Promise.all(actions.map((one) => recipientsOfAction(one, hide)))).flat();
      const { pairs, gone, fresh } = changedActions(op);
      const touched = new Map(op.touches.map((one) => [one.id, one]));
      return {
        ...nothing,
        used: givenConnectors(op),
        reached: (await Promise.all(fresh.map((one) => recipientsOfAction(one, hide, touched.get(one.id)?.config)))).flat().map(asFilledIn),
        kept: await of(pairs.map(([, stays]) => stays)),
        left: await of(gone),
      };
    }
    case "execute": {
      const entry = await connectorType(op.type, op.config);
      return {
        ...nothing,
        hosts: (entry && effectOf(entry, op.params).withinKibana ? undefined : hostsOfConnector(entry, op.config)) ?? [],
        reached: recipientsIn(entry, { config: op.config ?? {}, params: op.params }, hide),
      };
    }
    default: {
      const type = op.op === "update" ? op.before.type : op.type;
      const config = op.op === "update" ? op.after.config : op.config;
      const entry = await connectorType(type, config, op.op === "update" ? op.before.config : undefined);
      return {
        ...nothing,
        hosts: entry ? destinations(entry, config, () => undefined) : [],
        hostsBefore: entry && op.op === "update" ? statedDestinations(entry, op.before.config ?? {}) : [],
        left: op.op === "update" ? recipientsIn(entry, { config: op.before.config ?? {} }, hide) : [],
        reached: [
          ...recipientsIn(entry, { config }, hide),
          ...cutTexts(entry, config, op.op === "update" ? (op.before.config ?? {}) : {}, hide),
        ],
      };
    }
  }
}

/** Most characters of JSON that the details of a question show whole, with room for names around it, and of one text in it. */
const shownWhole = { json: 2000, text: 200 };

/** What is written of a config and cut in the details of a question. Files of certificates name nobody. */
function cutTexts(
  entry: ConnectorType | undefined,
  config: Record<string, unknown>,
  before: Record<string, unknown>,
  hide: Hide,
): Recipient[] {
  const files = fileFields(entry, "config", config);
  const isWritten = ([key, value]: [string, unknown]) => !files.has(key) && !isDeepStrictEqual(before[key] ?? null, value ?? null);
  const written = Object.fromEntries(Object.entries(config).filter(isWritten));
  const texts = textsOfConfig(written, hide);
  return JSON.stringify(written).length > shownWhole.json ? texts : texts.filter(({ value }) => [...value].length > shownWhole.text);
}

/** Of a connector that is gone nothing is known. */
async function requestsOf({ type, name = "", config }: TouchedConnector): Promise<RequestTo[]> {
  if (type === undefined) return [];
  const entry = await connectorType(type, config);
  const connector = `${word(type)} ${quoted(name)}`;
  const hosts = hostsOfConnector(entry, config);
  return [{ to: hosts === undefined ? "nowhere outside Kibana and Elasticsearch" : hosts.map(hostInWords).join(", "), connector }];
}

/** Where its requests go, or that this is not known; undefined: nowhere. @param config undefined where Kibana does not show it */
function hostsOfConnector(entry: ConnectorType | undefined, config: Connector["config"]): string[] | undefined {
  const isKnown = config !== undefined || entry?.target.kind === "fixed";
  const hosts = entry ? destinations(entry, config ?? {}, () => undefined) : everyHost(config);
  if (entry?.target.kind === "none" && hosts.length === 0) return undefined;
  return isKnown && hosts.length > 0 ? hosts : [unknownHost];
}

/** @param config the connector's, which may fix whom each of its actions reaches */
async function recipientsOfAction(
  { connector_type_id: type, params }: RuleAction,
  hide: Hide,
  config?: Connector["config"],
): Promise<Recipient[]> {
  const entry = await connectorType(type ?? "");
  const found = recipientsIn(entry, { ...(config && { config }), params: params ?? {} }, hide);
  // A key of which each alert has its own is nobody, and no record that is there.
  const isOfAlerts = ({ what, value }: Recipient) => what.split(".").at(-1) === entry?.dedupField && value.includes("{{");
  return found.map((one) => (isOfAlerts(one) ? { ...one, free: true } : one));
}

/** Somebody who is named is never hidden, even by a known value; of other texts any word may be a name. */
function told(one: Recipient, scrub: Scrub): string {
  const { what, value, free, filledIn } = one;
  const key = word(scrub.text(hideInText(what)));
  if (filledIn && !namesSomebody(one)) return key;
  const read = asUrlsAreRead(value);
  return `${key} ${exact(free && !namesSomebody(one) ? scrub.text(read) : read)}`;
}

/** Of a rule's action; in a run nothing is filled in. */
function asFilledIn(one: Recipient): Recipient {
  const isVariables = one.value.trim() !== "" && one.value.replace(ownVariables, "").trim() === "";
  return isVariables ? { ...one, filledIn: true } : one;
}

const ownVariables = /\{\{\{?\s?(?:rule|alert|alerts|context|state|params|date|kibanaBaseUrl)(?:\.[\w.-]{1,100})?\s?\}?\}\}/g;

/** A long text puts nothing out of sight. */
function shortestFirst(recipients: readonly Recipient[]): Recipient[] {
  return [...recipients].sort(
    (one, other) => Number(one.filledIn ?? false) - Number(other.filledIn ?? false) || one.value.length - other.value.length,
  );
}

function unique(flows: readonly SecretFlow[]): Way[] {
  const ways = flows.map((flow) => ({ source: oneLine(flow.source), to: hostsOf(flow.hosts) }));
  return [...new Map(ways.map((way) => [`${way.source} → ${way.to}`, way])).values()];
}
