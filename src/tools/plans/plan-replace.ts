import { ruleFeatures } from "../../catalog/connector-type.ts";
import { connectorType } from "../../catalog/index.ts";
import { assertFewRecipients } from "../../catalog/recipients.ts";
import type { NoChange } from "../../change/plan.ts";
import { ToolError } from "../../errors.ts";
import type { LiveType } from "../../kibana/connector-types.ts";
import type { Connector } from "../../kibana/connectors.ts";
import { isDetectionRule } from "../../kibana/detection.ts";
import { quoted, word } from "../../plain-text.ts";
import { rulesWith } from "../../rules/find-rules.ts";
import type { RuleFilter } from "../../rules/rule-filter.ts";
import { ruleState } from "../../rules/rule-state.ts";
import { pendingRuns } from "../../usage/backfills.ts";
import { countedUsers, nothingCounted } from "../../usage/counted.ts";
import { lookAtWorkflows } from "../../usage/look.ts";
import { isOtherNameOf } from "../../usage/named.ts";
import { countedAmong, explainReferences } from "../../usage/references.ts";
import { noUsers, stayingWarnings, usersBesides } from "../../usage/staying.ts";
import { whereOf } from "../../usage/use.ts";
import { assertHasSecrets, assertRunnable } from "../connectors/connector-row.ts";
import { ConnectorNotHere, pickConnector } from "../connectors/find-connector.ts";
import { isFormerId, onlyAName } from "../connectors/former-id.ts";
import { doubtsAbout, newestRun } from "../connectors/last-run.ts";
import { openWaysOf } from "../connectors/open-ways.ts";
import { safeTest } from "../connectors/safe-test.ts";
import type { SpaceContext } from "../define.ts";
import { likeInWords, type MeantRules } from "../rules/filtered-rules.ts";
import { firstOf, leftInWords } from "../rules/first-rules.ts";
import { keyWarning, ownerAfter } from "../rules/key-owner.ts";
import { losses } from "../rules/lost-by-rules.ts";
import { moveWarnings, onceInstead } from "../rules/move-warnings.ts";
import { chosenRules, movedIn, namesIt } from "../rules/moved-rules.ts";
import { earlierMoves } from "../rules/replaced-earlier.ts";
import { inWords, named, nothingToDo, type ReplacePlan, row } from "../rules/replaced-report.ts";
import { erasing, withArtifacts } from "../rules/rule-artifacts.ts";
import { cannotBeSaved, putRule, unknownFields, whyInWords } from "../rules/rule-changes.ts";
import { rulesOf } from "../rules/rule-filter.ts";
import { effectsOnRules } from "../rules/shown-actions.ts";
import { silencedWarning } from "../rules/silenced.ts";
import { unagreedHosts } from "../secrets/alert-hosts.ts";
import { assertNoMarks } from "../secrets/redaction-marks.ts";
import { actionFlows, eachOnce } from "../secrets/run-flows.ts";
import { workflowsInWords } from "../workflows/put-workflow.ts";
import { leftWarnings, repointWorkflows } from "../workflows/repoint-workflows.ts";

interface Given extends Args {
  filter?: RuleFilter | undefined;
}

interface Args {
  from: string;
  to?: string | undefined;
  remove?: boolean | undefined;
  rules?: MeantRules | undefined;
  limit?: number | undefined;
  params?: Record<string, unknown> | undefined;
  recovery_params?: Record<string, unknown> | undefined;
  drop_missing?: boolean | undefined;
  on_error?: "stop" | "continue" | undefined;
}

