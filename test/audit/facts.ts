import type { DeploymentFacts, Draft } from "../../src/audit/check.ts";
import { checks } from "../../src/audit/checks/index.ts";
import type { ConnectorFacts, RuleContext, SpaceFacts } from "../../src/audit/facts.ts";
import { connectorTypes } from "../../src/catalog/index.ts";
import type { LiveType } from "../../src/kibana/connector-types.ts";
import type { Connector } from "../../src/kibana/connectors.ts";
import type { Rule, RuleType } from "../../src/kibana/rules.ts";
import type { Unseen } from "../../src/usage/use.ts";
import { rule as anyRule } from "../rules/rules.ts";
import { connector as listed } from "../support/plan.ts";

/** Everything healthy but what the test is about. */
export const entries = new Map((await connectorTypes()).map((entry) => [entry.id, entry]));

export const connector = (more: Partial<Connector> = {}) =>
  listed({ id: "payments-slack", name: "Payments on-call", references: 1, ...more });

function liveType(id: string, more: Partial<LiveType> = {}): LiveType {
  const features = [...(entries.get(id)?.features ?? ["alerting"])];
  return {
    id,
    name: id,
    enabledInConfig: true,
    enabledInLicense: true,
    license: "gold",
    features,
    system: false,
    deprecated: false,
    ...more,
  };
}

export const window = { from: "2026-11-15T00:00:00.000Z", days: 7 };

interface Given extends Partial<Omit<ConnectorFacts, "connector" | "type">> {
  connector?: Partial<Connector>;
  /** Null: this deployment does not have the type. */
  type?: Partial<LiveType> | null;
}

export function facts({ connector: given = {}, type = {}, ...more }: Given = {}): ConnectorFacts {
  const made = connector(given);
  return {
    connector: made,
    type: type === null ? undefined : liveType(made.type, type),
    entry: entries.get(made.type),
    usage: { rules: 1, enabled: 1, since: "2026-03-01T00:00:00.000Z" },
    runs: undefined,
    ran: undefined,
    ...more,
  };
}

/** Nothing uses it: all that could was looked at. */
export const idle = { usage: { rules: 0, enabled: 0, since: undefined }, others: { uses: [], sight: { seen: "all" as const } } };
/** The same, but workflows were not looked at. */
export const notAllSeen = {
  uses: [],
  sight: {
    seen: "part" as const,
    unseen: [{ what: "workflows", why: "No.", permanent: false, whole: true }] satisfies [Unseen],
  },
};
/** A workflow uses it. */
const notify = { kind: "workflow", id: "w", name: "W", space: "payments", enabled: true, how: "step notify", can_be_moved: false } as const;
export const inWorkflow = { uses: [notify], sight: { seen: "all" as const } };
export const disabledOnly = { usage: { rules: 2, enabled: 0, since: undefined } };

function space(all: readonly ConnectorFacts[] = [], more: Partial<SpaceFacts> = {}): SpaceFacts {
  return {
    space: "payments",
    connectors: new Map(all.map((one) => [one.connector.id, one])),
    rulesKnown: true,
    window,
    secretHeaders: false,
    ...more,
  };
}

export const rule = (more: Partial<Rule> = {}) => anyRule({ id: "cpu", name: "CPU is high", ...more });

type Action = Rule["actions"][number];
export function action(id: string, group: string, params: Record<string, unknown> = {}, more: Partial<Action> = {}): Action {
  const frequency = { summary: false, notify_when: "onActionGroupChange", throttle: null };
  return { id, group, params, uuid: `${id}-${group}`, frequency, ...more };
}

export function context(connectors: readonly Connector[], more: Partial<RuleContext> = {}): RuleContext {
  const type = (id: string, recoveryGroup: string | undefined): [string, RuleType] => [
    id,
    {
      id,
      name: id,
      groups: ["query matched"],
      defaultGroup: "query matched",
      recoveryGroup,
      detection: false,
      variables: undefined,
      groupNames: {},
      recoversWithoutContext: false,
      ofRecovery: [],
      alertsAsData: true,
      changeable: true,
      enabledInLicense: true,
    },
  ];
  return {
    space: "payments",
    connectors: new Map(connectors.map((one) => [one.id, one])),
    ruleTypes: new Map([type(".es-query", "recovered"), type("no.recovery", undefined), type("siem.queryRule", "recovered")]),
    entries,
    mayKnowMore: false,
    actionFrequencies: true,
    now: Date.parse("2026-11-22T00:00:00.000Z"),
    ...more,
  };
}

/** What one check says about one connector, alone in its space. */
const checkNamed = (wanted: string) => checks.find(({ name }) => name === wanted);

export function ofConnector(name: string, given: ConnectorFacts, inSpace: Partial<SpaceFacts> = {}): Draft | undefined {
  const check = checkNamed(name);
  if (check?.of !== "connector") throw new Error(`${name} does not look at a connector`);
  return check.find(given, space([given], inSpace));
}

export function ofSpace(name: string, given: readonly ConnectorFacts[], more: Partial<SpaceFacts> = {}): Draft[] {
  const check = checkNamed(name);
  if (check?.of !== "space") throw new Error(`${name} does not look at a space`);
  return check.find(space(given, more));
}

export function ofRule(name: string, given: Rule, within: RuleContext): Draft[] {
  const check = checkNamed(name);
  if (check?.of !== "rule") throw new Error(`${name} does not look at a rule`);
  return check.find(given, within);
}

export function ofDeployment(name: string, given: DeploymentFacts): Draft[] {
  const check = checkNamed(name);
  if (check?.of !== "deployment") throw new Error(`${name} does not look at a deployment`);
  return check.find(given);
}
