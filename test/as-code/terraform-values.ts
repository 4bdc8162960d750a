import { parse } from "./hcl-parser.mjs";

type Dict = Record<string, unknown>;

/** What Terraform would make of a resource, by a real HCL parser. */
export interface Resource {
  label: string;
  name: unknown;
  connector_type_id: unknown;
  connector_id?: unknown;
  space_id: unknown;
  config: Dict;
  secrets: Dict | undefined;
  /** The attribute that holds the secrets. */
  secretsIn: "secrets" | "secrets_wo" | undefined;
  secrets_wo_version?: unknown;
}

interface Blocks {
  resource?: { elasticstack_kibana_action_connector: Record<string, Dict[]> };
  variable?: Record<string, Dict[]>;
  import?: { to: string; id: string }[];
  terraform?: Dict[];
  provider?: Dict;
}

export const hcl = async (text: string): Promise<Blocks> => parse("test.tf", text);

/** The value of an HCL expression without calls, `var.name` looked up. */
export async function hclExpression(expression: string, variables: Dict = {}): Promise<unknown> {
  const { x } = await parse("test.tf", `x = ${expression}\n`);
  return filled(x, variables);
}

/** The parser writes literal `${` as `$${`, and references as `${var.name}`. */
function filled(value: unknown, variables: Dict): unknown {
  if (typeof value === "string") {
    const only = /^\$\{var\.([\w-]+)\}$/.exec(value)?.[1];
    if (only !== undefined) return lookUp(only, variables);
    return value.replace(/([$%])\1\{|\$\{var\.([\w-]+)\}/g, (_whole, sign: string | undefined, name: string) =>
      sign === undefined ? String(lookUp(name, variables)) : `${sign}{`,
    );
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, variables));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [filled(key, {}), filled(item, variables)]));
}

function lookUp(name: string, variables: Dict): unknown {
  if (!Object.hasOwn(variables, name)) throw new Error(`var.${name} is not set`);
  return variables[name];
}

/** Every resource of a file, its `jsonencode` undone. */
export async function resourcesOf(text: string, variables: Dict = {}): Promise<Resource[]> {
  const { resource } = await hcl(text);
  return Promise.all(
    Object.entries(resource?.elasticstack_kibana_action_connector ?? {}).map(async ([label, [body = {}]]) => {
      const { config, secrets, secrets_wo, ...rest } = body;
      const given = secrets_wo ?? secrets;
      return {
        label,
        ...(filled(rest, variables) as Pick<Resource, "name" | "connector_type_id" | "space_id">),
        config: (await encoded(String(config), variables)) as Dict,
        secrets: given === undefined ? undefined : ((await encoded(String(given), variables)) as Dict),
        secretsIn: secrets_wo === undefined ? (secrets === undefined ? undefined : "secrets") : "secrets_wo",
      };
    }),
  );
}

const withoutNulls = /^\{ for field, value in (\{[\s\S]*\}) : field => value if value != null \}$/;

async function encoded(expression: string, variables: Dict): Promise<unknown> {
  const inner = /^\$\{jsonencode\(([\s\S]*)\)\}$/.exec(expression)?.[1] ?? "";
  const object = withoutNulls.exec(inner)?.[1];
  const value = await hclExpression(object ?? inner, variables);
  return object === undefined ? value : Object.fromEntries(Object.entries(Object(value)).filter(([, item]) => item !== null));
}
