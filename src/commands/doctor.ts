import { rm } from "node:fs/promises";
import { systemClock } from "../change/clock.ts";
import { startCallLimit } from "../kibana/deadline.ts";
import { hidingKnown } from "../plain-text.ts";
import type { Redactor } from "../secrets/redact.ts";
import { asksForJson, type Flags, type FlagValues, flag, flagsHelp } from "../settings/flags.ts";
import { connectionSettings, readSettings, type Settings, settingNames, settingsHelp } from "../settings/index.ts";
import { unknownToolNames } from "../tools/visible.ts";
import { version } from "../version.ts";
import { withApiKey } from "./api-key-command.ts";
import { apiKeyRequest } from "./doctor/api-key.ts";
import { doubtful, type Finding, failed, notChecked, ok, wantingKey } from "./doctor/finding.ts";
import { inSpaces } from "./doctor/in-spaces.ts";
import { keyDistance } from "./doctor/key-distance.ts";
import { onThisMachine } from "./doctor/on-this-machine.ts";
import { asJson, asText } from "./doctor/print.ts";
import { reach } from "./doctor/reach.ts";
import { journalDir } from "./journal-dir.ts";
import { type OpenKibana, openKibana } from "./open-kibana.ts";
import { passkeyDir } from "./passkey-dir.ts";
import { redactorOf } from "./redactor.ts";

const help = () => `kibana-connectors-mcp doctor: checks everything that this server needs, and says how to fix it

Nothing is changed in Kibana. Exit code: 0 nothing failed, 1 something did, 2 the settings cannot be read.

${flagsHelp(own)}

${settingsHelp(lookedAt)}
  --help

The server's other settings are accepted too and read as the server reads them: kibana-connectors-mcp serve --help.
`;

const own = {
  json: { value: "", about: "The report as JSON", schema: flag },
  key: {
    value: "",
    about: "Always print the request for a key with the least privileges, not only if a privilege is missing",
    schema: flag,
  },
  verifyConsent: {
    value: "",
    about: "Check the signature of each change in the journal that was approved with a passkey",
    schema: flag,
  },
} satisfies Flags;

/** The settings that the report depends on. */
const lookedAt = [
  ...connectionSettings,
  ...(["space", "access", "readOnly", "tools", "excludeTools", "journalDir", "secretPrefix", "secretDir"] as const),
  ...(["protect", "protectRules", "auditConnector"] as const),
  ...(["confirm", "approveWith", "dangerouslySkipConfirmation", "http", "stateless"] as const),
] as const;

/** Checks settings, connection, credentials, privileges and this machine. @returns the exit code */
export async function doctor(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(help());
    return 0;
  }
  const read = readSettings(argv, env, { takes: settingNames, own });
  if ("problems" in read) {
    process.stderr.write(
      `kibana-connectors-mcp doctor: the settings cannot be read:\n${read.problems.map((one) => `  - ${one}\n`).join("")}`,
    );
    if (asksForJson(argv)) {
      const checks = read.problems.map((problem) => failed("settings", problem, "Correct the flag or the setting."));
      process.stdout.write(asJson({ deployment: undefined, checks, key: undefined, access: undefined }));
    }
    return 2;
  }
  const redactor = redactorOf(read.settings, env);
  const { text } = redactor;
  return hidingKnown({ text, said: text }, () => report(read, argv, env, redactor));
}

/** @param redactor what is cut on the way is rid of secrets before */
async function report(
  read: { settings: Settings; own: FlagValues<typeof own> },
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  redactor: Redactor,
): Promise<number> {
  const settings = await withApiKey(read.settings, redactor);
  const kibana = settings.sandbox || settings.kibana ? await openKibana(settings, version) : undefined;
  const journal = await journalDir(settings);
  try {
    const { findings, spaces } = kibana ? await kibanaChecks(kibana, settings) : notConfigured(settings);
    const checks = [
      ...startUp(settings),
      ...findings,
      ...(await onThisMachine(settings, env, journal)),
      ...keyDistance(settings, argv),
      ...(settings.approveWith ? await (await import("./doctor/passkeys.ts")).passkeyFindings(settings, systemClock) : []),
      ...(read.own.verifyConsent === true
        ? await (await import("./doctor/verify-consent.ts")).verifyConsent(journal, await passkeyDir(settings), systemClock)
        : []),
    ];
    const wanted = read.own.key === true || checks.some(({ wantsKey }) => wantsKey);
    const all = {
      deployment: kibana?.deployment.name,
      checks,
      key: wanted ? { request: apiKeyRequest(settings.access, spaces), spaces } : undefined,
      access: settings.access,
    };
    process.stdout.write(redactor.text(read.own.json ? asJson(all) : asText(all)));
    return checks.some(({ result }) => result === "failed") ? 1 : 0;
  } finally {
    await kibana?.close();
    if (settings.sandbox && !settings.journalDir) await rm(journal, { recursive: true });
  }
}

function startUp(settings: Settings): Finding[] {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const node = major > 20 || (major === 20 && minor >= 18);
  return [
    node
      ? ok("node", `Node ${process.versions.node}.`)
      : failed("node", `Node ${process.versions.node} is too old.`, "This server needs Node 20.18.1 or newer."),
    ...doubtful(settings, "settings"),
    ...unknownToolNames(settings).map((problem) =>
      failed("settings", problem, "Correct CONNECTORS_TOOLS, CONNECTORS_EXCLUDE_TOOLS or the approvers."),
    ),
  ];
}

/** The findings, and the spaces in which the server is used, as far as they are known. */
interface InKibana {
  findings: Finding[];
  spaces: readonly string[];
}

async function kibanaChecks({ connection, reader: unbound }: OpenKibana, settings: Settings): Promise<InKibana> {
  const limit = startCallLimit(settings.timeout);
  const reader = unbound.until(limit.signal);
  try {
    const { findings, status } = await reach(connection, reader);
    if (!status) return { findings: [...findings, ...notReached(findings)], spaces: meant(settings) };
    const found = await inSpaces(settings, reader, status);
    return { findings: [...findings, ...found.findings], spaces: found.spaces.length > 0 ? found.spaces : meant(settings) };
  } finally {
    limit.end();
  }
}

function meant({ spaces, space }: Settings): readonly string[] {
  return spaces ?? [space];
}

function notConfigured(settings: Settings): InKibana {
  const { unusable } = settings;
  const cause = unusable
    ? failed(/API_KEY/.test(unusable.message) ? "credentials" : "url", unusable.message, unusable.fix)
    : failed("url", "KIBANA_URL is not set.", "Set KIBANA_URL and KIBANA_API_KEY, or use --sandbox to try this server without a Kibana.");
  const others = ["url", "tls", "credentials"].filter((check) => check !== cause.check);
  const findings = [wantingKey(cause), ...others.map((check) => notChecked(check, "There is no Kibana to ask."))];
  return { findings: [...findings, ...notReached(findings)], spaces: meant(settings) };
}

function notReached(told: readonly Finding[]): Finding[] {
  return ["version", "spaces", "privileges", "rules", "log"]
    .filter((check) => !told.some((one) => one.check === check))
    .map((check) => notChecked(check, "Kibana could not be asked: see above."));
}
