import { expect, test } from "vitest";
import { liveSettings } from "./settings.ts";
import { settledTable } from "./settled-table.ts";

const whole = { KIBANA_LIVE_TESTS: "yes-change-things", KIBANA_URL: "http://127.0.0.1:5601/kibana/", KIBANA_API_KEY: "abc" };

test.each<[name: string, change: Record<string, string | undefined>, problem: RegExp]>([
  ["without the yes", { KIBANA_LIVE_TESTS: undefined }, /KIBANA_LIVE_TESTS is not "yes-change-things"/],
  ["with another yes", { KIBANA_LIVE_TESTS: "yes" }, /KIBANA_LIVE_TESTS is not "yes-change-things"/],
  ["without an address", { KIBANA_URL: undefined }, /KIBANA_URL is not the address/],
  ["without credentials", { KIBANA_API_KEY: undefined }, /Neither KIBANA_API_KEY nor/],
  ["with a user without password", { KIBANA_API_KEY: undefined, KIBANA_USERNAME: "elastic" }, /Neither KIBANA_API_KEY nor/],
  ["with two logins", { KIBANA_USERNAME: "elastic", KIBANA_PASSWORD: "p" }, /take one/],
])("the live run is refused %s", (_, change, problem) => {
  expect(() => liveSettings({ ...whole, ...change })).toThrow(problem);
  expect(() => liveSettings({ ...whole, ...change })).toThrow(/nothing was sent/);
});

test("all problems are told at once", () => {
  expect(() => liveSettings({})).toThrow(/KIBANA_LIVE_TESTS[\s\S]*KIBANA_URL[\s\S]*KIBANA_API_KEY/);
});

test("an API key or a password opens the door", () => {
  expect(liveSettings(whole)).toEqual({
    target: { url: "http://127.0.0.1:5601/kibana", authorization: "ApiKey abc" },
    login: "API key",
    keys: {},
  });
  const byPassword = { ...whole, KIBANA_API_KEY: undefined, KIBANA_USERNAME: "u", KIBANA_PASSWORD: "p" };
  expect(liveSettings(byPassword)).toMatchObject({ target: { authorization: "Basic dTpw" }, login: "password" });
});

test("the table has a line for each statement, and says what was not foreseen", () => {
  const table = settledTable("9.5.0", [
    { section: "§0", statement: "text of 401", found: "401 Unauthorized", expected: true },
    { section: "§1.5", statement: "an underscore", found: "409", expected: false },
  ]);
  expect(table.split("\n")).toEqual([
    "To be settled on a live stack",
    "",
    "| section | statement     | answer of 9.5.0 |",
    "|---------|---------------|-----------------|",
    "| §0      | text of 401   | 401 Unauthorized |",
    "| §1.5    | an underscore | NOT FORESEEN: 409 |",
  ]);
});
