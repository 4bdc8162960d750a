import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { makeConnector, makeRule, ruleOf, steady } from "../support/rules-deployment.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Dict = Record<string, unknown>;

const connectors = ["a", "b", "c"];
const rules = ["r1", "r2"];
const text = fc.string({ maxLength: 12 }).map((value) => `m ${value}`);
const interval = fc.constantFrom("30s", "5m", "1h");
const query = fc.record({ kql: fc.constantFrom("host.name: web*", "a: b"), filters: fc.constant([]) });
const timeframe = fc.record({
  days: fc.constant([1, 2, 3, 4, 5]),
  hours: fc.constant({ start: "08:00", end: "18:00" }),
  timezone: fc.constantFrom("UTC", "Europe/Berlin"),
});
const filter = fc.oneof(fc.record({ query }), fc.record({ timeframe }), fc.record({ query, timeframe }));
const uuid = fc.uuid({ version: 4 });
const frequency = fc.oneof(
  fc.constant({ summary: false, notify_when: "onActionGroupChange", throttle: null }),
  fc.constant({ summary: false, notify_when: "onActiveAlert", throttle: null }),
  fc.constant({ summary: true, notify_when: "onThrottleInterval", throttle: "2h" }),
);

/** An action as Kibana's interface or an API client saves it; `legacy`: the rule has a notify setting of its own. */
const anAction = (legacy: boolean) =>
  fc
    .record({
      id: fc.constantFrom(...connectors),
      group: fc.constantFrom("query matched", "recovered"),
      params: fc.record({ message: text }),
      uuid,
      ...(legacy ? {} : { frequency }),
      extra: fc.record({ alerts_filter: filter, use_alert_data_for_template: fc.boolean() }, { requiredKeys: [] }),
    })
    .map(({ extra, ...action }) => ({ ...action, ...(legacy ? {} : extra) }) as Dict);

const system = { id: "system-connector-.cases", params: { subAction: "run", subActionParams: { groupingBy: [] } } };

const aRule = fc.boolean().chain((legacy) =>
  fc.record({
    actions: fc
      .tuple(fc.uniqueArray(anAction(legacy), { maxLength: 4, selector: (one) => one.uuid }), fc.boolean())
      .map(([actions, cases]) => (cases && !legacy ? [...actions, system] : actions)),
    more: fc.record(
      {
        tags: fc.array(text, { maxLength: 3 }),
        schedule: fc.record({ interval }),
        params: fc.dictionary(fc.constantFrom("size", "esQuery", "index"), fc.jsonValue({ maxDepth: 2 })),
        alert_delay: fc.record({ active: fc.integer({ min: 1, max: 5 }) }),
        flapping: fc.constantFrom(null, { look_back_window: 10, status_change_threshold: 3 }),
        ...(legacy ? { notify_when: fc.constantFrom("onActiveAlert", "onActionGroupChange") } : {}),
      },
      { requiredKeys: legacy ? ["notify_when"] : [] },
    ),
  }),
);

const step = fc.oneof(
  fc.record({ tool: fc.constant("replace_connector" as const), from: fc.constantFrom(...connectors), to: fc.constantFrom(...connectors) }),
  fc.record({ tool: fc.constant("replace_connector" as const), from: fc.constantFrom(...connectors), remove: fc.constant(true) }),
  fc.record({
    tool: fc.constant("attach_connector" as const),
    connector: fc.constantFrom(...connectors),
    rules: fc.subarray(rules, { minLength: 1 }),
  }),
  fc.record({ tool: fc.constant("undo_change" as const), back: fc.nat({ max: 3 }) }),
);

const answers = ["done", "no_change", "plan_changed"];
/** A call may be refused because of its effect, but must not fail. */
const refusals = ["invalid_arguments", "connector_not_found"];

/** Everything in a rule but its actions, and the old notify setting that they may take over. */
function besides(rule: Dict): Dict {
  const { actions: _actions, notify_when: _when, throttle: _throttle, last_run: _run, ...rest } = steady(rule);
  return rest;
}

/** What an action keeps through all moves, by its uuid. */
function kept(rule: Dict, legacy: boolean): Map<unknown, Dict> {
  const actions = rule.actions as Dict[];
  return new Map(
    actions.map(({ id, connector_type_id: _type, uuid, frequency, ...rest }) => [
      uuid,
      { ...rest, system: String(id).startsWith("system-"), ...(legacy ? {} : { frequency }) },
    ]),
  );
}

describe("through any sequence of changes to rules", () => {
  test("no field changes that this server does not own, and undoing everything backwards restores all", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aRule, { minLength: 2, maxLength: 2 }),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        async (shapes, steps) => {
          const made = await product({ person: accepts, sandbox: { empty: true }, settings: { maxChangesPerHour: 1000 } });
          for (const id of connectors) await makeConnector(made, id, ".server-log");
          for (const [at, id] of rules.entries()) await makeRule(made, id, shapes[at]?.actions ?? [], shapes[at]?.more);
          const start = await all(made);
          const changes: string[] = [];
          for (const { tool, ...args } of steps) {
            const given = "back" in args ? { change: changes.at(-1 - args.back) ?? "none" } : args;
            const { body, isError } = await made.call(tool, given);
            if (isError) expect(refusals, JSON.stringify(body)).toContain(body.code);
            else expect(answers, JSON.stringify(body)).toContain(body.status);
            if (body.status === "done") changes.push(body.change);
            const now = await all(made);
            for (const [at, rule] of now.entries()) {
              const before = start[at] ?? {};
              expect(besides(rule)).toEqual(besides(before));
              const legacy = before.notify_when !== null;
              const was = kept(before, legacy);
              for (const [id, action] of kept(rule, legacy)) if (was.has(id)) expect(action).toEqual(was.get(id));
            }
          }
          for (const change of changes.reverse()) {
            const { body } = await made.call("undo_change", { change });
            expect(body.status, JSON.stringify(body)).toBe("done");
          }
          expect((await all(made)).map(steady)).toEqual(start.map(steady));
        },
      ),
      { numRuns: 25 },
    );
  });
});

const all = (made: Made): Promise<Dict[]> => Promise.all(rules.map((id) => ruleOf(made, id)));
