import { createInterface } from "node:readline/promises";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../change/clock.ts";
import { ToolError } from "../errors.ts";
import { adding, type Place, pageHolds, removing } from "../passkeys/enrolment.ts";
import { invite } from "../passkeys/invitations.ts";
import { fingerprintOf, type Keys, noKeys } from "../passkeys/key-records.ts";
import { PasskeyRefused } from "../passkeys/refused.ts";
import { oneLine } from "../plain-text.ts";
import { type Flags, type FlagValues, flag, flagsHelp, text } from "../settings/flags.ts";
import { readSettings, type Settings, settingNames, settingsHelp } from "../settings/index.ts";
import { createPages } from "../web/listener.ts";
import { type OpenPasskeys, openPasskeys, problemsOf } from "./open-passkeys.ts";

const own = {
  list: { value: "", about: "Only show which passkeys are enrolled", schema: flag },
  name: { value: "NAME", about: "What to call the new passkey (default: asked on the page)", schema: text },
  remove: { value: "NAME", about: "Remove this passkey; an enrolled one has to agree", schema: text },
  principal: { value: "NAME", about: "Of a server with tokens: whose passkey, as the token file names them", schema: text },
  startOver: {
    value: "",
    about: "Put all passkeys aside, for example because they are lost; told at each start from then on",
    schema: flag,
  },
} satisfies Flags;

const lookedAt = ["approveWith", "journalDir", "http", "publicUrl", "authTokenFile", "sandbox"] as const;

export const enrollHelp = () => `kibana-connectors-mcp enroll: adds or removes a passkey that approves changes (--approve-with passkey)

To be run by a person in a terminal: it gives out the address of a page. A further passkey, and the removal of one, needs the
agreement of one that is enrolled. With --public-url the page is one of the running server.

${flagsHelp(own)}

${settingsHelp(lookedAt)}
  --help

The server's other settings are accepted too and read as the server reads them: kibana-connectors-mcp serve --help.
`;

/** @returns the exit code: 0 done, 1 not done, 2 the settings cannot be read or nobody sits at a terminal */
export async function enroll(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    say(enrollHelp());
    return 0;
  }
  const read = readSettings(argv, env, { takes: settingNames, own });
  if ("problems" in read) return refuse(2, ...read.problems);
  const { settings, own: asked } = read;
  const principal = principalOf(settings, asked.principal);
  if (typeof principal === "object") return refuse(2, principal.problem);
  if (!asked.list && !(process.stdin.isTTY && process.stdout.isTTY))
    return refuse(2, "A person runs this in a terminal: its input and output have to be one.");
  const passkeys = await openPasskeys(settings, systemClock).catch((error: unknown) => {
    if (error instanceof ToolError) return error;
    throw error;
  });
  if (passkeys instanceof ToolError) return refuse(1, passkeys.message, passkeys.fix);
  try {
    show(principal, passkeys);
    return asked.list ? 0 : await change(principal, asked, settings, passkeys);
  } catch (error) {
    if (error instanceof PasskeyRefused) return refuse(1, error.message);
    throw error;
  } finally {
    await passkeys.close();
  }
}

/** Whose keys: of the one local user, or of somebody in the token file. */
function principalOf({ http }: Settings, given: string | undefined): string | { problem: string } {
  const names = [...new Set([...(http?.tokens ?? []), ...(http?.approvers ?? [])].map(({ name }) => name))];
  if (names.length === 0)
    return given === undefined || given === "local"
      ? "local"
      : { problem: "--principal is for servers with tokens: here there is one user." };
  const [only] = names;
  if (given === undefined && names.length === 1 && only !== undefined) return only;
  if (given === undefined) return { problem: `--principal says whose passkey it is: ${names.join(", ")}.` };
  return names.includes(given) ? given : { problem: `The token file names no principal and no approver "${given}".` };
}

