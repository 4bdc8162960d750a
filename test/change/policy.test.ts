import { describe, expect, test } from "vitest";
import type { Op } from "../../src/change/op.ts";
import type { Plan } from "../../src/change/plan.ts";
import { judge } from "../../src/change/policy.ts";
import type { Principal } from "../../src/change/principal.ts";
import { ToolError } from "../../src/errors.ts";
import type { Access, Settings } from "../../src/settings/index.ts";
import { createOp, deleteOp, executeOp, inSpace, plan } from "../support/plan.ts";
import { settings } from "../support/settings.ts";

function verdict(
  given: Plan,
  { more = {}, principal = {}, made = 0 }: { more?: Partial<Settings>; principal?: Partial<Principal>; made?: number } = {},
) {
  try {
    return judge(
      given,
      settings(more),
      { name: "local", access: "full", spaces: undefined, ...principal },
      { changes: made, roomAt: undefined },
    ).reasons;
  } catch (error) {
    if (error instanceof ToolError) return error.code;
    throw error;
  }
}

const [safe, run] = [executeOp({ safe: true }), executeOp()];

describe("access", () => {
  test.each<[Access, Op, string | string[]]>([
    ["full", createOp(), []],
    ["full", deleteOp(), []],
    ["full", run, []],
    ["full", safe, []],
    ["change", createOp(), []],
    ["change", deleteOp(), "read_only"],
    ["change", run, "read_only"],
    ["change", safe, []],
    ["read", createOp(), "read_only"],
    ["read", deleteOp(), "read_only"],
    ["read", run, "read_only"],
    ["read", safe, "read_only"],
  ])("%s: %j → %j", (access, op, expected) => {
    expect(verdict(plan({ ops: [op] }), { principal: { access } })).toEqual(expected);
  });

  test("is the caller's, not the server's", () => {
    expect(verdict(plan(), { more: { access: "full" }, principal: { access: "read" } })).toBe("read_only");
  });
});

describe("spaces", () => {
  test.each<[string[] | undefined, string, string | string[]]>([
    [undefined, "anywhere", []],
    [["default"], "default", []],
    [["default"], "security", "forbidden"],
    [[], "default", "forbidden"],
  ])("%j, %s → %j", (spaces, space, expected) => {
    expect(verdict(plan({ ops: [createOp({ space: inSpace(space) })] }), { principal: { spaces } })).toEqual(expected);
  });

  test("of every op count", () => {
    const ops: Plan["ops"] = [createOp(), createOp({ space: inSpace("security") })];
    expect(verdict(plan({ ops }), { principal: { spaces: ["default"] } })).toBe("forbidden");
  });
});

describe("a protected connector", () => {
  test.each<[Op, string, boolean]>([
    [createOp({ id: "prod-1" }), "prod-*", true],
    [createOp({ id: undefined, name: "PROD one" }), "prod *", true],
    [deleteOp({ id: "x" }), "Ops Slack", true],
    [run, "ops-slack", true],
    [safe, "ops-slack", false],
    [deleteOp(), "ops-slac", false],
    [deleteOp(), "*", true],
  ])("%j and %s: %s", (op, pattern, expected) => {
    expect(verdict(plan({ ops: [op] }), { more: { protect: ["nothing-like-it", pattern] } }) === "protected").toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ["ops-*", "ops-slack", true],
    ["ops-*", "my-ops-slack", false],
    ["*slack*", "Ops SLACK two", true],
    ["ops-?lack", "ops-slack", true],
    ["ops-?lack", "ops-sslack", false],
    ["a.b", "axb", false],
    ["(a|b)+[c]", "(a|b)+[c]", true],
    ["a*", "a\nb", true],
    ["caf\u00e9*", "cafe\u0301 one", true],
    ["cafe\u0301*", "CAF\u00c9 one", true],
    ["prod*", "\uff30\uff52\uff4f\uff44 one", true],
    ["\uff50rod-?", "prod-\u00e9", true],
    ["?", "\ufb01", true],
    ["caf\u00e9", "cafe", false],
  ])("the pattern %s and %j: %s", (pattern, text, expected) => {
    const op = createOp({ id: undefined, name: text });
    expect(verdict(plan({ ops: [op] }), { more: { protect: [pattern] } }) === "protected").toBe(expected);
  });
});

