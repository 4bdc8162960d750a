import fc from "fast-check";
import mustache from "mustache";
import { expect, test } from "vitest";
import { connectorType } from "../../src/catalog/index.ts";
import type { RuleAction } from "../../src/kibana/rules.ts";
import { attach } from "../../src/rules/attach.ts";
import type { Wanted } from "../../src/rules/wanted.ts";
import { rule, ruleType } from "./rules.ts";

const key = fc.constantFrom(undefined, "{{rule.id}}:{{alert.id}}", "{{alert.id}}");
const frequency = fc.record({
  summary: fc.boolean(),
  notify_when: fc.constantFrom("onActionGroupChange", "onActiveAlert"),
  throttle: fc.constant(null),
});
const anyAction: fc.Arbitrary<RuleAction> = fc
  .record({
    id: fc.constantFrom("c", "other"),
    group: fc.constantFrom("query matched", "milder", "recovered"),
    eventAction: fc.constantFrom("trigger", "resolve", "acknowledge"),
    dedupKey: key,
    frequency: fc.option(frequency, { nil: undefined }),
    more: fc.dictionary(fc.constantFrom("alerts_filter", "use_alert_data_for_template", "field_of_a_newer_version"), fc.jsonValue()),
    uuid: fc.uuid(),
  })
  .map(({ eventAction, dedupKey, more, ...one }) => ({
    ...one,
    ...more,
    alerts_filter: null,
    connector_type_id: ".pagerduty",
    params: { eventAction, summary: "s", ...(dedupKey === undefined ? {} : { dedupKey }) },
  }));

test("whatever a rule has: nothing is removed, only a key and an old frequency change, and the second time nothing is missing", async () => {
  const type = await connectorType(".pagerduty");
  const wanted: Wanted = {
    connector: { id: "c", type: ".pagerduty" },
    type,
    workflow: "on_call",
    groups: undefined,
    params: undefined,
    recovery: "auto",
    dedupKey: undefined,
    frequency: undefined,
  };
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 5 }), fc.constantFrom(null, "onActiveAlert"), (actions, notify_when) => {
      const before = rule({ actions, notify_when });
      const { after, unchanged } = attach(before, ruleType(), wanted, mustache.parse);
      actions.forEach((action, at) => {
        const { params, frequency: often, ...rest } = after.actions[at] ?? { id: "gone" };
        const { params: had, frequency: was, ...others } = action;
        expect(rest).toEqual(others);
        expect({ ...params, dedupKey: 0 }).toEqual({ ...had, dedupKey: 0 });
        if (was) expect(often).toEqual(was);
      });
      const again = attach(rule({ ...after }), ruleType(), wanted, mustache.parse);
      expect([again.unchanged, again.added]).toEqual([true, []]);
      if (unchanged) expect(after.actions).toEqual(actions);
    }),
  );
});
