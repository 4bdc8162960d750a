import type { Config, ConnectorType } from "./connector-type.ts";
import { alternatives, asSchema, fieldsAt, inputSchema, type JsonSchema } from "./json-schema.ts";
import { type FileKind, fileKinds } from "./shared/file-kinds.ts";

/**
 * The fields of a part that hold a file, mostly as base64, with what it holds. Of a type that only Kibana describes
 * those that its way to authenticate has. Source: stack_connectors/common/auth, kbn-connector-specs/src/auth_types/{crt,pfx}.ts.
 */
export function fileFields(type: ConnectorType | undefined, part: "config" | "secrets", given: Config = {}): ReadonlyMap<string, FileKind> {
  if (!type || type.fromKibana)
    return new Map(part === "secrets" && /^(crt|pfx)_certificate$/.test(String(given.authType)) ? specFields : []);
  const fields = [...fieldsAt(inputSchema(type.schemas()[part]), undefined)];
  return new Map(
    fields.flatMap(([name, schema]) => {
      const kind = kindOf(schema);
      return kind === undefined ? [] : [[name, kind] as const];
    }),
  );
}

const specFields: readonly (readonly [string, FileKind])[] = [
  ["crt", "certificate"],
  ["key", "private key"],
  ["pfx", "PKCS #12"],
  ["ca", "certificate"],
];

function kindOf(schema: JsonSchema): FileKind | undefined {
  const media = alternatives(schema).map((each) => asSchema(each).contentMediaType);
  return fileKinds.find((kind) => media.includes(kind));
}
