import { connectorType } from "../../catalog/index.ts";
import { knownWebhook } from "../../catalog/known-webhooks.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import { unusable } from "../../kibana/connector-types.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { compact } from "../fields.ts";
import { proposalInWords, proposedSecrets } from "./proposed-secrets.ts";

type Config = Record<string, unknown>;

interface Addressed {
  type: string;
  name: string;
  config: Config;
  /** The config stored under the same id: an address that merely stays gives nothing new away. */
  stored?: Config | undefined;
}

/**
 * Refuses the address of a known service in the config of another type: whoever has it can post there, and config is
 * readable by everybody who may read connectors. The address is not in the error.
 * @param types what this Kibana offers, requested only if an address is recognised
 * @throws ToolError literal_secret_refused
 */
export async function assertNoKnownWebhook(
  { type, name, config, stored = {} }: Addressed,
  types: () => Promise<readonly LiveType[]> | readonly LiveType[],
  source: SecretSource,
): Promise<void> {
  for (const [field, value] of Object.entries(config)) {
    const found = typeof value === "string" && value !== stored[field] ? knownWebhook(value) : undefined;
    if (!found || found.type === type) continue;
    const live = (await types()).find((one) => one.id === found.type);
    // If this Kibana does not have that type, only the generic one is left: a person is asked about the secret in its URL.
    if (!live || unusable(live, false)) continue;
    const proposal = await proposedSecrets(
      found.fields,
      await connectorType(found.type),
      { type: found.type, name, config: found.config },
      source,
    );
    const call = `create_connector with type: "${found.type}"${found.config ? `, config: ${JSON.stringify(found.config)}` : ""}, ${proposalInWords(proposal, source)}`;
    source.refused?.add(value, field);
    const change = Object.keys(stored).length > 0;
    throw new ToolError(
      "literal_secret_refused",
      `config.${field} is an address of ${found.service}: whoever has it can post there, and everyone who may read connectors can read the config of ${type}. Nothing was written.`,
      `Use the type made for it, which keeps this encrypted: ${call}.${change ? " A connector cannot change its type: replace_connector then moves the rules." : ""} The address is now in this conversation: have it renewed at the service if that matters.`,
      compact({ path: `config.${field}`, type: found.type, config: found.config && { ...found.config }, ...proposal }),
    );
  }
}
