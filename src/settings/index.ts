import { type Sealed, seal } from "../sealed.ts";
import { cautionsOn, conflictsIn } from "./cross-rules.ts";
import { exposedSecrets, readPrivateFile } from "./files.ts";
import { type Flag, type Flags, type FlagValues, readFlags } from "./flags.ts";
import { accessLevels, type HttpSettings, httpSettings } from "./http.ts";
import { type Connection, type KibanaSettings, kibanaSettings } from "./kibana.ts";
import { bindingFiles, type Doubt, misspelt } from "./names.ts";
import { unusedSecrets } from "./own-credentials.ts";
import { ownFiles, ownFilesIn } from "./own-files.ts";
import { proxyFor } from "./proxy.ts";
import { rows, type SettingName, settingNames, type Values } from "./rows.ts";
import { ownValues, readValues } from "./values.ts";

export type { KibanaSettings } from "./kibana.ts";
export { connectionSettings, type SettingName, type SettingRow, settingNames, settingRows, settingsHelp } from "./rows.ts";
export { accessLevels };

export type Access = (typeof accessLevels)[number];

/** Used for settings that are not given. */
const defaults = {
  sandbox: false,
  /** Milliseconds for one request to Kibana. */
  timeout: 30_000,
  excludeTools: [],
  protect: [],
  protectRules: [],
  targetHosts: [],
  maxChangesPerHour: 60,
  /** Milliseconds to wait for a person. */
  confirmWait: 45_000,
  /** Milliseconds: no person reads a question and answers it sooner. */
  confirmReading: 1_000,
  results: "both",
  secretPrefix: "CONNECTOR_SECRET_",
  logLevel: "info",
} as const satisfies { [Name in SettingName]?: Values[Name] | readonly [] };

const fillIn = "Fill it in where the server is configured, or remove it there.";

/** Settings as they were given, or else their defaults. */
type WithDefaults = { [Name in keyof typeof defaults]: NonNullable<Values[Name]> };

/** Every setting of the server, checked. Types come from the rows; what is derived from several settings is listed here. */
export interface Settings extends WithDefaults, Connected {
  /** The space when a call names none. */
  space: string;
  access: Access;
  spaces: Values["spaces"];
  tools: Values["tools"];
  confirm: NonNullable<Values["confirm"]>;
  /** Pages take a passkey; `pins`: fingerprints of the first keys, empty for any. Undefined: they take a click. */
  approveWith: Values["approveWith"];
  skipConfirmation: boolean;
  /** Folder of {"$file": …} references; undefined: there are none. */
  secretDir: Values["secretDir"];
  literalSecrets: NonNullable<Values["literalSecrets"]>;
  journalDir: Values["journalDir"];
  /** The Index connector that also gets every journal entry. */
  auditConnector: { space: string; id: string } | undefined;
  /** Signs the continuations of questions and tokens, for all that share it; undefined: each process has its own. */
  confirmKey: Sealed | undefined;
  /** Set beside these, and of no use to this server: hidden all the same. */
  unusedSecrets: Sealed[];
  /** Files with the server's own credentials. */
  ownFiles: string[];
  /** Undefined: stdio. */
  http: HttpSettings | undefined;
  /** Written to stderr at the start. */
  warnings: string[];
  /** Those of them about what counts for nothing: names that are nearly ours, placeholders that nobody filled in. */
  doubts: Doubt[];
}

interface Connected {
  /** Undefined when nothing usable is configured: each tool then answers `not_configured`. */
  kibana: KibanaSettings | undefined;
  unusable: Connection["unusable"];
}

/** What a command takes on its command line: some of the settings, and flags of its own. Variables apply to every command. */
export interface CommandLine<Own extends Flags> {
  takes: readonly SettingName[];
  own: Own;
}

/**
 * Settings from flags and environment; a flag wins over its variable.
 * @param command what its command line takes; left out: every setting, and nothing else
 * @returns the settings and the command's own flags, or every problem at once, in sentences fit for stderr
 */
export function readSettings<Own extends Flags = Record<never, Flag>>(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  command?: CommandLine<Own>,
): { settings: Settings; own: FlagValues<Own> } | { problems: string[] } {
  const problems: string[] = [];
  const takes = command?.takes ?? settingNames;
  const taken = Object.fromEntries(takes.map((key) => [key, rows[key]]));
  const flags = readFlags(argv, { ...taken, ...command?.own }, settingNames, problems);
  const { values, blank, unfilled } = readValues(flags, env, problems);
  const doubts = misspelt(flags, env, values.secretPrefix ?? defaults.secretPrefix, problems);
  const own = ownValues(flags, command?.own, problems);
  const { kibana, unusable } = kibanaSettings(values, blank, problems);
  const proxy = kibana && proxyFor(kibana.url, env, problems, unfilled);
  const spaces = values.spaces?.includes("*") ? undefined : values.spaces;
  const http = takes.includes("http")
    ? httpSettings(values, spaces, (path, variable) => readPrivateFile(path, variable, problems), problems)
    : undefined;
  // A token that is configured but empty must not leave the server open.
  for (const key of http ? (["authToken", "authTokenFile"] as const) : [])
    if (blank.has(key)) problems.push(`${blank.get(key)}: fill it in, or remove it to serve HTTP without a token.`);
  const facts = { values, kibana, http, spaces: takes.includes("space") ? spaces : undefined };
  problems.push(...conflictsIn(facts));
  if (values.secretDir !== undefined) {
    problems.push(...exposedSecrets(values.secretDir));
    doubts.push(...bindingFiles(values.secretDir), ...ownFilesIn(values.secretDir, ownFiles(values)));
  }
  doubts.push(...unfilled.map((problem) => ({ check: "settings" as const, problem, fix: fillIn })));
  if (problems.length > 0) return { problems };
  const space = values.space ?? (spaces && !spaces.includes("default") ? spaces[0] : undefined) ?? "default";
  const { confirmKey, auditConnector } = values;
  return {
    own,
    settings: {
      ...withDefaults(values),
      kibana: kibana && { ...kibana, proxy },
      unusable,
      space,
      access: values.readOnly ? "read" : (values.access ?? "full"),
      spaces,
      tools: values.tools,
      confirm: values.confirm ?? (confirmKey ? "token" : "form"),
      approveWith: values.approveWith,
      skipConfirmation: values.dangerouslySkipConfirmation ?? false,
      secretDir: values.secretDir,
      literalSecrets: values.literalSecrets ?? (values.sandbox ? "warn" : "refuse"),
      journalDir: values.journalDir,
      unusedSecrets: unusedSecrets(values, env, kibana !== undefined),
      ownFiles: ownFiles(values),
      auditConnector: auditConnector === undefined ? undefined : placed(auditConnector, space),
      confirmKey: confirmKey === undefined ? undefined : seal(confirmKey, "confirm key"),
      http,
      warnings: [...doubts.map(({ problem, fix }) => `${problem} ${fix}`), ...(unusable ? [unusable.message] : []), ...cautionsOn(facts)],
      doubts,
    },
  };
}

function withDefaults(values: Values): WithDefaults {
  const given = Object.keys(defaults).flatMap((name) => {
    const value = values[name as keyof typeof defaults];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...structuredClone(defaults), ...Object.fromEntries(given) };
}

/** `space/id`, or an id in the usual space. */
function placed(given: string, usual: string): { space: string; id: string } {
  const [first = "", second] = given.split("/");
  return second === undefined ? { space: usual, id: first } : { space: first, id: second };
}
