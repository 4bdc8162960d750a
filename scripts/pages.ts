import { readFileSync } from "node:fs";
import { checks } from "../src/audit/checks/index.ts";
import { type SettingRow, settingRows } from "../src/settings/index.ts";
import type { Tool } from "../src/tools/define.ts";
import { tools } from "../src/tools/index.ts";
import { cursorLink, vsCodeLink } from "./install-links.ts";
import { manifest } from "./manifest.ts";

/** docs/clients.md with its links generated again. @param published whether the package is on npm: only then can a link start it */
export function clientsPage(published = manifest.publishedOnNpm): string {
  const links = `One click: [add to Cursor](${cursorLink()}) · [add to VS Code](${vsCodeLink()}).`;
  return withPart("docs/clients.md", "links", published ? links : "");
}

/** docs/tools.md with its table generated again. */
export function toolsPage(): string {
  return withPart("docs/tools.md", "tools", toolsTable());
}

/** docs/audit.md with its table of checks generated again. */
export function auditPage(): string {
  return withPart(
    "docs/audit.md",
    "checks",
    table(
      ["check", "finds", "ignores"],
      checks.map(({ name, finds, ignores }) => [`\`${name}\``, finds, ignores]),
    ),
  );
}

function withPart(page: string, name: string, part: string): string {
  const text = readFileSync(page, "utf8");
  const place = new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`);
  if (!place.test(text)) throw new Error(`${page} has no place for ${name}.`);
  return text.replace(place, (_all, begin: string, end: string) => `${begin}${part && `${part}\n`}${end}`);
}

/** docs/settings.md: every setting. */
export function settingsPage(): string {
  return `# Settings

Each setting is a flag or a variable; the flag wins. A variable that begins with \`CONNECTORS_\` and is not listed here stops the start, so that a typo does not pass for protection.

A setting that is empty counts as not set, and so does a placeholder that a client did not fill in (\`\${user_config.name}\`, \`\${env:NAME}\`, \`\${input:name}\`, \`\${NAME}\`, \`$NAME\`, \`%NAME%\`, \`{{NAME}}\`), with a warning on stderr and in \`doctor\`. \`KIBANA_API_KEY\` takes the \`encoded\` value, \`id:api_key\`, or the whole answer that made the key; a value that cannot be a key is reported by the first call, before Kibana is asked.

A proxy is read from \`https_proxy\` or \`http_proxy\` (upper case too), with or without \`http://\`; it must speak HTTP (CONNECT), not SOCKS. \`NO_PROXY\` lists hosts that need none: names with their subdomains, \`*\`, \`10.*\`, \`10.0.0.0/8\`, ports; commas or spaces between.

Times in the journal are those of the server that wrote them, and the hour of \`--max-changes-per-hour\` ends by the clock of the server that counts: servers that share a journal need clocks that agree. Undo with \`last\` takes the order of writing among the changes of one server, whatever happens to its clock, and the times between several.

${settingsTable(settingRows())}
`;
}

function toolsTable(): string {
  return table(
    ["tool", "level", "what the agent reads"],
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
