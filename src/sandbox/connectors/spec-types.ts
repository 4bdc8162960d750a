import * as z from "zod";
import { licenses } from "../../catalog/connector-type.ts";
import { parseJson } from "../../catalog/shared/fields.ts";
import { Refusal } from "../http/envelope.ts";
import { failed, type Outcome, ok, type Run } from "../third-parties/outcome.ts";
import { accepted, cannedAnswer, gone, hostOf } from "../third-parties/transport.ts";
import type { Call, Dict, Reply, Route, State } from "../types.ts";
import { has } from "../version-changes.ts";
import { describeIssues } from "../wording/index.ts";
import { SettingsProblem } from "../wording/settings-problem.ts";
import { alienvaultOtx } from "./alienvault-otx.ts";
import { inboundWebhook } from "./inbound-webhook.ts";
import { schemaOfJson } from "./schema-of-json.ts";
import type { TypeRow } from "./type-rows.ts";

const dict = z.record(z.string(), z.unknown());

const SpecType = z.object({
  metadata: z.object({
    id: z.string(),
    display_name: z.string(),
    description: z.string(),
    minimum_license: z.enum(licenses),
    supported_feature_ids: z.array(z.string()),
  }),
  /** JSON Schema of an object with `config` and `secrets`. */
  schema: z.looseObject({ properties: z.object({ config: dict, secrets: dict }) }),
  is_testable: z.boolean(),
  is_inbound_only: z.boolean().default(false),
  actions: z.record(z.string(), z.looseObject({ description: z.string().optional(), input: dict })),
});

/** A type that Kibana keeps as a specification, as the routes for it answer. */
export type SpecType = z.output<typeof SpecType>;

/** @throws SettingsProblem for a text that is no list of them */
export function readSpecTypes(text: string): SpecType[] {
  const { data, error } = z.array(SpecType).safeParse(parseJson(text));
  if (data) return data;
  throw new SettingsProblem(`That is no list of connector types: ${z.prettifyError(error)}`);
}

/** Those of this version, and others by id. */
export function specTypesOf(version: string, others: readonly SpecType[] = []): ReadonlyMap<string, SpecType> {
  const own = [
    ...(has(version, "specification of a connector type") ? [alienvaultOtx] : []),
    ...(has(version, "inbound connectors") ? [inboundWebhook] : []),
  ];
  return new Map([...own, ...others].map((spec) => [spec.metadata.id, spec]));
}

export function rowOfSpec({ metadata }: SpecType): TypeRow {
  const { id, display_name: name, minimum_license: license, supported_feature_ids: features } = metadata;
  return { id, name, license, features, system: false, source: "spec" };
}

type Checked<T> = { ok: true; value: T } | { ok: false; problem: string };

/** As Kibana checks it: config is open and loses what nobody knows (lib/single_file_connectors/generate_config_schema.ts). */
export function checkSpecConnector(
  { schema }: SpecType,
  config: Dict,
  secrets: Dict,
  state: State,
): Checked<{ config: Dict; secrets: Dict }> {
  const { config: ofConfig, secrets: ofSecrets } = schema.properties;
  const open = schemaOfJson({ ...ofConfig, additionalProperties: {} });
  const checkedConfig = checked("type config", open, config, state);
  if (!checkedConfig.ok) return checkedConfig;
  const checkedSecrets = checked("type secrets", schemaOfJson(ofSecrets), secrets, state);
  if (!checkedSecrets.ok) return checkedSecrets;
  const known = [...Object.keys(Object(ofConfig.properties)), "authType", "selectedActions"];
  const kept = Object.fromEntries(Object.entries(checkedConfig.value).filter(([name]) => known.includes(name)));
  const { authType } = secrets;
  // The way to authenticate is kept where readers see it: ensure_config_auth_type.ts.
  return { ok: true, value: { config: authType === undefined ? kept : { ...kept, authType }, secrets: checkedSecrets.value } };
}

/** Of all actions at once: lib/single_file_connectors/generate_params_schema.ts. */
export function checkSpecParams({ actions, is_testable: testable }: SpecType, params: Dict, state: State): Checked<Dict> {
  const inputs = Object.entries(actions).map(([name, { input }]) => [name, schemaOfJson(input)] as const);
  const [first, ...others] = [...inputs, ...(testable ? [["_test", z.unknown()] as const] : [])].map(([name, input]) =>
    z.strictObject({ subAction: z.literal(name), subActionParams: input }),
  );
  if (!first) throw new Refusal(500, "No actions defined");
  return checked("params", z.discriminatedUnion("subAction", [first, ...others]), params, state);
}

function checked(part: string, schema: z.ZodType, value: Dict, { wording }: State): Checked<Dict> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: Object(result.data) };
  return {
    ok: false,
    problem: `error validating ${part.startsWith("type") ? "connector" : "action"} ${part}: ${describeIssues(result.error, value, wording)}`,
  };
}

/** Source: lib/single_file_connectors/generate_executor_function.ts. */
export function runSpecAction({ type, config, secrets, params }: Run): Outcome {
  const host = hostOf(String(Object.values(config).find((value) => String(value).includes("://")) ?? ""));
  const answer = cannedAnswer(host, secrets, gone, accepted);
  if ("code" in answer) return failed(answer.message);
  if (answer.status >= 300) return failed("Request failed with status code 401");
  if (params.subAction === "_test") return { status: "ok", data: {} };
  return ok({}, `${params.subAction} at ${host || type}`, params);
}

function all(_call: Call, { specTypes }: State): Reply {
  return { status: 200, body: [...specTypes.values()] };
}

function one({ params: { id = "" } }: Call, { specTypes }: State): Reply {
  const spec = specTypes.get(id);
  if (!spec) throw new Refusal(404, `Spec for connector type "${id}" not found.`);
  return { status: 200, body: spec };
}

const types = "/internal/actions/connector_types";
/** They need no privilege: DEFAULT_ACTION_ROUTE_SECURITY. */
export const specTypeRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${types}/specs`,
    exists: ({ version }) => has(version, "specifications of all connector types"),
    handler: all,
  },
  {
    method: "GET",
    path: `${types}/{id}/spec`,
    exists: ({ version }) => has(version, "specification of a connector type"),
    handler: one,
  },
];
