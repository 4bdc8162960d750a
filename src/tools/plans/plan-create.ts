import { destinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { CreateOp } from "../../change/op.ts";
import type { Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Status } from "../../kibana/status.ts";
import { quoted, word } from "../../plain-text.ts";
import { mapSealed, type SealedRecord } from "../../sealed.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { awaitedBy } from "../../usage/awaited.ts";
import { assertId, canChooseId, freeId } from "../connectors/connector-id.ts";
import { assertUsable } from "../connectors/connector-row.ts";
import { endWarning } from "../connectors/end-warning.ts";
import { openWays } from "../connectors/open-ways.ts";
import { neighbourWarnings } from "../connectors/similar-connectors.ts";
import type { ToolContext } from "../define.ts";
import { compact } from "../fields.ts";
import { rulesAwaiting } from "../rules/awaiting-rules.ts";
import { agreedHosts } from "../secrets/agreed-before.ts";
import { readableSecret } from "../secrets/config-secrets.ts";
import { givenSecrets } from "../secrets/given-secrets.ts";
import { withHeaders, withoutDropped } from "../secrets/listed-headers.ts";
import { withWayNamed } from "../secrets/named-way.ts";
import { askedFields } from "../secrets/page-fields.ts";
import type { Subject } from "../secrets/proposed-secrets.ts";
import { secretFlows } from "../secrets/secret-flows.ts";
import { assertAllGiven, storedSecrets, withStored } from "../secrets/stored-secrets.ts";
import { checkNew } from "./check-new-connector.ts";
import { newFirst } from "./first-of-type.ts";
import { assertNotMade } from "./made-elsewhere.ts";

export interface NewOne {
  space: CheckedSpace;
  /** Undefined: derived from the name. */
  id: string | undefined;
  name: string;
  live: LiveType;
  config: Record<string, unknown>;
  /** As given in the arguments. */
  secrets: Record<string, unknown>;
  /** The deletion that it undoes, where this server stored secrets of another connector under the id since. */
  before?: string | undefined;
  /** What it is a copy of. */
  original?: Subject["original"];
}

/** The Kibana version and the connectors that exist already. */
export interface Surroundings {
  status: Status;
  existing: readonly Connector[];
}

/**
 * The plan of a new connector; everything is checked before it is written.
 * @throws ToolError type_unusable, id_invalid, id_taken, invalid_config, secrets_needed, secret_refused
 */
export async function planCreate(
  { space, id, name, live, before, original, ...asGiven }: NewOne,
  { status, existing }: Surroundings,
  context: ToolContext,
): Promise<Plan> {
  assertUsable(live);
  if (id !== undefined) assertId(id, status);
  const entry = await connectorType(live.id, asGiven.config);
  const { config, secrets: given } = withWayNamed(entry, asGiven.config, withoutDropped(asGiven.secrets).secrets);
  const resolved = givenSecrets(entry, config, given, context.secrets);
  const { secrets, asked } = resolved;
  context.learn(resolved.read);
  context.learn(secrets);
  const checked = entry
    ? await checkNew(entry, config, resolved, { type: live.id, name, id, space, config, before, original }, context.secrets)
    : [`This server does not know the fields of ${live.id}: only Kibana checks them.`];
  assertFree(id, existing);
  assertNotMade(entry, config, existing);
  const chosen = id ?? (canChooseId(status) ? freeId(name, new Set(existing.map((one) => one.id))) : undefined);
  const [rules, others] = await Promise.all([
    rulesAwaiting(chosen, space, context),
    awaitedBy(
      { id: chosen, name, type: live.id, config },
      existing,
      { status, features: live.features },
      { reader: context.kibana, space },
    ),
  ]);
  const first = newFirst(entry, existing, [...existing, { id: chosen, name, type: live.id }]);
  const hidden = hideInConfig(config);
  const flows = secretFlows(live.id, entry, config, resolved, new Set(context.secrets.typed?.keys()));
  const hosts = [...flows.flatMap((flow) => flow.hosts), ...(entry ? destinations(entry, config, () => undefined) : [])];
  const op: CreateOp = { op: "create", space, id: chosen, name, type: live.id, config, secrets };
  if (entry?.takesEvents) op.makesToken = !context.secrets.noPage;
  return {
    summary: `Create connector ${quoted(name)} (${word(live.id)}${chosen ? `, id ${word(chosen)}` : ""}) in space ${space}.`,
    ops: [op],
    effects: [
      {
        verb: "create",
        kind: "connector",
        id: chosen,
        name,
        type: live.id,
        space,
        after: { ...hidden.config, ...compact({ secrets: shownSecrets(secrets, asked) }) },
      },
    ],
    asksBecause: [
      ...(rules.length > 0 ? ["rules of a connector that is gone send to it from then on, or may"] : []),
      ...(others.used.length > 0 ? ["what names it already uses it from then on"] : []),
      ...(first?.asksBecause ?? []),
      ...(others.shifted.length > 0 ? ["what names no AI connector uses it from then on, or may"] : []),
      ...(others.isBlind ? ["a workflow that was not looked at may name it already"] : []),
    ],
    ...(op.makesToken === false && {
      beforehand: ["Kibana's token for its senders can be shown to nobody here: a person makes it in Kibana afterwards."],
    }),
    warnings: [
      ...rules,
      ...others.used,
      ...(first ? [first.warning] : []),
      ...others.shifted,
      ...(await endWarning(entry, { config, secrets, space, isNew: true }, context)),
      ...openWays(hosts),
      ...checked,
      ...resolved.warnings,
      ...(entry?.madeWithIt ? [`Kibana also makes the ${entry.madeWithIt(config)}; if it exists already, nothing is saved.`] : []),
      ...neighbourWarnings(entry, { name, type: live.id, config }, existing),
      ...hidden.found.map((one) => readableSecret(one, { entry, status, secrets: given }, context.secrets)),
      ...others.missed,
    ],
    outsideWorld: "none",
    consequence: "free",
    facts: { version: status.version, awaiting: [...rules, ...others.used, ...others.shifted], first: first?.warning },
    flows,
    asks: askedFields(asked, entry),
    knownHosts: await agreedHosts(existing, space, flows, context.secrets),
  };
}

/**
 * Stops a copy or a restored connector that would lack secrets of the original: Kibana would accept it, and its runs
 * would fail.
 * @param byJournal the original's fields in which this server stored a secret itself
 * @returns other secrets that the original may have and that are not given: this call loses none of them
 * @throws ToolError secrets_needed
 */
export async function assertCarried(
  { ops: [op], asks }: Plan,
  why: string,
  status: Status,
  source: SecretSource,
  byJournal: readonly string[],
  of: Pick<Subject, "before" | "original" | "headers">,
): Promise<string[]> {
  if (op.op !== "create") return [];
  const entry = await connectorType(op.type, op.config);
  const stored = withStored(entry, storedSecrets(entry, op.config, status), withHeaders(byJournal, of.headers), op.secrets, of.headers);
  const given = { secrets: op.secrets, asked: asks.map(({ path }) => path) };
  return assertAllGiven({ subject: { ...op, ...of }, entry, why, stored, given }, source);
}

/** @throws ToolError id_taken */
function assertFree(id: string | undefined, existing: readonly Connector[]): void {
  const taken = existing.find((one) => one.id === id);
  if (!taken) return;
  throw new ToolError(
    "id_taken",
    `The id "${taken.id}" is taken by ${quoted(taken.name)} (${word(taken.type)}) in this space.`,
    "Choose another id, or use the existing connector.",
    { id: taken.id },
  );
}

/** References by name, and a mark for what is yet to be typed. */
function shownSecrets(secrets: SealedRecord, asked: readonly string[]): Record<string, unknown> {
  const given = Object.entries(secrets).map(([field, tree]) => [field, mapSealed(tree, String)]);
  const typed = asked.map((path) => [path.replace(/^secrets\./, ""), "<to be typed>"]);
  return Object.fromEntries([...given, ...typed]);
}
