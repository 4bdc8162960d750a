import type { ConnectorType } from "../../catalog/connector-type.ts";
import { firstFew } from "../../first-few.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { plainText } from "../../plain-text.ts";
import { hideInConfig } from "../../secrets/hide-in-config.ts";
import { type ConnectorCheck, type Draft, refTo } from "../check.ts";
import type { SpaceFacts } from "../facts.ts";

/** Kibana does not keep config secret. Many services issue addresses with a token in them: those have no other place. */
export const secretInConfig: ConnectorCheck = {
  name: "secret_in_config",
  finds: "passwords and tokens that everybody can read",
  ignores: "low if the service puts them into the address",
  of: "connector",
  group: "will_break",
  needs: ["connectors"],
  why: "Everybody who may list connectors can read it, and exports and backups contain it.",
  fix: "Edit the connector: move the value to its authentication or secret headers. Change it at the service too: it was readable.",
  tool: "update_connector",
  find({ connector, entry }, space) {
    const { found } = hideInConfig(connector.config ?? {});
    if (found.length === 0) return undefined;
    const inAddress = found.every(({ path, why }) => /ur[li]$/i.test(path) && !/password/.test(why));
    const places = firstFew(found, 3, ({ path, why }) => `config.${plainText(path, 60)} (${plainText(why, 60)})`);
    return {
      severity: inAddress ? "low" : "medium",
      confidence: "likely",
      connector: refTo(connector),
      covers: found.map(({ path }) => `config.${plainText(path, 200)}`),
      evidence: `A secret is readable in ${places}.`,
      ...(inAddress ? {} : moveHeaders(connector, entry, found, space)),
    };
  },
};

/** To secret headers, where all of them are headers and no other secret would be lost. */
function moveHeaders(
  { id, config }: Connector,
  entry: ConnectorType | undefined,
  found: readonly { path: string }[],
  { space, secretHeaders }: SpaceFacts,
): Pick<Draft, "next"> {
  const names = found.map(({ path }) => /^headers\.([^.]+)$/.exec(path)?.[1]);
  if (!entry?.openAddress || !secretHeaders || config?.hasAuth !== false || names.length === 0) return {};
  const headers = names.filter((name) => name !== undefined);
  if (headers.length < names.length) return {};
  const each = <T>(value: T) => Object.fromEntries(headers.map((name) => [name, value]));
  return {
    next: {
      tool: "update_connector",
      args: { id, space, config: { headers: each(null) }, secrets: { secretHeaders: each({ $ask: true }) } },
      why: "Moves it to the secrets. Change it at the service too: it was readable.",
    },
  };
}
