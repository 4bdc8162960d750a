import { readdirSync } from "node:fs";
import { didYouMean, isSlip } from "../did-you-mean.ts";
import { bindingSuffix, readBindings } from "./bindings.ts";
import { flagName } from "./flags.ts";
import { readGiven } from "./given-values.ts";
import { rows, type SettingName, settingNames } from "./rows.ts";

/** Something that counts for nothing: told at the start and by doctor, with what the operator does about it. */
export interface Doubt {
  /** Where doctor lists it. */
  check: "settings" | "secrets";
  problem: string;
  fix: string;
}

/** Common mistakes for our names. */
const otherNames: Record<string, string> = {
  KIBANA_HOST: "KIBANA_URL",
  KIBANA_HOSTS: "KIBANA_URL",
  KIBANA_ENDPOINT: "KIBANA_URL",
  KIBANA_ADDRESS: "KIBANA_URL",
  KIBANA_URI: "KIBANA_URL",
  KIBANA_BASE_URL: "KIBANA_URL",
  KIBANA_SERVER: "KIBANA_URL",
  KIBANA_KEY: "KIBANA_API_KEY",
  KIBANA_TOKEN: "KIBANA_API_KEY",
  KIBANA_USER: "KIBANA_USERNAME",
  KIBANA_PASS: "KIBANA_PASSWORD",
};
const known = settingNames.map((key) => rows[key].env);

/** Without them the server does more than its operator meant: nobody else's variable is called so. */
const guards: readonly SettingName[] = [
  ...(["access", "readOnly", "spaces", "tools", "excludeTools", "protect", "protectRules", "targetHosts", "sandbox"] as const),
  ...(["maxChangesPerHour", "confirm", "confirmReading", "approveWith", "literalSecrets", "auditConnector"] as const),
];
const guardNames = guards.map((key) => rows[key].env);

/** What the checks of one name look at. */
interface Names {
  env: NodeJS.ProcessEnv;
  /** Of the variables that hold secrets. */
  prefix: string;
  /** Whether a setting has a value, by its variable. */
  isGiven: (variable: string) => boolean;
  /** A sentence for each name that is ours for certain: it stops the start. */
  problems: string[];
  doubts: Doubt[];
}

/**
 * Looks for variables that nearly have one of our names, and so count for nothing. No value is quoted.
 * @param problems gets a sentence for each that is ours for certain
 * @returns the others
 */
export function misspelt(flags: Record<string, string>, env: NodeJS.ProcessEnv, prefix: string, problems: string[]): Doubt[] {
  const isGiven = (variable: string) => isSet(env, variable) || flags[flagOf(variable)] !== undefined;
  const names: Names = { env, prefix, isGiven, problems, doubts: [] };
  for (const name of Object.keys(env).filter((one) => !known.includes(one) && isSet(env, one))) {
    if (name.startsWith(prefix)) lookAtSecret(name, names);
    else lookAtOther(name, names);
  }
  return names.doubts;
}

/** Files of the secrets folder that would be bindings if they were variables. */
export function bindingFiles(dir: string): Doubt[] {
  return filesIn(dir)
    .filter((name) => name.toUpperCase().endsWith(bindingSuffix))
    .map((name) => ({
      check: "secrets",
      problem: `The file ${name} in the secrets folder binds nothing: only a variable's secret can be bound.`,
      fix: `Put the secret into a variable and its binding into another one of that name and ${bindingSuffix}, or remove the file.`,
    }));
}

function lookAtOther(name: string, { env, prefix, isGiven, problems, doubts }: Names): void {
  const secret = secretMeant(name, prefix);
  const meant = secret ?? settingMeant(name, isGiven("CONNECTORS_HTTP"));
  const is = `${name} is not a ${secret === undefined ? "setting" : "secret"} of this server`;
  const isOurs = name.startsWith("CONNECTORS_") || secret === undefined || readBindings(env[name] ?? "") !== undefined;
  const guard = meant === undefined ? likelyGuard(name) : undefined;
  const maybe = guard ?? (meant !== undefined && isNotNeeded(name, meant, isGiven) ? meant : undefined);
  if (maybe !== undefined) {
    const fix = `Rename it to ${maybe}, if that is meant.`;
    if (!isGiven(maybe)) doubts.push({ check: "settings", problem: `${is}.`, fix });
  } else if (meant !== undefined && isOurs && !isGiven(meant)) problems.push(`${is}: did you mean ${meant}?`);
  else if (name.startsWith("CONNECTORS_")) problems.push(`${is}: see --help.`);
  else if (secret !== undefined)
    doubts.push({
      check: "secrets",
      problem: `${is}: its variables begin with ${prefix}.`,
      fix: `Rename it to ${secret}, if it is meant.`,
    });
}

/** The setting that a variable nearly names: `KIBANA_READ_ONLY` and `CONNECTORS_URL` have the other prefix. */
function settingMeant(name: string, overHttp: boolean): string | undefined {
  if (/^(KIBANA|CONNECTORS)_/.test(name)) {
    const end = name.slice(name.indexOf("_") + 1);
    const ofKibana = `KIBANA_${end}`;
    const guard = guardNames.find((one) => isSlip(end, endOf(one), 0));
    return otherNames[ofKibana] ?? guard ?? known.find((one) => one === ofKibana) ?? didYouMean(name, known);
  }
  // Others have such names too: only what is hardly anything else counts, and a token only where one is looked for.
  const ours = /^CONNECTORS?_/i.test(name) || (overHttp && /^MCP_AUTH/i.test(name));
  return ours ? known.find((one) => isSlip(name, one)) : guardNames.find((one) => isSlip(name, one, 1));
}

