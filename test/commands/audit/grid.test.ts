import stringWidth from "string-width";
import { expect, test } from "vitest";
import { drawGrid } from "../../../src/commands/audit/grid.ts";
import { renderTable } from "../../../src/commands/audit/table.ts";
import { auditDocument, manyRows } from "./documents.ts";

test("cells of several lines are side by side, and each row has a line below it", () => {
  expect(
    drawGrid(
      [2, 3],
      [
        [["a"], ["b"]],
        [["c", "dd"], ["e"]],
      ],
    ).split("\n"),
  ).toEqual(["┌────┬─────┐", "│ a  │ b   │", "├────┼─────┤", "│ c  │ e   │", "│ dd │     │", "└────┴─────┘"]);
});

test("wide letters, combining accents and colours do not break the alignment", () => {
  const text = drawGrid([6], [[["警报"]], [["e\u0301te\u0301"]], [["\u001b[31mred\u001b[39m"]]]);
  expect(new Set(text.split("\n").map((line) => stringWidth(line)))).toEqual(new Set([10]));
});

test("the five hundred findings that a terminal shows are drawn fast", () => {
  const audit = auditDocument(manyRows(500, 5));
  const start = performance.now();
  renderTable(audit, { width: 120, colour: false });
  expect(performance.now() - start).toBeLessThan(1000);
});
