import { destinations, statedDestinations } from "../../catalog/destinations.ts";
import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { Plan, SecretFlow } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Status } from "../../kibana/status.ts";
import { quoted, word } from "../../plain-text.ts";
import { rulesUsing } from "../../rules/find-rules.ts";
import type { Names } from "../../secrets/secret-headers.ts";
import { freeId } from "../connectors/connector-id.ts";
import { ConnectorNotHere, findConnector } from "../connectors/find-connector.ts";
import { liveType } from "../connectors/live-type.ts";
import { originOf } from "../connectors/preconfigured.ts";
import type { ToolContext } from "../define.ts";
import { literalsInConfig, secretsCarried } from "../secrets/config-secrets.ts";
import { encodedConfig } from "../secrets/encoded-config.ts";
import { authenticationSaid } from "../secrets/explicit-no-auth.ts";
import { assertNoKnownWebhook } from "../secrets/known-webhook.ts";
import { listedHeaders, notDropped } from "../secrets/listed-headers.ts";
import { fieldsStoredLast } from "../secrets/proposed-secrets.ts";
import { formerSecrets, notAsInOriginal, notKnownToBeSame, storesFormer } from "../secrets/replaced-secrets.ts";
import { storedSecrets } from "../secrets/stored-secrets.ts";
import { assertKnownKeys } from "./known-keys.ts";
import { assertNotMade } from "./made-elsewhere.ts";
import { mergeConfig } from "./merge-config.ts";
import { assertCarried, planCreate, type Surroundings } from "./plan-create.ts";

/** What a call says about the connector to create. */
export interface AskedFor {
  name: string;
  type?: string | undefined;
  config?: Record<string, unknown> | undefined;
  secrets?: Record<string, unknown> | undefined;
  id?: string | undefined;
  from?: { id: string; space?: string | undefined } | undefined;
  if_exists?: "fail" | "use" | undefined;
}

/** A connector as it is to be, in whatever space. */
export interface NewConnector {
  name: string;
  live: LiveType;
  config: Record<string, unknown>;
  secrets: Record<string, unknown>;
  /** What it is a copy of. */
  source: { space: string; connector: Connector; headers: Names; notes: string[] } | undefined;
  /** Which type was taken, if the argument is only similar to its names. */
  taken: string[];
  encoded: string[];
  said: string[];
  asksBecause: string[];
}

/**
 * The connector that a call asks for.
 * @param target where the original is, if the call does not say it
 * @throws ToolError invalid_arguments, type_unknown, connector_not_found, preconfigured, secret_refused
 */
export async function newConnector(
  { name, type, config = {}, secrets = {}, from }: AskedFor,
  target: string,
  { types, status }: { types: readonly LiveType[]; status: Status },
  context: ToolContext,
): Promise<NewConnector> {
  const source = from && (await sourceOf(from, target, status, context));
  const { type: live, note: taken } = await typeOf(type, source?.connector, { types, status });
  const entry = await connectorType(live.id);
  const merged = source ? mergeConfig(entry, source.connector.config ?? {}, config) : config;
  await assertNoKnownWebhook({ type: live.id, name, config: merged }, async () => types, context.secrets);
  const asksBecause = literalsInConfig({ given: config, stored: source?.connector.config, entry, status }, context.secrets);
  const encoded = encodedConfig(entry, merged);
  const { config: full, notes: said } = authenticationSaid(entry, encoded.config, secrets);
  assertKnownKeys(entry, { config: full, stored: source?.connector.config }, status);
  return { name, live, config: full, secrets, source, taken: taken ? [taken] : [], encoded: encoded.notes, said, asksBecause };
}

/**
 * The plan that creates it in a space.
 * @param id undefined: from the name
 */
