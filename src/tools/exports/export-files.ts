import { apiCallFiles } from "../../as-code/api-calls.ts";
import { type Exported, exported, type Source } from "../../as-code/exported.ts";
import { kibanaYmlFiles, notForKibanaYml } from "../../as-code/kibana-yml.ts";
import { kibanaYmlSkeleton } from "../../as-code/kibana-yml-skeleton.ts";
import type { CodeFile, ExportFormat, Origin } from "../../as-code/origin.ts";
import { hclWarnings, terraformFiles } from "../../as-code/terraform.ts";
import { endInWords, endOf } from "../../catalog/end-of-life.ts";
import { connectorType } from "../../catalog/index.ts";
import { ToolError } from "../../errors.ts";
import { firstFew } from "../../first-few.ts";
import { grouped } from "../../grouped.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { plainText, withoutKnown } from "../../plain-text.ts";
import { version } from "../../version.ts";
import { isRestorable } from "../connectors/connector-id.ts";
import { pickConnector } from "../connectors/find-connector.ts";
import { hostedOn, originOf } from "../connectors/preconfigured.ts";
import { byPlace, chosenSpaces, connectorsIn, type FoundConnector, matcher, type SpacesContext } from "../connectors/several-spaces.ts";
import type { ToolContext } from "../define.ts";
import { storedSecrets } from "../secrets/stored-secrets.ts";

export interface ExportRequest {
  format: ExportFormat;
  /** Ids or exact names; left out: all that match the filters. */
  ids?: readonly string[] | undefined;
  space?: string | undefined;
  type?: string | undefined;
  text?: string | undefined;
  /** Terraform only: secrets in the older attribute, which Terraform keeps in its state. */
  secretsInState?: boolean | undefined;
}

export type ExportContext = SpacesContext & Pick<ToolContext, "deployment">;

interface Skipped {
  id: string;
  space: string;
  why: string;
  /** What a connector of its type looks like in kibana.yml, if it was asked for by id. */
  skeleton?: string;
}

export interface ConnectorExport {
  files: CodeFile[];
  exported: number;
  /** Connectors that were asked for and are in no file. */
  skipped: Skipped[];
  /** How many connectors were considered. */
  seen: number;
  warnings: string[];
}

/**
 * Connectors as files of code, without secrets.
 * @throws ToolError connector_not_found, ambiguous_connector, system_action, type_unknown, space_not_found, invalid_arguments
 */
export async function exportFiles(request: ExportRequest, context: ExportContext): Promise<ConnectorExport> {
  const { kibana, settings, deployment } = context;
  if (request.secretsInState && request.format !== "terraform")
    throw new ToolError("invalid_arguments", "secrets_in_state is only for terraform.", "Leave it out.");
  const warnings: string[] = [];
  const spaces = await chosenSpaces(request.space, context, warnings);
  const [status, types, all] = await Promise.all([
    kibana.status(),
    request.type === undefined ? [] : kibana.connectorTypes(spaces[0] ?? settings.space),
    connectorsIn(spaces, context, warnings),
  ]);
  const seen = onceEach(all);
  const named = request.ids === undefined ? seen : namedOnes(request.ids, seen, spaces);
  const chosen = named.filter(await matcher(request, types, warnings)).sort(byPlace);
  const skipped: Skipped[] = [];
  const sources: Source[] = [];
  for (const { space, connector } of chosen) {
    const origin = connector.preconfigured ? originOf(connector, { status, url: deployment.url }) : undefined;
    const inYml = origin?.inKibanaYml && request.format === "kibana_yml";
    const why = origin
      ? `it ${origin.is}: ${inYml ? `it is written there already, and Kibana does not show its secrets${connector.config ? "" : " or config (exposeConfig: true shows the config)"}; take its lines from that file` : "there is no saved connector to export"}`
      : connector.system
        ? "Kibana makes it itself"
        : request.format === "kibana_yml"
          ? notForKibanaYml(connector, status)
          : undefined;
    if (why !== undefined) {
      // Only for those asked for by id: all of them would be too long to read.
      const wanted = inYml && request.ids !== undefined;
      const skeleton = wanted ? kibanaYmlSkeleton(connector, await connectorType(connector.type), settings.secretPrefix) : undefined;
      skipped.push({ id: connector.id, space, why, ...(skeleton === undefined ? {} : { skeleton }) });
      continue;
    }
    const config = connector.config ?? {};
    const entry = await connectorType(connector.type);
    sources.push({ space, connector: { ...connector, config }, entry, secrets: storedSecrets(entry, config, status) });
  }
  const origin: Origin = {
    // Files get passed on, so they name the operator's label, not the address.
    from: plainText(deployment.sandbox ? deployment.name : (deployment.label ?? `Kibana ${status.version}`), 200),
    by: `kibana-connectors-mcp ${version}`,
    status,
    prefix: settings.secretPrefix,
  };
  const connectors = exported(sources, settings.secretPrefix);
  const files =
    connectors.length === 0
      ? []
      : request.format === "terraform"
        ? terraformFiles(connectors, origin, request.secretsInState ?? false)
        : request.format === "kibana_yml"
          ? await kibanaYmlFiles(connectors, origin, seen.length)
          : apiCallFiles(connectors, origin);
  const about = request.format === "terraform" ? hclWarnings(connectors) : request.format === "api" ? idWarnings(connectors, status) : [];
  return {
    files,
    exported: connectors.length,
    skipped,
    seen: seen.length,
    warnings: [
      ...warnings,
      ...(request.format === "kibana_yml" && connectors.length > 0 ? kibanaYmlWarnings(spaces, deployment.url, status) : []),
      ...about,
      ...secretWarnings(connectors),
      ...nameWarnings(connectors),
      ...(await endWarnings(sources, status)),
      ...sources
        .filter(({ entry }) => !entry)
        .map(({ connector }) => `${idOf(connector)}: the secrets of the type ${plainText(connector.type, 60)} are not known here.`),
    ],
  };
}