function show(principal: string, passkeys: OpenPasskeys): void {
  for (const { problem, fix } of problemsOf(passkeys)) say(`${oneLine(problem)}\n  Fix: ${oneLine(fix)}\n`);
  const { active } = passkeys.keyring.found.get(principal) ?? noKeys;
  const lines = active.map(({ name, at, rpId }) => `  ${name}  (${rpId}, since ${at.slice(0, 10)})\n`);
  say(lines.length === 0 ? `No passkey of ${principal} is enrolled.\n` : `Passkeys of ${principal}:\n${lines.join("")}`);
}

async function change(principal: string, asked: FlagValues<typeof own>, settings: Settings, passkeys: OpenPasskeys): Promise<number> {
  const startOver = asked.startOver === true;
  if (asked.remove !== undefined && (startOver || asked.name !== undefined))
    return refuse(2, "--remove goes with neither --start-over nor --name.");
  if (startOver && !(await isMeant(principal))) return refuse(1, "Nothing was changed.");
  const what = startOver ? ("start_over" as const) : asked.remove === undefined ? ("add" as const) : ("remove" as const);
  const name = asked.remove ?? asked.name;
  const publicUrl = settings.http?.publicUrl;
  if (publicUrl !== undefined) {
    // What cannot be done is said here, not on the page.
    if (!startOver) await passkeys.keyring.keysOf(principal);
    const code = await invite(passkeys.dir, {
      principal,
      what,
      ...(name !== undefined && { name }),
      expiresAt: Date.now() + invitationHolds,
    });
    say(
      `Give this address to ${principal}, and to nobody else. It works once, for an hour, while the server runs:\n  ${publicUrl}/enroll/${code}\n`,
    );
    return 0;
  }
  return onThisMachine(principal, { what, name, startOver }, passkeys);
}

const invitationHolds = 3_600_000;

async function isMeant(principal: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question(`All passkeys of ${principal} are put aside, and none of them agrees to that. Type "start over": `);
  lines.close();
  return answer.trim() === "start over";
}

async function onThisMachine(
  principal: string,
  { what, name, startOver }: { what: "add" | "remove" | "start_over"; name: string | undefined; startOver: boolean },
  { keyring, append }: OpenPasskeys,
): Promise<number> {
  const pages = createPages(Date.now, "localhost");
  let limit: NodeJS.Timeout | undefined;
  try {
    const origin = await pages.origin();
    const after = await new Promise<Keys>((resolve, reject) => {
      // It also keeps the process running: the pages alone do not.
      limit = setTimeout(() => reject(new PasskeyRefused("The page has expired. Nothing was changed.")), pageHolds);
      const place: Place = {
        origin,
        keysOf: async () => (startOver ? noKeys : keyring.keysOf(principal)),
        async append(record) {
          await append(record, startOver);
          resolve(await keyring.keysOf(principal));
        },
        cancelled: () => reject(new PasskeyRefused("It was cancelled on the page. Nothing was changed.")),
        now: Date.now,
      };
      (what === "remove" ? removing(principal, name ?? "", place) : adding(principal, name, place))
        .then(({ page, take }) => pages.open(page, take, principal))
        .then((url) => say(`Open this address in a browser on this machine, and follow the page:\n  ${url}\nCtrl-C ends it.\n`))
        .catch(reject);
    });
    say(`Done. Passkeys of ${principal}: ${after.active.map((one) => one.name).join(", ")}.\n`);
    if (after.first && after.digests.length === 1)
      say(
        `Start the server with --approve-with passkey. To accept no other first passkey:\n  CONNECTORS_APPROVE_WITH=passkey:${fingerprintOf(after.first)}\n`,
      );
    return 0;
  } finally {
    clearTimeout(limit);
    // The browser still gets its answer.
    await wait(300);
    await pages.close();
  }
}

function refuse(code: number, ...problems: string[]): number {
  process.stderr.write(problems.map((problem) => `kibana-connectors-mcp enroll: ${oneLine(problem)}\n`).join(""));
  return code;
}

function say(words: string): void {
  process.stdout.write(words);
}
