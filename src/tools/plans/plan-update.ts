import { isDeepStrictEqual } from "node:util";
import { destinations, isReadable, statedDestinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import { stillUnknown } from "../../change/consent/refusals.ts";
import type { Op, PutWorkflowOp, UpdateOp } from "../../change/op.ts";
import type { Plan } from "../../change/plan.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { isPlainObject } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { rulesWith } from "../../rules/find-rules.ts";
import { mapSealed } from "../../sealed.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { awaitedIn } from "../../usage/awaited.ts";
import { lookAtWorkflows } from "../../usage/look.ts";
import { namedBy, renameWarnings } from "../../usage/renamed.ts";
import { authorisationsGone, authorisationsLost } from "../connectors/authorise.ts";
import { effectOn } from "../connectors/connector-row.ts";
import { endWarning } from "../connectors/end-warning.ts";
import { openWays } from "../connectors/open-ways.ts";
import { orWhy } from "../connectors/or-why.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { warnOfConfig } from "../rules/move-warnings.ts";
import { agreedHosts } from "../secrets/agreed-before.ts";
import { readableSecret } from "../secrets/config-secrets.ts";
import { givenSecrets } from "../secrets/given-secrets.ts";
import { keptInJournal } from "../secrets/kept-in-journal.ts";
import { withoutDropped } from "../secrets/listed-headers.ts";
import { withWayNamed } from "../secrets/named-way.ts";
import { askedFields } from "../secrets/page-fields.ts";
import { formerSecrets, notKnownToBeSame, replacedSecrets } from "../secrets/replaced-secrets.ts";
import { destinationsWith, secretFlows } from "../secrets/secret-flows.ts";
import { headersLost, storedFirst } from "../secrets/stored-first.ts";
import { assertAllGiven, givenFields, nothingElse, storedSecrets, withoutListed, withStored } from "../secrets/stored-secrets.ts";
import { storedThere, type Undone } from "../secrets/stored-there.ts";
import { withWorkflows, workflowsInWords } from "../workflows/put-workflow.ts";
import { leftWarnings, repointWorkflows } from "../workflows/repoint-workflows.ts";
import { checkNew } from "./check-new-connector.ts";
import { newFirst } from "./first-of-type.ts";
import { endpointWarnings } from "./left-endpoint.ts";
import { replaced, takenOver } from "./made-elsewhere.ts";
import type { Surroundings } from "./plan-create.ts";
import { shiftedBy } from "./shifted-models.ts";
import { droppedInWords, forgotten, replacedAsAWhole, whereItGoes, whereSecretsLead } from "./update-words.ts";

type Config = Record<string, unknown>;

export interface Wanted {
  space: CheckedSpace;
  before: Connector;
  after: { name: string; config: Config };
  /** As given in the arguments. */
  secrets: Config;
  /** The caller says that nothing else is stored: it counts only if no person can be asked. */
  noOtherSecrets: boolean;
  verb: string;
  /** Workflows that name it by its old name get its id in the same plan. */
  repoints?: true;
  /** Those that get another text in the same plan anyway. */
  workflows?: readonly PutWorkflowOp[] | undefined;
  /** The change that it undoes. */
  undone?: Undone | undefined;
}

/**
 * The plan of a PUT that loses nothing: it sends the whole config and every secret that may be stored, or stops.
 * @throws ToolError secrets_needed, invalid_config, secret_refused
 */
export async function planUpdate(
  { space, before, noOtherSecrets, verb, repoints, workflows: others = [], undone, ...asGiven }: Wanted,
  { status, existing }: Surroundings,
  context: ToolContext,
): Promise<Plan> {
  const { kibana, settings } = context;
  const entry = await connectorType(before.type, before.config, asGiven.after.config);
  const storedBefore = storedSecrets(entry, before.config ?? {}, status);
  const there = await storedThere(before, space, { may: storedBefore, undone, given: asGiven.secrets }, context);
  const { secrets: wanted, dropped } = withoutDropped(asGiven.secrets);
  const out = "$ask" in asGiven.secrets ? {} : Object.fromEntries(there.takesOut.map((field) => [field, null]));
  const { config, secrets } = withWayNamed(entry, asGiven.after.config, { ...out, ...wanted });
  const after = { name: asGiven.after.name, config };
  const resolved = { ...givenSecrets(entry, after.config, secrets, context.secrets), dropped };
  context.learn(resolved.read);
  context.learn(resolved.secrets);
  const why = before.missingSecrets ? "Its secrets were lost on import" : "Kibana forgets every secret that an update does not send";
  const subject = {
    type: before.type,
    name: before.name,
    id: before.id,
    space,
    config: after.config,
    configBefore: before.config ?? {},
    before: undone?.change,
    headers: there.headers,
    headersSince: there.since,
  };
  const given = givenFields(resolved.secrets, resolved.asked);
  // Secrets that are flagged as missing are not stored.
  const known = before.missingSecrets ? [] : storedBefore.needed;
  const stored = withStored(entry, storedSecrets(entry, after.config, status), there.toGive, secrets, there.listed);
  const first = storedFirst({ entry, before, config: after.config, given: resolved, there }, status);
  const left = await assertAllGiven({ subject, entry, why, stored, given: resolved }, context.secrets);
  const alone = settings.skipConfirmation && resolved.asked.length === 0 && context.secrets.typed === undefined;
  /** Whoever agrees says that these are not stored. */
  const denied = before.missingSecrets ? [] : left.filter((field) => !known.includes(field));
  const possible = alone && noOtherSecrets ? [] : denied;
  const onlyAPersonKnows = await nothingElse(possible, { subject, entry, why, given: resolved }, context.secrets, alone);
  if (onlyAPersonKnows && alone) throw stillUnknown(onlyAPersonKnows, "nobody");
  const warnings = entry
    ? await checkNew(entry, after.config, resolved, subject, context.secrets)
    : [`This server does not know the fields of ${before.type}: only Kibana checks them.`];
  const [was, becomes] = entry
    ? [statedDestinations(entry, before.config ?? {}), destinationsWith(entry, after.config, resolved.secrets, resolved.asked)]
    : [[], []];
  // A mere rename need not repeat warnings about an unchanged config.
  const renames = after.name !== before.name && isDeepStrictEqual(after.config, before.config ?? {});
  const goesElsewhere = !isDeepStrictEqual(was, becomes) && was.length > 0;
  // Where the secrets led before is not known.
  const bySecretsAlone =
    goesElsewhere &&
    entry &&
    isDeepStrictEqual(
      was,
      destinations(entry, after.config, () => undefined),
    );
  const seen = after.name === before.name ? { space, looked: [] } : await lookAtWorkflows(kibana, space, status);
  const naming = namedBy(before, existing, seen);
  const theOthers = existing.filter(({ id }) => id !== before.id);
  const awaiting = awaitedIn(seen, { id: undefined, name: after.name, type: before.type }, theOthers);
  const shifted = await shiftedBy(before, after, { status, existing }, seen, kibana);
  const workflows =
    repoints && naming.uses.length > 0
      ? await repointWorkflows({ uses: naming.uses, from: before, byId: false, to: before }, existing, { ...context, space })
      : undefined;
  const moved = [...others, ...(workflows?.ops ?? [])].flatMap(({ id, moves }) => moves.map(({ how }) => JSON.stringify([id, how])));
  const stillNaming = naming.uses.filter(({ id, how }) => !moved.includes(JSON.stringify([id, how])));
  const renamed = renameWarnings(before.name, { ...naming, uses: stillNaming });
  const endpoint = await endpointWarnings(before, after.config, { status, existing }, space, kibana);
  const firstOfType = newFirst(entry, existing, [...theOthers, { ...before, name: after.name, missingSecrets: false }]);
  const taken = takenOver(entry, before, after.config, existing);
  const lost = [...(before.authMode === undefined ? [] : [authorisationsGone]), ...(taken ? [taken.lost] : [])].join(" ");
  const op: UpdateOp = {
    op: "update",
    space,
    id: before.id,
    before,
    after,
    secrets: resolved.secrets,
    // Of a type that nobody describes, what is given stood there before.
    secretsBefore:
      [...storedBefore.needed, ...withoutListed(storedBefore.possible, there.listed), ...there.now].some(
        (field) => !denied.includes(field) && !first.includes(field),
      ) ||
      (entry === undefined && given.size > 0),
    secretsFirst: first,
    ...(there.listed && { headersBefore: there.listed }),
    ...(lost !== "" && { lost }),
    ...(after.name !== before.name && {
      renames: {
        status: { version: status.version, flavour: status.flavour },
        // Others are written after it, and those that this plan moves before.
        known: [...stillNaming, ...others].map(({ id }) => id),
        missed: naming.missed,
      },
    }),
  };
  const asks = askedFields(resolved.asked, entry);
  const limits = entry?.risks && !isDeepStrictEqual(after.config, before.config ?? {});
  const fitting = limits ? await orWhy(rulesWith(kibana, space, { id: before.id, known: before }), 200) : [];
  const removed = removedKeys(before.config ?? {}, after.config);
  const { references = 0 } = existing.find(({ id }) => id === before.id) ?? {};
  const stores = { ops: [op] as Plan["ops"], asks };
  const rotates = isDeepStrictEqual([after.name, after.config], [before.name, before.config ?? {}]);
  const flows = secretFlows(before.type, entry, after.config, resolved, new Set(context.secrets.typed?.keys()));
  const plan: Plan = {
    summary: `${verb} connector ${quoted(before.name)} (${word(before.type)}, id ${word(before.id)}) in space ${space}${after.name === before.name ? "" : `, now named ${quoted(after.name)}`}.${authorisationsLost(before)}${removalsInWords([op])}`,
    ops: [op],
    effects: [effectOn("update", before, space, difference(before, after, mapSealed(resolved.secrets, String), resolved.asked))],
    beforehand: [
      ...(rotates ? [] : await notKnownToBeSame(subject, known, stores, context.secrets)),
      ...(noOtherSecrets && onlyAPersonKnows
        ? ["assert_no_other_secrets does not count from an agent: the person is asked whether something else is stored."]
        : []),
      ...(references > 0 && !isDeepStrictEqual(after.config, before.config ?? {})
        ? [
            `Kibana counts ${references} reference${references === 1 ? "" : "s"} to it, of rules, cases and queued runs: they use it as it is then.`,
          ]
        : []),
    ],
    warnings: [
      ...(before.missingSecrets ? [] : await replacedSecrets(subject, stores, context.secrets)),
      ...(await formerSecrets(stores, context, undone !== undefined)),
      ...(firstOfType ? [firstOfType.warning] : []),
      ...awaiting.used,
      ...shifted,
      ...(naming.missed.length > 0 ? [] : awaiting.missed),
      ...(typeof fitting === "string"
        ? [`Whether actions of rules fit the new config could not be read. ${fitting}`]
        : await warnOfConfig(fitting, before, after.config)),
      ...renamed,
      ...leftWarnings(workflows?.left ?? []),
      ...endpoint,
      ...(renames ? [] : await endWarning(entry, { config: after.config, secrets: resolved.secrets, space, isNew: false }, context)),
      ...(renames ? warnings.filter((one) => one.startsWith("secrets")) : warnings),
      ...resolved.warnings,
      ...(renames || taken ? [] : replaced(entry, before, existing)),
      ...(bySecretsAlone
        ? [whereSecretsLead(becomes.filter((host) => !was.includes(host)))]
        : goesElsewhere
          ? [whereItGoes(was, becomes)]
          : given.size > 0
            ? openWays(becomes.filter(isReadable))
            : []),
      ...(usesOAuth(after.config) && !renames && before.authMode === undefined
        ? ["Kibana drops the stored OAuth tokens: the next run signs in again."]
        : []),
      ...(removed.length > 0 ? [`Removed: ${firstFew(removed, 20)}.`] : []),
      ...forgotten(known, stored, given),
      ...droppedInWords(there, secrets),
      ...replacedAsAWhole(resolved, headersLost(resolved, there)),
      ...keptInJournal(before.config ?? {}, after.config, context.secrets),
      ...(renames
        ? []
        : hideInConfig(after.config).found.map((one) =>
            readableSecret(one, { stored: before.config, entry, status, secrets }, context.secrets),
          )),
    ],
    outsideWorld: "none",
    consequence: "person",
    ...(taken ? { inPerson: [taken.inPerson] } : {}),
    ...(onlyAPersonKnows ? { onlyAPersonKnows } : {}),
    facts: { version: status.version, possible, awaiting: [...awaiting.used, ...shifted], endpoint, first: firstOfType?.warning },
    flows,
    asks,
    // Somebody gave it secrets to send there.
    knownHosts: [...(await agreedHosts(existing, space, flows, context.secrets)), ...(known.length > 0 ? was.filter(isReadable) : [])],
  };
  if (!workflows) return plan;
  // First, so that they reach it at every moment.
  const those = workflows.ops.length === 1 ? "that names" : "that name";
  return withWorkflows(plan, workflows, `Put its id into the ${workflowsInWords(workflows.ops)}, ${those} it by its old name.`, true);
}

/** What a plan of updates removes, for its summary; empty where nothing is. */
export function removalsInWords(ops: readonly Op[]): string {
  const removed = ops.flatMap((op) => (op.op === "update" ? removedKeys(op.before.config ?? {}, op.after.config) : []));
  return removed.length > 0 ? ` It removes ${firstFew([...new Set(removed)], 20)}.` : "";
}

/** A list that limits something limits nothing without entries. */
function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

/** The keys that lose their value, at any depth: `config.headers.X-Team`. */
function removedKeys(before: Config, after: Config, path = "config"): string[] {
  return Object.entries(before).flatMap(([key, value]) => {
    const [at, now] = [`${path}.${plainText(key, 80)}`, after[key]];
    if (value === null || value === undefined) return [];
    if (now === null || now === undefined || (isEmpty(now) && !isEmpty(value))) return [at];
    return isPlainObject(value) && isPlainObject(now) ? removedKeys(value, now, at) : [];
  });
}

/** What changes, redacted; unchanged keys are left out. */
function difference(
  before: Connector,
  after: Wanted["after"],
  secrets: unknown,
  asked: readonly string[],
): { before: Config; after: Config } {
  const old = hideInConfig(before.config ?? {}).config;
  const fresh = hideInConfig(after.config).config;
  const changed = [...new Set([...Object.keys(before.config ?? {}), ...Object.keys(after.config)])].filter(
    (key) => !isDeepStrictEqual(before.config?.[key] ?? null, after.config[key] ?? null),
  );
  const pick = (config: Config) => Object.fromEntries(changed.map((key) => [key, config[key] ?? null]));
  const renamed = before.name !== after.name;
  const typed = Object.fromEntries(asked.map((path) => [path.replace(/^secrets\./, ""), "<to be typed>"]));
  const sent = { ...Object(secrets), ...typed };
  return {
    before: { ...(renamed ? { name: before.name } : {}), ...pick(old) },
    after: { ...(renamed ? { name: after.name } : {}), ...pick(fresh), ...compact({ secrets: sent }) },
  };
}

/** Whether the config authenticates with tokens that Kibana fetches and keeps. */
function usesOAuth({ isOAuth, authType, service }: Config): boolean {
  return isOAuth === true || service === "exchange_server" || (typeof authType === "string" && /oauth/i.test(authType));
}
