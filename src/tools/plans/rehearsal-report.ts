import type { OpResult, Runs } from "../../change/plan.ts";
import type { Report } from "../../change/services.ts";
import { plainJson, plainText } from "../../plain-text.ts";
import { hideSecrets } from "../../secrets/detect.ts";
import { explainFailure } from "../connectors/explain-failure.ts";
import { compact } from "../fields.ts";
import type { RehearsalPlan } from "./sent-rehearsal.ts";

/** How each run of a rehearsal ended, and whether what it opened is closed. */
export function rehearsalReport({ ops, rehearsal: { shown, steps, next } }: RehearsalPlan, results: readonly OpResult[]): Report {
  const runs = ops.map((op, at) => {
    const result = results.find((one) => one.op === op);
    return { op, on: steps[at]?.on, opens: steps[at]?.opens, closes: steps[at]?.closes, ...outcomeOf(result, op) };
  });
  const opened = [...new Set(runs.flatMap(({ opens, ok }) => (opens !== undefined && ok !== false ? [opens] : [])))];
  const open = opened.filter((key) => !runs.some(({ closes, ok }) => closes === key && ok === true));
  return {
    result: compact({
      ok: runs.every(({ ok }) => ok === true),
      mode: "loud",
      ...shown,
      actions: undefined,
      runs: runs.map(({ op, ok, on, ...run }) =>
        compact({ on, sent: plainJson(hideSecrets(op.params).config, 300), ...run, ok: ok ?? "not_known" }),
      ),
      closed: opened.length === 0 ? undefined : open.length === 0,
      not_proved: ["that a run from the rule succeeds: a rule runs with its own API key"],
    }),
    warnings: open.map((key) => `What was opened under ${key} may still be open.`),
    next: [
      ...open.flatMap((key) => {
        const [op] = ops;
        const params = steps.find((step) => step.opens === key)?.closing;
        return params
          ? [{ tool: "execute_connector", args: { id: op.id, space: op.space, params }, why: "It closes what the rehearsal opened." }]
          : [];
      }),
      ...next,
    ],
  };
}

function outcomeOf(result: OpResult | undefined, op: RehearsalPlan["ops"][number]): { ok: boolean | undefined } & Record<string, unknown> {
  if (result === undefined || result.outcome === "not_done")
    return { ok: false, said: result?.error && plainText(result.error.message, 300) };
  if (result.outcome === "unknown") return { ok: undefined };
  const { attempts, ended } = result.data as Runs;
  const last = attempts.at(-1);
  if (last?.status === "ok") return { ok: true };
  const said = plainText([last?.message, last?.service_message].filter(Boolean).join(": "), 300);
  return { ok: false, said, ...(ended ?? explainFailure(said, op)) };
}
