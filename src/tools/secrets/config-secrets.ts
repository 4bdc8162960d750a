import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { ToolError } from "../../errors.ts";
import { isAtLeast, type Status } from "../../kibana/status.ts";
import type { FoundSecret } from "../../secrets/detect.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import type { SecretSource } from "../../secrets/resolve.ts";
import { offeredReference } from "./proposed-secrets.ts";

type Config = Record<string, unknown>;

/**
 * Literal secrets in the config of a call. Those that the type can take in `secrets` are refused; others, such as a
 * token in a URL, are possible if a person agrees.
 * @param given the config from the arguments
 * @param stored the present config: repeating a value from it gives nothing new away
 * @returns why a person has to be asked
 * @throws ToolError literal_secret_refused
 */
export function literalsInConfig(
  { given, stored = {}, entry, status }: { given: Config; stored?: Config | undefined; entry: ConnectorType | undefined; status: Status },
  source: SecretSource,
): string[] {
  const { literals, noPage, prefix, refused } = source;
  if (literals === "warn") return [];
  const found = hideInConfig(given).found.filter(({ path }) => valueAt(given, path) !== valueAt(stored, path));
  for (const { path } of found) {
    const place = placeOf(path, entry, status);
    if (!place) continue;
    for (const one of found) if (placeOf(one.path, entry, status)) refused?.add(valueAt(given, one.path), one.path.split(".").at(-1) ?? "");
    const secrets = JSON.stringify(place(offeredReference(source)));
    const before = valueAt(stored, path) === undefined ? "" : ` with config: ${JSON.stringify(nested(path.split("."), null))}`;
    throw new ToolError(
      "literal_secret_refused",
      `config.${path} is a secret given as plain text: it stays in the conversation's transcript, and everyone who may read connectors can read config.`,
      `Take it out of config and pass secrets: ${secrets}${before}${noPage ? "" : ` (a person types it), or {"$env": "${prefix}…"} in place of {"$ask": true}`}.`,
      { path: `config.${path}`, secrets: place(offeredReference(source)) },
    );
  }
  return found.map(
    ({ path, why }) => `config.${path} holds a secret as plain text (${why}), which everyone who may read connectors can read`,
  );
}

/** A warning about a secret in config. */
export function readableSecret({ path, why }: FoundSecret, entry: ConnectorType | undefined, status: Status, source: SecretSource): string {
  const place = placeOf(path, entry, status);
  return `config.${path} looks like a secret (${why}): config is readable by everyone who may read connectors.${
    place
      ? ` Put it into secrets: ${JSON.stringify(place(offeredReference(source)))}.`
      : /^the URL|in the URL/.test(why)
        ? " Better use an authentication method that keeps it in `secrets`, or a token that can do little else and is changed often."
        : ""
  }`;
}

/** The argument that keeps the same value encrypted; undefined if the type and version have none. */
function placeOf(path: string, entry: ConnectorType | undefined, status: Status): ((reference: Config) => Config) | undefined {
  const fields = entry ? describeFields(entry, "secrets").map(({ name }) => name) : [];
  const [first = "", ...rest] = path.split(".");
  const name = rest.join(".");
  if (first === "headers" && name !== "" && fields.includes("secretHeaders") && isAtLeast(status, "9.2"))
    return (reference) => ({ secretHeaders: { [name]: reference } });
  return rest.length === 0 && fields.includes(first) ? (reference) => ({ [first]: reference }) : undefined;
}

function valueAt(config: Config, path: string): unknown {
  const [first = "", ...rest] = path.split(".");
  const at = config[first];
  if (rest.length === 0 || typeof at !== "object" || at === null) return at;
  // A header's name may contain dots.
  return Object.hasOwn(at, rest.join(".")) ? Reflect.get(at, rest.join(".")) : valueAt({ ...at }, rest.join("."));
}

function nested([first = "", ...rest]: string[], value: unknown): Config {
  return { [first]: rest.length === 0 ? value : first === "headers" ? { [rest.join(".")]: value } : nested(rest, value) };
}
