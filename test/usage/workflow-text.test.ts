import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Reference } from "../../src/usage/workflow-references.ts";
import { differingReferences, repointedText } from "../../src/usage/workflow-text.ts";

const name = 'Ops "Slack" #1';
const isMeant = ({ text, byName }: Reference) => text === "ops-slack" || (byName && text === name);
/** A workflow around the lines of one step. */
const around = (lines: string) => `name: W\ntriggers: [{ type: manual }]\nsteps:\n  - name: tell\n    type: slack\n${lines}`;
/** `@` is where the id stands. */
const withId = (template: string, id: string) => template.replaceAll("@", id);

describe("an id is replaced where it stands, and no other character", () => {
  test.each<[form: string, template: string]>([
    ["plain", "    connector-id: @\n"],
    ["in double quotes", '    connector-id: "@"\n'],
    ["in single quotes", "    connector-id: '@'\n"],
    ["beside a comment that has it too", "    connector-id: @   # ops-slack, see wiki\n"],
    ["with tabs in the comment", "    connector-id: @\t#\ttabs\there\n"],
    ["under a quoted key", '    "connector-id" : @\n'],
    ["without an end of line", "    connector-id: @"],
    [
      "in flow maps",
      "    on-failure: { fallback: [ {name: b, type: slack, connector-id: @}, {name: c, type: slack, connector-id: '@'} ] }\n",
    ],
    ["as JSON", '    on-failure: {"fallback": [{"name": "b","type":"slack","connector-id":"@"}]}\n'],
    ["as a folded block", "    connector-id: >-\n      @\n    with: {}\n"],
    ["as a literal block with a comment that has it", "    connector-id: |-   # ops-slack\n      @\n    with: {}\n"],
    ["with a tag", "    connector-id: !!str @\n"],
    ["with an anchor that nothing else uses", "    connector-id: &chat @\n"],
    [
      "with an anchor that other connector-ids use",
      "    connector-id: &chat @\n  - name: again\n    type: slack\n    connector-id: *chat\n",
    ],
    [
      "in a map that is used twice",
      "    on-failure: &f { fallback: [{ name: b, type: slack, connector-id: @ }] }\n  - { name: c, type: console, on-failure: *f }\n",
    ],
    ["after emoji and letters of two units", "    with: { message: '🚒🚒 \u{20000} é' }\n    connector-id: @ # 🚒\n"],
    ["on a line of its own", "    connector-id:\n      # who is told\n      @\n"],
    [
      "where others have the same text",
      "    with: { message: ops-slack, ops-slack: ops-slack }\n    connector-id: @\n    if: 'x: ops-slack'\n",
    ],
    ["where another id begins with it", "    connector-id: @\n  - name: b\n    type: slack\n    connector-id: ops-slack-2\n"],
    ["in two steps that are alike", "    connector-id: @\n  - name: tell\n    type: slack\n    connector-id: @\n"],
    [
      "in branches",
      "    on-failure:\n      fallback:\n        - name: p\n          type: parallel\n          branches:\n            - name: one\n              steps:\n                - { name: q, type: slack, connector-id: @ }\n",
    ],
    ["in a list", "    connector-ids: [@, other, '@']\n"],
    [
      "in a channel of a waiting step",
      "  - name: ask\n    type: waitForApproval\n    with: { channels: { slack: { connector-id: @ } } }\n",
    ],
    ["in a path", "  - name: call\n    type: kibana.request\n    with:\n      path: /s/x/api/actions/connector/@/_execute\n"],
    [
      "in a path with what begins alike",
      '  - name: call\n    type: kibana.request\n    with: { path: "/api/actions/connector/@/_execute?x=ops-slack" }\n',
    ],
    [
      "in a body",
      "  - name: call\n    type: kibana.request\n    with:\n      body: { name: ops-slack, actions: [{ id: @, group: default, params: { message: ops-slack } }] }\n",
    ],
    [
      "in a body that is JSON in a block",
      '  - name: call\n    type: kibana.request\n    with:\n      body: |\n        {"note": "ops-slack", "actions": [\n          {"id": "@", "group": "x"},\n          {"group": "y", "id": "@"}\n        ], "last": "ops-slack"}\n',
    ],
    [
      "in a body that is JSON in single quotes",
      '  - name: call\n    type: kibana.request\n    with:\n      body: \'{"actions":[{"id":"@"}]}\'\n',
    ],
    [
      "in a body that is JSON in double quotes",
      '  - name: call\n    type: kibana.request\n    with:\n      body: "{\\"actions\\":[{\\"id\\":\\"@\\"}]}"\n',
    ],
  ])("%s", (_form, template) => {
    for (const text of [around(template), `\uFEFF# ops-slack\r\n${around(template).replaceAll("\n", "\r\n")}`]) {
      const { yaml, moved, stuck } = repointedText(withId(text, "ops-slack"), isMeant, "new-slack");
      expect(yaml).toBe(withId(text, "new-slack"));
      expect([moved.length > 0, stuck]).toEqual([true, []]);
      expect(repointedText(yaml, ({ text: now }) => now === "new-slack", "ops-slack").yaml).toBe(withId(text, "ops-slack"));
    }
  });

  test.each<[form: string, written: string]>([
    ["in double quotes", '"Ops \\"Slack\\" #1"'],
    ["in double quotes with escapes", '"Ops\\x20\\"Slack\\" \\u00231"'],
    ["in single quotes", "'Ops \"Slack\" #1'"],
    ["over two lines", "'Ops\n      \"Slack\" #1'"],
    ["as a block", '|-\n      Ops "Slack" #1'],
  ])("a name %s becomes the id", (_form, written) => {
    const { yaml, moved } = repointedText(around(`    connector-id: ${written}\n    with: {}\n`), isMeant, "new-slack");
    expect(moved).toHaveLength(1);
    expect(parse(yaml).steps[0]).toEqual({ name: "tell", type: "slack", "connector-id": "new-slack", with: {} });
    const instead = written.startsWith("|") ? name : written;
    expect(yaml.replace(/"new-slack"|'new-slack'|new-slack/, instead)).toBe(around(`    connector-id: ${written}\n    with: {}\n`));
  });

  test.each([
    "true",
    "1e5",
    "12345",
    "yes",
    "a b",
    "null",
    "0x1f",
    "- x",
    "a: b",
    'q"q',
    "q'q",
    "ünïcode",
    "550e8400-e29b-41d4-a716-446655440000",
  ])("the id %j stays a text in every style", (id) => {
    for (const written of ["ops-slack", '"ops-slack"', "'ops-slack'"]) {
      const { yaml } = repointedText(around(`    connector-id: ${written}\n`), isMeant, id);
      expect(parse(yaml).steps[0]["connector-id"]).toBe(id);
    }
  });
});

