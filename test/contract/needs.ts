import { type Answer, expectOk } from "./answer.ts";

/** Further keys that a run may have: only read connectors; no privilege at all; all privileges in the default space only. */
export type Key = "reader" | "nobody" | "guest";
export type Who = "the key" | Key | "no credentials" | "wrong credentials";

/** What is known of a deployment before the first case. */
export interface Deployment {
  version: string;
  serverless: boolean;
  /** How the suite logs in. */
  login: "open" | "API key" | "password";
  /** Further keys, as values of the header `authorization`. */
  keys: Partial<Record<Key, string>>;
  types: TypeRow[];
  preconfigured: Preconfigured[];
  /** Whether xpack.actions.allowedHosts names hosts; undefined if unknown. */
  hostsRestricted?: boolean;
}

interface Preconfigured {
  id: string;
  connector_type_id: string;
  name: string;
  config?: Record<string, unknown>;
}

interface TypeRow {
  id: string;
  enabled_in_config: boolean;
  enabled_in_license: boolean;
}

const has = (d: Deployment, type: string, usable: (row: TypeRow) => boolean) => d.types.some((row) => row.id === type && usable(row));
const licensed = (d: Deployment, type: string) => has(d, type, (row) => row.enabled_in_license && row.enabled_in_config);

/** What a case may ask for, and how to tell. */
export const needs = {
  "licence gold or better": (d) => licensed(d, ".webhook") && licensed(d, ".slack") && licensed(d, ".pagerduty"),
  "licence platinum or better": (d) => licensed(d, ".servicenow"),
  "licence enterprise or better": (d) => licensed(d, ".crowdstrike"),
  "licence expired": (d) => expired(d),
  "licence basic": (d) => has(d, ".webhook", (row) => row.enabled_in_config && !row.enabled_in_license),
  "a type switched off in kibana.yml": (d) => switchedOff(d) !== undefined,
  "a preconfigured connector": (d) => d.preconfigured.length > 0,
  "an unlicensed preconfigured connector": (d) => unlicensed(d) !== undefined,
  "a preconfigured connector of a type that is switched off": (d) => preconfiguredOff(d) !== undefined,
  "a preconfigured connector with exposeConfig": (d) => d.preconfigured.some((one) => one.config),
  "only some hosts allowed": (d) => d.hostsRestricted === true,
  "no open door": (d) => d.login !== "open",
  "login by API key": (d) => d.login === "API key",
  "login not by API key": (d) => d.login !== "API key",
  "a key that may only read connectors": (d) => d.keys.reader !== undefined,
  "a key without privileges": (d) => d.keys.nobody !== undefined,
  "a key for the default space only": (d) => d.keys.guest !== undefined,
} satisfies Record<string, (deployment: Deployment) => boolean>;

export type Need = keyof typeof needs;

/** An expired licence covers not even the basic types (§2). */
export const expired = (d: Deployment) => !has(d, ".index", (row) => row.enabled_in_license);
/** Of a type that refuses empty params, so that nothing is sent. */
export const preconfiguredOff = (d: Deployment) =>
  d.preconfigured.find(
    ({ connector_type_id: type }) => [".slack", ".server-log", ".index"].includes(type) && has(d, type, (row) => !row.enabled_in_config),
  );
export const switchedOff = (d: Deployment) => d.types.find((row) => !row.enabled_in_config);
export const unlicensed = (d: Deployment) =>
  d.preconfigured.find(({ connector_type_id }) => has(d, connector_type_id, (row) => !row.enabled_in_license));

export async function learn(
  get: (path: string) => Promise<Answer>,
  login: Deployment["login"],
  keys: Deployment["keys"],
): Promise<Deployment> {
  const { version } = expectOk(await get("/api/status"));
  if (!version) throw new Error("Kibana does not accept the credentials: GET /api/status tells no version.");
  const connectors: (Preconfigured & { is_preconfigured: boolean })[] = expectOk(await get("/api/actions/connectors"));
  return {
    version: version.number,
    serverless: version.build_flavor === "serverless",
    login,
    keys,
    types: expectOk(await get("/api/actions/connector_types")),
    preconfigured: connectors.filter((one) => one.is_preconfigured),
  };
}

/** Serverless is always newest. */
export function atLeast({ version, serverless }: Pick<Deployment, "version" | "serverless">, since: string): boolean {
  if (serverless) return true;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split(".").map(Number);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
