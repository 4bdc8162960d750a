import * as z from "zod";
import type { Op } from "../change/op.ts";
import type { NextCall, NoChange, Plan } from "../change/plan.ts";
import type { Connector } from "../kibana/connectors.ts";
import { fieldsWithValue } from "../sealed.ts";
import { lookAtWorkflows } from "../usage/look.ts";
import { howToAuthorise } from "./connectors/authorise.ts";
import { connectorView } from "./connectors/connector-row.ts";
import { findConnector } from "./connectors/find-connector.ts";
import { mayWorkOtherwise, safeTest } from "./connectors/safe-test.ts";
import { reportOfEach, type SpacesPlan } from "./connectors/space-rows.ts";
import { changeInSpaces, type ToolContext } from "./define.ts";
import { changedSpaces, compact, connector, connectorName } from "./fields.ts";
import { planPatch } from "./plans/plan-patch.ts";
import { planUpdateInSpaces } from "./plans/update-in-spaces.ts";
import { copiesLeft } from "./secrets/copies-left.ts";
import { reenterSecrets } from "./secrets/reenter-secrets.ts";
import { workflowRows } from "./workflows/workflow-rows.ts";

/** What Kibana never changes (reference/kibana-api.md §1.1, §1.5). */
function fixed(what: string): string {
  return `the ${what} of a connector cannot change: create another with create_connector${what === "id" ? " and `from`" : ""}; replace_connector moves its rules there`;
}

export const updateConnector = changeInSpaces({
  name: "update_connector",
  title: "Update connector",
  description:
    "Rename a connector, change single config keys, rotate secrets; in several spaces all copies (same type and name). Keeps what is not named; stops if a stored secret would be lost. Type and id cannot change. A person is asked.",
  risk: "destructive",
  access: "change",
  idempotent: true,
  input: z.strictObject({
    id: connector,
    space: changedSpaces,
    name: connectorName.optional(),
    config: z.looseObject({}).optional().describe("Merge patch: only what changes; null removes a key"),
    secrets: z
      .looseObject({})
      .optional()
      .describe('Field → {"$env"}, {"$file"} or, on a local server, {"$ask": true}: all that are stored'),
    assert_no_other_secrets: z.boolean().optional().describe("Only if nobody is asked"),
  }),
  argumentHints: { type: fixed("type"), connector_type_id: fixed("type"), new_id: fixed("id"), connector_id: fixed("id") },
  async plan({ id, ...patch }, context): Promise<Plan | NoChange> {
    const { kibana, space: target } = context;
    kibana.begin((reader, last) => [
      reader.connectorTypes(target),
      ...(last && patch.name !== undefined ? [lookAtWorkflows(reader, target, last)] : []),
    ]);
    const [before, status, existing] = await Promise.all([findConnector(kibana, target, id), kibana.status(), kibana.connectors(target)]);
    const plan = await planPatch(before, patch, target, { status, existing }, context);
    if (!plan) return unchanged(before, target, context);
    return { ...plan, warnings: [...plan.warnings, ...(await copiesLeft([plan], [{ space: target, existing }], context))] };
  },
  planSeveral: (asked, spaces, context): Promise<SpacesPlan | NoChange> => planUpdateInSpaces(asked, spaces, context),
  async report(plan: Plan | SpacesPlan, results, { deployment }) {
    const [only] = results;
    if (only?.op.op === "rotate" && !("beside" in plan)) {
      if (only.outcome !== "done") return {};
      return { result: { connector: connectorView(only.op.before, only.op.space), rotated: ["ingest_token"] } };
    }
    const { op, outcome, stored } = results.find((one) => one.op.op === "update") ?? {};
    const workflows = workflowRows(plan.ops, results);
    if ("beside" in plan) {
      const done = results.find((one) => one.outcome === "done" && one.op.op === "update");
      const given = done?.op.op === "update" ? fieldsWithValue(done.op.secrets) : [];
      const told = reportOfEach(plan, results);
      return { ...told, result: compact({ ...told.result, secrets_stored: given, workflows }), next: done ? await testOf(done.op) : [] };
    }
    if (outcome !== "done" || op?.op !== "update") return { result: compact({ workflows }) };
    // The name of a way to authenticate stands among the secrets as it is.
    const given = fieldsWithValue(op.secrets).filter((field) => typeof op.secrets[field] !== "string");
    return {
      result: compact({
        connector: stored && connectorView(stored, op.space),
        // Whether a value is another one than before Kibana does not tell; the plan does where the journal knows.
        secrets_stored: given,
        authorise: howToAuthorise(op.before, deployment.url, op.space),
        workflows,
      }),
      next: await testOf(op),
    };
  },
});

/** Nothing is named that differs; where its secrets are lost, with the call that enters them again. */
async function unchanged(before: Connector, space: string, { secrets }: ToolContext): Promise<NoChange> {
  return {
    ...{ noChange: true, space, result: { connector: connectorView(before, space) } },
    warnings: before.missingSecrets ? ["It has lost its secrets: Kibana skips its runs until they are entered again."] : [],
    next: before.missingSecrets ? [await reenterSecrets(before, space, secrets)] : [],
  };
}

/** The call that tests a changed connector, if it may work otherwise now. */
async function testOf(op: Op): Promise<NextCall[]> {
  if (op.op !== "update" || !mayWorkOtherwise(op)) return [];
  const changed = { id: op.id, type: op.before.type, config: op.after.config };
  return safeTest(changed, op.space, "Test it: Kibana does not check secrets when it stores them.");
}
