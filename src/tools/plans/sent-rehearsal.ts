import type { ConnectorType, Params } from "../../catalog/connector-type.ts";
import { withPathApart } from "../../catalog/request-destinations.ts";
import type { ExecuteOp } from "../../change/op.ts";
import type { NextCall, Plan } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { Connector } from "../../kibana/connectors.ts";
import type { Rule } from "../../kibana/rules.ts";
import { valueAt } from "../../plain-object.ts";
import { plainText, quoted, word } from "../../plain-text.ts";
import { marked, testMark } from "../../rules/as-test.ts";
import { closes, closingParams, opens, recordOf, withKey } from "../../rules/incidents.ts";
import { eachText } from "../../rules/params.ts";
import type { RehearsedAction } from "../../rules/rehearsed.ts";
import { withOtherKeys } from "../../rules/test-keys.ts";
import { hideInText, hideSecrets } from "../../secrets/detect.ts";
import { effectOn } from "../connectors/connector-row.ts";
import { openWaysOf } from "../connectors/open-ways.ts";
import { assertPlainIds } from "../connectors/params-fit.ts";
import type { SpaceContext } from "../define.ts";
import { eachOnce, runFlows } from "../secrets/run-flows.ts";

/** What the keys of a rehearsal begin with, before they are sent. */
const testKeys = "connector-test-{unique}-";

/** The rehearsal of a rule's actions, sent as tests. */
export interface RehearsalPlan extends Plan {
  ops: [ExecuteOp, ...ExecuteOp[]];
  rehearsal: {
    /** What the answer says of the rule and its actions. */
    shown: Record<string, unknown>;
    /** What each op is, in their order. */
    steps: Step[];
    /** Calls that correct what is wrong with them. */
    next: NextCall[];
  };
}

interface Step {
  on: string;
  /** The key of what it opens, or of what it closes. */
  opens?: string | undefined;
  closes?: string | undefined;
  /** Params that close what it opens. */
  closing?: Params | undefined;
  /** It carries no mark: its type has no text that takes one. */
  unmarked?: true;
}

interface Sending {
  rule: Rule;
  actions: readonly RehearsedAction[];
  found: Connector;
  entry: ConnectorType | undefined;
  space: SpaceContext["space"];
  shown: Record<string, unknown>;
  next: NextCall[];
  /** What makes the keys its own. */
  unique: string;
}

/**
 * The plan that sends each action as a test, under keys of its own, and then closes what that opened.
 * @throws ToolError invalid_arguments for an action that changes an incident which exists; limit_reached for texts that are too large
 */
export function sentRehearsal({ rule, actions, found, entry, space, shown, next, unique }: Sending): RehearsalPlan {
  assertAllRehearsed(actions);
  assertTouchesNothing(actions, found);
  const sends = [...actions].sort((one, other) => Number(one.role === "recovered") - Number(other.role === "recovered"));
  const keys = new Map<string | undefined, string>();
  const testKey = (key: string | undefined) => {
    if (key?.startsWith(testKeys)) return key;
    const own = keys.get(key) ?? `${testKeys}${keys.size + 1}`;
    keys.set(key, own);
    return own;
  };
  const made = sends.map(({ params, group, role, keys: { one } }) => {
    const closing = entry !== undefined && closes(entry, params);
    const own = entry?.dedupField === undefined || (one === undefined && !closing && !opens(entry, params)) ? undefined : testKey(one);
    const keyed = withOtherKeys(entry && own !== undefined ? withKey(entry, params, own) : params, entry, (key) => testKey(key.trim()));
    const withMark = marked(keyed, entry);
    const template = withPathApart(entry, found.config, withMark ?? keyed);
    const opening = entry?.recovery && own !== undefined && opens(entry, params) ? own : undefined;
    const step: Step = {
      on: role === "summary" ? "summary" : group,
      opens: opening,
      closes: closing ? own : undefined,
      ...(withMark === undefined && !closing && { unmarked: true }),
    };
    return { template, step };
  });
  const left = made.flatMap(({ step }) =>
    step.opens !== undefined && !made.some((one) => one.step.closes === step.opens) ? [step.opens] : [],
  );
  for (const key of new Set(left)) {
    const template = entry && closingParams(entry, key);
    if (template) made.push({ template, step: { on: "afterwards", closes: key } });
  }
  const filled = (value: Params): Params => Object(replaced(value, unique));
  const [first, ...rest] = made.map(
    ({ template }): ExecuteOp => ({
      ...{ op: "execute", space, id: found.id, name: found.name, type: found.type },
      ...{ params: filled(template), config: found.config, template, safe: false },
    }),
  );
  if (!first) throw nothingToRehearse(rule, found);
  const ops: RehearsalPlan["ops"] = [first, ...rest];
  if (entry) for (const { params } of ops) assertPlainIds(entry, params);
  const flows = ops.map((op) => runFlows(found, entry, op.params));
  const steps = made.map(({ step }) => {
    const closing = step.opens !== undefined && entry ? closingParams(entry, step.opens) : undefined;
    return { ...step, ...keysFilled(step, unique), ...(closing && { closing: filled(closing) }) };
  });
  const words = steps.map((step, at) => {
    const when = step.on === "afterwards" ? "afterwards" : `on ${quoted(step.on, 60)}`;
    return `${when}: ${step.closes === undefined ? inOneLine(ops[at]?.params ?? {}, entry) : `closes ${step.closes}`}`;
  });
  return {
    summary: `Rehearse the rule ${quoted(rule.name)} (id ${word(rule.id)}) through ${quoted(found.name)} (${word(found.type)}, id ${word(found.id)}) in space ${space}: ${ops.length} run${ops.length > 1 ? "s" : ""} with a made-up alert: ${words.join("; ")}.${[...new Set(flows.map((one) => one.words))].join("")}`,
    ops,
    effects: ops.map((op) => effectOn("run", found, space, { after: { params: hideSecrets(op.params).config } })),
    beforehand: before(actions, steps, entry),
    warnings: [...openWaysOf(found, entry), ...(entry?.runNote ? [entry.runNote] : []), ...warningsOn(found)],
    outsideWorld: "sends",
    consequence: "person",
    facts: { type: found.type, config: found.config, missingSecrets: found.missingSecrets, rule: rule.id },
    flows: eachOnce(flows.flatMap((one) => one.flows)),
    asks: [],
    knownHosts: [],
    // What closes comes last, and has to run whatever became of the rest.
    onError: "continue",
    rehearsal: { shown, steps, next },
  };
}

