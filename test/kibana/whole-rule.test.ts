import fc from "fast-check";
import { expect, test } from "vitest";
import { Rule } from "../../src/kibana/rule-shape.ts";
import { ruleReads } from "../../src/kibana/rules.ts";

const action = {
  id: "payments-slack",
  group: "query matched",
  uuid: "1",
  connector_type_id: ".slack",
  params: { message: "x" },
  frequency: { summary: false, notify_when: "onActionGroupChange", throttle: null },
  alerts_filter: null,
};
const whole = {
  id: "rule-1",
  name: "Payments are slow",
  enabled: true,
  tags: ["payments"],
  consumer: "stackAlerts",
  rule_type_id: ".es-query",
  schedule: { interval: "5m" },
  params: { size: 1 },
  actions: [action],
  throttle: null,
  notify_when: null,
  revision: 3,
  api_key_owner: "ana",
  api_key_created_by_user: false,
  created_at: "2026-03-01T00:00:00.000Z",
  updated_at: "2026-03-01T00:00:00.000Z",
  updated_by: "ana",
  execution_status: { status: "ok", last_execution_date: "2026-03-01T00:00:00.000Z" },
  last_run: { outcome: "succeeded" },
  snooze_schedule: [],
};

async function read(data: unknown[]) {
  return (
    await ruleReads(
      async () => ({ total: data.length, data }),
      async () => undefined,
    ).rules("default", { page: 1, perPage: 500 })
  ).rules;
}

test("a rule that has every field is used as it is", async () => {
  expect((await read([whole]))[0]).toBe(whole);
});

/** Something else, or nothing, in place of one field anywhere in a rule. */
const bent = fc
  .tuple(
    fc.constantFrom<[object, (part: object) => object]>(
      [whole, (rule) => rule],
      [action, (one) => ({ ...whole, actions: [action, one] })],
      [action.frequency, (frequency) => ({ ...whole, actions: [{ ...action, frequency }] })],
      [whole.execution_status, (execution_status) => ({ ...whole, execution_status })],
      [whole.last_run, (last_run) => ({ ...whole, last_run })],
      [whole.schedule, (schedule) => ({ ...whole, schedule })],
    ),
    fc.nat(),
    fc.constantFrom<unknown>(undefined, null, "text", 7, true, [], ["text"], [7], {}, { summary: "no" }, { status: 1 }, { outcome: [] }),
  )
  .map(([[part, inRule], at, value]) => {
    const keys = Object.keys(part);
    return inRule({ ...part, [keys[at % keys.length] ?? ""]: value });
  });

test("a rule that lacks a field or has one of another type is completed or refused, as by its full schema", async () => {
  await fc.assert(
    fc.asyncProperty(bent, async (raw) => {
      const wanted = Rule.safeParse(raw);
      if (wanted.success) expect(await read([whole, raw])).toEqual([whole, wanted.data]);
      else await expect(read([whole, raw])).rejects.toThrow(`unexpected shape at "data.1.${wanted.error.issues[0]?.path.join(".")}"`);
    }),
    { numRuns: 2000 },
  );
});
