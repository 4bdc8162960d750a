import { escapeHidden, oneLine } from "../../plain-text.ts";
import { version } from "../../version.ts";
import type { apiKeyRequest } from "./api-key.ts";
import type { Finding } from "./finding.ts";

export interface Report {
  /** How the Kibana is named; undefined where none is set. */
  deployment: string | undefined;
  checks: Finding[];
  apiKey: ReturnType<typeof apiKeyRequest>;
  access: string;
}

export function asJson({ deployment, checks, apiKey, access }: Report): string {
  const ok = checks.every(({ result }) => result !== "failed");
  return `${escapeHidden(JSON.stringify({ version, ...(deployment !== undefined && { deployment }), access, ok, checks, api_key_request: apiKey }, null, 2))}\n`;
}

const words = { ok: "ok", warning: "warning", failed: "FAILED", not_checked: "not checked" };

export function asText({ deployment, checks, apiKey, access }: Report): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.flatMap(({ check, result, message, fix }) => [
    `  ${words[result].padEnd(12)}${oneLine(check).padEnd(width + 2)}${oneLine(message)}`,
    ...(fix === undefined ? [] : [`${" ".repeat(width + 16)}Fix: ${oneLine(fix)}`]),
  ]);
  const count = (result: Finding["result"]) => checks.filter((one) => one.result === result).length;
  return `kibana-connectors-mcp ${version}, doctor${deployment === undefined ? "" : `: ${oneLine(deployment)}`}

${lines.join("\n")}

${count("failed")} failed, ${count("warning")} warnings, ${count("not_checked")} not checked, ${count("ok")} ok.

A key with the least privileges for access "${access}", to be made by somebody who has them (Kibana, Dev Tools):

POST /_security/api_key
${escapeHidden(JSON.stringify(apiKey, null, 2))}

KIBANA_API_KEY takes the \`encoded\` value of the answer. Whoever may read connectors may also run them: Kibana knows no
level in between. Rules of a solution need its feature too, as feature_apm.read or feature_siem.read.
`;
}