/** What the person who decides should know. */
function before(actions: readonly RehearsedAction[], steps: readonly Step[], entry: ConnectorType | undefined): string[] {
  const problems = actions.flatMap((one) => one.problems);
  const opened = steps.filter((step) => step.opens !== undefined);
  const lasting = entry === undefined || entry.recovery === undefined;
  return [
    ...(problems.length > 0
      ? [`The rehearsal found ${problems.length} problem${problems.length > 1 ? "s" : ""}: mode safe lists them.`]
      : []),
    ...(steps.some((step) => step.unmarked) ? [`What has no text to carry ${quoted(testMark)} is sent without a mark.`] : []),
    ...(opened.length > 0 ? ["What it opens is real and may page somebody. It has a key of its own, and is closed afterwards."] : []),
    ...(lasting ? [`${entry?.name ?? "The type"} cannot close or take back what is sent.`] : []),
    ...(entry?.automation ? ["The receiver may act on it: the ids of the rule in it are the real ones."] : []),
  ];
}

/** @throws ToolError limit_reached for texts that were not filled in */
function assertAllRehearsed(actions: readonly RehearsedAction[]): void {
  const paths = actions.flatMap(({ notRehearsed }) => notRehearsed);
  if (paths.length === 0) return;
  throw new ToolError(
    "limit_reached",
    `Too large to be filled in here: ${plainText(hideInText(paths.join(", ")), 200)}. Kibana would send something else.`,
    "Rehearse it with mode safe, whose notes say why, or shorten the text.",
  );
}

/** @throws ToolError invalid_arguments for an action that changes an incident which exists */
function assertTouchesNothing(actions: readonly RehearsedAction[], found: Connector): void {
  const real = actions.find(({ params }) => recordOf(params) !== undefined);
  if (!real) return;
  throw new ToolError(
    "invalid_arguments",
    `The action on ${quoted(real.group)} names an incident that exists (externalId): sent as a test it would change it.`,
    `Rehearse it with mode safe: test_connector {"id": ${JSON.stringify(found.id)}, "rule": …}.`,
  );
}

/** The words that people will read; all of it where the type has none. */
function inOneLine(params: Params, entry: ConnectorType | undefined): string {
  const texts = (entry?.headlines ?? [])
    .map((field) => valueAt(params, field.split(".")))
    .filter((one) => typeof one === "string" && one !== testMark.trim());
  const all = texts.length > 0 ? texts.join(" — ") : JSON.stringify(hideSecrets(params).config);
  return quoted(hideInText(all), 300);
}

function replaced(value: unknown, unique: string): unknown {
  return eachText(value, (text) => text.replaceAll(testKeys, testKeys.replace("{unique}", unique)));
}

function keysFilled({ opens: opened, closes: closed }: Step, unique: string) {
  return {
    ...(opened === undefined ? {} : { opens: String(replaced(opened, unique)) }),
    ...(closed === undefined ? {} : { closes: String(replaced(closed, unique)) }),
  };
}

/** Why none of it can work. */
export function warningsOn(found: Connector): string[] {
  return found.missingSecrets ? ["The connector's secrets are missing: it fails until they are entered again."] : [];
}

/** The error for a rule without an action of the connector. */
export function nothingToRehearse(rule: Rule, found: Connector): ToolError {
  const call = { connector: found.id, rules: [rule.id], dry_run: true };
  return new ToolError(
    "invalid_arguments",
    `The rule ${quoted(rule.name)} (${word(rule.id)}) has no action of ${quoted(found.name)} (${word(found.id)}): there is nothing to rehearse.`,
    `attach_connector ${JSON.stringify(call)} shows what it would add.`,
    { uses: [...new Set(rule.actions.map(({ id }) => plainText(id, 80)))].slice(0, 10) },
  );
}
