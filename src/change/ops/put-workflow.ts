import { ToolError } from "../../errors.ts";
import { KibanaError } from "../../kibana/errors.ts";
import type { Workflow } from "../../kibana/workflows.ts";
import { plainText, quoted } from "../../plain-text.ts";
import { referencesOf } from "../../usage/workflow-references.ts";
import { keyedDigest } from "../digest.ts";
import type { PutWorkflowOp } from "../op.ts";
import { limitOf, whileLimited } from "../rate-limit.ts";
import { lastLook, outdated } from "./last-look.ts";
import type { Means, OpKind } from "./op-kind.ts";
import { assertAsAgreed } from "./touched-connectors.ts";

export const putWorkflow: OpKind<PutWorkflowOp> = {
  /** Kibana stores a text that is not valid and switches the workflow off: then the old text goes back. */
  async write(op, means) {
    const { reader, writer } = means;
    const { space, id, routes, after } = op;
    const before = await lastLook(stillAsPlanned(op, means));
    const answer = await writer.updateWorkflow(space, id, routes, { yaml: after.yaml }).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    // Not after a refusal: then nothing was stored.
    if (answer === undefined || (answer.error instanceof KibanaError && answer.error.applied === "maybe")) {
      const now = await reader.workflow(op.space, op.id, op.routes).catch(() => "unreadable" as const);
      // Kibana also accepts a text for a workflow that was deleted, and keeps it deleted.
      if (now === undefined) throw outdated(`Somebody deleted the workflow "${id}" while it was being changed: it was not changed.`);
      const wrong = now !== "unreadable" && now.yaml === after.yaml ? whyUnsound(op, before, now) : undefined;
      // An invalid text switches it off; of a valid one nobody knows who did, so it stays as it is.
      if (now !== "unreadable" && wrong !== undefined) throw await putBack(op, wrong, now.definition ? {} : { enabled: op.enabled }, means);
    }
    if (answer) throw answer.error;
    return undefined;
  },

  record: ({ space, id, name, type, routes, enabled, moves, before, after, needs, refused }) => ({
    op: "put_workflow",
    ...{ space, id, name, type, routes, enabled, moves, needs },
    before: before.yaml,
    after: after.yaml,
    hosts: {},
    ...(refused !== undefined && { refused }),
  }),

  async happened({ space, id, routes, before, after, enabled, digests }, reader, key) {
    const now = await reader.workflow(space, id, routes);
    if (now?.yaml === undefined) return "differs";
    const own = digests && key ? keyedDigest(now.yaml, key) : now.yaml;
    if (own === (digests?.after ?? after)) return now.definition && now.enabled === enabled ? "done" : "differs";
    return own === (digests?.before ?? before) ? "not_done" : "differs";
  },

  inverse: ({ space, id, routes, moves, before, after, needs, refused }) => ({
    ...{ op: "put_workflow", space, id, routes, expect: after, to: before, needs, refused },
    back: moves.map(({ was }) => was),
    were: new Map(moves.flatMap(({ was, of }) => (of === undefined ? [] : [[was, of] as const]))),
  }),
};

/** The last look: Kibana takes no version, so the text is compared one round trip before the write. @throws ToolError: nothing was written */
async function stillAsPlanned(op: PutWorkflowOp, { reader, connectors, settings }: Means): Promise<Workflow> {
  const { id, enabled, before, after } = op;
  const [error] = await reader.workflowErrors(op.space, after.yaml);
  if (error !== undefined) throw refusedText(op, error);
  const [now, others] = await Promise.all([reader.workflow(op.space, op.id, op.routes), connectors(op.space)]);
  const touched = (what: string) =>
    outdated(`Somebody ${what} the workflow "${id}" a moment ago. Nothing was written: what was agreed to no longer holds.`);
  if (!now) throw touched("deleted");
  if (now.yaml !== before.yaml) throw touched("changed");
  if (now.enabled !== enabled || !now.definition) throw touched(`switched ${now.enabled ? "on" : "off"}`);
  assertAsAgreed(op, others, settings);
  return now;
}

function refusedText({ name, id }: PutWorkflowOp, why: string): ToolError {
  return new ToolError(
    "kibana_error",
    `Kibana's check refuses the workflow ${quoted(name, 60)} (${id}) with the other connector: ${plainText(why, 200)}. Nothing was written.`,
    "Correct the workflow in Kibana, then repeat the call.",
  );
}

/** What is wrong with a workflow that has the new text; undefined where it is on as before and names what it should. */
function whyUnsound({ enabled, moves }: PutWorkflowOp, before: Workflow, now: Workflow): string | undefined {
  if (!now.definition) return "Kibana takes the new text for invalid, and switched the workflow off";
  if (now.enabled !== enabled) return `The workflow was switched ${now.enabled ? "on" : "off"} at that moment, by somebody or by Kibana`;
  const [then, named] = [before, now].map(({ definition = {} }) => referencesOf(definition).named.map(({ text }) => text));
  const isMeant = (text: string, at: number) => text === named?.[at] || moves.some(({ was, is }) => was === text && is === named?.[at]);
  return then?.length === named?.length && then?.every(isMeant) && moves.every(({ is }) => named?.includes(is))
    ? undefined
    : "Kibana reads other connectors in the new text than it should";
}

/** The failure, after the old text went back. */
async function putBack(op: PutWorkflowOp, why: string, switched: { enabled?: boolean }, means: Means): Promise<Error> {
  const { space, id, routes, before, after } = op;
  const { reader, writer } = means;
  let sent = false;
  const send = async (): Promise<unknown> => {
    // After a wait somebody may have corrected it.
    if (sent && (await reader.workflow(space, id, routes))?.yaml !== after.yaml) return undefined;
    sent = true;
    return writer.updateWorkflow(space, id, routes, { yaml: before.yaml, ...switched }).then(() => undefined);
  };
  const failed = await whileLimited(() => send().catch((error: unknown) => error), limitOf, means);
  const now = await reader.workflow(op.space, op.id, op.routes).catch(() => undefined);
  const what = `${why} (${quoted(op.name, 60)}, ${id}).`;
  if (now?.yaml === before.yaml && now.definition && (now.enabled === op.enabled || switched.enabled === undefined)) {
    const on = now.enabled ? "on" : "off";
    return now.enabled === op.enabled
      ? new ToolError("kibana_error", `${what} The old text is back, and it is ${on} as before.`, "Change the workflow in Kibana.")
      : new ToolError("kibana_error", `${what} The old text is back, and it is ${on}.`, "Switch it in Kibana if nobody meant that.");
  }
  return new KibanaError(
    "kibana_error",
    `${what} The old text could not be put back${failed instanceof Error ? `: ${failed.message}` : "."}`,
    "Open the workflow in Kibana under Workflows, correct its connector-id and switch it on.",
    { applied: "maybe" },
  );
}
