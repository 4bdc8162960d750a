import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { connectorType } from "../catalog/index.ts";
import type { NoChange, Plan } from "../change/plan.ts";
import { lookAtWorkflows } from "../usage/look.ts";
import { howToAuthorise } from "./connectors/authorise.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { findConnector } from "./connectors/find-connector.ts";
import { assertSaved } from "./connectors/preconfigured.ts";
import { mayWorkOtherwise, safeTest } from "./connectors/safe-test.ts";
import { changeTool } from "./define.ts";
import { changedSpace, compact, connector, connectorName } from "./fields.ts";
import { mergeConfig } from "./plans/merge-config.ts";
import { planUpdate } from "./plans/plan-update.ts";
import { literalsInConfig } from "./secrets/config-secrets.ts";
import { encodedConfig } from "./secrets/encoded-config.ts";
import { assertNoKnownWebhook } from "./secrets/known-webhook.ts";
import { assertNoMarks } from "./secrets/redaction-marks.ts";
import { workflowRows } from "./workflows/workflow-rows.ts";

/** What Kibana never changes (reference/kibana-api.md §1.1, §1.5). */
function fixed(what: string): string {
  return `the ${what} of a connector cannot change: create another with create_connector${what === "id" ? " and `from`" : ""}; replace_connector moves its rules there`;
}

export const updateConnector = changeTool({
  name: "update_connector",
  title: "Update connector",
  description:
    "Rename a connector, change single config keys, rotate secrets. Kibana's own update replaces everything; this keeps what is not named, and stops if a stored secret would be lost. Type and id cannot change. A person is asked.",
  risk: "destructive",
  access: "change",
  idempotent: true,
  input: z.strictObject({
    id: connector,
    space: changedSpace,
    name: connectorName.optional(),
    config: z.looseObject({}).optional().describe("Merge patch: only what changes; null removes a key"),
    secrets: z
      .looseObject({})
      .optional()
      .describe('Field → {"$env"}, {"$file"} or, on a local server, {"$ask": true}: all that are stored'),
    assert_no_other_secrets: z.boolean().optional().describe("Only if nobody is asked"),
  }),
  argumentHints: { type: fixed("type"), connector_type_id: fixed("type"), new_id: fixed("id"), connector_id: fixed("id") },
  async plan({ id, name, config: patch = {}, secrets = {}, assert_no_other_secrets: noOthers }, context): Promise<Plan | NoChange> {
    const { kibana, space: target } = context;
    kibana.begin((reader, last) => [
      reader.connectors(target),
      ...(last && name !== undefined ? [lookAtWorkflows(reader, target, last)] : []),
    ]);
    const [before, status] = await Promise.all([findConnector(kibana, target, id), kibana.status()]);
    assertSaved(before, "changed", { status, url: context.deployment.url });
    assertNoMarks("config", patch, "Name only what changes: everything else stays as it is.");
    const entry = await connectorType(before.type);
    const types = () => kibana.connectorTypes(target);
    await assertNoKnownWebhook({ type: before.type, name: before.name, config: patch, stored: before.config }, types, context.secrets);
    const asksBecause = literalsInConfig({ given: patch, stored: before.config, entry, status }, context.secrets);
    const encoded = encodedConfig(entry, patch);
    const after = { name: name ?? before.name, config: mergeConfig(entry, before.config ?? {}, encoded.config) };
    if (after.name === before.name && isDeepStrictEqual(after.config, before.config ?? {}) && Object.keys(secrets).length === 0) {
      return { noChange: true, space: target, result: { connector: connectorView(before, target) }, warnings: [], next: [] };
    }
    const wanted = { space: target, before, after, secrets, noOtherSecrets: noOthers ?? false, verb: "Update", repoints: true as const };
    const plan = await planUpdate(wanted, status, context);
    return { ...plan, warnings: [...encoded.notes, ...plan.warnings], asksBecause };
  },
  async report(plan, results, { deployment }) {
    const { op, outcome, stored } = results.find((one) => one.op.op === "update") ?? {};
    const workflows = workflowRows(plan.ops, results);
    if (outcome !== "done" || op?.op !== "update") return { result: compact({ workflows }) };
    // The name of a way to authenticate stands among the secrets as it is.
    const rotated = Object.keys(op.secrets).filter((field) => typeof op.secrets[field] !== "string");
    return {
      result: compact({
        connector: stored && connectorView(stored, op.space),
        rotated,
        authorise: howToAuthorise(op.before, deployment.url, op.space),
        workflows,
      }),
      next: mayWorkOtherwise(op)
        ? await safeTest(
            { id: op.id, type: op.before.type, config: op.after.config },
            op.space,
            "Test it: Kibana does not check secrets when it stores them.",
          )
        : [],
    };
  },
});