/** Which of them end, by what ends. */
async function endWarnings(sources: readonly Source[], status: Status): Promise<string[]> {
  const ending = await Promise.all(
    sources.map(async ({ connector, entry }) => {
      const end = endOf(entry, connector.config ?? {});
      const successor = end?.date === undefined && end?.successor !== undefined ? await connectorType(end.successor) : undefined;
      return end && isAtLeast(status, successor?.since ?? "8.0")
        ? [{ id: plainText(connector.id, 60), what: endInWords(end, Date.now()) }]
        : [];
    }),
  );
  return [...grouped(ending.flat(), ({ what }) => what)].map(
    ([what, all]) =>
      `${firstFew(
        all.map(({ id }) => id),
        5,
      )}: ${what}.`,
  );
}

/** Each connector once: preconfigured ones appear in every space, a saved one in a single space. */
function onceEach(all: readonly FoundConnector[]): FoundConnector[] {
  const seen = new Set<string>();
  return all.filter(({ connector: { id, preconfigured } }) => {
    if (!preconfigured) return true;
    const first = !seen.has(id);
    seen.add(id);
    return first;
  });
}

/** @throws ToolError connector_not_found, ambiguous_connector, system_action */
function namedOnes(ids: readonly string[], all: readonly FoundConnector[], spaces: readonly string[]): FoundConnector[] {
  const connectors = all.map(({ connector }) => connector);
  const picked = new Set(ids.map((id) => pickConnector(connectors, spaces.join(", "), id)));
  return all.filter(({ connector }) => picked.has(connector));
}

function secretWarnings(connectors: readonly Exported[]): string[] {
  return connectors.flatMap((one) =>
    one.found.map(
      ({ path, why }) =>
        `config.${path} of ${idOf(one)} in "${one.space}" holds a readable secret (${why}): in the file it is a placeholder. Everybody who may read connectors sees it in Kibana.`,
    ),
  );
}

/** A name or id is no place for a placeholder. */
function nameWarnings(connectors: readonly Exported[]): string[] {
  return connectors
    .filter(({ id, name }) => [id, name].some((one) => withoutKnown(one) !== one))
    .map(
      (one) =>
        `The name or id of ${idOf(one)} in "${one.space}" holds what this server knows as a secret: in the file it is hidden, so put the real one there before you apply it.`,
    );
}

function idWarnings(connectors: readonly Exported[], status: Status): string[] {
  if (!isAtLeast(status, "8.8")) return [`Kibana ${status.version} chooses ids itself: the connectors will get different ids.`];
  return connectors
    .filter(({ id }) => !isRestorable(id, status))
    .map(
      (one) =>
        `Kibana ${status.version} does not take the id ${idOf(one)} for a new connector: change it in the file, and in the rules that use it.`,
    );
}

function kibanaYmlWarnings(spaces: readonly string[], url: string, status: Status): string[] {
  const hosted = hostedOn({ status, url });
  return [
    ...(hosted
      ? [`This deployment is on ${hosted}, which takes no preconfigured connectors: the file is only for a self-managed Kibana.`]
      : []),
    ...(spaces.length > 1 || spaces[0] !== "default"
      ? ["Preconfigured connectors appear in every space: now these are only in their own."]
      : []),
  ];
}

function idOf({ id }: { id: string }): string {
  return plainText(id, 60);
}
