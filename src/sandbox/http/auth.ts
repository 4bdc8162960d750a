import { parse } from "yaml";
import * as z from "zod";
import { SettingsProblem } from "../wording/settings-problem.ts";

const levels = ["none", "read", "all"] as const;
type Level = (typeof levels)[number];

/** Who calls, and what Kibana's features give them, by space. */
export interface Caller {
  name: string;
  byApiKey: boolean;
  may(feature: Feature, level: "read" | "all", space: string): boolean;
}

/** The caller behind an `Authorization` header, undefined if unknown. */
export type Authenticate = (authorization: string | undefined) => Caller | undefined;

const all = () => true;
const apiKey = (authorization = "") => /^ApiKey (.+)$/i.exec(authorization)?.[1];
const userName = (authorization = "") => {
  const [, encoded = ""] = /^Basic (.+)$/i.exec(authorization) ?? [];
  return Buffer.from(encoded, "base64").toString().split(":")[0] || undefined;
};

export function withAllPrivileges(name: string, byApiKey = false): Caller {
  return { name, byApiKey, may: all };
}

/** Lets everybody in, with all privileges: users by their name, whatever their password. */
export const everybody: Authenticate = (authorization) =>
  withAllPrivileges(userName(authorization) ?? "sandbox", apiKey(authorization) !== undefined);

/** Lets these API keys in, with all privileges. */
export function anyOf(keys: readonly string[]): Authenticate {
  return (authorization) => (keys.includes(apiKey(authorization) ?? "") ? withAllPrivileges("sandbox", true) : undefined);
}

const perSpace = z.union([z.enum(levels), z.record(z.string(), z.enum(levels))], {
  error: 'takes none, read or all, or one of them per space ("*" for all)',
});
const own = perSpace.default("none");
/** As `actions` where it is not named, so that a file needs two words and not fifteen. */
const asActions = perSpace.optional();
/** `rules` stands for all kinds of classic rules at once, `uptime` for Synthetics as well. */
const rights = {
  actions: own,
  rules: own,
  workflows: asActions,
  managed_workflows: asActions,
  action_policies: asActions,
  v2_rules: asActions,
  cases: asActions,
  observability_cases: asActions,
  security_cases: asActions,
  agent_builder: asActions,
  assistant: asActions,
  attack_discovery: asActions,
  entity_analytics: asActions,
  siem_migrations: asActions,
  uptime: asActions,
  advanced_settings: asActions,
  inference_settings: asActions,
  streams: asActions,
  playground: asActions,
};
export type Feature = keyof typeof rights;
export const features = z.keyof(z.object(rights)).options;
const authFile = z.strictObject({
  users: z.array(z.strictObject({ username: z.string().min(1), password: z.string().min(1), ...rights })).default([]),
  api_keys: z
    .array(z.strictObject({ key: z.string().min(1).describe("the encoded form"), owner: z.string().default("sandbox"), ...rights }))
    .default([]),
});

/**
 * Users (basic) and API keys (in their encoded form) of a JSON or YAML file, each with features such as `actions` and
 * `rules`: `none` (their default), `read` or `all`, or one of them per space with `*` for all others.
 * @throws SettingsProblem if the file is anything else
 */
export function readAuthFile(text: string): Authenticate {
  const { users, api_keys: keys } = checked(text);
  const callers = new Map<string, Caller>();
  for (const { username, password, ...own } of users) {
    const header = `basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    callers.set(header, { name: username, byApiKey: false, may: privileges(own) });
  }
  for (const { key, owner, ...own } of keys) callers.set(`apikey ${key}`, { name: owner, byApiKey: true, may: privileges(own) });
  return (authorization = "") => callers.get(authorization.replace(/^\w+/, (scheme) => scheme.toLowerCase()));
}

function checked(text: string): z.infer<typeof authFile> {
  let file: unknown;
  try {
    file = parse(text);
  } catch {
    throw new SettingsProblem("The file of users and API keys is neither JSON nor YAML.");
  }
  const result = authFile.safeParse(file);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new SettingsProblem(`The file of users and API keys: ${issue?.path.join(".") || "the file"}: ${issue?.message}.`);
}

type Given = Level | Record<string, Level>;

function privileges(own: { actions: Given } & Partial<Record<Feature, Given | undefined>>): Caller["may"] {
  return (feature, level, space) => {
    const given = own[feature] ?? own.actions;
    const held = typeof given === "string" ? given : (given[space] ?? given["*"] ?? "none");
    return levels.indexOf(held) >= levels.indexOf(level);
  };
}
