import * as z from "zod";
import type { ConnectorType, Params, Probe } from "../catalog/connector-type.ts";
import { connectorType } from "../catalog/index.ts";
import { withPathApart } from "../catalog/request-destinations.ts";
import { probesFor } from "../catalog/when.ts";
import type { Fresh } from "../change/fresh.ts";
import type { ExecuteOp } from "../change/op.ts";
import type { NoChange, Plan, Runs } from "../change/plan.ts";
import { ToolError } from "../errors.ts";
import type { Connector } from "../kibana/connectors.ts";
import { plainText, quoted, word } from "../plain-text.ts";
import { eachText } from "../rules/params.ts";
import { assertHasSecrets, assertRunnable, effectOn } from "./connectors/connector-row.ts";
import { explainFailure } from "./connectors/explain-failure.ts";
import { findConnector } from "./connectors/find-connector.ts";
import { openWaysOf } from "./connectors/open-ways.ts";
import { assertParamsFit } from "./connectors/params-fit.ts";
import { lastRuns } from "./connectors/run-history.ts";
import { changeTool } from "./define.ts";
import { changedSpace, compact, connector, idOrName, namedById, widens } from "./fields.ts";
import { rehearsalReport } from "./plans/rehearsal-report.ts";
import type { RehearsalPlan } from "./plans/sent-rehearsal.ts";
import { agreedBefore, hostsAsked } from "./secrets/agreed-before.ts";
import { secretFields } from "./secrets/given-secrets.ts";
import { assertNoMarks } from "./secrets/redaction-marks.ts";
import { runFlows } from "./secrets/run-flows.ts";

const modes = ["safe", "near_safe", "loud"] as const;
type Mode = (typeof modes)[number];

/** Fills the caller's values into the params of a test, or into texts about them. */
interface Fill {
  params(params: Params): Params;
  words(text: string): string;
}

interface TestPlan extends Plan {
  ops: [ExecuteOp];
  mode: Mode;
  probe: Probe;
  fill: Fill;
  runs: Record<string, unknown> | undefined;
}

const rulesOwnKey = "that a run from a rule succeeds: a rule runs with its own API key";

export const testConnector = changeTool({
  name: "test_connector",
  title: "Test connector",
  description:
    "Test a connector. safe touches nothing outside. near_safe and loud send something to the service: only if the user wants that, and a person is asked. A failed test is a result, not an error.",
  risk: "write",
  access: "change",
  idempotent: false,
  input: z.strictObject({
    id: connector,
    space: changedSpace,
    mode: widens(z.enum(modes).default("safe"), "safe"),
    rule: idOrName.optional().describe("Rehearse its message: safe shows, loud sends it"),
    fill: z.looseObject({}).optional(),
  }),
  argumentHints: namedById,
  async plan({ id, mode, rule, fill: given }, context, fresh): Promise<TestPlan | RehearsalPlan | NoChange> {
    const { kibana, space: target } = context;
    assertNoMarks("fill", given);
    const [found, types] = await Promise.all([findConnector(kibana, target, id), kibana.connectorTypes(target)]);
    assertRunnable(found, types);
    if (mode !== "safe") assertHasSecrets(found, "a run fails");
    const entry = await connectorType(found.type, found.config);
    if (rule !== undefined) {
      if (mode === "near_safe" || given) throw rehearsedOtherwise(mode);
      const { planRehearsal } = await import("./plans/plan-rehearsal.ts");
      return planRehearsal(rule, { found, entry, mode, fresh }, context);
    }
    const probe = entry ? probesFor(entry, found.config ?? {})[mode] : undefined;
    // Without a test, the last runs still show whether a connector keeps failing.
    const runs = !probe || mode === "safe" ? await lastRuns(kibana, target, found.id) : undefined;
    if (!probe) return untested(found, entry, mode, target, runs);
    const fill = filler(probe, given ?? {}, fresh);
    const params = withPathApart(entry, found.config, fill.params(probe.params));
    if (entry && given) assertParamsFit(entry, params);
    const { flows, words: elsewhere } = runFlows(found, entry, params);
    const undo = probe.undo && "params" in probe.undo ? fill.params(probe.undo.params) : undefined;
    const sends = mode !== "safe";
    return {
      summary: `Test ${quoted(found.name)} (${word(found.type)}, id ${word(found.id)}) in space ${target}, mode ${mode}.${elsewhere} Effect: ${fill.words(probe.effect)}.`,
      ops: [
        {
          op: "execute",
          space: target,
          id: found.id,
          name: found.name,
          type: found.type,
          params,
          config: found.config,
          template: { ...probe.params, ...given },
          hosts: hostsAsked(flows),
          ...(undo && { undo }),
          safe: mode === "safe",
        },
      ],
      effects: [effectOn("run", found, target, { after: { params } })],
      beforehand: [
        ...(found.missingSecrets ? ["Its secrets are missing: the test will most likely fail."] : []),
        ...(probe.cost ? ["The test costs money: it uses tokens of the model's provider."] : []),
      ],
      warnings: [...openWaysOf(found, entry), ...(probe.reliesOn ? [`The test relies on ${probe.reliesOn}.`] : [])],
      outsideWorld: sends ? "sends" : probe.cost ? "costs" : "none",
      consequence: sends ? "person" : "free",
      facts: { type: found.type, config: found.config, missingSecrets: found.missingSecrets },
      // If an agent may choose the host, the request alone already tells that host something.
      flows,
      asks: [],
      knownHosts: await agreedBefore(found, target, flows, context.secrets),
      mode,
      probe,
      fill,
      runs,
    };
  },
  async report(plan, results) {
    if ("rehearsal" in plan) return rehearsalReport(plan, results);
    const {
      ops: [op],
      mode,
      probe,
      fill,
      runs,
    } = plan;
    const [result] = results;
    if (result?.outcome !== "done") return {};
    // Read before this test: of a new connector "0 runs" would look as if nothing ran.
    const earlier = runs?.runs === 0 ? undefined : runs;
    const { attempts, ended } = result.data as Runs;
    const execution = attempts.at(-1);
    if (!execution) return {};
    const words = plainText([execution.message, execution.service_message].filter(Boolean).join(": "), 500);
    if (execution.status !== "ok")
      return { result: { ok: false, mode, ...(ended ?? explainFailure(words, op)), said: words, ...(earlier && { last_runs: earlier }) } };
    return {
      result: compact({
        ok: true,
        mode,
        proved: probe.proves,
        not_proved: [...probe.doesNotProve, rulesOwnKey],
        effect: fill.words(probe.effect),
        last_runs: earlier,
        undo:
          probe.undo &&
          ("how" in probe.undo
            ? probe.undo
            : {
                how: "Run the connector with these params (in Kibana: Stack Management > Connectors > Test).",
                id: op.id,
                params: fill.params(probe.undo.params),
              }),
      }),
    };
  },
});

