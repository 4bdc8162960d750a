import { appendFile, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { rewritingProxy } from "../support/config-proxy.ts";
import { freshFolder, textIn } from "../support/folder.ts";
import { accepts, product } from "../support/product.ts";
import { isWrite } from "../support/recording-proxy.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";
import { startKillable } from "./killable-server.ts";
import { canMount, smallDisk } from "./small-disk.ts";

const log = (name: string) => ({ name, type: ".server-log" });

/** Built servers that share a Kibana and a journal. */
async function shared() {
  const sandbox = await startSandbox({ empty: true });
  onTestFinished(() => sandbox.close());
  const home = await freshFolder();
  const journalDir = join(home, "journal");
  const start = (more: Partial<Parameters<typeof startKillable>[0]> = {}) => startKillable({ home, url: sandbox.url, journalDir, ...more });
  return { sandbox, journalDir, start };
}

interface Row {
  name: string;
  outcome: string;
  change: string;
}

describe("two servers on one machine", () => {
  test("that write at once lose no entry, and each shows those of both", async () => {
    const { journalDir, start } = await shared();
    const servers = await Promise.all([start(), start()]);
    const names = servers.flatMap((_server, at) => Array.from({ length: 12 }, (_, n) => `Trail ${at} ${n}`));
    const answers = await Promise.all(names.map((name, at) => servers[at < 12 ? 0 : 1]?.call("create_connector", log(name))));
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => "done"));
    for (const server of servers) {
      const { changes, total } = await server.call("list_changes", { limit: 100 });
      expect(total).toBe(24);
      expect(changes.map(({ name }: Row) => name).sort()).toEqual([...names].sort());
      expect(new Set(changes.map(({ change }: Row) => change)).size).toBe(24);
      expect(changes.every(({ outcome }: Row) => outcome === "done")).toBe(true);
    }
    expect(await readdir(journalDir)).toHaveLength(2);
  });

  test("count each other's changes of the last hour", async () => {
    const { start } = await shared();
    const env = { CONNECTORS_MAX_CHANGES_PER_HOUR: "3" };
    const servers = await Promise.all([start({ env }), start({ env })]);
    const said: string[] = [];
    for (let n = 0; n < 5; n++) {
      const answer = await servers[n % 2]?.call("create_connector", log(`Trail ${n}`));
      said.push(answer.status ?? answer.code);
    }
    expect(said).toEqual(["done", "done", "done", "limit_reached", "limit_reached"]);
  });

  test("leave the other one's unfinished changes to it as long as it lives", async () => {
    const { sandbox, journalDir, start } = await shared();
    let come = () => {};
    let go = () => {};
    const reached = new Promise<void>((resolve) => {
      come = resolve;
    });
    const between = await rewritingProxy({
      before: async (call) => {
        if (!isWrite(call)) return;
        come();
        await new Promise<void>((resolve) => {
          go = resolve;
        });
      },
    });
    between.target = sandbox.url;
    await fetch(`${sandbox.url}/api/actions/connector/trail`, {
      method: "POST",
      headers: { "kbn-xsrf": "test", "content-type": "application/json" },
      body: JSON.stringify({ name: "Trail", connector_type_id: ".server-log" }),
    });
    const first = await start({ url: between.url });
    // An abandoned run would be recorded as unknown at once.
    const answer = first.call("execute_connector", { id: "trail", params: { message: "hello" } });
    await reached;
    const second = await start({ url: between.url });
    const { changes } = await second.call("list_changes");
    expect(changes).toMatchObject([{ outcome: "unknown", note: expect.stringContaining("look at the connector") }]);
    expect(await textIn(journalDir)).not.toContain('"kind":"end"');
    go();
    expect((await answer).status).toBe("done");
    expect((await second.call("list_changes")).changes).toMatchObject([{ outcome: "done" }]);
  });
});

test("a last line torn by a crash is skipped; what is before and after it counts", async () => {
  const { journalDir, start } = await shared();
  const first = await start();
  await first.call("create_connector", log("Before"));
  await first.kill();
  const [name = ""] = await readdir(journalDir);
  await appendFile(join(journalDir, name), '{"v":1,"kind":"begin","change":"2026-01-01-torn","n":0,"at":"20');
  const second = await start();
  expect(await second.call("list_changes")).toMatchObject({ total: 1, changes: [{ name: "Before", outcome: "done" }] });
  await second.call("create_connector", log("After"));
  const { changes, warnings } = await second.call("list_changes");
  expect([changes.map((row: Row) => row.name), warnings]).toEqual([["After", "Before"], undefined]);
});

