import * as z from "zod";
import { mayLeadElsewhere } from "../catalog/address-parts.ts";
import type { ConnectorType, SubAction } from "../catalog/connector-type.ts";
import { connectorType } from "../catalog/index.ts";
import { withPathApart } from "../catalog/request-destinations.ts";
import { effectOf } from "../catalog/when.ts";
import type { ExecuteOp } from "../change/op.ts";
import type { Plan, Runs } from "../change/plan.ts";
import { failsAgain } from "../kibana/params-mistake.ts";
import { plainJson, plainText, quoted, withoutKnown, word } from "../plain-text.ts";
import { keyOf, withDefaultKey } from "../rules/incidents.ts";
import { hideInData, hideSecrets } from "../secrets/detect.ts";
import { assertHasSecrets, assertRunnable, effectOn } from "./connectors/connector-row.ts";
import { whatItDoes } from "./connectors/effect-of-run.ts";
import { explainFailure } from "./connectors/explain-failure.ts";
import { findConnector } from "./connectors/find-connector.ts";
import { openWaysOf } from "./connectors/open-ways.ts";
import { assertParamsFit } from "./connectors/params-fit.ts";
import { changeTool } from "./define.ts";
import { changedSpace, compact, connector, namedById } from "./fields.ts";
import { inWords } from "./plans/check-new-connector.ts";
import { agreedBefore, hostsAsked } from "./secrets/agreed-before.ts";
import { assertNoMarks } from "./secrets/redaction-marks.ts";
import { runFlows } from "./secrets/run-flows.ts";

/** Characters of a third party's answer that are shown. */
const shownData = 6_000;
/** Longer data is shown as one text of this length: every text of an answer is capped at 2,000 (src/plain-text.ts). */
const shownText = 1_900;

const outside = { none: "none", creates: "creates", updates: "creates", sends: "sends", executes: "executes" } as const;

export const executeConnector = changeTool({
  name: "execute_connector",
  title: "Execute connector",
  description:
    "Run a connector once with given params, and see what the service answers. A person is asked unless the call only reads. A failed run is a result, not an error. To see whether a connector works, use test_connector.",
  risk: "destructive",
  access: "full",
  idempotent: false,
  input: z.strictObject({
    id: connector,
    space: changedSpace,
    params: z.looseObject({}).describe("As describe_connector_types says"),
    retries: z.number().int().min(0).max(3).optional().describe("While Kibana calls the failure retryable; default 0"),
  }),
  argumentHints: namedById,
  async plan({ id, params: given, retries = 0 }, context): Promise<Plan> {
    const { kibana, space: target } = context;
    const [found, types] = await Promise.all([findConnector(kibana, target, id), kibana.connectorTypes(target)]);
    assertRunnable(found, types);
    assertNoMarks("params", given);
    const entry = await connectorType(found.type, found.config);
    const params = withPathApart(entry, found.config, entry ? withDefaultKey(entry, given) : given);
    const warnings = entry ? assertParamsFit(entry, params) : [];
    const { effect, cost, note, withinKibana }: SubAction = entry ? effectOf(entry, params) : { effect: "executes" };
    const isFree = effect === "none" && !cost;
    if (!isFree) assertHasSecrets(found, "a run fails");
    const { flows, words: elsewhere } = runFlows(found, entry, params);
    const doing = whatItDoes(entry, params);
    const op: ExecuteOp = {
      op: "execute",
      space: target,
      id: found.id,
      name: found.name,
      type: found.type,
      params,
      config: found.config,
      hosts: hostsAsked(flows),
      ...(doing.closing && { undo: doing.closing }),
      safe: false,
      onlyReads: effect === "none",
      retries,
    };
    const templated = JSON.stringify(params).includes("{{");
    return {
      summary: `Run ${quoted(found.name)} (${word(found.type)}, id ${word(found.id)}) in space ${target}.${elsewhere} ${doing.words}${cost ? ". It costs tokens" : ""}.`,
      ops: [op],
      effects: [effectOn("run", found, target, { after: { params: hideSecrets(params).config } })],
      beforehand:
        retries > 0 && effect !== "none"
          ? [
              `It is run up to ${retries + 1} times while Kibana calls the failure retryable: a service that accepted the first one anyway gets it again.`,
            ]
          : [],
      warnings: [
        ...openWaysOf(found, entry),
        ...warnings.map(inWords),
        ...(note ? [note] : []),
        ...(doing.opens && entry && keyOf(entry, params) === undefined ? [keyless(entry)] : []),
        ...(templated ? ["{{…}} in the params is sent as it is: only a rule fills in templates."] : []),
        ...(entry?.runNote ? [entry.runNote] : []),
        ...(entry && !entry.fromKibana ? [] : mayLeadElsewhere(params).slice(0, 5).map(elsewhereIfUnescaped)),
        ...(entry ? [] : [`This server does not know what ${found.type} does with these params.`]),
      ],
      outsideWorld: withinKibana ? "none" : effect === "none" && cost ? "costs" : outside[effect],
      consequence: isFree ? "free" : "person",
      facts: { type: found.type, config: found.config, missingSecrets: found.missingSecrets },
      flows,
      asks: [],
      knownHosts: await agreedBefore(found, target, flows, context.secrets),
    };
  },
  async report({ ops: [op] }, [result]) {
    if (result?.outcome !== "done" || op.op !== "execute") return {};
    const { attempts, ended, retryAfter } = result.data as Runs;
    const last = attempts.at(-1);
    if (!last) return {};
    const said = attempts.map((one) => plainText([one.message, one.service_message].filter(Boolean).join(": "), 500));
    const ok = last.status === "ok";
    return {
      result: compact({
        ok,
        attempts: attempts.map((one, index) =>
          compact({
            status: one.status,
            said: said[index] || undefined,
            retryable: failsAgain(said[index] ?? "") ? undefined : (one.retry ?? undefined),
          }),
        ),
        ...(ok ? {} : (ended ?? explainFailure(said.at(-1) ?? "", op))),
        retry_after: retryAfter,
        ...(ok ? data(last.data) : {}),
      }),
    };
  },
});

function elsewhereIfUnescaped(path: string): string {
  return `${plainText(path, 120)} is no plain id: if Kibana puts it into the address of the request as it is, the request leads elsewhere at the service.`;
}

function keyless({ dedupField, recovery }: ConnectorType): string {
  return `Without ${dedupField} each run opens another incident${recovery ? ", which no run can close: give one to close it with" : ""}.`;
}

/** The answer's data, redacted; if it is cut, with the number of characters left out. */
function data(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  const shown = plainJson(hideInData(value, shownText));
  const text = JSON.stringify(shown);
  if (text.length <= shownData) return { data: shown };
  const ready = withoutKnown(text);
  return { data: `${ready.slice(0, shownText)}…`, truncated: `${ready.length - shownText} of ${ready.length} characters are left out` };
}
