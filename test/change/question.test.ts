import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitsQuestion, mostThatMatters, pageModel, question, whatMatters } from "../../src/change/consent/question.ts";
import { reachOf } from "../../src/change/consent/reach.ts";
import type { Effect, Plan } from "../../src/change/plan.ts";
import { exact, quoted, shownJson, word } from "../../src/plain-text.ts";
import type { ScrubForPeople } from "../../src/secrets/scrub.ts";
import { renderPage } from "../../src/web/render.ts";
import { hostile, problemsOf, unseen } from "../promises/hostile-texts.ts";
import { anybody, deleteOp, executeOp, plan } from "../support/plan.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.constantFrom(...hostile.map(([, text]) => text)),
  fc.tuple(fc.constantFrom(...hostile.map(([, text]) => text)), fc.string({ unit: "binary", maxLength: 20 })).map((both) => both.join("")),
);

const effect = (text: string, more: Partial<Effect> = {}): Effect => ({
  verb: "run",
  kind: "connector",
  id: text,
  name: text,
  type: text,
  space: "default",
  ...more,
});

/** A plan with the text wherever a tool may put one that it quotes. */
function hostilePlan(text: string, more: Partial<Plan> = {}): Plan {
  return plan({
    summary: `Run ${quoted(text)} (${word(text)}) in space default.`,
    ops: [executeOp({ type: ".email", params: { to: [text], subject: text, message: text } })],
    effects: [effect(text, { after: { params: { [text]: [text, { deep: text }] } } })],
    given: { [text]: text },
    warnings: [`The last run of ${quoted(text)} failed.`],
    flows: [{ field: "", source: "A request", hosts: [text || "host"] }],
    ...more,
  });
}

const asItIs: ScrubForPeople = { text: (text) => text, json: (value) => value, sparing: () => asItIs };
const asked = async (one: Plan) => question(one, whatMatters(one, await reachOf(one, asItIs, anybody), "http://127.0.0.1:5601"));

test("whatever text a plan contains, every line of a question is ours, in our order, and hides nothing", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.boolean(), async (text, several) => {
      const two = several ? { effects: [effect(text), effect(text)] } : {};
      expect(problemsOf(await asked(hostilePlan(text, two)))).toEqual([]);
    }),
  );
});

test("text that a tool forgets to clean begins no line and hides nothing", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const message = await asked(hostilePlan(text, { summary: text, warnings: [text, text] }));
      expect(message.split("\n").filter((line) => line.startsWith("It can"))).toHaveLength(1);
      expect(unseen.exec(message)).toBeNull();
    }),
  );
});

test("whatever text a plan contains, its page hides nothing", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, async (text) => {
      const one = hostilePlan(text, { summary: text, warnings: [text] });
      const model = pageModel(one, { reasons: [text] }, await reachOf(one, asItIs, anybody), {
        name: "here",
        sandbox: false,
        expiresAt: 0,
        type: { what: "name", text },
      });
      expect(unseen.exec(await renderPage(model, { name: text }))).toBeNull();
    }),
    { numRuns: 50 },
  );
});

describe("text that a person decides on", () => {
  test("differs where it differs, and stays within its quotes", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(exact(one) === exact(other)).toBe(one === other);
        expect(exact(one).slice(1, -1)).not.toContain('"');
        expect(unseen.exec(exact(one))).toBeNull();
        expect(word(one) === one || word(one) === exact(one)).toBe(true);
      }),
    );
  });

  test("as JSON parses to the same value, except for long runs of blanks", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(shownJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(shownJson({ a: `x${" ".repeat(300)}y` })).toBe('{"a":"x (300 blanks) y"}');
  });

  test.each([
    ['boss"', '"boss\\u{22}"'],
    ["a  b", '"a\\u{20} b"'],
    [" ".repeat(50), '"\\u{20×50}"'],
    ["a\u200bb", '"a\\u{200b}b"'],
    ["C:\\x", '"C:\\u{5c}x"'],
    ["#התראות", '"#התראות"'],
    ["אבג.example.com", '"\\u{5d0}\\u{5d1}\\u{5d2}.example.com"'],
    ["Größe 漢字 🎉", '"Größe 漢字 🎉"'],
  ])("%j is shown as %s", (text, shown) => {
    expect(exact(text)).toBe(shown);
  });
});

test("names of several connectors to be deleted come before hosts, recipients and notes", async () => {
  const one = plan({
    ops: [deleteOp(), deleteOp({ id: "b" })],
    effects: [effect("a", { verb: "delete" }), effect("b", { verb: "delete" })],
    warnings: Array(40).fill("A note."),
  });
  const lines = (await asked(one)).split("\n");
  expect(lines.slice(1, 4)).toEqual([
    '- delete connector "a" (a, a) in space default',
    '- delete connector "b" (b, b) in space default',
    "It can be undone only by giving the secrets again: Kibana does not return them.",
  ]);
  expect(lines.at(-1)).toBe("Note: and 25 more notes");
});

test("of rules that a filter means, or an undo where no page can be opened, the first are named", async () => {
  const effects = Array.from({ length: 300 }, (_none, n) => effect(`A rule with the number ${n}`, { kind: "rule", id: `r${n}` }));
  const line = async (rulesMeant: Plan["rulesMeant"], hasPage: boolean) => {
    const one = plan({ effects, ...(rulesMeant && { rulesMeant }) });
    const lines = whatMatters(one, await reachOf(one, asItIs, anybody), "here", hasPage);
    return lines.find((text) => text.startsWith("Rules (300)")) ?? "";
  };
  const byFilter = { words: 'like {"tags":["a"]}', namedOnPage: false };
  const ofUndo = { words: "of that change", namedOnPage: true };
  for (const [meant, hasPage, begin] of [
    [byFilter, true, 'Rules (300) like {"tags":["a"]}: "A rule with the number 0", '],
    [byFilter, false, 'Rules (300) like {"tags":["a"]}: "A rule with the number 0", '],
    [ofUndo, false, 'Rules (300) of that change: "A rule with the number 0", '],
  ] as const) {
    const text = await line(meant, hasPage);
    expect(text.startsWith(begin), text).toBe(true);
    expect(text).toMatch(/ and \d+ more$/);
    expect(text.length).toBeLessThan(2000);
  }
  for (const whole of [await line(undefined, false), await line(ofUndo, true)]) expect(whole).toContain('"A rule with the number 299"');
});

test("what matters is never cut: what is too long for a question says so", async () => {
  const to = (count: number) => [...Array(count).keys()].map((at) => `somebody-${at}@example.com`);
  const fits = async (params: Record<string, unknown>) => {
    const one = plan({ ops: [executeOp({ type: ".email", params })] });
    const reach = await reachOf(one, asItIs, anybody);
    const lines = whatMatters(one, reach, "here");
    return [fitsQuestion(lines, reach), lines.join("\n").length > mostThatMatters];
  };
  expect(await fits({ to: to(50) })).toEqual([true, false]);
  expect(await fits({ to: to(100) })).toEqual([false, true]);
  expect(await fits({ to: ["x".repeat(2000)] })).toEqual([false, false]);
});
