import type { Config, ConnectorType } from "../../catalog/connector-type.ts";
import { fileFields } from "../../catalog/file-fields.ts";
import { ToolError } from "../../errors.ts";
import { encodedFile } from "../../secrets/certificate.ts";

/**
 * A config with its files, such as the certificate authority, in the form that Kibana decodes.
 * @returns the config, and notes on what was rewritten
 * @throws ToolError invalid_config if Kibana could only decode rubbish
 */
export function encodedConfig(entry: ConnectorType | undefined, config: Config): { config: Config; notes: string[] } {
  const notes: string[] = [];
  const rewritten: Config = {};
  for (const [field, kind] of fileFields(entry, "config")) {
    const value = config[field];
    if (typeof value !== "string" || value === "") continue;
    const path = `config.${field}`;
    const result = encodedFile(Buffer.from(value), kind);
    if ("refused" in result) {
      const problems = [{ path, problem: result.refused, suggestion: result.fix }];
      throw new ToolError("invalid_config", `${path} ${result.refused}.`, result.fix, { problems });
    }
    if (result.base64 === value) {
      if (result.warning) notes.push(`${path} ${result.warning}.`);
      continue;
    }
    rewritten[field] = result.base64;
    notes.push(`${path} is stored as the base64 of what was given: Kibana decodes it.${result.warning ? ` It ${result.warning}.` : ""}`);
  }
  return { config: { ...config, ...rewritten }, notes };
}