/** Plans the writes that move or remove a connector's actions; what cannot be saved stops it, unless the others go on. */
export async function planReplace({ filter, ...given }: Given, context: SpaceContext): Promise<ReplacePlan | NoChange> {
  const args: Args = { ...given, rules: rulesOf({ rules: given.rules, filter }) };
  const { kibana, settings, space: inSpace } = context;
  if ((args.to === undefined) === (args.remove !== true))
    throw new ToolError(
      "invalid_arguments",
      "Either `to` or `remove: true` is needed, and not both.",
      "Say where the actions go, or that they are removed.",
    );
  kibana.begin((reader, last) => [
    ...(args.to === undefined ? [] : [reader.ruleTypes(inSpace), newestRun(args.to, inSpace, reader)]),
    rulesWith(reader, inSpace, { id: args.from, known: { preconfigured: false } }),
    ...(last && args.rules === undefined ? [lookAtWorkflows(reader, inSpace, last)] : []),
    ownerAfter({ ...context, kibana: reader }),
  ]);
  const [connectors, types, status] = await Promise.all([kibana.connectors(inSpace), kibana.connectorTypes(inSpace), kibana.status()]);
  const meant = fromOf(args.from, connectors, inSpace);
  const { from, namesake } = await goneOf(args.from, meant, context);
  const target = args.to === undefined ? undefined : targetOf(args.to, from.id, connectors, types, inSpace);
  const to = target?.connector;
  const [using, pending, { uses, sight }] = await Promise.all([
    rulesWith(kibana, inSpace, from),
    pendingRuns(kibana, inSpace, [from], status),
    args.rules === undefined ? usersBesides(from, { existing: connectors, types, status }, kibana, inSpace) : noUsers,
  ]);
  const where = from.known ? whereOf(from.known, types, status) : { status, features: [] };
  const found = using.length + countedAmong(uses);
  const counted = from.known ? await countedUsers(kibana, inSpace, from.known, found, where) : nothingCounted;
  const isFiltered = args.rules !== undefined && !Array.isArray(args.rules);
  const onError = args.on_error ?? (isFiltered ? "continue" : "stop");
  const { todo, left, notes: unseen } = await chosenRules(args.rules, using, { id: from.id, isGone: from.known === undefined }, context);
  const notes = [...namesake, ...unseen];
  const earlier = await earlierMoves({ space: inSpace, from: from.id, to: to?.id }, using, context);
  const isUsed = using.length + earlier.length + uses.length > 0 || left.some(({ why }) => why === namesIt);
  if (from.missing && !isUsed) throw neitherThereNorUsed(from.missing);

  if (target && !target.forRules && todo.length > 0) throw notForRules(target.connector);
  const entry = to && (await connectorType(to.type));
  assertNoMarks("params", [args.params, args.recovery_params]);
  if (to) for (const params of [args.params, args.recovery_params]) if (params) assertFewRecipients(entry, params, todo.length);

  const known = new Map(connectors.map((one) => [one.id, one]));
  const moving = {
    from,
    to,
    params: { params: args.params, recovery: args.recovery_params },
    dropMissing: args.drop_missing === true,
    status,
  };
  const changes = await movedIn(todo, moving, known, context);
  const obstacles = changes.flatMap((change) => change.obstacle ?? []);
  const savable = changes.filter((change) => change.obstacle === undefined);
  const { now, later } = firstOf(savable, args.limit);
  // They come with the last of the rules.
  const repointing = to && later === 0 ? { uses, from: from.known ?? { id: from.id }, byId: true, to } : undefined;
  const workflows = repointing ? await repointWorkflows(repointing, connectors, context) : nothingOfWorkflows;
  if (obstacles.length > 0 && (onError === "stop" || (obstacles.length === changes.length && workflows.ops.length === 0)))
    throw cannotBeSaved(
      obstacles,
      savable.map(({ rule }) => rule),
    );
  left.push(...obstacles.map((one) => row(one.rule, "blocked", `Kibana would not save it: ${whyInWords(one)}.`)));
  const ready = (await withArtifacts(now, inSpace, context, status)).map((one) => ({
    ...one,
    op: putRule(one, inSpace, { ...ruleState(one.rule), actions: one.actions }, known, [from.id, ...(to ? [to.id] : [])]),
  }));
  const ruleOps = ready.map(({ op }) => op);
  const [first, ...rest] = [...ruleOps, ...workflows.ops];
  const references = (from.known?.references ?? 0) - counted.accountedFor;
  const unexplained = from.known && explainReferences({ ...from.known, references }, found);
  const hidden = args.rules === undefined ? unexplained : undefined;
  const repointed = new Set(workflows.ops.map(({ id }) => id));
  const others = uses.filter(({ kind, id }) => kind !== "workflow" || (!repointed.has(id) && !workflows.left.some((one) => one.id === id)));
  const staying = [
    ...leftWarnings(workflows.left),
    ...(args.rules === undefined ? stayingWarnings([...others, ...counted.uses], sight, counted.unread) : []),
    ...(hidden ? [hidden] : []),
  ];
  if (!first) return nothingToDo({ from, space: inSpace, left, workflows: workflows.left, earlier, warnings: [...namesake, ...staying] });

  const owner = await ownerAfter(context);
  const ways = await Promise.all(ready.map(({ rule, op }) => actionFlows(rule.actions, op.after.actions, known)));
  const flows = ways.flat();
  const doubts = to ? await doubtsAbout(to, inSpace, context) : [];
  const lost = losses(ruleOps, known, from.id);
  const also = lost.length > 0 ? ` It also drops ${lost.join(", ")}.` : "";
  const rules = inWords(ready.map(({ rule }) => rule));
  const whose = [
    ...(ready.length > 0 ? [`the actions of ${rules}`] : []),
    ...(repointed.size > 0 ? [workflowsInWords(workflows.ops)] : []),
  ];
  const what = to
    ? `Move ${whose.join(" and ")} from ${named(from)} to ${named(to)}`
    : `Remove the actions of ${named(from)} from ${rules}`;
  return {
    summary: `${what} in space ${inSpace}${later > 0 ? ` (${later} more come later)` : ""}.${also}`,
    ops: [first, ...rest],
    ...(args.rules && !Array.isArray(args.rules) ? { rulesMeant: { words: likeInWords(args.rules), namedOnPage: false } } : {}),
    effects: [...effectsOnRules(ready, connectors, owner), ...workflows.effects],
    beforehand: [...doubts, ...onceInstead(ready, from)],
    warnings: [
      ...(to ? openWaysOf(to, entry) : []),
      ...(await moveWarnings(ready, from, to)),
      ...notes,
      ...leftInWords(left, later),
      ...unknownFields(ready),
      ...new Set(ready.flatMap(({ notes }) => notes)),
      ...(await silencedWarning(ready, { connectors: known, types, status }, context)),
      ...(lost.length > 0 ? [`drop_missing also removes these actions from the rules: ${lost.join(", ")}.`] : []),
      ...(todo.some(isDetectionRule)
        ? ["Detection rules are meant to be edited in the Security app; their actions are saved here anyway."]
        : []),
      ...(from.preconfigured
        ? ["Rules and workflows in other spaces may use the same preconfigured connector: they stay as they are."]
        : []),
      ...staying,
      ...pending,
      ...keyWarning(
        ready.map(({ rule }) => rule),
        owner,
        settings,
      ),
      ...workflows.warnings,
    ],
    ...erasing(ready),
    outsideWorld: "none",
    consequence: "person",
    asksBecause: [...(await unagreedHosts(ruleOps, known, context)), ...workflows.asksBecause],
    facts: [...ready.map(({ rule }) => ({ id: rule.id, owner: rule.api_key_owner })), ...workflows.facts],
    flows: eachOnce([...flows, ...workflows.flows]),
    asks: [],
    knownHosts: [],
    onError,
    resumable: true,
    left,
    later,
    workflows: workflows.left,
    earlier,
    moved: to ? "moved" : "removed",
    from: from.id,
    test: to && doubts.length > 0 ? await safeTest(to, inSpace, "Test the new connector; moving rules does not prove that it works.") : [],
    counted: {
      id: from.id,
      known: from.known,
      where,
      beside: counted.uses,
      isAnothers: connectors.some((one) => (from.known ? one.id === from.known.name && one.id !== from.id : isOtherNameOf(one, from.id))),
    },
    hidden: unexplained !== undefined,
  };
}

