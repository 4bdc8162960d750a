import { type ExecFileException, execFile } from "node:child_process";
import { parse } from "node:path";
import { beginningRead, plainText } from "../plain-text.ts";
import { seal } from "../sealed.ts";
import { hideInText } from "../secrets/detect.ts";
import type { Redactor } from "../secrets/redact.ts";
import { readApiKey } from "../settings/api-key.ts";
import type { Settings } from "../settings/index.ts";
import { commandWords } from "./command-words.ts";

/** A keychain may ask a person first. */
const timeLimit = 30_000;
/** No key, and no answer of Elasticsearch that holds one, comes near it. */
const longest = 64 * 1024;
/** Characters of the line that is shown. */
const shownOfLine = 200;

/** What a command did. `stdout` may hold the key. */
interface Ran {
  stdout: string;
  stderr: string;
  /** Undefined: it ended well. */
  problem: string | undefined;
}

const nothing = { stdout: "", stderr: "" };

/**
 * Settings with the key that the operator's command prints; unchanged where there is no command. If it gives no key, no Kibana
 * can be used, and `unusable` says why.
 * @param redactor learns the key, and hides the operator's other secrets in what the command says
 */
export async function withApiKey(settings: Settings, redactor: Redactor, limit = timeLimit): Promise<Settings> {
  const { kibana } = settings;
  if (kibana?.auth.kind !== "command") return settings;
  const command = commandWords(kibana.auth.line);
  const { stdout, stderr, problem } = "words" in command ? await run(command.words, limit) : { ...nothing, ...command };
  const key = problem === undefined ? keyIn(stdout) : { problem };
  if ("encoded" in key) {
    const sealed = seal(key.encoded, "API key");
    redactor.learn(sealed);
    return { ...settings, kibana: { ...kibana, auth: { kind: "api_key", key: sealed, from: "command" } } };
  }
  const said = problem === undefined ? "" : lastLine(stdout, stderr, redactor.text);
  const message = `KIBANA_API_KEY_COMMAND ${key.problem}.${said && ` It says: ${said}`}`;
  return { ...settings, kibana: undefined, unusable: { message, fix } };
}

const fix =
  "The operator runs the command as the server's user: it has to print the key, and nothing else, on stdout. The next call runs it again.";

function run([program, ...args]: readonly [string, ...string[]], limit: number): Promise<Ran> {
  return new Promise((resolve) => {
    // Not in the folder that the client has open: a program that lies there is not the operator's.
    const cwd = parse(process.execPath).root;
    const options = { cwd, timeout: limit, killSignal: "SIGKILL", maxBuffer: longest, windowsHide: true } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ stdout, stderr, problem: error === null ? undefined : problemOf(error, limit) }),
    );
    // Its input is not ours: over stdio that is the client's.
    child.stdin?.end();
  });
}

/** The program is not named: what is given may be a key in the wrong place. */
function problemOf({ code, killed, signal }: ExecFileException, limit: number): string {
  if (code === "ENOENT") return "names a program that cannot be found";
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return `prints more than ${longest / 1024} kB`;
  if (typeof code === "string") return `names something that cannot be run (${code})`;
  if (killed) return `did not end within ${limit / 1000} seconds`;
  return signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
}

function keyIn(stdout: string): { encoded: string } | { problem: string } {
  const text = stdout.trim();
  if (text === "") return { problem: "prints nothing" };
  // Elasticsearch's answer may be laid out in lines.
  if (/[\r\n]/.test(text) && !text.startsWith("{")) return { problem: "prints several lines; the key has to be the only one" };
  const key = readApiKey(text);
  return "problem" in key ? { problem: `prints what ${key.problem}` } : key;
}

/** What may be a key, or half of one. */
const mixed = /(?=[\w+/=:-]*[a-z])(?=[\w+/=:-]*[A-Z])(?=[\w+/=:-]*\d)[\w+/=:-]{16,}/g;

/** The end of what it said on stderr, which may repeat what it printed. */
function lastLine(stdout: string, stderr: string, scrub: (text: string) => string): string {
  const printed = stdout.split(/\s+/).filter((word) => word.length >= 4);
  const line = stderr.split(/[\r\n]+/).findLast((one) => one.trim() !== "") ?? "";
  const without = (text: string) => hideInText(scrub(printed.reduce((left, word) => left.replaceAll(word, "…"), text)).replace(mixed, "…"));
  return plainText(beginningRead(line, shownOfLine, without), shownOfLine);
}
