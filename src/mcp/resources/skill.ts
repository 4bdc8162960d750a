import { access, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Resource, ResourceSource } from "./source.ts";

const name = "kibana-connectors";
const prefix = `skill://${name}/`;

/** The skill's folder: the nearest one above this file, next to `dist` in a package and next to `src` in a checkout. */
async function folder(): Promise<string> {
  for (let above = dirname(fileURLToPath(import.meta.url)); ; above = dirname(above)) {
    const candidate = join(above, "skill", name);
    const found = await access(join(candidate, "SKILL.md")).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
    if (above === dirname(above)) throw new Error(`The folder skill/${name} was not found next to this program.`);
  }
}

async function pages(): Promise<Map<string, string>> {
  const root = await folder();
  const references = (await readdir(join(root, "references"))).filter((file) => file.endsWith(".md")).sort();
  const paths = ["SKILL.md", ...references.map((file) => `references/${file}`)];
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), "utf8")] as const)));
}

function resource([path, text]: [string, string]): Resource {
  const title = /^# (.+)$/m.exec(text)?.[1];
  const description = /^description: (.+)$/m.exec(text)?.[1];
  return {
    uri: prefix + path,
    name: path,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    mimeType: "text/markdown",
    size: Buffer.byteLength(text),
  };
}

/** The instructions for agents: the same pages that clients with skills read from disk. */
export const skillPages: ResourceSource = {
  prefix,
  templates: [],
  list: async () => [...(await pages())].map(resource),
  async read(uri) {
    const text = (await pages()).get(uri.slice(prefix.length));
    return text === undefined ? undefined : { mimeType: "text/markdown", text };
  },
  complete: async () => [],
};
