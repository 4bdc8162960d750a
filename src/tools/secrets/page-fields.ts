import type { ConnectorType } from "../../catalog/connector-type.ts";
import { describeFields } from "../../catalog/describe.ts";
import { credentialsFor } from "../../catalog/when.ts";
import type { Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";

type Config = Record<string, unknown>;

const long = /^(crt|key|pfx|ca|privateKey|.*(Certificate|PrivateKey|KeyData|CertificateData|Json|JSON))$/;

/**
 * The secret fields that a single `{"$ask": true}` stands for: those of the authentication method that fits the config.
 * None if one of them holds several secrets under names that only the caller knows.
 */
export function askableFields(entry: ConnectorType | undefined, config: Config): string[] {
  const [way] = entry ? credentialsFor(entry, config) : [];
  if (!entry || !way) return [];
  const texts = describeFields(entry, "secrets").filter(({ type }) => isText(type));
  return way.fields.every((field) => texts.some(({ name }) => name === field)) ? [...way.fields] : [];
}

/** Whether one reference fills a secret field; a field with several named secrets needs one for each. */
export function isOneText(entry: ConnectorType | undefined, field: string): boolean {
  const known = entry && describeFields(entry, "secrets").find(({ name }) => name === field);
  return known === undefined || isText(known.type);
}

function isText(type: string): boolean {
  return /^(string|url|base64)(\|null)?$/.test(type);
}

/**
 * How the page shows the fields that a person is asked for.
 * @throws ToolError secret_refused for a field with several secrets: one text cannot fill it
 */
export function askedFields(paths: readonly string[], entry: ConnectorType | undefined): Plan["asks"] {
  const known = entry ? describeFields(entry, "secrets") : [];
  return paths.map((path) => {
    const [, field = path, ...rest] = path.split(".");
    const { note: help, type } = known.find((one) => one.name === field) ?? {};
    if (rest.length === 0 && type !== undefined && !isText(type)) {
      throw new ToolError(
        "secret_refused",
        `${path} holds several secrets by name: a person cannot type it as one.`,
        `Ask for each by its name: {"${field}": {"<name>": {"$ask": true}}} with the name that the service expects, such as that of a header, in place of <name>.`,
        { path },
      );
    }
    return {
      path,
      label: [field, ...rest].join(" › "),
      ...(help ? { help } : {}),
      required: true,
      multiline: long.test(rest.at(-1) ?? field),
    };
  });
}
