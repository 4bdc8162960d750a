import { connectorType } from "../../catalog/index.ts";
import { credentialsFor } from "../../catalog/when.ts";
import type { NextCall } from "../../change/plan.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { SecretSource } from "../../secrets/secret-source.ts";
import { existing, nameMeant, offeredReference, proposedSecrets } from "./proposed-secrets.ts";

/** The call that enters the secrets of a connector again, after it has lost them. */
export async function reenterSecrets(
  { id, type, name, config }: Pick<Connector, "id" | "type" | "name" | "config">,
  space: string,
  source: SecretSource,
): Promise<NextCall> {
  const entry = await connectorType(type);
  const [way] = entry ? credentialsFor(entry, config ?? {}) : [];
  const { secrets, ...names } = await proposedSecrets(way?.fields ?? [], entry, { id, type, name, space, config }, source);
  const asked = Object.keys(secrets).length > 0 ? secrets : source.noPage ? { "…": offeredReference(source) } : { $ask: true };
  const meant = nameMeant(asked);
  const how = [source.noPage ? "" : "A person types them on a local page.", meant && `Give it${meant}.`, existing(names)]
    .filter((one) => one !== "")
    .join(" ");
  return { tool: "update_connector", args: { id, space, secrets: asked }, why: `Enter its secrets again. ${how}`.trim() };
}
