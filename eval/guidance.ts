import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Elastic's own guidance for agents that manage connectors over HTTP. Apache-2.0; fetched where it is published, never part of this repository. */
const published =
  "https://raw.githubusercontent.com/elastic/agent-skills/9548ff5c4d77267553e9eeabb8aaa2fe4eb2aa5d/skills/kibana/kibana-connectors";
const files = ["SKILL.md", "references/action-design.md", "references/workflows.md"] as const;

export interface Guidance {
  /** What the model is told at once. */
  text: string;
  /** Where the other files are. */
  folder: string;
}

/**
 * @param folder a copy of `skills/kibana/kibana-connectors` of elastic/agent-skills
 * @param cache where it is kept once it was fetched
 */
export async function readGuidance(folder: string | undefined, cache: string): Promise<Guidance> {
  const from = folder ?? cache;
  if (folder === undefined) for (const file of files) await fetched(file, cache);
  const main = join(from, files[0]);
  if (!existsSync(main)) throw new Error(`There is no ${main}. --guidance takes a copy of ${published}.`);
  return { text: readFileSync(main, "utf8"), folder: from };
}

async function fetched(file: string, cache: string): Promise<void> {
  const path = join(cache, file);
  if (existsSync(path)) return;
  const answer = await fetch(`${published}/${file}`).catch((error: Error) => {
    throw new Error(
      `Elastic's guidance for the shell cannot be fetched (${error.message}). Give a copy with --guidance FOLDER, or run --arm server alone.`,
    );
  });
  if (!answer.ok)
    throw new Error(`${published}/${file} answers ${answer.status}. Give a copy with --guidance FOLDER, or run --arm server alone.`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await answer.text());
}
