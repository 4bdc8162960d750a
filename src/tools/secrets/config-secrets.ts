import type { ConnectorType } from "../../catalog/connector-type.ts";
import { ToolError } from "../../errors.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import { isPlainObject } from "../../plain-object.ts";
import type { FoundSecret } from "../../secrets/detect.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { availableNames, type SecretSource } from "../../secrets/secret-source.ts";
import { compact } from "../fields.ts";
import { secretFields } from "./given-secrets.ts";
import { heldInConfig } from "./held-secrets.ts";
import { offeredReference } from "./proposed-secrets.ts";

type Config = Record<string, unknown>;

interface Given {
  /** The config from the arguments. */
  given: Config;
  /** The present config: repeating a value from it gives nothing new away. */
  stored?: Config | undefined;
  entry: ConnectorType | undefined;
  status: Status;
}

/**
 * Literal secrets in the config of a call. Those that the type can take in `secrets` are refused; others, such as a
 * token in a URL, are possible if a person agrees. References are refused: config is stored as it is.
 * @returns why a person has to be asked
 * @throws ToolError literal_secret_refused, secret_refused
 */
export function literalsInConfig({ given, stored = {}, entry, status }: Given, source: SecretSource): string[] {
  assertNoReference({ given, stored, entry, status });
  const { literals, noPage, prefix, refused } = source;
  if (literals === "warn") return [];
  const found = hideInConfig(given).found.filter(({ path }) => valueInConfig(given, path) !== valueInConfig(stored, path));
  for (const { path } of found) {
    const place = placeOf(path, entry, status);
    if (!place) continue;
    for (const one of new Set(found.map((each) => each.path)))
      if (placeOf(one, entry, status)) refused?.add(valueInConfig(given, one), one.split(".").at(-1) ?? "");
    const secrets = nested(place, offeredReference(source));
    throw new ToolError(
      "literal_secret_refused",
      `config.${path} is a secret given as plain text: it stays in the conversation's transcript, and everyone who may read connectors can read config.`,
      `Take it out of config and pass secrets: ${JSON.stringify(secrets)}${takenOut(path, stored)}${noPage ? "" : ` (a person types it), or {"$env": "${prefix}…"} in place of {"$ask": true}`}.`,
      compact({ path: `config.${path}`, secrets, available: availableNames(source) }),
    );
  }
  return found.map(
    ({ path, why }) => `config.${path} holds a secret as plain text (${why}), which everyone who may read connectors can read`,
  );
}

/**
 * What a copy takes in its config to a space whose readers could not see it before: tokens that Kibana shows, and values of this
 * server's secrets. @returns why a person has to be asked
 */
export function secretsCarried(config: Config, source: SecretSource): string[] {
  const shown = source.literals === "warn" ? [] : hideInConfig(config).found;
  return [
    ...shown.map(
      ({ path, why }) =>
        `config.${path} holds a secret as plain text (${why}), which everyone who may read connectors where the copy goes can read from then on`,
    ),
    ...heldInConfig(config, source),
  ];
}

function assertNoReference({ given, stored = {}, entry, status }: Given): void {
  const [found] = referencesIn(given);
  if (!found) return;
  const { path, reference } = found;
  const at = path === "" ? "config" : `config.${path}`;
  const place = placeOf(path, entry, status);
  const secrets = place && nested(place, reference);
  throw new ToolError(
    "secret_refused",
    `${at} is a reference to a secret. Only \`secrets\` takes those: config is stored as given, readable by everyone who may read connectors.`,
    secrets
      ? `Take it out of config and pass secrets: ${JSON.stringify(secrets)}${takenOut(path, stored)}.`
      : "Give the value itself if it is no secret; describe_connector_types says which secrets the type has.",
    compact({ path: at, secrets }),
  );
}

function referencesIn(value: unknown, path: string[] = []): { path: string; reference: Config }[] {
  if (value === null || typeof value !== "object") return [];
  const entries = Object.entries(value);
  if (entries.length === 1 && /^\$(env|file|ask)$/.test(entries[0]?.[0] ?? "")) return [{ path: path.join("."), reference: { ...value } }];
  return entries.flatMap(([key, item]) => referencesIn(item, [...path, key]));
}

/**
 * A warning about a secret in config.
 * @param stored the config that a merge patch changes: only null takes something out of it
 * @param secrets as given in the arguments
 */
export function readableSecret(
  { path, why }: FoundSecret,
  { stored, entry, status, secrets }: Omit<Given, "given"> & { secrets: Config },
  source: SecretSource,
): string {
  const place = placeOf(path, entry, status);
  const out = takenOut(path, stored);
  if (place && isGiven(place, secrets)) {
    return `config.${path} keeps a secret that everyone who may read connectors can read, beside secrets.${place.join(".")}: take it out${out || " of config"}.`;
  }
  return `config.${path} looks like a secret (${why}): config is readable by everyone who may read connectors.${
    place
      ? ` Put it into secrets: ${JSON.stringify(nested(place, offeredReference(source)))}${out}.`
      : /^the URL|in the URL/.test(why)
        ? " Better use an authentication method that keeps it in `secrets`, or a token that can do little else and is changed often."
        : ""
  }`;
}

/** ` with config: {"headers":{"Authorization":null}}`; empty if nothing is stored there. */
function takenOut(path: string, stored: Config = {}): string {
  return valueInConfig(stored, path) === undefined ? "" : ` with config: ${JSON.stringify(nested(keysOf(path), null))}`;
}

/** Where among the secrets the same value is encrypted; undefined if the type and version have no such place. */
function placeOf(path: string, entry: ConnectorType | undefined, status: Status): string[] | undefined {
  const fields = entry ? secretFields(entry) : [];
  const [first = "", ...rest] = keysOf(path);
  if (first === "headers" && rest.length > 0 && fields.includes("secretHeaders") && isAtLeast(status, "9.2"))
    return ["secretHeaders", ...rest];
  return rest.length === 0 && fields.includes(first) ? [first] : undefined;
}

/** The names of headers differ in case only. */
function isGiven([field = "", ...names]: readonly string[], secrets: Config): boolean {
  const there = secrets[field];
  const [name] = names;
  if (name === undefined || !isPlainObject(there)) return there != null;
  return Object.keys(there).some((one) => one.toLowerCase() === name.toLowerCase());
}

/** What a config has at a path of `hideInConfig`. */
export function valueInConfig(config: Config, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const at = config[first];
  if (rest.length === 0 || typeof at !== "object" || at === null) return at;
  // A header's name may contain dots.
  return Object.hasOwn(at, rest.join(".")) ? Reflect.get(at, rest.join(".")) : valueInConfig({ ...at }, rest.join("."));
}

/** The keys of a path; the name of a header may have dots. */
function keysOf(path: string): string[] {
  const [first = "", ...rest] = path.split(".");
  return first === "headers" && rest.length > 0 ? [first, rest.join(".")] : [first, ...rest];
}

function nested(keys: readonly string[], value: unknown): Config {
  const [first = "", ...rest] = keys;
  return { [first]: rest.length === 0 ? value : nested(rest, value) };
}
