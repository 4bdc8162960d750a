import type { ConnectorType } from "../catalog/connector-type.ts";
import { describeFields } from "../catalog/describe.ts";
import { destinations } from "../catalog/destinations.ts";
import { fileFields } from "../catalog/file-fields.ts";
import { alternatives, fieldsAt, inputSchema } from "../catalog/json-schema.ts";
import type { Connector } from "../kibana/connectors.ts";
import { readUrl } from "../read-url.ts";
import type { FoundSecret } from "../secrets/detect.ts";
import { type CodeRecord, configCode, type Placeholder } from "./code.ts";
import { labelOf, uniqueNames, variableWords } from "./names.ts";

/** A connector to be written as code, with what is known of its secrets. */
export interface Source {
  space: string;
  connector: Connector & { config: Record<string, unknown> };
  /** Undefined for a type that the catalogue does not know. */
  entry: ConnectorType | undefined;
  secrets: { needed: readonly string[]; possible: readonly string[]; mode: string | undefined };
}

/** The same, ready for a writer. */
export interface Exported {
  space: string;
  id: string;
  name: string;
  type: string;
  /** Stable, and unique among the exported connectors. */
  label: string;
  config: CodeRecord;
  /** Secrets that were readable in the config. */
  found: readonly FoundSecret[];
  configPlaceholders: readonly Placeholder[];
  /** One for each field; `secrets` alone where the type is not known. */
  secrets: readonly Placeholder[];
  /** What stands among the secrets and is none: the name of the way to authenticate. */
  constants: Readonly<Record<string, string>>;
  /** Ways to authenticate, if the config does not say which one is used. */
  mode: string | undefined;
  /** Names of the hosts that its requests go to, in the form of `xpack.actions.allowedHosts`. */
  hosts: readonly string[];
  /** One more host is in a secret. */
  hostInSecret: boolean;
  /** Fields of the config that the Terraform provider may store in another form. */
  changedByTerraform: readonly string[];
}

/** @param prefix of the environment variables */
export function exported(sources: readonly Source[], prefix: string): Exported[] {
  const labels = uniqueNames("-");
  const variables = uniqueNames("_");
  return sources.map(({ space, connector, entry, secrets }) => {
    const { id, name, type } = connector;
    const label = labels(labelOf(connector));
    // One string may hold thousands of secrets, all under one path.
    const words = new Map<string, string>();
    const variable = (path: string, isPart = false) => {
      const known = words.get(path) ?? variableWords(label, ...path.split(".").slice(1), ...(isPart ? ["token"] : []));
      words.set(path, known);
      return variables(`${prefix}${known}`);
    };
    const files = fileFields(entry, "secrets");
    const placeholder = (path: string, required: boolean, map: boolean): Placeholder => {
      const is = map ? "names with their values" : isUrl(entry, path) ? "the whole URL" : "the value alone";
      const file = files.get(path.replace(/^secrets\./, ""));
      return { path, variable: variable(path), is, required, map, ...(file !== undefined && file !== "PEM key text" && { file: true }) };
    };
    const way = entry?.wayField === undefined ? {} : { [entry.wayField]: connector.config[entry.wayField] };
    const constants = Object.fromEntries(Object.entries(way).flatMap(([field, name]) => (typeof name === "string" ? [[field, name]] : [])));
    const unnamed = Object.keys(way).filter((field) => !Object.hasOwn(constants, field));
    const ofSecrets = entry
      ? [
          ...unnamed.map((field) => ({ ...placeholder(`secrets.${field}`, true, false), is: `one of ${namesOf(entry)}` })),
          ...secrets.needed.map((field) => placeholder(`secrets.${field}`, true, isMap(entry, field))),
          ...secrets.possible.map((field) => placeholder(`secrets.${field}`, false, isMap(entry, field))),
        ]
      : [placeholder("secrets", false, true)];
    const { code, found, placeholders } = configCode(connector.config, variable);
    return {
      ...{ space, id, name, type, label, found, mode: secrets.mode },
      config: code,
      configPlaceholders: placeholders,
      secrets: ofSecrets,
      constants,
      hosts: entry ? hostNames(entry, connector.config) : [],
      changedByTerraform: entry ? changedByTerraform(entry, connector.config) : [],
      hostInSecret: entry?.target.kind === "secret" || (entry?.target.kind === "config" && entry.target.secrets !== undefined),
    };
  });
}

function namesOf({ credentials }: ConnectorType): string {
  return credentials.map(({ name }) => name).join(", ");
}

function hostNames(entry: ConnectorType, config: Record<string, unknown>): string[] {
  return destinations(entry, config, () => undefined)
    .map((host) => (host.includes("://") ? host : `https://${host}`))
    .flatMap((url) => readUrl(url)?.hostname ?? []);
}

function changedByTerraform(entry: ConnectorType, config: Record<string, unknown>): string[] {
  const { fields = [], other = false } = entry.terraformChanges ?? {};
  const known = fieldsAt(inputSchema(entry.schemas().config), undefined);
  return Object.keys(config).filter((field) => fields.includes(field) || (other && !known.has(field)));
}

/** Whether a secret is an address, and not a token that goes into one. */
function isUrl(entry: ConnectorType | undefined, path: string): boolean {
  const field = path.replace(/^secrets\./, "");
  return entry !== undefined && describeFields(entry, "secrets").some(({ name, type }) => name === field && /^url\b/.test(type));
}

/** Whether a secret field takes an object, as `secretHeaders` does. */
function isMap(entry: ConnectorType, field: string): boolean {
  const schema = fieldsAt(inputSchema(entry.schemas().secrets), undefined).get(field);
  return schema !== undefined && alternatives(schema).some((each) => each.type === "object");
}
