import type { ConnectorType } from "../catalog/connector-type.ts";
import { describeFields } from "../catalog/describe.ts";
import { credentialsFor } from "../catalog/when.ts";
import type { AskedField } from "../change/plan.ts";

type Config = Record<string, unknown>;

const long = /^(crt|key|pfx|ca|privateKey|.*(Certificate|PrivateKey|KeyData|CertificateData|Json|JSON))$/;

/** The secret fields that `{"$ask": true}` in place of all of them stands for: those of the fitting way to authenticate. */
export function askableFields(entry: ConnectorType | undefined, config: Config): string[] {
  const [way] = entry ? credentialsFor(entry, config) : [];
  return way ? [...way.fields] : [];
}

/** How the page shows the fields that a person is asked for. */
export function askedFields(paths: readonly string[], entry: ConnectorType | undefined): AskedField[] {
  const known = entry ? describeFields(entry, "secrets") : [];
  return paths.map((path) => {
    const [, field = path, ...rest] = path.split(".");
    const help = known.find((one) => one.name === field)?.note;
    return {
      path,
      label: [field, ...rest].join(" › "),
      ...(help ? { help } : {}),
      required: true,
      multiline: long.test(rest.at(-1) ?? field),
    };
  });
}
