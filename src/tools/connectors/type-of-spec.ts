import * as z from "zod";
import { type Config, type ConnectorType, type Credentials, licenses, type SubAction } from "../../catalog/connector-type.ts";
import { fieldsAt, hasFormat, inputSchema } from "../../catalog/json-schema.ts";
import { constantOf, isName, optionsOf, schemaBudget, schemaReader } from "../../catalog/schema-reader.ts";
import type { ConnectorSpec } from "../../kibana/connector-specs.ts";
import { isPlainObject } from "../../plain-object.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { rotation } from "../secrets/rotation.ts";

const most = { ways: 30, secrets: 50, actions: 100, text: 200 };

/** The field of the secrets that names the way to authenticate, in each specification that has several. */
const wayField = "authType";

/** The run by which Kibana tests a connector. Source: kbn-connector-specs, src/connector_spec.ts. */
const ownTest = { subAction: "_test", subActionParams: {} };

/** The entry of a type as its Kibana describes it; undefined if that is no description. */
export function typeOfSpec(spec: ConnectorSpec): ConnectorType | undefined {
  const budget = schemaBudget();
  const { readObject, followed } = schemaReader(spec.schema, budget);
  const parts = followed(spec.schema)?.properties;
  if (!isPlainObject(parts) || !followed(parts.config) || !followed(parts.secrets)) return undefined;
  const ways = waysOf(parts.secrets, followed);
  if (!ways) return undefined;
  const named = ways.some(({ isNamed }) => isNamed);
  const secrets = readObject(parts.secrets);
  const config = configOf(readObject(parts.config), named ? ways.map(({ way }) => way.name) : []);
  const actions = Object.entries(spec.actions ?? {})
    .filter(([name]) => isName(name) && name !== ownTest.subAction)
    .slice(0, most.actions);
  const params = paramsOf(
    spec,
    actions.map(([name, { input }]) => [name, schemaReader(input, budget).read(input)] as const),
  );
  const urls = (part: z.ZodType) =>
    [...fieldsAt(inputSchema(part), undefined)].filter(([, field]) => hasFormat(field, "uri")).map(([name]) => name);
  const [first] = ways;
  return {
    id: spec.id,
    name: plainText(spec.name, 60),
    category: "Other",
    license: licenses.find((license) => license === spec.license) ?? "enterprise",
    features: [],
    status: spec.preview ? "preview" : "ga",
    system: false,
    fromKibana: true,
    ...(spec.inboundOnly && { takesEvents: true }),
    schemas: () => ({ config, secrets, params }),
    described: (part, value) => (part === "params" ? paramsDescribed(spec, value) : { schema: parts[part], followed }),
    allowedHosts: urls(config).map((field) => `config.${field}`),
    target: { kind: "config", fields: urls(config), ...(urls(secrets).length > 0 && { secrets: urls(secrets) }) },
    freeParams: ["subActionParams"],
    recipients: ["params.subActionParams.**"],
    credentials: ways.map(({ way }) => way),
    ...(named && { wayField }),
    subActions: Object.fromEntries([
      ...actions.map(([name, { description }]): [string, SubAction] => [
        name,
        { effect: "executes", ...(description && { note: `Kibana says of it: ${quoted(description, most.text)}` }) },
      ]),
      ...(spec.testable ? [[ownTest.subAction, { effect: "none" }] satisfies [string, SubAction]] : []),
    ]),
    tests: spec.testable
      ? {
          safe: {
            params: ownTest,
            effect: "Kibana's own test of the type; it is meant to read only",
            proves: ["that the service accepts the connector, as far as Kibana's own test of the type looks"],
            doesNotProve: ["that each action works"],
          },
        }
      : {},
    ...(!spec.testable && { noSafeTest: "Kibana offers no test for this type." }),
    traps: [
      ...(spec.description ? [plainText(spec.description, most.text)] : []),
      "Fields and actions are as this Kibana describes them; what an action does in the service is not known here.",
      ...(urls(config).length === 0 && !spec.inboundOnly
        ? ["Its host is not in its config: where secrets go is not known beforehand."]
        : []),
      ...(spec.inboundOnly
        ? [
            `It only takes events from outside and runs nothing. create_connector makes the token for senders and shows it to a person, once, on a local page; update_connector with secrets ${rotation} makes another one.`,
          ]
        : []),
      ...(spec.actions
        ? []
        : ["This Kibana does not list its actions: params are {subAction, subActionParams}, and only Kibana checks them."]),
    ],
    exampleConfig: exampleOf(config),
    exampleSecrets: first ? first.way.fields : [],
  };
}

