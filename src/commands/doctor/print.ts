import { escapeHidden, oneLine } from "../../plain-text.ts";
import { version } from "../../version.ts";
import type { KeyRequest } from "./api-key.ts";
import type { Finding } from "./finding.ts";

export interface Report {
  /** The name of the Kibana; undefined if none is set. */
  deployment: string | undefined;
  checks: Finding[];
  /** Undefined if no privilege is missing and --key is not given. */
  key: KeyRequest | undefined;
  /** Undefined where the settings cannot be read. */
  access: string | undefined;
}

export function asJson({ deployment, checks, key, access }: Report): string {
  const ok = checks.every(({ result }) => result !== "failed");
  const report = {
    version,
    ...(deployment !== undefined && { deployment }),
    ...(access !== undefined && { access }),
    ok,
    checks: checks.map(({ wantsKey: _wantsKey, ...shown }) => shown),
    ...(key && { api_key_request: key.request }),
  };
  return `${escapeHidden(JSON.stringify(report, null, 2))}\n`;
}

const words = { ok: "ok", warning: "warning", failed: "FAILED", not_checked: "not checked" };

export function asText({ deployment, checks, key, access }: Report): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.flatMap(({ check, result, message, fix }) => [
    `  ${words[result].padEnd(12)}${oneLine(check).padEnd(width + 2)}${oneLine(message)}`,
    ...(fix === undefined ? [] : [`${" ".repeat(width + 16)}Fix: ${oneLine(fix)}`]),
  ]);
  const count = (result: Finding["result"]) => checks.filter((one) => one.result === result).length;
  return `kibana-connectors-mcp ${version}, doctor${deployment === undefined ? "" : `: ${oneLine(deployment)}`}

${lines.join("\n")}

${count("failed")} failed, ${count("warning")} warnings, ${count("not_checked")} not checked, ${count("ok")} ok.
${key && access !== undefined ? recipe(key, access) : ""}`;
}

function recipe({ request, spaces }: KeyRequest, access: string): string {
  const where = spaces.length === 1 ? `the space ${spaces[0]}` : `the spaces ${spaces.join(", ")}`;
  return `
A key with the least privileges for access "${access}" in ${oneLine(where)}, to be made by somebody who has them (in Kibana's Dev Tools):

POST /_security/api_key
${escapeHidden(JSON.stringify(request, null, 2))}

KIBANA_API_KEY takes the \`encoded\` value of the answer. Whoever may read connectors may also run them: Kibana has no
level in between. Rules of a solution need its feature too, such as feature_apm.read or feature_siem.read. Add other spaces
to resources, as "space:<id>"; "*" means all.
`;
}
