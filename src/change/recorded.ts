import { randomBytes } from "node:crypto";
import { destinations } from "../catalog/destinations.ts";
import { connectorType } from "../catalog/index.ts";
import { recipientsIn } from "../catalog/recipients.ts";
import type { RuleAction } from "../kibana/rules.ts";
import type { RuleState } from "../rules/rule-state.ts";
import { hideCertainSecrets } from "../secrets/detect.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";
import { plainTexts } from "../secrets/open-values.ts";
import type { Scrub } from "../secrets/scrub.ts";
import { isSecretAsAWhole, type WordsOfReach, wordsToKeep } from "./consent/words-to-keep.ts";
import { keyedDigest } from "./digest.ts";
import { hostsGiven } from "./given-actions.ts";
import { digestsOfMarked, isMarked } from "./marked-rules.ts";
import { type Op, usesConnectors } from "./op.ts";
import { recordOf } from "./ops/index.ts";
import type { Recorded } from "./ops/records.ts";
import type { Plan } from "./plan.ts";
import { digestsOfStored } from "./stored-digests.ts";

/** A plan's ops as the journal records them: without known secrets, except for the words that say what it is about. */
export interface Recording {
  summary: string;
  /** In the order of the plan's ops. */
  ops: Recorded[];
}

/**
 * A secret that Kibana echoes must not get into the journal. Ids, types, hosts and recipients stay, and so do names and
 * plain config texts that equal a known value as a whole: an undo needs them.
 * @param key the journal's, asked for only if something is marked or stored; without it the recording is only looked at
 */
export async function recordingOf(plan: Plan, reach: WordsOfReach, scrub: Scrub, key = unrecorded): Promise<Recording> {
  const records = await Promise.all(plan.ops.map(withHosts));
  // Hardly any plan has a secret in it.
  const scrubbed = records.map((record) => scrub.json(record));
  const held = records.map((record, n) => JSON.stringify(scrubbed[n]) !== JSON.stringify(record));
  const kept = wordsToKeep(plan, reach, "", scrub);
  // One list for all: a look for others in each op would take as long as the square of their number.
  const words = plan.ops.filter((_op, n) => held[n]).map((op) => wordsOf(op, scrub));
  const all = [...new Set([...kept, ...(await Promise.all(words)).flat()])];
  const marked = records.map((record, n) => withoutTokens(held[n] ? scrub.json(record, all) : (scrubbed[n] ?? record)));
  return {
    summary: scrub.text(plan.summary, kept),
    ops: await Promise.all(plan.ops.map((op, n) => withDigests(op, marked[n] ?? recordOf(op), key))),
  };
}

/** With the hosts of alerts, to which whoever reads the question agrees. */
async function withHosts(op: Op): Promise<Recorded> {
  const record = recordOf(op);
  const isOfUsers = record.op === "put_rule" || record.op === "put_workflow";
  return isOfUsers && usesConnectors(op) ? { ...record, hosts: await hostsGiven(op) } : record;
}

const keyOfThisProcess = randomBytes(32);
const unrecorded = async (): Promise<Buffer> => keyOfThisProcess;

/** What an op is about. */
async function wordsOf(op: Op, scrub: Scrub): Promise<string[]> {
  return [...(await addressesOf(op)), ...(await textsOf(op)).filter((text) => isSecretAsAWhole(text, scrub))];
}

/** Rules' actions and workflows' texts without tokens that nobody knows. Config is kept: nothing else could restore a connector. */
function withoutTokens(record: Recorded): Recorded {
  if (record.op === "put_workflow")
    return { ...record, before: hideCertainSecrets(record.before), after: hideCertainSecrets(record.after) };
  if (record.op !== "put_rule") return record;
  const [before, after] = [withoutTokensInActions(record.before), withoutTokensInActions(record.after)];
  return { ...record, before, after };
}

/** Where an action goes is no secret. */
const addresses: readonly string[] = ["id", "uuid", "group", "connector_type_id"];

function withoutTokensInActions<State extends RuleState>(state: State): State {
  const actions = state.actions.map((action) => {
    const content = Object.entries(action).filter(([name]) => !addresses.includes(name));
    return { ...action, ...hideCertainSecrets(Object.fromEntries(content)) };
  });
  return { ...state, actions };
}

async function withDigests(op: Op, record: Recorded, key: () => Promise<Buffer>): Promise<Recorded> {
  if ((op.op === "create" || op.op === "update") && (record.op === "create" || record.op === "update")) {
    if (record.secretFields.length === 0) return record;
    // They are for later questions and notes: without a key the change goes on.
    const by = await key().catch(() => undefined);
    const digests = by && digestsOfStored(op.secrets, by);
    return digests ? { ...record, digests } : record;
  }
  if (op.op === "put_workflow" && record.op === "put_workflow") {
    const { before, after } = op;
    if (record.before === before.yaml && record.after === after.yaml) return record;
    const by = await key();
    return { ...record, digests: { before: keyedDigest(before.yaml, by), after: keyedDigest(after.yaml, by) } };
  }
  if (op.op !== "put_rule" || record.op !== "put_rule" || !isMarked([record.before.actions, record.after.actions])) return record;
  const of = async (state: "before" | "after") => digestsOfMarked(record[state].actions, op[state].actions, await key());
  return { ...record, digests: { before: await of("before"), after: await of("after") } };
}

/** What calls need: ids, types, action groups and hosts. */
async function addressesOf(op: Op): Promise<string[]> {
  const type = typeOf(op);
  const entry = await connectorType(type, ...configsOf(op));
  const hosts = entry ? configsOf(op).flatMap((config) => destinations(entry, config, () => undefined)) : [];
  return [
    op.id ?? "",
    type,
    op.space,
    ...hosts,
    ...actionsOf(op).flatMap(({ id, connector_type_id: of, group }) => [id, of ?? "", group ?? ""]),
  ];
}

/** Texts that may be names, addresses or people: config texts of which that can be seen, and whom rules' actions reach. */
async function textsOf(op: Op): Promise<string[]> {
  const texts = configsOf(op).flatMap((config) => plainTexts(hideInConfig(config).config));
  const reached = await Promise.all(
    actionsOf(op).map(async ({ connector_type_id: type, params }) =>
      recipientsIn(await connectorType(type ?? ""), { params: params ?? {} }),
    ),
  );
  const people = reached.flat().filter(({ free }) => !free);
  // A whole address may be the secret itself, as with webhooks.
  return [...new Set([...texts, ...people.map(({ value }) => value)])].filter((text) => !text.includes("://"));
}

function typeOf(op: Op): string {
  return op.op === "update" || op.op === "delete" ? op.before.type : op.type;
}

function configsOf(op: Op): Record<string, unknown>[] {
  switch (op.op) {
    case "create":
      return [op.config];
    case "update":
      return [op.before.config ?? {}, op.after.config];
    case "delete":
      return [op.before.config ?? {}];
    default:
      return [];
  }
}

function actionsOf(op: Op): RuleAction[] {
  return usesConnectors(op) ? [...op.before.actions, ...op.after.actions] : [];
}
