import { isDeepStrictEqual } from "node:util";
import { connectorType } from "../../catalog/index.ts";
import type { CheckedSpace } from "../../change/checked-space.ts";
import type { Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { assertRunnable } from "../connectors/connector-row.ts";
import { assertSaved } from "../connectors/preconfigured.ts";
import type { ToolContext } from "../define.ts";
import { literalsInConfig } from "../secrets/config-secrets.ts";
import { encodedConfig } from "../secrets/encoded-config.ts";
import { assertNoKnownWebhook } from "../secrets/known-webhook.ts";
import { assertNoMarks } from "../secrets/redaction-marks.ts";
import { isRotation, rotation } from "../secrets/rotation.ts";
import { assertKnownKeys } from "./known-keys.ts";
import { mergeConfig } from "./merge-config.ts";
import type { Surroundings } from "./plan-create.ts";
import { planRotation } from "./plan-rotation.ts";
import { planUpdate } from "./plan-update.ts";

/** What a call changes of a connector. */
export interface Patch {
  name?: string | undefined;
  /** A merge patch. */
  config?: Record<string, unknown> | undefined;
  secrets?: Record<string, unknown> | undefined;
  assert_no_other_secrets?: boolean | undefined;
}

/**
 * The plan that changes what a patch names and keeps the rest; undefined if nothing would change.
 * @throws ToolError preconfigured, type_unusable, secret_refused, secrets_needed, invalid_config
 */
export async function planPatch(
  before: Connector,
  { name, config: patch = {}, secrets = {}, assert_no_other_secrets: noOthers }: Patch,
  space: CheckedSpace,
  surroundings: Surroundings,
  context: ToolContext,
): Promise<Plan | undefined> {
  const { status } = surroundings;
  assertSaved(before, "changed", { status, url: context.deployment.url });
  assertNoMarks("name", name, "The name has a part that is hidden here: leave it as it is, or give another one whole.");
  assertNoMarks("config", patch, "Name only what changes: everything else stays as it is.");
  if (isRotation(secrets)) {
    if (name === undefined && Object.keys(patch).length === 0) return planRotation(before, space, context);
    throw new ToolError(
      "invalid_arguments",
      `secrets ${rotation} makes another token and changes nothing else.`,
      "Change the name and config in a call of its own.",
    );
  }
  const entry = await connectorType(before.type);
  const types = await context.kibana.connectorTypes(space);
  assertRunnable(before, types);
  await assertNoKnownWebhook(
    { type: before.type, name: before.name, config: patch, stored: before.config },
    async () => types,
    context.secrets,
  );
  const asksBecause = literalsInConfig({ given: patch, stored: before.config, entry, status }, context.secrets);
  const encoded = encodedConfig(entry, patch);
  const after = { name: name ?? before.name, config: mergeConfig(entry, before.config ?? {}, encoded.config) };
  const stays = after.name === before.name && isDeepStrictEqual(after.config, before.config ?? {}) && Object.keys(secrets).length === 0;
  if (stays) return undefined;
  assertKnownKeys(entry, { config: after.config, stored: before.config }, status);
  const wanted = { space, before, after, secrets, noOtherSecrets: noOthers ?? false, verb: "Update", repoints: true as const };
  const plan = await planUpdate(wanted, surroundings, context);
  return { ...plan, warnings: [...encoded.notes, ...plan.warnings], asksBecause };
}
