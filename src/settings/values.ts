import { type Flags, type FlagValues, flagName } from "./flags.ts";
import { isUnfilled, readGiven } from "./given-values.ts";
import { rows, type SettingName, settingNames, type Values } from "./rows.ts";

/** Values that may contain the characters of a placeholder, unless one in braces is the whole value. */
const opaque: readonly SettingName[] = ["password", "authToken", "confirmKey"];
/** Lists that must not lose an entry: the server would do more, or for more, than its operator meant. */
const limits: readonly SettingName[] = ["spaces", "tools", "excludeTools", "protect", "protectRules", "targetHosts"];

export interface Read {
  values: Values;
  /** Settings that are given but count as not set: why, as the end of a sentence. */
  blank: Map<SettingName, string>;
  unfilled: string[];
}

/** The settings that flags and variables give; a flag wins over its variable. Problems are added in words. */
export function readValues(flags: Record<string, string>, env: NodeJS.ProcessEnv, problems: string[]): Read {
  const values: Record<string, unknown> = {};
  const blank: Read["blank"] = new Map();
  const unfilled: string[] = [];
  for (const key of settingNames) {
    const { env: variable, schema } = rows[key];
    const places = [
      { name: `--${flagName(key)}`, text: flags[flagName(key)] },
      { name: variable, text: env[variable] },
    ];
    for (const { name, text: given } of places) {
      if (given === undefined) continue;
      const read = readGiven(given);
      if (read.kind === "placeholder" && !read.whole && limits.includes(key)) {
        problems.push(`${name} holds ${read.placeholder}, which nobody filled in.`);
        break;
      }
      if (read.kind === "empty" || (read.kind === "placeholder" && (!opaque.includes(key) || isUnfilled(given)))) {
        const why = read.kind === "empty" ? "is set and empty" : `holds ${read.placeholder}, which nobody filled in`;
        if (read.kind === "placeholder") unfilled.push(`${name} ${why}: it counts as not set.`);
        blank.set(key, `${name} ${why}`);
        continue;
      }
      const parsed = schema().safeParse(given);
      if (parsed.success) values[key] = parsed.data;
      else problems.push(`${name} ${parsed.error.issues[0]?.message ?? "is not valid"}.`);
      break;
    }
  }
  return { values: values as Values, blank, unfilled };
}

/** What a command's own flags give. */
export function ownValues<Own extends Flags>(flags: Record<string, string>, own: Own | undefined, problems: string[]): FlagValues<Own> {
  const values: Record<string, unknown> = {};
  for (const [key, { schema }] of Object.entries(own ?? {})) {
    const given = flags[flagName(key)];
    if (given === undefined) continue;
    const parsed = schema().safeParse(given);
    if (parsed.success) values[key] = parsed.data;
    else problems.push(`--${flagName(key)} ${parsed.error.issues[0]?.message ?? "is not valid"}.`);
  }
  return values as FlagValues<Own>;
}
