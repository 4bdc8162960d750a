import { expect, test } from "vitest";
import { createRefusedValues } from "../../src/secrets/refused-values.ts";

const token = "5Qd81xPz-E7m2Lk";

test.each<[what: string, given: unknown, name: string, known: string[]]>([
  ["a secret by its name", token, "password", [token]],
  ["with a scheme", `Bearer ${token}`, "Authorization", [token]],
  ["in base64, as a login", `Basic ${Buffer.from(`ann:${token}`).toString("base64")}`, "Authorization", [token]],
  ["what looks random, whatever its name", "wh-till-5Qd81xPzE7m2Lk", "user", ["wh-till-5Qd81xPzE7m2Lk"]],
  ["a part of an address", "https://in.example.com/5Qd81xPzE7m2Lk5Qd81x/x", "webhookUrl", ["5Qd81xPzE7m2Lk5Qd81x"]],
  ["of several, within", { secretHeaders: { "X-Api-Key": token }, list: [{ token: `${token}2` }] }, "secrets", [token, `${token}2`]],
])("is known: %s", (_what, given, name, known) => {
  const refused = createRefusedValues()("ann");
  refused.add(given, name);
  for (const one of known) expect(refused.isIn(JSON.stringify({ a: `with ${one} in it` }))).toBe(true);
});

test.each<[value: string, name: string]>([
  ...["production", "hunter2", "ops-slack-2", "127.0.0.1", "intake2.example.net", "ops@example.com", "2026-11-22"].map(
    (word): [string, string] => [word, "password"],
  ),
  ...["connector_not_found", ".pagerduty", "correct horse battery", "https://intake2.example.net/x"].map((word): [string, string] => [
    word,
    "token",
  ]),
  ["svc-kibana-0x1", "user"],
  ["0b7f3c1e-5a2d-4c1b-9f6e-2d3c4b5a6978", "X-Tenant"],
  ...["0b7f3c1e-5a2d-4c1b-9f6e-2d3c4b5a6978", "Checkout latency p99 > 2s", "C0123ABCDEF", "INC0012345"].map((one): [string, string] => [
    one,
    "routingKey",
  ]),
])("is not: %s as %s", (value, name) => {
  const refused = createRefusedValues()("ann");
  refused.add(value, name);
  expect(refused.isIn(`with ${value} in it`)).toBe(false);
});

test("a reference is no value, and a value is known for one principal, in limits", () => {
  const refusedTo = createRefusedValues();
  const ann = refusedTo("ann");
  ann.add({ password: { $env: token }, key: "x".repeat(9000) + token }, "secrets");
  expect([ann.isIn(token), ann.isIn("x".repeat(9000) + token)]).toEqual([false, false]);
  ann.add(token, "password");
  expect([refusedTo("ann").isIn(token), refusedTo("bob").isIn(token)]).toEqual([true, false]);
  for (let n = 0; n < 99; n++) ann.add(`${token}x${n}y`, "password");
  expect(ann.isIn(`(${token})`)).toBe(true);
  ann.add("9Zk4-mWq7Rt2b", "password");
  expect([ann.isIn("9Zk4-mWq7Rt2b"), ann.isIn(`(${token})`)]).toEqual([true, false]);
});
