import { describe, expect, test } from "vitest";
import { suites } from "./cases/index.ts";
import { askAll, deployments, nameOf } from "./deployments.ts";

const asked = new Set<string>();
for (const deployment of deployments) for (const name of await askAll(deployment)) asked.add(name);

describe("the suite", () => {
  const cases = Object.values(suites).flat();
  const names = cases.map(nameOf);

  test("gives each case a name of its own", () => {
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("asks each case of some sandbox", () => {
    expect(names.filter((name) => !asked.has(name))).toEqual([]);
  });
});