describe("the limit of an hour", () => {
  test.each<[number, Op[], number, string | string[]]>([
    [3, [createOp()], 2, []],
    [3, [createOp()], 3, "limit_reached"],
    [3, [createOp(), createOp({ id: "b" })], 2, "limit_reached"],
    [3, [safe], 99, []],
  ])("of %i: %j after %i → %j", (maxChangesPerHour, ops, made, expected) => {
    expect(verdict(plan({ ops: ops as Plan["ops"] }), { more: { maxChangesPerHour }, made })).toEqual(expected);
  });
});

describe("who must agree", () => {
  const flow = (...hosts: string[]) => ({ field: "secrets.key", source: "CONNECTOR_SECRET_PD", hosts });
  const news = "CONNECTOR_SECRET_PD goes to events.example.com, which nobody has agreed to for it yet in this space, as far as is known";

  test.each<[string, Partial<Plan>, Partial<Settings>, string[]]>([
    ["nobody, for what adds and sends nothing", {}, {}, []],
    ["a person, for what changes or removes", { consequence: "person" }, {}, ["it changes or removes something"]],
    ["a person, for what reaches outside", { consequence: "person", outsideWorld: "sends" }, {}, ["it reaches the outside world (sends)"]],
    ["a person, for a name to be typed", { consequence: { typeName: "x" } }, {}, ["it changes or removes something"]],
    ["a person, for a secret to a new host", { flows: [flow("events.example.com")] }, {}, [news]],
    ["nobody, for a host that is known", { flows: [flow("events.example.com")], knownHosts: ["events.example.com"] }, {}, []],
    ["nobody, for a target host", { flows: [flow("events.example.com")] }, { targetHosts: ["*.example.com"] }, []],
    [
      "a person, for a host that only has the same ending",
      { flows: [flow("evil-example.com")] },
      { targetHosts: ["*.example.com"] },
      ["CONNECTOR_SECRET_PD goes to evil-example.com, which nobody has agreed to for it yet in this space, as far as is known"],
    ],
    [
      "a person, for a host that only has the same beginning",
      { flows: [flow("events.example.com.evil.net")] },
      { targetHosts: ["events.example.com"] },
      ["CONNECTOR_SECRET_PD goes to events.example.com.evil.net, which nobody has agreed to for it yet in this space, as far as is known"],
    ],
    [
      "a person, where one of several hosts is new",
      { flows: [flow("events.example.com", "other.example.net")], knownHosts: ["events.example.com"] },
      {},
      [
        "CONNECTOR_SECRET_PD goes to events.example.com, other.example.net, and nobody has agreed to other.example.net for it yet in this space, as far as is known",
      ],
    ],
    [
      "a person, where only the secret says the host: whether somebody agreed before is not claimed",
      { flows: [{ ...flow("hooks.slack.com"), unseen: ["hooks.slack.com"] }] },
      {},
      ["CONNECTOR_SECRET_PD goes to hooks.slack.com, as the secret says: Kibana shows of no connector whether it goes there already"],
    ],
    [
      "nobody, for such a host that the operator agreed to",
      { flows: [{ ...flow("hooks.slack.com"), unseen: ["hooks.slack.com"] }] },
      { targetHosts: ["hooks.slack.com"] },
      [],
    ],
    [
      "a person, where the host is not known beforehand",
      { flows: [flow()] },
      { targetHosts: ["*"] },
      [
        "CONNECTOR_SECRET_PD goes to a host that is not known beforehand, which nobody has agreed to for it yet in this space, as far as is known",
      ],
    ],
    [
      "a person, for both reasons",
      { consequence: "person", flows: [flow("events.example.com")] },
      {},
      ["it changes or removes something", news],
    ],
  ])("%s", (_who, given, more, reasons) => {
    expect(verdict(plan(given), { more })).toEqual(reasons);
  });
});
