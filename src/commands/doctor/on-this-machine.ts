import { randomUUID } from "node:crypto";
import { open, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { journalFiles } from "../../change/journal-folder.ts";
import { ToolError } from "../../errors.ts";
import { codeOf, exposedFolder, makePrivateFolder } from "../../private-files.ts";
import { bindingSuffix, readBindings } from "../../settings/bindings.ts";
import { isUnfilled } from "../../settings/given-values.ts";
import { isRemote } from "../../settings/http.ts";
import type { Settings } from "../../settings/index.ts";
import { doubtful, type Finding, failed, ok, warning } from "./finding.ts";

type Env = Record<string, string | undefined>;

/** Checks that do not need Kibana: the journal's folder, the secrets, and who is asked. */
export async function onThisMachine(settings: Settings, env: Env, journal: string): Promise<Finding[]> {
  return [await journalFolder(settings, journal), ...variables(settings, env), ...(await secretFolder(settings)), consent(settings)];
}

/** Creates and removes a file: permissions alone do not reveal a full or read-only disk. */
async function journalFolder({ access }: Settings, dir: string): Promise<Finding> {
  const exposed = await journalFiles(dir).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (exposed instanceof ToolError) return (access === "read" ? warning : failed)("journal", exposed.message, exposed.fix);
  const probe = join(dir, `doctor-${randomUUID()}.tmp`);
  try {
    await makePrivateFolder(dir);
    const file = await open(probe, "wx", 0o600);
    await file.writeFile("doctor\n");
    await file.sync();
    await file.close();
    await unlink(probe);
  } catch (error) {
    const message = `The journal's folder ${dir} cannot be written to (${codeOf(error)})`;
    const fix = "Free some space or fix the folder's permissions, or set CONNECTORS_JOURNAL_DIR to a folder that can be written to.";
    if (access === "read") return warning("journal", `${message}: this server may only read, so nothing is lost.`, fix);
    return failed("journal", `${message}: no change would be made.`, fix);
  }
  const { mode } = await stat(dir);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    return warning("journal", `Others on this machine can look into ${dir}, which holds earlier configs.`, `chmod 700 ${dir}`);
  }
  return ok("journal", `${dir} can be written to.`);
}

function variables(settings: Settings, env: Env): Finding[] {
  const names = Object.keys(env).filter((name) => name.startsWith(settings.secretPrefix));
  const bindings = names.filter((name) => name.endsWith(bindingSuffix));
  const values = names.filter((name) => !name.endsWith(bindingSuffix)).sort();
  const empty = values.filter((name) => !env[name]);
  const unfilled = values.filter((name) => isUnfilled(env[name] ?? ""));
  return [
    ok(
      "secrets",
      values.length > 0
        ? `Variables for {"$env": …}: ${values.join(", ")}.`
        : `No variable begins with ${settings.secretPrefix}; {"$ask": true} needs none.`,
    ),
    ...empty.map((name) => failed("secrets", `${name} is empty.`, "Set it or remove it.")),
    ...unfilled.map((name) => failed("secrets", `${name} holds a placeholder that nobody filled in.`, "Set it or remove it.")),
    ...bindings
      .filter((name) => !readBindings(env[name] ?? ""))
      .map((name) =>
        failed(
          "secrets",
          `${name} is not a valid binding, so its secret goes nowhere.`,
          "Write type@host, such as .pagerduty@events.pagerduty.com.",
        ),
      ),
    ...doubtful(settings, "secrets"),
  ];
}

async function secretFolder({ secretDir }: Settings): Promise<Finding[]> {
  if (secretDir === undefined) return [];
  const fix = "Correct CONNECTORS_SECRET_DIR.";
  try {
    if (!(await stat(secretDir)).isDirectory()) return [failed("secrets", `${secretDir} is not a folder.`, fix)];
  } catch (error) {
    return [failed("secrets", `The secrets folder ${secretDir} cannot be read (${codeOf(error)}).`, fix)];
  }
  const exposed = exposedFolder(secretDir);
  if (exposed) return [failed("secrets", `${exposed.problem}.`, exposed.fix)];
  return [ok("secrets", `{"$file": …} reads from ${secretDir}.`)];
}

function consent({ access, skipConfirmation, approveWith, confirm, confirmKey, http }: Settings): Finding {
  if (access === "read") return ok("consent", "Nothing to ask: this server may only read.");
  if (skipConfirmation) {
    return warning(
      "consent",
      "Nobody is asked before a change.",
      "Fine in a pipeline that somebody watches. Anywhere else remove CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION.",
    );
  }
  if (approveWith) {
    const others = confirm === "token" ? "the agent's token" : confirm === "form" ? "a form of the client" : "the same page";
    return ok(
      "consent",
      `What changes, removes or sends something takes a person's passkey on a page; for what only adds something, ${others} is enough.`,
    );
  }
  if (http?.stateless && confirm !== "token") {
    return warning(
      "consent",
      confirmKey
        ? "A stateless server asks only through clients of protocol 2026-07-28: for all others, changes that need a person are refused."
        : "A stateless server cannot ask anybody without a key: changes that need a person are refused.",
      confirmKey
        ? "Use such clients, or leave out --confirm form: then the agent passes a signed continuation back."
        : "Set CONNECTORS_CONFIRM_KEY, the same in all replicas: alone it lets the agent pass a signed continuation back, with --confirm form newer clients ask the person.",
    );
  }
  if (confirm === "token") {
    return warning(
      "consent",
      "Nobody is asked: the agent gets a token and passes it back by itself.",
      "Set CONNECTORS_CONFIRM to form or page if somebody sits at this machine.",
    );
  }
  if (isRemote(http)) return ok("consent", "A person is asked through the client, in a form; a shared server shows no page.");
  return ok("consent", "A person is asked through the client, or on a page on this machine.");
}
