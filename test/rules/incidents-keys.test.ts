import { expect, test } from "vitest";
import { isOfEachAlert } from "../../src/rules/incidents.ts";

test.each([
  ["{{rule.id}}-{{alert.id}}", true],
  ["{{{alert.uuid}}}", true],
  ["{{alertInstanceId}}", true],
  ["x-{{& context.group }}", true],
  ["{{#alert}}{{id}}{{/alert}}", true],
  ["{{#context}}a-{{group}}{{/context}}", true],
  ["{{#EncodeURI}}{{alert.id}}{{/EncodeURI}}", true],
  ["constant", false],
  ["{{rule.id}}", false],
  ["{{rule.id}}-{{alert.actionGroup}}", false],
  ["{{#context}}const{{/context}}", false],
  ["{{#alert}}const{{/alert}}", false],
  ["{{#alert.id}}const{{/alert.id}}", false],
  ["{{^context}}const{{/context}}", false],
  ["{{#alert}}{{actionGroup}}{{/alert}}", false],
])("a key differs between alerts: %s → %s", (key, expected) => {
  expect(isOfEachAlert(key)).toBe(expected);
});