interface From {
  id: string;
  name?: string;
  preconfigured: boolean;
  /** Undefined if it is gone. */
  known: Connector | undefined;
  /** Why it was not found. */
  missing?: ConnectorNotHere;
}

/** The connector to replace; only its id if it is gone. @throws ToolError system_action, ambiguous_connector */
function fromOf(asked: string, connectors: readonly Connector[], inSpace: string): From {
  try {
    const known = pickConnector(connectors, inSpace, asked);
    return { id: known.id, name: known.name, preconfigured: known.preconfigured, known };
  } catch (error) {
    if (!(error instanceof ConnectorNotHere)) throw error;
    return { id: asked, preconfigured: false, known: undefined, missing: error };
  }
}

/** An id that rules still name, or that this server took out of them, means those, even where another connector has it as its name by now. */
async function goneOf(asked: string, meant: From, context: SpaceContext): Promise<{ from: From; namesake: string[] }> {
  const { kibana, space } = context;
  if (meant.id === asked || !meant.known) return { from: meant, namesake: [] };
  const named = await rulesWith(kibana, space, { id: asked, known: { preconfigured: false } });
  if (named.length === 0 && !(await isFormerId(asked, space, context))) return { from: meant, namesake: [] };
  return {
    from: { id: asked, preconfigured: false, known: undefined, missing: onlyAName(asked, meant.known, space) },
    namesake: [
      `${quoted(asked, 60)} is the id of a connector that is gone, and the name of another (${word(meant.id)}): what used the gone one is meant. Give ${word(meant.id)} for the other.`,
    ],
  };
}

/** The connector to put in, and whether rules can use it. @throws ToolError if it cannot run */
function targetOf(
  asked: string,
  from: string,
  connectors: readonly Connector[],
  types: readonly LiveType[],
  inSpace: string,
): { connector: Connector; forRules: boolean } {
  const to = pickConnector(connectors, inSpace, asked);
  if (to.id === from) throw new ToolError("invalid_arguments", "`from` and `to` are the same connector.", "Name another one in `to`.");
  assertRunnable(to, types);
  assertHasSecrets(to, "Kibana saves no rule with it");
  const features = types.find((one) => one.id === to.type)?.features ?? [];
  return { connector: to, forRules: features.length === 0 || ruleFeatures.some((feature) => features.includes(feature)) };
}

function notForRules({ type }: Connector): ToolError {
  return new ToolError(
    "type_unusable",
    `Rules cannot use connectors of type ${type}.`,
    "Name a connector of a type with the feature alerting.",
  );
}

const nothingOfWorkflows = { ops: [], effects: [], warnings: [], facts: [], flows: [], asksBecause: [], left: [] };

function neitherThereNorUsed(missing: ConnectorNotHere): ToolError {
  const { message, fix, detail } = missing;
  return new ConnectorNotHere(missing, `${message} No rule that this key can see refers to that id either.`, fix, detail);
}