interface Way {
  way: Credentials;
  /** Kibana tells it by `authType`. */
  isNamed: boolean;
}

/**
 * What each way to authenticate consists of; undefined where that is not plain to see: an update would then lose secrets that
 * nobody knows of.
 */
function waysOf(secrets: unknown, followed: (schema: unknown) => Record<string, unknown> | undefined): Way[] | undefined {
  const whole = followed(secrets) ?? {};
  const options = (optionsOf(whole) ?? [whole]).map((option) => followed(option)?.properties);
  const isPlain = (properties: unknown) =>
    isPlainObject(properties) && Object.keys(properties).length <= most.secrets && Object.keys(properties).every(isName);
  if (options.length > most.ways || !options.every(isPlain)) return undefined;
  return (optionsOf(whole) ?? [whole]).flatMap((option) => {
    const { properties, required } = followed(option) ?? {};
    if (!isPlainObject(properties)) return [];
    const name = constantOf(properties, wayField);
    const fields = Object.keys(properties).filter((field) => field !== wayField);
    const needs = (field: string) =>
      Array.isArray(required) && required.includes(field) && followed(properties[field])?.default === undefined;
    if (name === undefined && fields.length === 0) return [];
    const optional = fields.filter((field) => !needs(field));
    return [
      {
        way: { name: name ?? "secrets", fields: fields.filter(needs), ...(optional.length > 0 && { optional }) },
        isNamed: name !== undefined,
      },
    ];
  });
}

/** Kibana adds fields of its own to the config of each. Source: actions/server/lib/single_file_connectors/generate_config_schema.ts. */
function configOf(read: z.ZodType<Config>, ways: readonly string[]): z.ZodType<Config> {
  if (!(read instanceof z.ZodObject)) return read;
  const [first, ...others] = ways;
  return read.extend({
    ...(first !== undefined && {
      [wayField]: z
        .literal([first, ...others])
        .optional()
        .describe("As in secrets; filled in here"),
    }),
    selectedActions: z.array(z.string()).nullish().describe("In newer versions: only these actions"),
  });
}

function paramsOf({ actions, testable }: ConnectorSpec, listed: readonly (readonly [string, z.ZodType])[]): z.ZodType<Config> {
  const anything = z.record(z.string(), z.unknown()).optional();
  const nothing = z.strictObject({}).optional();
  if (!actions) return z.looseObject({ subAction: z.string(), subActionParams: anything });
  const [first, ...others] = [...listed, ...(testable ? [[ownTest.subAction, nothing] as const] : [])].map(([name, input]) =>
    z.strictObject({ subAction: z.literal(name), subActionParams: input }),
  );
  return first ? z.discriminatedUnion("subAction", [first, ...others]) : z.looseObject({});
}

/** Of the action that the params name. */
function paramsDescribed({ actions = {} }: ConnectorSpec, params: unknown) {
  const name = isPlainObject(params) ? params.subAction : undefined;
  const input = typeof name === "string" && Object.hasOwn(actions, name) ? actions[name]?.input : undefined;
  return { schema: { properties: { subActionParams: input } }, followed: schemaReader(input, schemaBudget()).followed };
}

/** A value for each field that is needed. */
function exampleOf(config: z.ZodType): Config {
  const { required = [] } = inputSchema(config);
  const fields = fieldsAt(inputSchema(config), undefined);
  return Object.fromEntries(
    required.map((name) => {
      const { type, format, enum: values, const: constant } = fields.get(name) ?? {};
      const example = {
        string: format === "uri" ? "https://host.example.com" : "…",
        number: 1,
        integer: 1,
        boolean: true,
        array: [],
        object: {},
      };
      return [name, constant ?? values?.[0] ?? (typeof type === "string" && type !== "null" ? example[type] : "…")];
    }),
  );
}
