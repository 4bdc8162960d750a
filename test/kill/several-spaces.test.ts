import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { freshFolder } from "../support/folder.ts";
import { recordingProxy } from "../support/recording-proxy.ts";
import { startKillable } from "./killable-server.ts";

const spaces = ["a", "b", "c", "d", "e"];
const trail = { name: "Trail", config: { index: "audit" } };
const wanted = { ...trail, type: ".index", space: spaces.join(",") };

/** Kills the server as it writes to the third of five spaces. @param arrived whether Kibana gets that write */
async function killedInTheThird(arrived: boolean) {
  const sandbox = await startSandbox({ empty: true, spaces });
  onTestFinished(() => sandbox.close());
  let kill: (() => Promise<void>) | undefined;
  const proxy = await recordingProxy(sandbox.url, async ({ method, path }) => {
    const now = kill;
    if (method !== "POST" || !path.startsWith("/s/c/api/actions/connector/") || !now) return;
    kill = undefined;
    const headers = { "kbn-xsrf": "test", "content-type": "application/json" };
    if (arrived)
      await fetch(sandbox.url + path, { method, headers, body: JSON.stringify({ ...trail, connector_type_id: ".index", secrets: {} }) });
    await now();
    await new Promise(() => {});
  });
  const home = await freshFolder();
  const start = () => startKillable({ home, url: proxy.url, journalDir: `${home}/journal` });
  const server = await start();
  kill = server.kill;
  await server.call("create_connector", wanted).catch(() => undefined);
  return { proxy, start };
}

test.each([
  ["before Kibana has it", false, ["c", "d", "e"]],
  ["once Kibana has it", true, ["d", "e"]],
])(
  "killed in the third of five spaces, %s: the same call does what is left, nothing twice, and the undo takes what was done",
  async (_when, arrived, left) => {
    const { proxy, start } = await killedInTheThird(arrived);
    const server = await start();
    const again = await server.call("create_connector", wanted);
    const states = again.result.rows.map(({ space, state }: { space: string; state: string }) => [space, state]);
    expect(Object.fromEntries(states)).toEqual(
      Object.fromEntries(spaces.map((space) => [space, left.includes(space) ? "created" : "unchanged"])),
    );
    // The one that never arrived is sent again.
    expect(proxy.writes().length).toBe(arrived ? 5 : 6);
    const { changes } = await server.call("list_changes", { limit: 20 });
    const undone = await server.call("undo_change", { change: changes.at(-1).change });
    expect(
      undone.result.rows.filter(({ state }: { state: string }) => state === "deleted").map(({ space }: { space: string }) => space),
    ).toEqual(expect.arrayContaining(["a", "b"]));
    const { connectors } = await server.call("list_connectors", { space: "*" });
    const there = connectors.map(({ space }: { space: string }) => space);
    expect([there.includes("a"), there.includes("b"), there.includes("d")]).toEqual([false, false, true]);
  },
);
