import { firstUnread } from "../catalog/validate.ts";
import { ToolError } from "../errors.ts";
import { isUnlicensed } from "../kibana/absent.ts";
import type { ActionPolicy } from "../kibana/alerting-v2.ts";
import { type Failing, failedSince, runsOf, runsOfFirst } from "../kibana/connector-runs.ts";
import type { LiveType } from "../kibana/connector-types.ts";
import type { Connector } from "../kibana/connectors.ts";
import { KibanaError } from "../kibana/errors.ts";
import { daysAgo, logReach } from "../kibana/executions.ts";
import type { Reader } from "../kibana/reader.ts";
import { isAtLeast, type Status } from "../kibana/status.ts";
import { plainText, quoted } from "../plain-text.ts";
import { endpointsAreModels } from "../usage/inference-endpoints.ts";
import { policiesOf } from "../usage/leading-to.ts";
import { inWords, lookAround, type Seen } from "../usage/look.ts";
import { besidesRules } from "../usage/sources.ts";
import { type Unseen, type Where, whereOf } from "../usage/use.ts";
import { workflows as workflowSource } from "../usage/workflows.ts";
import { type Connectors, entriesOf } from "./connectors.ts";
import { lastNotifications, type Notified } from "./held-back.ts";
import { mayStop, type Obstacle, stops } from "./route.ts";
import type { Workflows } from "./workflow-routes.ts";

/** What all spaces share. */
export interface Deployment {
  status: Status;
  /** Undefined where they could not be read. */
  types: ReadonlyMap<string, LiveType> | undefined;
  /** Milliseconds since 1970. */
  now: number;
  /** Rules of which it may still be read when they last notified. */
  left: { rules: number };
}

/** What a space's rules lead to. */
export interface RouteFacts {
  space: string;
  now: number;
  connectors: Connectors;
  workflows: Workflows;
  policies: { all: readonly ActionPolicy[] | undefined; notSeen: string | undefined };
  /** Policies have tags, and their expression sees alerts only. */
  byTags: boolean;
  /** Undefined where nobody asked. */
  notified?: Notified;
  /** Maintenance windows that are on, or that they could not be seen. */
  windows: Obstacle[];
}

/** What a space has besides rules: read once. */
export interface SpaceFacts extends RouteFacts {
  /** What else uses connectors; workflows alone unless all was asked for. */
  looked: Seen;
}

/** What could not be read, and so is not in the map. */
export interface NotSeen {
  space: string;
  /** In a sentence, in the plural. */
  what: string;
  why: string;
  fix?: string | undefined;
}

/** Days of the log in which failures are looked up. */
const days = 7;
/** Characters of why something could not be read. */
const longest = 160;

/**
 * Reads everything of a space that rules lead to.
 * @param users all other users of connectors are read too, of these
 * @param notSeen gets what could not be read
 * @throws ToolError where Kibana does not answer at all
 */
