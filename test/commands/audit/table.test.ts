import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { createProgress } from "../../../src/commands/audit/progress.ts";
import { renderTable } from "../../../src/commands/audit/table.ts";
import { auditDocument, manyRows, row } from "./documents.ts";
import { nastyNames } from "./nasty-names.ts";

const few = [0, 1, 2, 3, 4, 5, 6].map((n) => row(n, n < 4 ? "default" : "payments", n === 5 ? { known: true } : {}));
const lines = (text: string) => text.split("\n");

describe("the table", () => {
  test.each([40, 60, 76, 80, 120, 200])("fits a terminal of %i columns and names every finding, connector and rule", (width) => {
    const text = renderTable(auditDocument(few), { width, colour: false });
    expect(Math.max(...lines(text).map((line) => line.length))).toBeLessThanOrEqual(width);
    const words = text.replace(/[\s│]+/g, " ");
    for (const { connector, rule } of few)
      for (const name of [connector?.name, rule?.name]) for (const word of (name ?? "").split(" ")) expect(words).toContain(word);
  });

  test("has colours if they are wanted, with the same words", () => {
    const coloured = renderTable(auditDocument(few), { width: 100, colour: true });
    const plain = renderTable(auditDocument(few), { width: 100, colour: false });
    expect(coloured).toContain("\u001b[31m");
    expect(plain).not.toContain("\u001b");
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  test("ends with what was not checked and the reason for the exit code", () => {
    const text = renderTable(
      auditDocument(few, {
        complete: false,
        exit: { code: 3, why: "Something was not checked, so this is not an all-clear." },
        not_checked: [{ space: "security", checks: ["failing"], why: "Kibana refused.", fix: "Give the key read access." }],
      }),
      { width: 100, colour: false },
    );
    expect(text).toMatch(/NOT EVERYTHING WAS CHECKED\n {2}- space security: failing\. Kibana refused\. Give the key read access\.\n/);
    expect(text).toMatch(/Exit code 3: Something was not checked, so this is not an all-clear\.\n$/);
    expect(renderTable(auditDocument([], { complete: false }), { width: 100, colour: false })).toContain(
      "Nothing was found in what was checked.",
    );
  });

  test("shows five hundred findings and counts the others", () => {
    const text = renderTable(auditDocument(manyRows(700, 10)), { width: 120, colour: false });
    expect(text).toContain("And 200 less severe findings, not shown here");
  });

  test.each([50, 100])("lets no name from Kibana move the cursor, at %i columns", (width) => {
    const rows = nastyNames.map((name, n) =>
      row(n, name, { connector: { id: name, name, type: name }, rule: { id: name, name, enabled: true }, evidence: name }),
    );
    const text = renderTable(auditDocument(rows), { width, colour: false });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(text).toContain("שלום עולם");
  });
});

describe("the progress bar", () => {
  function screen(isTTY: boolean) {
    let written = "";
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written += String(chunk);
        done();
      },
    });
    return {
      stream: Object.assign(stream, { isTTY, columns: 80, cursorTo: () => true, clearLine: () => true }) as unknown as NodeJS.WriteStream,
      written: () => written,
    };
  }

  test("shows progress on a terminal, and is gone at the end", () => {
    const { stream, written } = screen(true);
    const progress = createProgress(stream);
    progress.show(1, 4, "Space default is read: 1 of 4.");
    progress.end();
    progress.show(2, 4, "too late");
    progress.end();
    expect(written()).toContain("Connecting");
    expect(written()).toContain("25 %");
    expect(written()).not.toContain("too late");
  });

  test("is nowhere else", () => {
    const { stream, written } = screen(false);
    const progress = createProgress(stream);
    progress.show(1, 4, "Space default is read: 1 of 4.");
    progress.end();
    expect(written()).toBe("");
  });
});
