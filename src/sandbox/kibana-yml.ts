import { parse } from "yaml";
import * as z from "zod";
import { isPlainObject } from "../plain-object.ts";
import { readUrl } from "../read-url.ts";
import type { Dict, InMemoryConnector } from "./types.ts";
import { has, type VersionChange } from "./version-changes.ts";
import { configSchemaMessage } from "./wording/config-schema.ts";
import { SettingsProblem } from "./wording/settings-problem.ts";

const anything = z.unknown().optional();
const texts = z.array(z.string());
const record = z.record(z.string(), z.unknown()).default({});
const host = z.string().regex(/^([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[?[0-9a-f:]+\]?|\*)$/i, "value must be a valid hostname (see RFC 1123).");
const services = z.enum(["google-mail", "microsoft-exchange", "microsoft-outlook", "amazon-ses", "elastic-cloud", "other", "*"]);
const connector = { name: z.string().min(1), actionTypeId: z.string().min(1), config: record, secrets: record };

/** `xpack.actions` of kibana.yml (reference/kibana-api.md §9). Settings without effect here are known only by name. */
function settingsSchema(version: string) {
  const since = <T extends z.ZodType>(change: VersionChange, fields: Record<string, T>) => (has(version, change) ? fields : {});
  const email = z.strictObject({
    domain_allowlist: texts.optional(),
    ...since("allow list of mail recipients", { recipient_allowlist: texts.optional() }),
    ...since("longest mail", { maximum_body_length: z.number().min(0).optional() }),
    ...since("restricted mail services", {
      services: z
        .strictObject({
          enabled: z.array(services).min(1).optional(),
          ses: z.strictObject({ host: z.string().min(1), port: z.number() }).optional(),
        })
        .optional(),
    }),
  });
  return z.strictObject({
    enabledActionTypes: texts.default(["*"]),
    allowedHosts: z.array(host).default(["*"]),
    preconfigured: z
      .record(
        z.string(),
        z.strictObject({ ...connector, ...since("exposed config of preconfigured connectors", { exposeConfig: z.boolean().optional() }) }),
      )
      .default({})
      .superRefine((entries, ctx) => {
        const bad = Object.keys(entries).find((id) => ["", "__proto__", "constructor"].includes(id));
        if (bad !== undefined) ctx.addIssue({ code: "custom", message: `invalid preconfigured action id "${bad}"` });
      }),
    preconfiguredAlertHistoryEsIndex: z.boolean().default(false),
    email: email
      .refine(
        ({ domain_allowlist: domains, recipient_allowlist: recipients }: Dict) => !(domains && recipients),
        "email.domain_allowlist and email.recipient_allowlist can not be used at the same time",
      )
      .optional(),
    enableFooterInEmail: z.boolean().default(true),
    webhook: z
      .strictObject({ ssl: z.strictObject({ pfx: z.strictObject({ enabled: z.boolean().default(true) }).optional() }).optional() })
      .optional(),
    ...Object.fromEntries(withoutEffect.map((name) => [name, anything])),
    ...since("limited rate of mails", { rateLimiter: anything }),
    ...since("authentication per user", { auth: anything, relay: anything, inboundEvents: anything }),
  });
}

const withoutEffect = [
  ...["proxyUrl", "proxyHeaders", "proxyBypassHosts", "proxyOnlyHosts", "ssl", "customHostSettings", "maxResponseContentLength"],
  ...["responseTimeout", "microsoftExchangeUrl", "microsoftGraphApiUrl", "microsoftGraphApiScope", "usage"],
];

/** The settings that have an effect in the sandbox, most of them of `xpack.actions`. */
export interface KibanaSettings {
  enabledActionTypes: readonly string[];
  allowedHosts: readonly string[];
  domainAllowlist?: readonly string[] | undefined;
  recipientAllowlist?: readonly string[] | undefined;
  enabledMailServices: readonly string[];
  /** Where mail of Amazon SES goes, if it is not the usual place. */
  ses?: { host: string; port: number } | undefined;
  mailFooter: boolean;
  longestMail: number;
  pfxEnabled: boolean;
  /** `server.publicBaseUrl`: without it no mail has a link to Kibana. */
  publicBaseUrl?: string | undefined;
}

const everything = ["*"];
const megabytes25 = 25_000_000;
export const defaultSettings: KibanaSettings = {
  enabledActionTypes: everything,
  allowedHosts: everything,
  enabledMailServices: everything,
  mailFooter: true,
  longestMail: megabytes25,
  pfxEnabled: true,
};

/**
 * Reads a kibana.yml; keys may be dotted or nested. Other plugins' settings are ignored.
 * @throws SettingsProblem in Kibana's words if this version does not accept `xpack.actions`
 */
export function readKibanaYml(
  text: string,
  version: string,
  env: Environment,
): { settings: KibanaSettings; preconfigured: InMemoryConnector[] } {
  const file = treeOf(parsed(text), version, env);
  const given = sectionOf(file, "xpack").actions ?? {};
  const schema = settingsSchema(version);
  const result = schema.safeParse(given);
  if (!result.success) {
    const message = configSchemaMessage(result.error, given, "config validation of [xpack.actions]", true);
    throw new SettingsProblem(`Kibana would not start: ${message}`);
  }
  const { preconfigured, preconfiguredAlertHistoryEsIndex, enabledActionTypes, allowedHosts } = result.data;
  const { domain_allowlist, recipient_allowlist, maximum_body_length, services: mailServices }: EmailSettings = result.data.email ?? {};
  return {
    settings: {
      enabledActionTypes,
      allowedHosts,
      domainAllowlist: domain_allowlist,
      recipientAllowlist: recipient_allowlist,
      enabledMailServices: mailServices?.enabled ?? everything,
      ses: mailServices?.ses,
      mailFooter: result.data.enableFooterInEmail,
      longestMail: maximum_body_length ?? megabytes25,
      pfxEnabled: result.data.webhook?.ssl?.pfx?.enabled ?? true,
      publicBaseUrl: publicBaseUrl(sectionOf(file, "server")),
    },
    preconfigured: [
      ...(preconfiguredAlertHistoryEsIndex ? [alertHistory] : []),
      ...Object.entries(preconfigured).map(([id, { actionTypeId, ...entry }]) => ({ id, type: actionTypeId, system: false, ...entry })),
    ],
  };
}

interface EmailSettings {
  domain_allowlist?: string[];
  recipient_allowlist?: string[];
  maximum_body_length?: number;
  services?: { enabled?: string[] | undefined; ses?: KibanaSettings["ses"] } | undefined;
}

function publicBaseUrl({ publicBaseUrl: given }: Dict): string | undefined {
  if (given === undefined) return undefined;
  const scheme = readUrl(String(given))?.protocol ?? "";
  if (/^https?:$/.test(scheme)) return String(given).replace(/\/$/, "");
  const message =
    typeof given === "string" ? "expected URI with scheme [http|https]." : `expected value of type [string] but got [${typeof given}].`;
  throw new SettingsProblem(`Kibana would not start: [config validation of [server].publicBaseUrl]: ${message}`);
}

/** Source: spaces_only/tests/actions/get_all.ts. */
const alertHistory: InMemoryConnector = {
  id: "preconfigured-alert-history-es-index",
  type: ".index",
  name: "Alert history Elasticsearch index",
  config: { index: "kibana-alert-history-default" },
  secrets: {},
  system: false,
};

function parsed(text: string): unknown {
  try {
    const file: unknown = parse(text, { logLevel: "error" });
    // Throws if an alias makes a value contain itself, or if it is nested too deep.
    JSON.stringify(file);
    return file;
  } catch (error) {
    throw new SettingsProblem(`kibana.yml cannot be read: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`);
  }
}

/**
 * All settings as one tree. As in Kibana's own reader, dotted keys are expanded except for those in brackets, and
 * variables in a text are replaced. Source: kbn-config, src/raw/{read_config,utils}.ts.
 */
function treeOf(file: unknown, version: string, env: Environment): Dict {
  const keysOf = (key: string) =>
    has(version, "keys in brackets in kibana.yml") && key.startsWith("[") && key.endsWith("]") ? [key.slice(1, -1)] : key.split(".");
  const put = (target: Dict, [first = "", ...rest]: readonly string[], value: unknown): void => {
    if (first === "__proto__" || first === "constructor") throw new SettingsProblem(`Kibana would not start: unexpected key "${first}"`);
    if (rest.length === 0 && !(isPlainObject(value) && Object.keys(value).length > 0)) {
      target[first] = replaced(value);
      return;
    }
    const below = isPlainObject(target[first]) ? target[first] : {};
    target[first] = below;
    if (rest.length > 0) put(below, rest, value);
    else for (const [key, item] of Object.entries(Object(value))) put(below, keysOf(key), item);
  };
  const opened = (value: Dict): Dict => {
    const tree: Dict = {};
    for (const [key, item] of Object.entries(value)) put(tree, keysOf(key), item);
    return tree;
  };
  const replaced = (value: unknown): unknown => {
    if (typeof value === "string") return withVariables(value, version, env);
    if (Array.isArray(value)) return value.map(replaced);
    return isPlainObject(value) ? opened(value) : value;
  };
  return opened(Object(file));
}

function sectionOf(file: Dict, name: string): Dict {
  return isPlainObject(file[name]) ? file[name] : {};
}

/** Replaced once: the value of a variable is not searched for more. Defaults came with 8.15. */
function withVariables(text: string, version: string, env: Environment): string {
  const reference = has(version, "defaults of variables in kibana.yml") ? /\$\{(\w+)(?::(\w+))?\}/g : /\$\{(\w+)\}/g;
  return text.replace(reference, (_whole, name: string, otherwise?: string | number) => {
    const value = env[name] ?? (typeof otherwise === "string" ? otherwise : undefined);
    if (value === undefined)
      throw new SettingsProblem(`Kibana would not start: Unknown environment variable referenced in config : ${name}`);
    return value;
  });
}

type Environment = Record<string, string | undefined>;
