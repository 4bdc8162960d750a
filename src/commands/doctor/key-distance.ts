import { statSync } from "node:fs";
import type { KibanaSettings, Settings } from "../../settings/index.ts";
import { type Finding, notChecked, ok, warning } from "./finding.ts";

type Auth = KibanaSettings["auth"];

const check = "key";
const recipe = "If its client may run programs, put the server under another user or into a container: docs/out-of-reach.md.";

/**
 * Who can read the credentials for Kibana besides this server, as far as a process can tell: the client's user over stdio,
 * nobody's over HTTP.
 * @param argv the command line, which every user of the machine can read
 */
export function keyDistance({ kibana, http }: Settings, argv: readonly string[]): Finding[] {
  if (kibana === undefined || kibana.auth.kind === "none") return [];
  if (argv.some((word) => /^--(api-key|password)(=|$)/.test(word))) {
    const message = "It is on the command line: every user of this machine can read it in the list of processes.";
    return [warning(check, message, "Use the variable, --api-key-file or --api-key-command.")];
  }
  const own = process.getuid?.();
  if (own === undefined) return [notChecked(check, "Which programs can read it is not known on Windows.")];
  const where = placeOf(kibana.auth);
  if (http) {
    if (http.tokens.length === 0)
      return [
        warning(
          check,
          "Clients need no token: every user of this machine can use this server with its key.",
          "Give each client a token with --auth-token-file.",
        ),
      ];
    const message = `Over HTTP nobody can see as which user a client runs: programs of this server's user (uid ${own}) and root can read it, ${where}.`;
    return [notChecked(check, message)];
  }
  const parent = uidOf(process.ppid);
  if (parent !== undefined && parent !== own) {
    const apart = `This process runs as uid ${own} and was started by uid ${parent}`;
    return parent === 0
      ? [notChecked(check, `${apart}, root, perhaps for somebody else. Programs of uid ${own} can read it, ${where}.`)]
      : [ok(check, `${apart}, whose programs cannot read it, ${where}.`)];
  }
  return [
    warning(check, `This process runs as the same user as its client (uid ${own}): the client's programs can read it, ${where}.`, recipe),
  ];
}

function placeOf(auth: Exclude<Auth, { kind: "none" }>): string {
  const from = auth.kind === "api_key" ? auth.from : undefined;
  if (typeof from === "object") {
    const { uid, mode } = statSync(from.file);
    return `in a file of uid ${uid} with mode ${(mode & 0o777).toString(8)}`;
  }
  if (from === "command") return "by running the command, and in this process's memory";
  return process.platform === "linux" ? "in /proc/<pid>/environ" : "in this process's environment";
}

/** The user of a process; undefined where only Linux would tell. */
function uidOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}