export async function readSpace(
  reader: Reader,
  space: string,
  { status, types, now, left }: Deployment,
  notSeen: NotSeen[],
  users?: (connector: Connector) => boolean,
): Promise<SpaceFacts> {
  const part = async <T>(what: string, read: () => Promise<T>): Promise<T | { why: string }> => {
    try {
      return await read();
    } catch (error) {
      const why = reasonOf(error);
      notSeen.push({ space, what, why, fix: error instanceof ToolError ? error.fix : undefined });
      return { why: `${what} could not be read` };
    }
  };
  const listed = part("connectors", () => reader.connectors(space));
  const placesOf = async (): Promise<Where[]> => {
    const found = await listed;
    const wanted = users && Array.isArray(found) ? found.filter(users) : [];
    return [{ status, features: ["workflows"] }, ...wanted.map((one) => whereOf(one, types?.values() ?? [], status))];
  };
  /** The log keeps the runs of connectors that are gone. */
  const isListed = async (id: string) => {
    const found = await listed;
    return !Array.isArray(found) || found.some((one) => one.id === id);
  };
  const [connectors, looked, policies, windows, failing] = await Promise.all([
    listed,
    placesOf().then((places) => lookAround(reader, space, places, users ? besidesRules : [workflowSource])),
    part("action policies", () => policiesOf(reader, space, status)),
    part("maintenance windows", () => runningWindows(reader, space, status)),
    part("runs of connectors", () => failingNow(reader, space, now, isListed)),
  ]);
  if ("more" in failing && failing.more) {
    notSeen.push({ space, what: "runs of connectors", why: "More connectors failed than could be looked up." });
  }
  for (const one of looked.looked.flatMap((each) => each.found.unseen)) {
    if (!one.permanent && !one.listed) notSeen.push({ space, what: one.what, why: plainText(one.why, longest), fix: one.fix });
  }
  return {
    ...{ space, now, looked, byTags: isAtLeast(status, "9.6") },
    connectors: {
      all: Array.isArray(connectors) ? new Map(connectors.map((one) => [one.id, one])) : undefined,
      types,
      notSeen: Array.isArray(connectors) ? undefined : connectors.why,
      failing: "failing" in failing ? failing.failing : new Map(),
      entries: await entriesOf(Array.isArray(connectors) ? connectors : []),
      endpointsAreModels: endpointsAreModels(status),
      mayKnowMore: isAtLeast(status, firstUnread),
    },
    workflows: workflowsIn(looked),
    policies: Array.isArray(policies) ? { all: policies, notSeen: undefined } : { all: undefined, notSeen: policies.why },
    notified: lastNotifications(reader, space, left, reasonOf),
    windows: Array.isArray(windows) ? windows : [mayStop("not_seen", windows.why)],
  };
}

/** Why something could not be read. @throws anything but a ToolError, and what ends every request */
export function reasonOf(error: unknown): string {
  if (!(error instanceof ToolError) || error.code === "unauthorized") throw error;
  return plainText(error.message, longest);
}

/** The workflows of a space, of what was seen there. */
export function workflowsIn({ looked }: Seen): Workflows {
  const found = looked.find(({ source }) => source === workflowSource)?.found;
  return { seen: found?.workflows, notSeen: hidden(found?.unseen ?? []) };
}

/** Why a workflow that is in no list may exist all the same. */
function hidden(unseen: readonly Unseen[]): string | undefined {
  const first = unseen.find(({ listed }) => !listed);
  return first && `the workflow is in no list that this key can see: ${inWords(first)}`;
}

/** From 8.8 on; below the licence that has them there are none. */
export async function runningWindows(reader: Reader, space: string, status: Status): Promise<Obstacle[]> {
  if (!isAtLeast(status, "8.8")) return [];
  const running = isAtLeast(status, "9.2") ? reader.runningWindows(space) : reader.activeWindows(space);
  const windows = await running.catch((error: unknown) => {
    if (error instanceof KibanaError && isUnlicensed(error)) return [];
    throw error;
  });
  return windows.map(({ title, until, scoped }) => {
    const text = `maintenance window ${quoted(title, 60)}${until === undefined ? "" : ` until ${until.slice(0, 16)}Z`}`;
    return scoped ? mayStop("maintenance", `${text}, for some alerts`) : stops("maintenance", text);
  });
}

/** Connectors whose last run failed. */
async function failingNow(reader: Reader, space: string, now: number, isKept: (id: string) => boolean | Promise<boolean>) {
  const { ids, more } = await failedSince(reader, space, { from: daysAgo(days, now) });
  const kept = await Promise.all(ids.map(isKept));
  const wanted = ids.filter((_id, at) => kept[at]);
  const from = daysAgo(logReach, now);
  const { runs, left } = await runsOfFirst(wanted, (id) => runsOf(reader, space, id, { from }));
  const failing = new Map<string, Failing | undefined>(left.map((id) => [id, undefined]));
  for (const [id, { failing: since }] of runs) if (since) failing.set(id, since);
  return { failing, more };
}
