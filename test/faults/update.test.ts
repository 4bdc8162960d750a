import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";
import { coversEveryFault, printedAtEnd, sendings, timesOf } from "./harness.ts";
import { faultTable, type Told } from "./update-table.ts";

type Made = Awaited<ReturnType<typeof product>>;
type Call = [tool: string, args: Record<string, unknown>];

const rename: Call = ["update_connector", { id: "stored", name: "Other" }];
const index = { type: ".index", config: { index: "audit" } };

async function after(made: Made, [tool, args]: Call): Promise<Call> {
  const { body } = await made.call(tool, args);
  return ["undo_change", { change: body.change }];
}

/** How each begins, and the call that meets the fault. */
const kinds: Record<string, { method: string; ready(made: Made): Promise<Call> }> = {
  put: {
    method: "PUT",
    async ready(made) {
      await seedConnector(made, index);
      return rename;
    },
  },
  rotate: {
    method: "PUT",
    async ready(made) {
      await seedConnector(made, { type: ".pagerduty", config: { apiUrl: null }, secrets: { routingKey: "stored-key" } });
      return ["update_connector", { id: "stored", secrets: { routingKey: { $env: "CONNECTOR_SECRET_NEW" } } }];
    },
  },
  undo_create: { method: "DELETE", ready: (made) => after(made, ["create_connector", { id: "stored", name: "Stored one", ...index }]) },
  undo_update: {
    method: "PUT",
    async ready(made) {
      await seedConnector(made, index);
      return after(made, rename);
    },
  },
  undo_delete: {
    method: "POST",
    async ready(made) {
      await seedConnector(made, index);
      return after(made, ["safe_delete_connector", { ids: ["stored"] }]);
    },
  },
};

const print = printedAtEnd(Object.keys(kinds));
coversEveryFault(faultTable);

describe.each(faultTable)("$fault", ({ fault, work, ...expected }) => {
  test.each(Object.entries(kinds))("%s: the answer truthfully says whether it happened", async (kind, { method, ready }) => {
    const env = { CONNECTOR_SECRET_NEW: "rotated-secret-value" };
    // Nothing the sandbox does takes a quarter of a second; a slow answer takes a whole one.
    const made = await product({ person: accepts, env, sandbox: { empty: true }, settings: { timeout: 250 } });
    const [tool, args] = await ready(made);
    const before = await documentOf(made, "stored");
    const writes = made.writes().length;
    made.clock.advance(1000);
    await made.fault(fault, { method, path: "/api/actions/connector/stored", times: timesOf(fault) });
    const { isError, body } = await made.call(tool, args);
    const now = await documentOf(made, "stored");
    const changed = JSON.stringify(now) !== JSON.stringify(before);
    const told: Told = isError ? "failed" : body.status;
    print(fault, told, changed);

    expect(told).toBe(expected[kind as keyof typeof expected]);
    expect(changed).toBe(work);
    expect(made.writes()).toHaveLength(writes + sendings(fault, told));
    const [entry] = (await made.call("list_changes")).body.changes;
    expect(entry.outcome).toBe({ done: "done", failed: "not_done", unknown: "unknown" }[told]);
    if (told === "done") expect(body.warnings.join()).toContain("It happened anyway.");
    if (told === "unknown")
      expect(body.message).toMatch(
        /It is not known yet whether it happened\. Check before you repeat it|Whether the new secrets are stored is not known/,
      );
    // An update or undo that failed names no id that is taken.
    if (told === "failed" && method !== "POST") expect(body.code).toMatch(/^kibana_/);
  });
});

test("a slow answer within the time limit is not a fault", async () => {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  await seedConnector(made, index);
  await made.bare("POST", "/sandbox/faults", { fault: "slow", method: "PUT", delay: 20 });
  const { body } = await made.call(...rename);
  expect(body).toMatchObject({ status: "done" });
  expect(body.warnings).toBeUndefined();
});

describe("a read that fails", () => {
  test("while an update is read back does not turn it into a failure, and says so", async () => {
    const made: Made = await product({
      person: accepts,
      sandbox: { empty: true },
      onRequest: async ({ method }) => {
        if (method === "PUT") await made.fault("error", { method: "GET", path: "/api/actions/connector/stored", times: 20 });
      },
    });
    await seedConnector(made, index);
    const { body } = await made.call(...rename);
    expect(body).toMatchObject({ status: "done", warnings: ["Kibana accepted the change; it could not be read back."] });
  });

  test("while the update is planned writes nothing", async () => {
    const made = await product({ person: accepts, sandbox: { empty: true } });
    await seedConnector(made, index);
    await made.fault("error", { method: "GET", path: "/api/actions/connector/stored", times: 20 });
    expect((await made.call(...rename)).body.code).toBe("kibana_error");
    expect([made.writes(), await made.journal()]).toEqual([[], ""]);
  });
});
