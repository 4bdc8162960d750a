import { mkdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { product } from "../support/product.ts";

/** A pid that no process has: it is above the highest possible one. */
const nobody = 2 ** 22 + 1;
const minutes = (n: number) => new Date(Date.now() - n * 60_000).toISOString();

/** A journal with one creation that was started and not finished; the connector does not exist. */
async function leftOpen(by: Record<string, unknown>, at: string) {
  const folder = await freshFolder();
  await mkdir(folder, { recursive: true });
  const op = { op: "create", space: "default", id: "never-made", name: "Never made", type: ".server-log", config: {} };
  const begin = {
    v: 1,
    kind: "begin",
    change: "c-1",
    n: 0,
    at,
    deployment: "KEPT",
    tool: "create_connector",
    principal: "ops",
    consent: "form",
    summary: "Create.",
    op,
    ...by,
  };
  return { folder, begin };
}

test.each<[string, Record<string, unknown>, number, string]>([
  ["of a process that is gone from this machine", { pid: nobody, host: hostname(), run: "other" }, 5, "not_done"],
  ["of an earlier process with this one's number, as in a container", { pid: process.pid, host: hostname(), run: "other" }, 5, "not_done"],
  ["of another machine, where nobody can be asked", { pid: nobody, host: "another-machine", run: "other" }, 5, "unknown"],
  ["of another machine, long ago", { pid: nobody, host: "another-machine", run: "other" }, 15, "not_done"],
  ["of an older version, whose process is gone", { pid: nobody }, 5, "not_done"],
  ["of an older version, whose process is this one", { pid: process.pid }, 15, "unknown"],
])("an open entry %s reads as it should", async (_whose, by, ago, outcome) => {
  const { folder, begin } = await leftOpen(by, minutes(ago));
  const { url } = await product().then(({ settings }) => ({ url: settings.kibana?.url ?? "" }));
  const deployment = url;
  await writeFile(`${folder}/changes-0.jsonl`, `${JSON.stringify({ ...begin, deployment })}\n`);
  const { call } = await product({
    journalDir: folder,
    settings: { kibana: { url, label: undefined, auth: { kind: "none" }, ca: undefined, skipTlsVerification: false, proxy: undefined } },
  });
  expect((await call("list_changes")).body.changes).toMatchObject([{ change: "c-1", outcome }]);
});