export async function planNew(
  { name, live, config, secrets, source, ...wanted }: NewConnector,
  { space, id }: { space: CheckedSpace; id: string | undefined },
  surroundings: Surroundings,
  context: ToolContext,
): Promise<Plan> {
  // A copy may go to another space.
  if (source) assertNotMade(await connectorType(live.id), config, [source.connector]);
  const original = source && { id: source.connector.id, space: source.space };
  const planned = await planCreate({ space, id, name, live, config, secrets, original }, surroundings, context);
  const carried = source && source.space !== space ? secretsCarried(config, context.secrets) : [];
  const former = await formerSecrets(planned, context);
  const asksBecause = [...wanted.asksBecause, ...carried, ...(former.length > 0 ? [storesFormer] : []), ...(planned.asksBecause ?? [])];
  const plan = { ...planned, asksBecause: [...new Set(asksBecause)], warnings: [...former, ...planned.warnings] };
  if (!original) return { ...plan, warnings: [...wanted.taken, ...wanted.said, ...wanted.encoded, ...plan.warnings] };
  const byJournal = await fieldsStoredLast(original, context.secrets);
  const { status } = surroundings;
  const left = await assertCarried(plan, "A copy does not include secrets", status, context.secrets, byJournal, {
    original,
    headers: notDropped(source.headers, secrets),
  });
  const { needed } = storedSecrets(await connectorType(live.id), source.connector.config ?? {}, status);
  return {
    ...plan,
    beforehand: [
      ...(plan.beforehand ?? []),
      ...(await notKnownToBeSame(original, needed, plan, context.secrets)),
      ...(await notAsInOriginal(original, plan, context.secrets)),
    ],
    warnings: [
      ...wanted.taken,
      ...wanted.encoded,
      ...plan.warnings,
      ...source.notes,
      ...(left.length > 0 ? [`If the original has ${left.join(", ")}, the copy does not.`] : []),
    ],
    flows: [...plan.flows, ...(await carriedAlong(source.connector, live.id, config))],
  };
}

/** Ids are unique over all spaces, so a connector that is in several has the name of the space in its id. */
export function idInSpace(name: string, space: string, taken: ReadonlySet<string>): string {
  return freeId(`${[...name].slice(0, Math.max(35 - space.length, 12)).join("")} ${space}`, taken);
}

/** The connector to copy, and who still uses it. */
async function sourceOf(
  from: { id: string; space?: string | undefined },
  target: string,
  status: Status,
  { kibana, deployment, spaces }: ToolContext,
) {
  const space = from.space === undefined ? target : await spaces.check(from.space, { fresh: true });
  const connector = await findConnector(kibana, space, from.id).catch((error: unknown) => {
    if (from.space !== undefined || !(error instanceof ConnectorNotHere) || error.detail) throw error;
    throw new ConnectorNotHere(error, error.message, `Name the space of the original: from: {"space": "…", "id": "…"}.`);
  });
  if (connector.preconfigured && !connector.config) {
    const { is, inKibanaYml } = originOf(connector, { status, url: deployment.url });
    throw new ToolError(
      "preconfigured",
      `Kibana does not show the config of ${quoted(connector.name)} (${connector.id}): it ${is}.`,
      `Give type and config yourself${inKibanaYml ? "; the operator can show it with exposeConfig: true in kibana.yml" : ""}.`,
    );
  }
  const rules = await rulesUsing(kibana, space, connector).catch(() => undefined);
  const use =
    rules === undefined
      ? "which rules use it could not be read"
      : rules.length === 0
        ? "no rule uses it"
        : `${rules.length} rule${rules.length > 1 ? "s still use" : " still uses"} it`;
  const may = storedSecrets(await connectorType(connector.type), connector.config ?? {}, status);
  const headers = await listedHeaders(may, connector, space, kibana);
  return { space, connector, headers, notes: [`${quoted(connector.name)} (${word(connector.id)}) stays as it is; ${use}.`] };
}

/** A copy may not send what is in a config to another host without a person's consent: it may hold tokens that no check recognises. */
async function carriedAlong(source: Connector, type: string, config: Record<string, unknown>): Promise<SecretFlow[]> {
  const entry = await connectorType(type, source.config, config);
  if (!entry) return [{ field: "config", source: `The config of ${quoted(source.name)}`, hosts: [] }];
  const [was, becomes] = [statedDestinations(entry, source.config ?? {}), destinations(entry, config, () => undefined)];
  const other = becomes.filter((host) => !was.includes(host));
  return other.length > 0 ? [{ field: "config", source: `The config of ${quoted(source.name)}`, hosts: other }] : [];
}

async function typeOf(
  asked: string | undefined,
  source: Connector | undefined,
  { types, status }: { types: readonly LiveType[]; status: Status },
) {
  if (asked === undefined && !source)
    throw new ToolError("invalid_arguments", "`type` is missing.", "Give a type, or a connector to copy in `from`.");
  const found = await liveType(asked ?? source?.type ?? "", types, status);
  if (source && found.type.id !== source.type) {
    throw new ToolError(
      "invalid_arguments",
      `${quoted(source.name)} is of type ${source.type}: a copy cannot be of type ${found.type.id}.`,
      "Leave `type` out, or create the other one without `from`.",
    );
  }
  return found;
}
