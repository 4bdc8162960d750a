import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { exportFormats } from "../as-code/origin.ts";
import { systemClock } from "../change/clock.ts";
import type { Principal } from "../change/principal.ts";
import { ToolError } from "../errors.ts";
import { startCallLimit } from "../kibana/deadline.ts";
import { hidingKnown, oneLine, word } from "../plain-text.ts";
import { makePrivateFolder } from "../private-files.ts";
import { type Flags, flag, flagsHelp, list, oneOf, text } from "../settings/flags.ts";
import { connectionSettings, readSettings, type Settings, settingsHelp } from "../settings/index.ts";
import { withTypesOf } from "../tools/connectors/offered-types.ts";
import { createSpaceChecks } from "../tools/connectors/spaces.ts";
import { type ConnectorExport, type ExportRequest, exportFiles } from "../tools/exports/export-files.ts";
import { version } from "../version.ts";
import { withApiKey } from "./api-key-command.ts";
import { openKibana } from "./open-kibana.ts";
import { foreignLink, linkedElsewhere, NotWritten, writePrivate } from "./private-file.ts";
import { redactorOf } from "./redactor.ts";

const own = {
  out: { value: "DIR", about: "Folder for the files; created if missing", schema: text },
  format: { value: "FORMAT", about: `${exportFormats.join(", ")} (default: terraform)`, schema: oneOf(exportFormats) },
  ids: { value: "IDS", about: "Only these, by id or exact name, comma-separated", schema: list },
  type: { value: "TYPE", about: "Only connectors of this type", schema: text },
  text: { value: "TEXT", about: "Only those with this text in their name or id", schema: text },
  allSpaces: { value: "", about: "All spaces that the key sees, or those of --spaces", schema: flag },
  secretsInState: { value: "", about: "Terraform: the older attribute, which keeps secrets in the state", schema: flag },
  force: { value: "", about: "Replace existing files", schema: flag },
} satisfies Flags;

const takes = [...connectionSettings, "space", "secretPrefix"] as const;

export const exportHelp = () => `kibana-connectors-mcp export --out DIR: connectors as Terraform, kibana.yml or a curl script

Nothing is changed in Kibana, and the files contain no secrets: they say which to set. Only their owner can read them,
and none is replaced without --force.
Exit code: 0 written, 1 failed or nothing to write, 2 the command line or the settings cannot be read.

${flagsHelp(own)}

${settingsHelp(takes)}
  --help
`;

/** Writes connectors as code into a folder. @returns the exit code */
export async function exportCommand(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(exportHelp());
    return 0;
  }
  const read = readSettings(argv, env, { takes, own });
  const problems = "problems" in read ? read.problems : read.own.out === undefined ? ["--out DIR is missing."] : [];
  if ("problems" in read || read.own.out === undefined) {
    process.stderr.write(`kibana-connectors-mcp export cannot run:\n${problems.map((one) => `  - ${one}\n`).join("")}`);
    return 2;
  }
  const { out, force = false, allSpaces, format = "terraform", ...which } = read.own;
  for (const warning of read.settings.warnings) process.stderr.write(`kibana-connectors-mcp: ${warning}\n`);
  const redactor = redactorOf(read.settings, env);
  const { text: scrub } = redactor;
  const settings = await withApiKey(read.settings, redactor);
  try {
    const result = await hidingKnown({ text: scrub, said: scrub }, () =>
      exportedBy(settings, { format, ...which, space: allSpaces ? "*" : undefined }),
    );
    for (const warning of result.warnings) process.stderr.write(`Note: ${oneLine(scrub(warning))}\n`);
    for (const { id, space, why, skeleton = "" } of result.skipped)
      process.stderr.write(`Left out: ${oneLine(scrub(`${word(id)} in ${space}: ${why}`))}\n${scrub(skeleton)}`);
    if (result.files.length === 0) {
      process.stderr.write(`Nothing is written: none of ${result.seen} connectors can be exported.\n`);
      return 1;
    }
    const files = result.files.map(({ name, text }) => ({ path: join(out, name), text: scrub(text) }));
    const there = force ? [] : await existing(files.map(({ path }) => path));
    if (there.length > 0) {
      process.stderr.write(
        `Nothing is written: ${there.join(", ")} ${there.length === 1 ? "is" : "are"} there already. --force replaces them.\n`,
      );
      return 1;
    }
    await write(out, files);
    process.stdout.write(`${files.map(({ path }) => `${path}\n`).join("")}`);
    process.stderr.write(`${result.exported} of ${result.seen} connectors written as ${format}.\n`);
    return 0;
  } catch (error) {
    if (error instanceof ToolError) process.stderr.write(`${oneLine(scrub(error.message))}\n${oneLine(scrub(error.fix))}\n`);
    else if (error instanceof NotWritten || (error instanceof Error && "code" in error))
      process.stderr.write(`The files cannot be written: ${error.message}\n`);
    else throw error;
    return 1;
  }
}

async function exportedBy(settings: Settings, request: ExportRequest): Promise<ConnectorExport> {
  const { reader, deployment, close } = await openKibana(settings, version);
  const limit = startCallLimit(settings.timeout);
  const kibana = reader.until(limit.signal);
  const principal: Principal = { name: "local", access: "read", spaces: settings.spaces };
  try {
    return await withTypesOf(kibana, () =>
      exportFiles(request, {
        ...{ kibana, settings, deployment, principal },
        spaces: createSpaceChecks(systemClock)(kibana, principal),
        signal: limit.signal,
      }),
    );
  } finally {
    limit.end();
    await close();
  }
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const there = await Promise.all(
    paths.map((path) =>
      lstat(path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code !== "ENOENT") throw error;
          return false;
        },
      ),
    ),
  );
  return paths.filter((_path, index) => there[index]);
}

async function write(folder: string, files: readonly { path: string; text: string }[]): Promise<void> {
  await makePrivateFolder(folder);
  const links = await Promise.all([foreignLink(folder), ...files.map(({ path }) => linkedElsewhere(path))]);
  const linked = links.find((one) => one !== undefined);
  if (linked !== undefined) throw new NotWritten(`${linked}.`);
  for (const { path, text } of files) await writePrivate(path, text);
}
