import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startSandboxWith } from "../support/built-server.ts";
import { pythonWith, run } from "./python.ts";

const installed = await pythonWith("kibana-py", "~=0.6.0");
const auth = `
users:
  - { username: owner, password: pw, actions: all, rules: all }
api_keys:
  - { key: cmVhZDprZXk=, owner: owner, actions: read, rules: read }
`;

if ("why" in installed) process.stdout.write(`peer kibana-py: skipped, ${installed.why}\n`);

test.skipIf("why" in installed).each(["9.4.0", "9.5.0"])("kibana-py finds Kibana %s in the stand-in, step by step", async (version) => {
  if ("why" in installed) return;
  const folder = mkdtempSync(join(tmpdir(), "kcm-peers-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const keys = join(folder, "auth.yml");
  writeFileSync(keys, auth);
  const [open, closed] = await Promise.all([
    startSandboxWith(["--kibana-version", version]),
    startSandboxWith(["--kibana-version", version, "--auth", keys]),
  ]);
  onTestFinished(async () => void (await Promise.all([open.stop(), closed.stop()])));
  const { code, stdout, stderr } = await run(installed.python, [resolve("test/peers/kibana_py.py"), open.url, closed.url]);
  expect([code, stderr.replace(/^.*Warning.*\n.*\n?/gm, "")]).toEqual([0, ""]);
  const steps: { step: string; error?: string }[] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(steps.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(steps.length).toBeGreaterThan(25);
});