describe("what cannot be changed with certainty stays, and the rest moves", () => {
  const also = "  - name: sure\n    type: slack\n    connector-id: @\n";
  test.each<[what: string, lines: string, why: RegExp]>([
    ["an anchor that a message uses too", "    connector-id: &x ops-slack\n    with: { message: *x }\n", /shared/],
    ["a constant", "    connector-id: '{{ consts.chat }}'\nconsts: { chat: ops-slack }\n", /expression/],
    [
      "a case's connector",
      "  - name: c\n    type: cases.createCase\n    with: { connector: { id: ops-slack, name: X, fields: null } }\n",
      /name or fields/,
    ],
    [
      "JSON in JSON",
      `  - name: c\n    type: kibana.request\n    with:\n      body: '{"x":"{\\"actions\\":[{\\"id\\":\\"ops-slack\\"}]}"}'\n`,
      /text within a text/,
    ],
  ])("%s", (_what, lines, why) => {
    const [steps = "", rest = ""] = around(lines).split(/(?=^consts)/m);
    const template = steps + also + rest;
    const { yaml, stuck } = repointedText(withId(template, "ops-slack"), isMeant, "new-slack");
    expect(yaml).toBe(withId(template, "new-slack"));
    expect(stuck.map((one) => one.why).join()).toMatch(why);
  });

  test.each([
    ["no YAML", "steps: [\n"],
    ["no map", "- a\n"],
    ["several documents", "a: 1\n---\nb: 1\n"],
    ["nothing", ""],
  ])("%s stays as it is", (_what, yaml) => {
    expect(repointedText(yaml, () => true, "x")).toEqual({ yaml, moved: [], stuck: [] });
  });
});