/** The guard that a variable may mean by a name like `CONNECTIONS_ACCESS` or `KIBANA_MCP_READ_ONLY`, which may be somebody else's. */
function likelyGuard(name: string): string | undefined {
  if (name.startsWith("CONNECTORS_")) return undefined;
  const words = name.split(/[^a-z0-9]+/i).filter(Boolean);
  const isProduct = (word: string) => isSlip(word, "KIBANA", 1) || isSlip(word, "CONNECTORS", 2);
  const begin = words.findIndex((word) => !isProduct(word) && !isSlip(word, "MCP", 0));
  const end = words.slice(Math.max(begin, 0)).join("_");
  return (
    (words.slice(0, Math.max(begin, 0)).some(isProduct) ? guardNames.find((one) => isSlip(end, endOf(one))) : undefined) ??
    guardNames.find((one) => isSlip(name, one))
  );
}

const endOf = (guard: string) => guard.slice("CONNECTORS_".length);

/** Whether a name like one for the way to Kibana may well be somebody else's, since that way is set, or none is taken. */
function isNotNeeded(name: string, meant: string, isGiven: Names["isGiven"]): boolean {
  if (!name.startsWith("KIBANA_") || !meant.startsWith("KIBANA_")) return false;
  const signsIn = ["KIBANA_API_KEY", "KIBANA_API_KEY_FILE", "KIBANA_API_KEY_COMMAND", "KIBANA_USERNAME"].some(isGiven);
  return isGiven("CONNECTORS_SANDBOX") || (isGiven("KIBANA_URL") && signsIn && !isSlip(name, meant, 1));
}

/** What a variable with a mistyped prefix of secrets would be called. An underscore more or less is the smallest mistake. */
function secretMeant(name: string, prefix: string): string | undefined {
  const words = name.split("_");
  const usual = prefix.split("_").length - 1;
  const part = (from: number, to?: number) => words.slice(from, to).join("_");
  const ends = [usual, usual - 1, usual + 1].filter((at) => part(at) !== "" && isSlip(part(0, at), prefix));
  const end = ends.find((at) => isSlip(part(0, at), prefix, 0)) ?? ends[0];
  return end !== undefined && !known.some((one) => isSlip(name, one, 1)) ? prefix + part(end).toUpperCase() : undefined;
}

/** A variable with the prefix of secrets that may be meant for something else. */
function lookAtSecret(name: string, { env, prefix, isGiven, problems, doubts }: Names): void {
  const doubt = (problem: string, fix: string) => doubts.push({ check: "secrets", problem: `${name} ${problem}.`, fix });
  const others = Object.keys(env).filter(
    (one) => one.startsWith(prefix) && !one.endsWith(bindingSuffix) && one !== name && isSet(env, one),
  );
  const [, stem = "", end = ""] = /^(.+?)_+([a-z]{0,8})_*$/i.exec(name) ?? [];
  const bound = others.find((one) => isSlip(stem, one, 0)) ?? others.find((one) => isSlip(stem, one, 1));
  const right = bound === undefined ? undefined : `${bound}${bindingSuffix}`;
  const free = right !== undefined && !isSet(env, right) ? right : undefined;
  if (name.endsWith(bindingSuffix)) {
    if (isSet(env, name.slice(0, -bindingSuffix.length))) return;
    if (bound !== undefined && free !== undefined && isSlip(stem, bound, 0))
      problems.push(`${name} binds a variable that is not set: did you mean ${free}?`);
    else
      doubt("binds a variable that is not set", `Set ${name.slice(0, -bindingSuffix.length)}${free ? `, or rename it to ${free}` : ""}.`);
    return;
  }
  const bindings = readBindings(env[name] ?? "");
  if (bindings !== undefined && (isSlip(end, "FOR", 1) || bindings.every(({ type }) => type !== undefined)))
    problems.push(
      `${name} holds a binding and binds nothing, since it does not end in ${bindingSuffix}${free ? `: did you mean ${free}?` : "."}`,
    );
  else if (free !== undefined && isSlip(end, "FOR", 0))
    doubt(
      `binds nothing: a binding ends in ${bindingSuffix}`,
      `Rename it to ${free} if it is one, and otherwise to a name without FOR at its end.`,
    );
  else if (/_FILE$/i.test(name) && /^([/\\~]|[A-Z]:\\)/i.test(env[name] ?? ""))
    doubt(
      "holds a path, which would be sent in place of a secret",
      'Set CONNECTORS_SECRET_DIR to the folder of that file, and pass {"$file": "name"}.',
    );
  const setting = known.find((one) => isSlip(name, one, 1) && !isGiven(one));
  if (setting !== undefined) doubt("counts as a secret", `Rename it to ${setting} if that setting is meant.`);
}

function isSet(env: NodeJS.ProcessEnv, name: string): boolean {
  return readGiven(env[name] ?? "").kind !== "empty";
}

function flagOf(variable: string): string {
  return flagName(settingNames.find((key) => rows[key].env === variable) ?? "");
}

function filesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    // Doctor, and the reference that names a file, say what is wrong with the folder.
    return [];
  }
}