test("a journal of several files, rotated by size, is one: every entry is there, and the newest can be undone", async () => {
  const made = await product({ settings: { skipConfirmation: true }, sandbox: { empty: true } });
  const index = (letter: string) => letter.repeat(240_000);
  await seedConnector(made, { type: ".index", config: { index: index("a") } });
  for (const letter of "bcdefghijklmnopqrstuvwxyz") {
    expect((await made.call("update_connector", { id: "stored", config: { index: index(letter) } })).body.status).toBe("done");
    made.clock.advance(1000);
  }
  const files = await readdir(made.journalDir);
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(made.journalDir, file))).size));
  expect(files.length).toBeGreaterThan(1);
  // One file may be over the limit by at most one entry.
  for (const size of sizes) expect(size).toBeLessThan(8 * 1024 * 1024 + 2_000_000);
  const { changes, total } = (await made.call("list_changes")).body;
  expect([total, changes.map((row: Row) => row.outcome)]).toEqual([25, Array(10).fill("done")]);
  expect((await made.call("undo_change", { change: changes[0].change })).body.status).toBe("done");
  expect((await documentOf(made, "stored"))?.config.index).toBe(index("y"));
});

describe("a journal that cannot be written stops the change before anybody is asked", () => {
  const args = { id: "stored", name: "Other" };

  test("a file where the folder should be", async () => {
    const folder = await freshFolder();
    await writeFile(join(folder, "journal"), "no folder");
    const made = await product({ person: accepts, journalDir: join(folder, "journal"), sandbox: { empty: true } });
    await seedConnector(made, { type: ".index", config: { index: "a" } });
    const state = await made.state();
    const { body } = await made.call("update_connector", args);
    expect(body).toMatchObject({ code: "journal_unavailable", fix: expect.stringContaining("CONNECTORS_JOURNAL_DIR") });
    expect([await made.state(), made.writes(), made.questions]).toEqual([state, [], []]);
  });

  test.skipIf(!canMount)("a folder on a read-only disk; once it is writable, the change is made", async () => {
    const disk = smallDisk();
    await mkdir(join(disk.folder, "journal"));
    disk.readOnly(true);
    const made = await product({ person: accepts, journalDir: join(disk.folder, "journal"), sandbox: { empty: true } });
    await seedConnector(made, { type: ".index", config: { index: "a" } });
    const { body } = await made.call("update_connector", args);
    expect(body).toMatchObject({ code: "journal_unavailable", message: expect.stringContaining("EROFS") });
    expect([made.writes(), made.questions, (await made.call("list_changes")).body.total]).toEqual([[], [], 0]);
    disk.readOnly(false);
    expect((await made.call("update_connector", args)).body.status).toBe("done");
    await made.backend.close();
  });

  test.skipIf(!canMount)("a full disk: nothing is written; with room again the next change is complete", async () => {
    const disk = smallDisk();
    const made = await product({ person: accepts, journalDir: join(disk.folder, "journal"), sandbox: { empty: true } });
    await seedConnector(made, { type: ".index", config: { index: "a" } });
    await disk.fill();
    const state = await made.state();
    const { body } = await made.call("update_connector", args);
    expect(body).toMatchObject({ code: "journal_unavailable", message: expect.stringContaining("ENOSPC") });
    expect([await made.state(), made.writes()]).toEqual([state, []]);
    await disk.makeRoom();
    expect((await made.call("update_connector", args)).body.status).toBe("done");
    expect((await made.call("list_changes")).body).toMatchObject({ total: 1, changes: [{ outcome: "done" }] });
    await made.backend.close();
  });

  test.skipIf(!canMount)(
    "a disk that fills while Kibana writes: it is done, the answer says that its end is not recorded, and it can be undone with or without room",
    async () => {
      const disk = smallDisk();
      const made = await product({
        person: accepts,
        journalDir: join(disk.folder, "journal"),
        sandbox: { empty: true },
        onRequest: async ({ method }) => {
          if (method !== "PUT") return;
          // The disk page of the begin record has room left: blank lines fill it, then the disk is filled.
          const [name = ""] = await readdir(join(disk.folder, "journal"));
          const path = join(disk.folder, "journal", name);
          await appendFile(path, "\n".repeat(4096 - ((await stat(path)).size % 4096)));
          await disk.fill();
        },
      });
      await seedConnector(made, { type: ".index", config: { index: "a" } });
      const { body } = await made.call("update_connector", args);
      expect(body).toMatchObject({ status: "done", warnings: [expect.stringContaining("its outcome could not be recorded")] });
      expect((await documentOf(made, "stored"))?.name).toBe("Other");
      expect(await made.journal()).not.toContain('"kind":"end"');
      const [row] = (await made.call("list_changes")).body.changes;
      expect(row).toMatchObject({ outcome: "done", undo: body.undo });
      await disk.makeRoom();
      expect((await made.call("undo_change", body.undo.args)).body.status).toBe("done");
      expect(await made.journal()).toContain('"kind":"end"');
      await made.backend.close();
    },
  );
});
