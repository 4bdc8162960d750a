import type { product } from "./product.ts";

type Made = Awaited<ReturnType<typeof product>>;

export interface StoredDocument {
  id: string;
  name: string;
  type: string;
  config: Record<string, unknown>;
  /** A hash. */
  secrets: string;
}

/** The stored document itself, its secrets as a hash; undefined if there is none. */
export async function documentOf(made: Made, id: string): Promise<StoredDocument | undefined> {
  const { connectors } = JSON.parse(await made.bare("GET", "/sandbox/state"));
  return connectors.find((one: StoredDocument) => one.id === id);
}

/** Stores a connector by plain HTTP, behind the server's back. */
export async function seedConnector(
  made: Made,
  {
    id = "stored",
    name = "Stored one",
    space,
    type,
    config = {},
    secrets = {},
  }: {
    id?: string;
    name?: string;
    space?: string;
    type: string;
    config?: Record<string, unknown>;
    secrets?: Record<string, unknown>;
  },
): Promise<StoredDocument> {
  const prefix = space === undefined ? "" : `/s/${space}`;
  await made.bare("POST", `${prefix}/api/actions/connector/${id}`, { name, connector_type_id: type, config, secrets });
  const found = await documentOf(made, id);
  if (!found) throw new Error(`${id} was not stored`);
  return found;
}

/** The references that give a connector exactly the secrets it has: field, or field and name, to variable. */
export function references(secrets: Record<string, unknown>): { env: Record<string, string>; args: Record<string, unknown> } {
  const env: Record<string, string> = {};
  const walk = (value: unknown, path: string): unknown => {
    if (typeof value !== "string")
      return Object.fromEntries(Object.entries(Object(value)).map(([key, item]) => [key, walk(item, `${path}_${key}`)]));
    const name = `CONNECTOR_SECRET_${path.replace(/\W/g, "_").toUpperCase()}`;
    env[name] = value;
    return { $env: name };
  };
  return { args: Object.fromEntries(Object.entries(secrets).map(([field, value]) => [field, walk(value, field)])), env };
}
