import { readFileSync } from "node:fs";
import * as z from "zod";

const Manifest = z.object({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  mcpName: z.string(),
  publishedOnNpm: z.boolean(),
  license: z.string(),
  keywords: z.array(z.string()),
  author: z.object({ name: z.string() }),
  engines: z.object({ node: z.string() }),
});

/** package.json: the only place for name, version and author. */
export const manifest = Manifest.parse(JSON.parse(readFileSync("package.json", "utf8")));

/** What a client runs once the package is on npm. Until then the name is free: whoever registered it would be given the user's key. */
export const fromNpm = { command: "npx", args: ["-y", manifest.name] };

/** A name that the host fills in: \${user_config.api_key} and the like. */
export function filledIn(name: string): string {
  return `\${${name}}`;
}
