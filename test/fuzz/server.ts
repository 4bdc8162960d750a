import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect, onTestFinished } from "vitest";
import { createBackend } from "../../src/commands/backend.ts";
import type { Tool } from "../../src/tools/define.ts";
import { fakeClock } from "../support/clock.ts";
import { freshFolder } from "../support/folder.ts";
import { connect, type Person } from "../support/product.ts";
import { settings } from "../support/settings.ts";
import { expectWhole, inTime } from "./answers.ts";
import { canary } from "./corpus.ts";

/** Says yes to whatever is asked, and types the name that is asked for. */
const agrees: Person = ({ message, requestedSchema }) => {
  expect(message).not.toContain(canary);
  const { name } = requestedSchema.properties as { name?: { title: string } };
  return { action: "accept", content: { confirm: true, nothing_else: "yes", ...(name && { name: name.title.replace(/^.*?: /, "") }) } };
};

const secret = { $env: "CONNECTOR_SECRET_CANARY" };
const changesBefore = [
  ["create_connector", { name: "Made before", type: ".server-log" }],
  ["update_connector", { id: "batch-jira", name: "Batch Jira, renamed", secrets: { email: secret, apiToken: secret } }],
  ["safe_delete_connector", { ids: ["imported-pagerduty"] }],
  ["execute_connector", { id: "kibana-log", params: { message: "hello" } }],
] as const;

/** The whole server with a secret to lose, against the Kibana at `url`, and some changes in its journal. */
export async function fuzzedServer(url: string) {
  const folder = await freshFolder();
  const secretDir = join(folder, "secrets");
  await mkdir(secretDir, { mode: 0o700 });
  await writeFile(join(secretDir, "canary"), canary, { mode: 0o600 });
  const journalDir = join(folder, "journal");
  const chosen = settings({ url, journalDir, secretDir, maxChangesPerHour: 1_000_000 });
  const clock = fakeClock();
  const backend = createBackend(chosen, { CONNECTOR_SECRET_CANARY: canary }, clock);
  onTestFinished(() => backend.close());
  const { client, call } = await connect(backend, chosen, agrees);
  const changes: string[] = [];
  for (const [tool, args] of changesBefore) {
    const { body } = await call(tool, args);
    expect(body.status, JSON.stringify(body)).toBe("done");
    changes.push(body.change);
  }
  const tally = new Map<string, number>();
  let confirm = "none";
  return {
    clock,
    journalDir,
    running: backend.running,
    /** Calls a tool, with ids that only this server issues filled in where `args` ask for one; the answer must be whole. */
    async call(tool: Tool, args: unknown, turn = 0): Promise<void> {
      const text = JSON.stringify(args) ?? "null";
      const change = changes[turn % changes.length] ?? "";
      const live = text.replaceAll('"(a change)"', JSON.stringify(change)).replaceAll('"(a confirm id)"', JSON.stringify(confirm));
      const result = CallToolResultSchema.parse(await inTime(client.callTool({ name: tool.name, arguments: JSON.parse(live) })));
      const body = expectWhole(tool, result);
      if (body.change !== undefined) changes.push(body.change);
      confirm = body.confirm?.id ?? confirm;
      const kind = body.error?.code ?? body.status ?? "answer";
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
    },
    /** How often each code and status came. */
    tally,
    told: () =>
      [...tally]
        .sort((a, b) => b[1] - a[1])
        .map(([kind, count]) => `${kind} ${count}`)
        .join(", "),
  };
}
