import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer, yes } from "../support/built-server.ts";

type Args = Record<string, unknown>;
const from = (name: string) => ({ routingKey: { $env: `CONNECTOR_SECRET_${name}` } });

/** Two servers with one journal; while one asks a person, `meanwhile` happens through the other. */
async function two(meanwhile: (other: Started) => Promise<unknown>, args: string[] = []) {
  const sandbox = await startSandbox({ empty: true });
  onTestFinished(sandbox.close);
  const journal = mkdtempSync(join(tmpdir(), "kcm-journal-"));
  const env = {
    KIBANA_URL: sandbox.url,
    KIBANA_API_KEY: "any",
    CONNECTOR_SECRET_OLD: "old-routing-key-of-tests",
    CONNECTOR_SECRET_NEW: "new-routing-key-of-tests",
    CONNECTOR_SECRET_B: "another-routing-key-tests",
  };
  const all = ["--journal-dir", journal, "--target-hosts", "*", ...args];
  const other = await startServer({ args: all, env, person: yes });
  onTestFinished(() => other.close());
  let waits = false;
  const server = await startServer({
    args: all,
    env,
    async person() {
      if (waits) {
        waits = false;
        expect(await meanwhile(other)).toMatchObject({ body: { status: "done" } });
      }
      return yes();
    },
  });
  onTestFinished(() => server.close());
  for (const id of ["pager", "beside"])
    await other.call("create_connector", { id, name: id, type: ".pagerduty", config: {}, secrets: from("OLD") });
  return {
    other,
    async asking(tool: string, given: Args) {
      waits = true;
      const { body } = await server.call(tool, given);
      expect(waits).toBe(false);
      return body;
    },
  };
}
type Started = Awaited<ReturnType<typeof startServer>>;

const rotate = (id: string, to: string) => (by: Started) => by.call("update_connector", { id, secrets: from(to) });

describe("a question about a secret does not outlive another change of it by this server", () => {
  test.each<[string, string, Args]>([
    ["a rename that gives it again", "update_connector", { id: "pager", name: "Renamed", secrets: from("OLD") }],
    ["another rotation", "update_connector", { id: "pager", secrets: from("B") }],
    ["a change in each space", "update_connector", { id: "pager", space: "default", name: "Renamed", secrets: from("OLD") }],
  ])("%s", async (_what, tool, args) => {
    const { asking } = await two(rotate("pager", "NEW"));
    const body = await asking(tool, args);
    expect([body.status, body.differs]).toEqual(["plan_changed", expect.anything()]);
  });

  test("the undo of a change", async () => {
    const { other, asking } = await two(rotate("pager", "NEW"));
    const { body: renamed } = await other.call("update_connector", { id: "pager", name: "Renamed", secrets: from("OLD") });
    expect((await asking("undo_change", { change: renamed.change, secrets: from("OLD") })).status).toBe("plan_changed");
  });

  test("what becomes a former secret while somebody reads", async () => {
    const { asking } = await two(rotate("beside", "NEW"));
    expect((await asking("update_connector", { id: "pager", name: "Renamed", secrets: from("OLD") })).status).toBe("plan_changed");
  });

  test.each<[string, (other: Started) => Promise<unknown>]>([
    ["that another connector was rotated between others", rotate("beside", "B")],
    ["that another was renamed", (by) => by.call("update_connector", { id: "beside", name: "Other", secrets: from("OLD") })],
  ])("but it is no reason %s", async (what, meanwhile) => {
    const { asking } = await two(meanwhile);
    const secrets = what.includes("between others") ? from("NEW") : from("OLD");
    expect((await asking("update_connector", { id: "pager", name: "Renamed", secrets })).status).toBe("done");
  });
});