function rehearsedOtherwise(mode: Mode): ToolError {
  return new ToolError(
    "invalid_arguments",
    mode === "near_safe"
      ? "A rehearsal is safe, which sends nothing, or loud, which sends."
      : "A rehearsal takes no `fill`: the rule says what is sent.",
    mode === "near_safe" ? 'Use mode "safe".' : "Leave `fill` out.",
  );
}

/** The answer if there is no test of that mode: what is known without running anything, and which tests there are. */
function untested(
  found: Connector,
  entry: ConnectorType | undefined,
  mode: Mode,
  space: string,
  runs: Record<string, unknown> | undefined,
): NoChange {
  const probes = entry ? probesFor(entry, found.config ?? {}) : {};
  const sending = modes.flatMap((one) => {
    const probe = probes[one];
    return probe && one !== "safe" ? [[one, whatArrives(probe)] as const] : [];
  });
  return {
    noChange: true,
    space,
    result: compact({
      ok: "not_tested",
      mode,
      why: entry
        ? mode === "safe"
          ? (entry.noSafeTest ?? "The type has no safe test.")
          : `The type has no ${mode} test.`
        : `This server knows no test for ${found.type}.`,
      proved: [
        "the connector exists",
        "its type is enabled and licensed",
        ...(found.missingSecrets || found.preconfigured || hasNoSecrets(entry) ? [] : ["its secrets are not marked as missing"]),
      ],
      not_proved: ["that the service accepts it", rulesOwnKey],
      only_if_the_user_wants_it_sent: sending.length > 0 ? Object.fromEntries(sending) : undefined,
      last_runs: runs,
    }),
    warnings: found.missingSecrets ? ["Its secrets are missing: it fails until they are entered again."] : [],
    next: probes.safe
      ? [{ tool: "test_connector", args: { id: found.id, space }, why: `The safe test. Effect: ${probes.safe.effect}.` }]
      : [],
  };
}

/** Whether the type has no secrets at all. */
function hasNoSecrets(entry: ConnectorType | undefined): boolean {
  return entry !== undefined && secretFields(entry).length === 0;
}

/**
 * Fills `{unique}`, `{now}` and what the caller gave into a probe's params and texts.
 * @throws ToolError invalid_arguments that names what the probe needs
 */
function filler(probe: Probe, fill: Record<string, unknown>, fresh: Fresh): Fill {
  const needs = probe.needs ?? {};
  // A param that takes a list is easily given one.
  const given = Object.fromEntries(
    Object.entries(fill).map(([name, value]) => [name, Array.isArray(value) && value.length === 1 ? value[0] : value]),
  );
  const missing = Object.keys(needs).filter((name) => typeof given[name] !== "string" || given[name] === "");
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(needs, name));
  const isGiven = (name: string) => missing.includes(name) && given[name] !== undefined && given[name] !== "";
  if (missing.length > 0 || unknown.length > 0) {
    const asks = Object.entries(needs).map(([name, what]) => `${name}: ${what}${isGiven(name) ? ", as one text" : ""}`);
    throw new ToolError(
      "invalid_arguments",
      missing.length > 0 ? `This test needs ${asks.join(", ")}.` : `This test takes no ${unknown.join(", ")}.`,
      asks.length > 0
        ? `Pass fill: {${Object.keys(needs)
            .map((name) => `"${name}": "…"`)
            .join(", ")}}.`
        : "Leave `fill` out.",
    );
  }
  const words: Record<string, string> = { unique: fresh.word, now: new Date(fresh.at).toISOString() };
  for (const name of Object.keys(needs)) words[name] = String(given[name]);
  const filled = (text: string, shown: (value: string) => string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(words, name) ? shown(words[name] ?? "") : whole));
  const params = (value: object) => Object(eachText(value, (text) => filled(text, String)));
  // Long values are cut here: the recipients have them in full.
  return { params, words: (text) => filled(text, (value) => (value.length > 80 ? quoted(value) : word(value))) };
}

function whatArrives(probe: Probe): string {
  const needs = Object.entries(probe.needs ?? {}).map(([name, what]) => `Takes fill: {"${name}": …}, ${what}.`);
  return [`${probe.effect}.`, ...needs].join(" ");
}
