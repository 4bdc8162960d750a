import type { ConnectorType } from "../catalog/connector-type.ts";
import { describeFields, type FieldRow } from "../catalog/describe.ts";
import { variableWords } from "./names.ts";
import { commentText } from "./visible-text.ts";

/**
 * The shape of a preconfigured connector in kibana.yml, for one whose config Kibana does not show: every field of its type
 * as a comment, secrets as variables.
 * @param prefix of environment variables that hold secrets
 */
export function kibanaYmlSkeleton(
  { id, name, type }: { id: string; name: string; type: string },
  entry: ConnectorType | undefined,
  prefix: string,
): string {
  const secrets = entry ? describeFields(entry, "secrets") : [];
  const lines = [
    "xpack.actions.preconfigured:",
    `  ${JSON.stringify(commentText(id))}:`,
    `    name: ${JSON.stringify(commentText(name))}`,
    `    actionTypeId: ${JSON.stringify(commentText(type))}`,
    ...(entry
      ? part("config", describeFields(entry, "config"), aboutField)
      : ["    # config and secrets of a type that is not known here"]),
    ...part("secrets", secrets, ({ name: field }) => `"\${${prefix}${variableWords(id, field)}}"`),
  ];
  return `${lines.join("\n")}\n`;
}

function part(title: string, fields: readonly FieldRow[], value: (field: FieldRow) => string): string[] {
  if (fields.length === 0) return [];
  return [`    ${title}:`, ...fields.map((field) => `      # ${field.name}: ${value(field)}`)];
}

function aboutField({ type, required, default: standard }: FieldRow): string {
  return `${type}${required ? ", required" : standard === undefined ? "" : `, default ${JSON.stringify(standard)}`}`;
}
