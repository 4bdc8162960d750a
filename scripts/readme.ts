import { readFileSync } from "node:fs";
import { type SettingName, type SettingRow, settingRows } from "../src/settings.ts";
import type { Tool } from "../src/tools/define.ts";
import { tools } from "../src/tools/index.ts";
import { cursorLink, vsCodeLink } from "./install-links.ts";

/** The settings that a newcomer looks for. */
const mattering: SettingName[] = [
  "kibanaUrl",
  "apiKey",
  "sandbox",
  "access",
  "spaces",
  "protect",
  "targetHosts",
  "maxChangesPerHour",
  "confirm",
];

/** README.md with its generated parts made anew. */
export function readme(): string {
  const parts: Record<string, string> = {
    links: `[add to Cursor](${cursorLink()}) · [add to VS Code](${vsCodeLink()})`,
    tools: toolsTable(),
    settings: settingsTable(settingRows().filter(({ name }) => mattering.includes(name))),
  };
  return Object.entries(parts).reduce(
    (text, [name, part]) => {
      const place = new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`);
      if (!place.test(text)) throw new Error(`README.md has no place for ${name}.`);
      return text.replace(place, (_all, begin: string, end: string) => `${begin}${part}\n${end}`);
    },
    readFileSync("README.md", "utf8"),
  );
}

/** docs/settings.md: every setting. */
export function settingsPage(): string {
  return `# Settings

A flag, or its variable; the flag wins. A variable that begins with \`CONNECTORS_\` and is none of these stops the start, so that a typo does not pass for protection.

What is set and empty counts as not set, and so does a placeholder that a client did not fill in (\`\${user_config.name}\`, \`\${env:NAME}\`, \`\${input:name}\`, \`\${NAME}\`), with a warning on stderr and in \`doctor\`. \`KIBANA_API_KEY\` takes the \`encoded\` value, \`id:api_key\`, or the whole answer that made the key; what can be no key is told by the first call, before Kibana is asked.

A proxy is read from \`https_proxy\` or \`http_proxy\` (capitals too), with or without \`http://\`. \`NO_PROXY\` lists hosts without one: names with all below them, \`*\`, \`10.*\`, \`10.0.0.0/8\`, ports; commas or spaces between.

${settingsTable(settingRows())}
`;
}

function toolsTable(): string {
  return table(
    ["tool", "level", "for the agent it says"],
    tools.map((tool) => [`\`${tool.name}\``, level(tool), tool.description]),
  );
}

function level({ access, risk }: Tool): string {
  return risk === "destructive" ? `${access}, destructive` : access;
}

function settingsTable(rows: SettingRow[]): string {
  return table(
    ["flag", "variable", "what it does"],
    rows.map(({ flag, value, variable, about }) => [`\`${value ? `${flag} ${value}` : flag}\``, `\`${variable}\``, about]),
  );
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
