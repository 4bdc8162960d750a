import { describe, expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { Sealed, unseal } from "../../src/sealed.ts";
import { resolveSecrets } from "../../src/secrets/resolve.ts";

const env = {
  CONNECTOR_SECRET_SLACK: "https://hooks.slack.com/services/T0/B0/canary",
  CONNECTOR_SECRET_PD: "canary-routing-key",
  CONNECTOR_SECRET_EMPTY: "",
  CONNECTOR_SECRET_BLANK: "  ",
  KIBANA_API_KEY: "canary-of-the-server",
};
const resolve = (given: Record<string, unknown>, prefix = "CONNECTOR_SECRET_") =>
  resolveSecrets(given, { env, prefix, dir: undefined, literals: "refuse" }).secrets;

function refusal(given: Record<string, unknown>): ToolError {
  try {
    resolve(given);
  } catch (error) {
    if (error instanceof ToolError) return error;
  }
  throw new Error("was not refused");
}

describe("a reference", () => {
  test("becomes a sealed value that carries its variable's name", () => {
    const { routingKey } = resolve({ routingKey: { $env: "CONNECTOR_SECRET_PD" } });
    expect(routingKey).toBeInstanceOf(Sealed);
    expect(String(routingKey)).toBe("<CONNECTOR_SECRET_PD>");
    expect(unseal(routingKey ?? null)).toBe("canary-routing-key");
  });

  test("works within secretHeaders and lists", () => {
    const resolved = resolve({
      secretHeaders: { Authorization: { $env: "CONNECTOR_SECRET_PD" } },
      keys: [{ $env: "CONNECTOR_SECRET_PD" }],
    });
    expect(unseal(resolved)).toEqual({ secretHeaders: { Authorization: "canary-routing-key" }, keys: ["canary-routing-key"] });
  });

  test("obeys the configured prefix", () => {
    expect(() => resolve({ a: { $env: "CONNECTOR_SECRET_PD" } }, "TEAM_")).toThrow(
      /^secrets\.a names a variable that does not begin with TEAM_.*: other variables cannot be used\.$/,
    );
  });
});

describe("what is not a secret", () => {
  test.each([null, true, 5])("%j passes", (value) => {
    expect(resolve({ field: value })).toEqual({ field: value });
  });

  test("authType passes as text, only at the top", () => {
    expect(resolve({ authType: "basic" })).toEqual({ authType: "basic" });
    expect(refusal({ nested: { authType: "basic" } }).code).toBe("literal_secret_refused");
  });

  test("no secrets at all pass", () => {
    expect(resolve({})).toEqual({});
  });
});

const put = 'pass {"$env": "CONNECTOR_SECRET_SOMETHING"}';
const useOne = /^Use one of the names in `available`, .*have the operator add the variable and restart the server\.$/;
const notOurs = /^secrets\.routingKey names a variable that does not begin with CONNECTOR_SECRET_.*: other variables cannot be used\.$/;

describe("refused, with a fix, and never with a value in it", () => {
  test.each<[string, Record<string, unknown>, string, string | RegExp, string | RegExp]>([
    [
      "a literal",
      { webhookUrl: "https://hooks.slack.com/services/canary" },
      "literal_secret_refused",
      "secrets.webhookUrl is given as plain text. A secret that passes through the conversation stays in its transcript.",
      put,
    ],
    [
      "an empty literal",
      { webhookUrl: "" },
      "literal_secret_refused",
      "secrets.webhookUrl is given as plain text. A secret that passes through the conversation stays in its transcript.",
      put,
    ],
    [
      "several literals",
      { user: "ann", password: "canary", token: { $env: "CONNECTOR_SECRET_PD" } },
      "literal_secret_refused",
      "secrets.user, secrets.password are given as plain text. A secret that passes through the conversation stays in its transcript.",
      `${put}. These exist: \`available\`.`,
    ],
    [
      "a literal header",
      { secretHeaders: { "X-Key": "canary" } },
      "literal_secret_refused",
      "secrets.secretHeaders.X-Key is given as plain text. A secret that passes through the conversation stays in its transcript.",
      put,
    ],
    [
      "the redaction mark",
      { routingKey: "[redacted]" },
      "secret_refused",
      "secrets.routingKey holds the redaction mark, which is not a value.",
      put,
    ],
    [
      "a reference of another kind",
      { routingKey: { $vault: "x" } },
      "secret_refused",
      "secrets.routingKey is not a reference that this server knows.",
      put,
    ],
    [
      "a reference with company",
      { routingKey: { $env: "CONNECTOR_SECRET_PD", note: 1 } },
      "secret_refused",
      "secrets.routingKey is not a reference that this server knows.",
      put,
    ],
    [
      "company before the reference",
      { routingKey: { note: 1, $env: "CONNECTOR_SECRET_PD" } },
      "secret_refused",
      "secrets.routingKey is not a reference that this server knows.",
      put,
    ],
    [
      "a reference to a number",
      { routingKey: { $env: 5 } },
      "secret_refused",
      "secrets.routingKey is not a reference that this server knows.",
      put,
    ],
    ["the server's own key", { routingKey: { $env: "KIBANA_API_KEY" } }, "secret_refused", notOurs, useOne],
    ["a name in small letters", { routingKey: { $env: "connector_secret_pd" } }, "secret_refused", notOurs, useOne],
    [
      "a variable that is not set",
      { routingKey: { $env: "CONNECTOR_SECRET_NONE" } },
      "secret_refused",
      "secrets.routingKey names a variable that is not set in the environment of this server.",
      useOne,
    ],
    [
      "an empty variable",
      { routingKey: { $env: "CONNECTOR_SECRET_EMPTY" } },
      "secret_refused",
      "secrets.routingKey names a variable that is empty.",
      useOne,
    ],
    [
      "a blank variable",
      { routingKey: { $env: "CONNECTOR_SECRET_BLANK" } },
      "secret_refused",
      "secrets.routingKey names a variable that is empty.",
      useOne,
    ],
  ])("%s", (_what, given, code, message, fix) => {
    const error = refusal(given);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.fix).toMatch(fix);
    expect(JSON.stringify([error.message, error.fix, error.detail])).not.toContain("canary");
  });

  test.each([
    ['"in quotes"', true],
    ["'in quotes' ", true],
    [`say "it"`, false],
    ['"a" and "b"', false],
  ])("a variable that is all in quotes is warned of: %s", (value, isWarned) => {
    const { warnings } = resolveSecrets(
      { a: { $env: "CONNECTOR_SECRET_X" } },
      { env: { CONNECTOR_SECRET_X: value }, prefix: "CONNECTOR_SECRET_", dir: undefined, literals: "refuse" },
    );
    expect(warnings.includes("CONNECTOR_SECRET_X stands in quotes, which are part of the secret as it is sent.")).toBe(isWarned);
  });

  test("plain texts, where they are taken, up to 100,000 characters together", () => {
    const given = (length: number) => ({ user: "u".repeat(length / 2), secretHeaders: { a: "x".repeat(length / 2) } });
    const take = (length: number) =>
      resolveSecrets(given(length), { env: {}, prefix: "CONNECTOR_SECRET_", dir: undefined, literals: "warn" });
    expect(take(100_000).warnings).toHaveLength(2);
    expect(() => take(100_002)).toThrow(
      expect.objectContaining({ code: "invalid_arguments", message: "The plain texts in `secrets` have more than 100,000 characters." }),
    );
  });

  test("names of variables that hold something are offered, values are not", () => {
    expect(refusal({ a: { $env: "CONNECTOR_SECRET_NONE" } }).detail).toEqual({
      path: "secrets.a",
      available: ["CONNECTOR_SECRET_PD", "CONNECTOR_SECRET_SLACK"],
    });
  });

  test("if there are none, the operator is named", () => {
    expect(() =>
      resolveSecrets({ a: { $env: "CONNECTOR_SECRET_X" } }, { env: {}, prefix: "CONNECTOR_SECRET_", dir: undefined, literals: "refuse" }),
    ).toThrow(
      expect.objectContaining({
        fix: expect.stringMatching(/operator adds? CONNECTOR_SECRET_… to the environment of this server and restarts? it/),
      }),
    );
  });
});
