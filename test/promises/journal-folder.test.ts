import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

/** Kibana has one of a name. */
let made = 0;
async function started(dir: string) {
  const server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: dir } });
  onTestFinished(() => server.close());
  return (more = {}) => server.call("create_connector", { name: `Log ${made++} of journals`, type: ".server-log", ...more });
}
const make = (id: string) =>
  fetch(`${sandbox.url}/api/actions/connector/${id}`, {
    method: "POST",
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    body: JSON.stringify({ name: id, connector_type_id: ".server-log" }),
  });
const connectors = async () => ((await (await fetch(`${sandbox.url}/api/actions/connectors`)).json()) as unknown[]).length;

const bad: [what: string, make: (folder: string) => string][] = [
  ["within /proc, where none can be created", () => "/proc/x"],
  ["far within /proc", () => "/proc/x/y/z"],
  ["within /sys", () => "/sys/kernel/x"],
  ["within /dev/null", () => "/dev/null/x"],
  ["that is a device", () => "/dev/full"],
  [
    "that is a file",
    (folder) => {
      writeFileSync(join(folder, "file"), "");
      return join(folder, "file");
    },
  ],
  [
    "within a file",
    (folder) => {
      writeFileSync(join(folder, "file"), "");
      return join(folder, "file/journal");
    },
  ],
  [
    "that is a link to itself",
    (folder) => {
      symlinkSync(join(folder, "loop"), join(folder, "loop"));
      return join(folder, "loop");
    },
  ],
  [
    "behind a link to itself",
    (folder) => {
      symlinkSync(join(folder, "loop"), join(folder, "loop"));
      return join(folder, "loop/journal");
    },
  ],
  [
    "that is a link to nowhere",
    (folder) => {
      symlinkSync(join(folder, "nowhere"), join(folder, "link"));
      return join(folder, "link");
    },
  ],
  ["with a name that is too long", (folder) => join(folder, "j".repeat(300))],
];

describe("a journal's folder", () => {
  test.each(bad)("%s: every change says so in time, and nothing is written", { timeout: 20_000 }, async (_what, make) => {
    const create = await started(make(await freshFolder()));
    const before = await connectors();
    for (const _again of [1, 2]) {
      const began = Date.now();
      const { body, failed } = await create();
      expect(Date.now() - began).toBeLessThan(8_000);
      expect([failed, body.error.code]).toEqual([true, "journal_unavailable"]);
      expect(body.error.message).toMatch(/journal/i);
      expect(body.error.fix).toMatch(/CONNECTORS_JOURNAL_DIR/);
    }
    expect(await connectors()).toBe(before);
  });

  test("of several missing levels is created", async () => {
    const create = await started(join(await freshFolder(), "a/b/c"));
    expect((await create()).body.status).toBe("done");
  });

  test.each([
    ["removed", (dir: string) => rmSync(dir, { recursive: true })],
    ["moved away", (dir: string) => renameSync(dir, `${dir}-old`)],
    [
      "replaced by another",
      (dir: string) => {
        renameSync(dir, `${dir}-old`);
        mkdirSync(dir, { mode: 0o700 });
      },
    ],
  ])("that is %s while the server runs is reported as such, and the next call starts a new one", async (_how, takeAway) => {
    const dir = join(await freshFolder(), "journal");
    const create = await started(dir);
    expect((await create()).body.status).toBe("done");
    takeAway(dir);
    const before = await connectors();
    expect((await create()).body.error).toMatchObject({
      code: "journal_unavailable",
      message: expect.stringContaining("removed or moved while this server was running"),
      fix: expect.stringContaining("repeat the call"),
    });
    expect(await connectors()).toBe(before);
    expect((await create()).body.status).toBe("done");
  });

  test.each([
    ["one write", ["log"]],
    ["the first of several", ["log", "second"]],
  ])("that is removed in the middle of %s: nothing is promised that went with it", async (_what, ids) => {
    const dir = join(await freshFolder(), "journal");
    for (const id of ids) await make(id);
    let removed = false;
    const { url } = await rewritingProxy(sandbox.url, {
      request({ method }) {
        if (method !== "DELETE" || removed) return;
        removed = true;
        rmSync(dir, { recursive: true });
      },
    });
    const server = await startServer({ env: { KIBANA_URL: url, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: dir }, person: yes });
    onTestFinished(() => server.close());
    const { body } = await server.call("safe_delete_connector", { ids });
    expect([body.result.deleted, body.undo, body.next]).toEqual([["log"], undefined, undefined]);
    expect(body.status).toBe(ids.length === 1 ? "done" : "partial");
    expect(body.no_undo).toContain("only if it is put back");
    expect(body.warnings.join()).not.toContain("keeps it in mind");
    expect((await server.call("undo_change", { change: body.change })).body.error?.code ?? "done").toBe("invalid_arguments");
    for (const id of ids) await fetch(`${sandbox.url}/api/actions/connector/${id}`, { method: "DELETE", headers: { "kbn-xsrf": "x" } });
  });

  test("that is replaced by a file while the server runs is reported as such, again and again", async () => {
    const dir = join(await freshFolder(), "journal");
    const create = await started(dir);
    expect((await create()).body.status).toBe("done");
    rmSync(dir, { recursive: true });
    writeFileSync(dir, "");
    for (const _again of [1, 2]) expect((await create()).body.error.code).toBe("journal_unavailable");
  });
});