test("whatever a workflow looks like, all characters but the replaced ids are the same, and so is what it says", () => {
  const filler = fc.constantFrom("", " # ops-slack", "  # 🚒\t", " \t# '\"{[");
  const written = fc.constantFrom("@", "'@'", '"@"', "&a@ @", "!!str '@'", ">-\n      @", "|-\n      @");
  const message = fc.constantFrom(
    "ops-slack",
    '"\\u{1F692} ops-slack"'.replace("\\u{1F692}", "\\U0001F692"),
    "'🚒 ops-slack'",
    "|\n        ops-slack 🚒\n        # no comment",
  );
  const extra = fc.constantFrom("", "\n\n", "  # a line of ops-slack\n", '    if: "x : ops-slack"\n');
  const oneStep = fc.tuple(written, filler, message, extra, fc.boolean()).map(([id, note, text, more, isOld]) => {
    const own = (isOld ? id : id.replace("@", "other")).replace("&a@", `&a${note.length}`);
    const tail = own.includes("\n") ? "" : note;
    return `${more}    connector-id: ${own}${tail}\n    with:\n      message: ${text}\n`;
  });
  fc.assert(
    fc.property(fc.array(oneStep, { minLength: 1, maxLength: 6 }), fc.constantFrom("\n", "\r\n"), fc.boolean(), (steps, end, bom) => {
      const lines = steps.map((one, at) => `  - name: "step ${at} 🚒"\n    type: slack\n${one}`).join("");
      const template = `${bom ? "\uFEFF" : ""}${`name: W # ops-slack\ntriggers:\n- type: manual\nsteps:\n${lines}`.replaceAll("\n", end)}`;
      const before = withId(template, "ops-slack");
      const { yaml, stuck } = repointedText(before, isMeant, "new-slack");
      expect(stuck).toEqual([]);
      expect(yaml).toBe(withId(template, "new-slack"));
      expect((differingReferences(before, yaml) ?? []).every(({ was, is }) => was.text === "ops-slack" && is.text === "new-slack")).toBe(
        true,
      );
    }),
    { numRuns: 200 },
  );
});

describe("a large text costs no more than its length, and none that is very large is changed", () => {
  const step = "  - { name: a, type: slack, connector-id: ops-slack }\n";
  const consts = (line: (n: number) => string, count: number) =>
    `name: W\nconsts:\n${Array.from({ length: count }, (_none, n) => line(n)).join("")}steps:\n${step}`;
  const json = `{"connector":{"id":"ops-slack"},${Array.from({ length: 7000 }, (_none, n) => `"k${n}":1`).join(",")}}`;
  test.each<[string, string, moved: number]>([
    ["many keys", consts((n) => `  k${n}: 1\n`, 7000), 1],
    ["many anchors", consts((n) => `  k${n}: &a q\n`, 6000), 1],
    ["many steps", `name: W\nsteps:\n${step.repeat(1800)}`, 1800],
    ["many keys of JSON", `name: W\nsteps:\n  - { name: a, type: kibana.request, with: { path: /x, body: '${json}' } }\n`, 1],
    ["more than anybody writes", consts((n) => `  k${n}: 1\n`, 20_000), 0],
  ])("%s", (_what, yaml, moved) => {
    const began = process.cpuUsage();
    expect(repointedText(yaml, isMeant, "b").moved).toHaveLength(moved);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(2500);
  });

  test("a key that is there twice is no valid text", () => {
    expect(repointedText(`name: W\nname: V\nsteps:\n${step}`, isMeant, "b").moved).toEqual([]);
  });
});
