import { expect, test } from "vitest";
import { instructions } from "../../src/mcp/instructions.ts";
import { tools } from "../../src/tools/index.ts";

const names = tools.map((tool) => tool.name);

test("the instructions mention every tool, name none that does not exist, and are short enough for clients", () => {
  for (const name of names) expect(instructions).toContain(name);
  for (const [word] of instructions.matchAll(/\b[a-z]+_[a-z_]+\b/g)) {
    if (!["confirmation_needed", "secrets_wanted", "plan_changed", "dry_run"].includes(word)) expect(names).toContain(word);
  }
  expect(instructions.length).toBeLessThanOrEqual(1500);
});
