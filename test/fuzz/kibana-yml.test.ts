import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { SettingsProblem } from "../../src/sandbox/index.ts";
import { readKibanaYml } from "../../src/sandbox/kibana-yml.ts";
import { awkwardText, junk, mutate, mutation } from "./json.ts";
import { print, runs } from "./runs.ts";

const whole = {
  "server.basePath": "/kibana",
  "xpack.actions.enabledActionTypes": [".slack", ".webhook"],
  xpack: {
    actions: {
      allowedHosts: ["hooks.slack.com", "*.example.com", "[::1]"],
      email: { domain_allowlist: ["example.com"], services: { enabled: ["other"] } },
      preconfiguredAlertHistoryEsIndex: true,
      preconfigured: {
        "ops-slack": { name: "Ops Slack", actionTypeId: ".slack", secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } },
        "ops-hook": { name: "Ops hook", actionTypeId: ".webhook", config: { url: "https://example.com", headers: { a: "b" } } },
      },
    },
  },
};

/** Text that is broken in the ways of YAML itself. */
const wounds = [
  "\t",
  ": ",
  "- ",
  "&a ",
  "*a",
  "!!binary ",
  "!!js/function x",
  "---\n",
  "...",
  "%YAML 9.9\n",
  "? ",
  "{",
  "]",
  '"',
  "|\n",
  ">-\n",
  "#",
  "\u0000",
];
const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefgh"].map((name, at) => `${name}: &${name} [${`*${"abcdefgh"[at]},`.repeat(9)}]`).join("\n")}`;

const file = fc.oneof(
  { weight: 4, arbitrary: fc.array(mutation, { maxLength: 4 }).map((by) => textOf(mutate(whole, by))) },
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(fc.nat(), fc.constantFrom(...wounds)), { minLength: 1, maxLength: 3 })
      .map((by) => by.reduce(wounded, stringify(whole))),
  },
  { weight: 1, arbitrary: junk.map(textOf) },
  { weight: 1, arbitrary: awkwardText },
  { weight: 1, arbitrary: fc.constantFrom(bomb, "[".repeat(3_000), "a:\n".repeat(500), "<<: *x", "xpack: &x\n  actions: *x\n") },
);

function textOf(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false }) ?? "";
}

function wounded(text: string, [at, wound]: [number, string]): string {
  const place = at % (text.length + 1);
  return text.slice(0, place) + wound + text.slice(place);
}

test("any kibana.yml is read, or refused with a sentence", () => {
  const tally = { read: 0, refused: 0 };
  const property = fc.property(file, fc.constantFrom("8.0.0", "8.17.0", "9.0.0", "9.5.0"), (text, version) => {
    try {
      const { settings, preconfigured } = readKibanaYml(text, version, {});
      expect(Array.isArray(settings.enabledActionTypes) && Array.isArray(settings.allowedHosts)).toBe(true);
      for (const one of preconfigured) expect(typeof one.id === "string" && typeof one.type === "string").toBe(true);
      tally.read += 1;
    } catch (error) {
      if (!(error instanceof SettingsProblem)) throw error;
      expect(error.message).toMatch(/\S/);
      tally.refused += 1;
    }
  });
  fc.assert(property, runs("kibana.yml", 1_500));
  print(`kibana.yml: read ${tally.read}, refused ${tally.refused}`);
  expect(Math.min(tally.read, tally.refused)).toBeGreaterThan(0);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
});
