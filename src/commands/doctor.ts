import { rm } from "node:fs/promises";
import { flag } from "../flags.ts";
import { startCallLimit } from "../kibana/deadline.ts";
import { readSettings, type Settings, settingNames, settingsHelp } from "../settings.ts";
import { unknownToolNames } from "../tools/visible.ts";
import { version } from "../version.ts";
import { apiKeyRequest } from "./doctor/api-key.ts";
import { type Finding, failed, notChecked, ok } from "./doctor/finding.ts";
import { inSpaces } from "./doctor/in-spaces.ts";
import { onThisMachine } from "./doctor/on-this-machine.ts";
import { asJson, asText } from "./doctor/print.ts";
import { reach } from "./doctor/reach.ts";
import { journalDir } from "./journal-dir.ts";
import { type OpenKibana, openKibana } from "./open-kibana.ts";
import { redactorOf } from "./redactor.ts";

const help = () => `kibana-connectors-mcp doctor: checks everything that this server needs, and says how to mend it

Nothing is changed in Kibana. Exit code: 0 nothing failed, 1 something did, 2 the settings cannot be read.

  --json
      The report as JSON.
${settingsHelp()}
`;

/** Checks settings, connection, credentials, privileges and this machine. @returns the exit code */
export async function doctor(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(help());
    return 0;
  }
  const own = { json: { value: "", about: "The report as JSON", schema: flag } };
  const read = readSettings(argv, env, { takes: settingNames, own });
  if ("problems" in read) {
    process.stderr.write(
      `kibana-connectors-mcp doctor: the settings cannot be read:\n${read.problems.map((one) => `  - ${one}\n`).join("")}`,
    );
    return 2;
  }
  const { settings } = read;
  const kibana = settings.sandbox || settings.kibana ? await openKibana(settings, version) : undefined;
  const journal = await journalDir(settings);
  try {
    const checks = [
      ...startUp(settings),
      ...(kibana ? await kibanaChecks(kibana, settings) : notConfigured()),
      ...(await onThisMachine(settings, env, journal)),
    ];
    const report = {
      deployment: kibana?.deployment.name,
      checks,
      apiKey: apiKeyRequest(settings.access, settings.spaces),
      access: settings.access,
    };
    const { text } = redactorOf(settings, env);
    process.stdout.write(text(read.own.json ? asJson(report) : asText(report)));
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
    ...unknownToolNames(settings).map((problem) => failed("settings", problem, "Correct CONNECTORS_TOOLS or CONNECTORS_EXCLUDE_TOOLS.")),
  ];
}

async function kibanaChecks({ connection, reader }: OpenKibana, settings: Settings): Promise<Finding[]> {
  const limit = startCallLimit(settings.timeout);
  try {
    const { findings, status } = await reach(connection, reader, limit.signal);
    return [...findings, ...(status ? await inSpaces(settings, reader, status, limit.signal) : notReached())];
  } finally {
    limit.end();
  }
}

function notConfigured(): Finding[] {
  return [
    failed("url", "KIBANA_URL is not set.", "Set KIBANA_URL and KIBANA_API_KEY, or use --sandbox to try this server without a Kibana."),
    ...["tls", "credentials"].map((check) => notChecked(check, "There is no Kibana to ask.")),
    ...notReached(),
  ];
}

function notReached(): Finding[] {
  return ["version", "spaces", "privileges", "rules", "log"].map((check) => notChecked(check, "Kibana could not be asked: see above."));
}
