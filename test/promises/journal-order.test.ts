import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { filesIn } from "../support/http-process.ts";
import { atRequest, deployment, serve } from "./race-deployment.ts";

const log = (name: string) => ({ name, type: ".server-log" });

describe("an end that could not be recorded", () => {
  const changes: [string, Record<string, unknown>][] = [
    ["create_connector", log("New")],
    ["update_connector", { id: "one", name: "Renamed" }],
    ["safe_delete_connector", { ids: ["one"] }],
  ];

  test.each(changes)("of %s does not stand in the way of the undo once its place is back, and is recorded later", async (tool, args) => {
    const made = await deployment({ connectors: ["one"] });
    const dir = join(await freshFolder(), "journal");
    const server = await serve(made, { env: { CONNECTORS_JOURNAL_DIR: dir } });
    const ids = await made.connectorIds();
    let restore = () => {};
    // The journal's file is away while Kibana writes, so its end has no place.
    made.hook.before = atRequest(
      ({ method, path }) => method !== "GET" && path.includes("/api/actions/connector/"),
      async () => {
        const [name = ""] = readdirSync(dir);
        renameSync(join(dir, name), join(dir, "away"));
        restore = () => renameSync(join(dir, "away"), join(dir, name));
      },
    );
    const { body } = await server.call(tool, args);
    restore();
    expect(body).toMatchObject({ status: "done", warnings: [expect.stringContaining("its outcome could not be recorded")] });
    expect([body.undo, body.no_undo]).toEqual([undefined, expect.stringContaining("only if it is put back")]);
    expect(filesIn(dir)).not.toContain('"kind":"end"');
    const undo = { tool: "undo_change", args: { change: body.change } };
    expect((await server.call("list_changes")).body.changes).toMatchObject([{ outcome: "done", undo }]);
    expect((await server.call("undo_change", undo.args)).body.status).toBe("done");
    expect(await made.connectorIds()).toEqual(ids);
    // For whoever reads it after a restart.
    expect(filesIn(dir)).toContain(`"kind":"end","at"`);
    const after = await serve(made, { env: { CONNECTORS_JOURNAL_DIR: dir } });
    expect((await after.call("list_changes")).body.changes).toMatchObject([{ outcome: "done" }, { outcome: "done" }]);
  });
});

describe("undo of the last change", () => {
  /** The flags of Node that let a file say by how many milliseconds the clock is off. */
  async function shifted() {
    const folder = await freshFolder();
    const [script, by] = [join(folder, "shift.cjs"), join(folder, "by")];
    writeFileSync(
      script,
      `const { readFileSync } = require("node:fs"); const Real = Date; const now = () => Real.now() + Number(readFileSync(${JSON.stringify(by)}, "utf8"));
       globalThis.Date = class extends Real { constructor(...given) { super(...(given.length > 0 ? given : [now()])); } static now() { return now(); } };`,
    );
    const set = (hours: number) => writeFileSync(by, String(hours * 3_600_000));
    set(0);
    return { set, env: { NODE_OPTIONS: `--require=${script}` } };
  }

  test.each([
    ["set back", 2, 0],
    ["set forward", 0, 2],
  ])("is of the one written last, after the clock was %s", async (_how, first, then) => {
    const made = await deployment();
    const { set, env } = await shifted();
    set(first);
    const server = await serve(made, { env });
    await server.call("create_connector", log("First"));
    set(then);
    await server.call("create_connector", log("Second"));
    const rows = (await server.call("list_changes")).body.changes;
    expect(rows.map(({ name }: { name: string }) => name)).toEqual(["Second", "First"]);
    const { body } = await server.call("undo_change", { change: "last", dry_run: true });
    expect(body.plan.summary).toContain("Second");
  });
});
