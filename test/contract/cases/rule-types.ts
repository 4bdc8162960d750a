import { expect } from "vitest";
import { type Answer, expectOk } from "../answer.ts";
import { type Case, verified } from "../case.ts";

type RuleType = Answer["body"];

export const ruleTypes: Case[] = [
  verified("§6.3", "rule types tell their action groups, the default one and the one of recovery", async (kibana) => {
    const types: RuleType[] = expectOk(await kibana.get("/api/alerting/rule_types"));
    const type = types.find((one) => one.id === ".index-threshold");
    expect(type).toMatchObject({
      name: expect.any(String),
      producer: "stackAlerts",
      category: expect.any(String),
      default_action_group_id: "threshold met",
      recovery_action_group: { id: "recovered", name: expect.any(String) },
      action_variables: { context: expect.any(Array), state: expect.any(Array), params: expect.any(Array) },
      authorized_consumers: { stackAlerts: { read: true, all: true } },
      enabled_in_license: true,
      minimum_license_required: "basic",
      is_exportable: true,
      has_alerts_mappings: expect.any(Boolean),
      has_fields_for_a_a_d: expect.any(Boolean),
    });
    expect(type.action_groups.map((one: { id: string }) => one.id)).toContain("threshold met");
  }),
  verified("§6.3", "the variables of rule types have a name and a description", async (kibana) => {
    const types: RuleType[] = expectOk(await kibana.get("/api/alerting/rule_types"));
    expect(types.length).toBeGreaterThan(0);
    for (const { action_variables: of } of types) {
      for (const variable of [...of.context, ...of.state, ...of.params]) {
        expect(variable).toMatchObject({ name: expect.any(String), description: expect.any(String) });
      }
    }
  }),
];
