import { readdir, readFile, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";
import { references } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const { env } = references({ old: "a".repeat(32), new: "b".repeat(32), third: "c".repeat(32) });
const named = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const key = (name: string) => ({ routingKey: named(name) });
const pager = { type: ".pagerduty" };
const either = "CONNECTOR_SECRET_OLD or CONNECTOR_SECRET_NEW (not known which: a write of this server had no clear answer)";

/** `one` and `two` hold OLD; the answer to a write of `one` is lost, before or after Kibana does it. */
async function started() {
  const made = await product({
    person: accepts,
    env,
    sandbox: { empty: true, spaces: ["web"] },
    settings: { timeout: 250, targetHosts: ["events.pagerduty.com"] },
  });
  const done = async (tool: string, args: Args) => {
    const { body } = await made.call(tool, args);
    expect([body.status, body.message]).toEqual(["done", undefined]);
    return { ...body, said: `${JSON.stringify(body.warnings ?? [])} ${made.questions.at(-1)?.message}` };
  };
  const lost = async (fault: string, tool: string, args: Args, method = "PUT", path = "/api/actions/connector/") => {
    await made.fault(fault, { method, path });
    const { body } = await made.call(tool, args);
    expect([body.status, body.code]).toEqual([path.startsWith("/s/") ? "partial" : "unknown", undefined]);
    return body;
  };
  for (const id of ["one", "two"]) await done("create_connector", { id, name: id, ...pager, secrets: key("OLD") });
  return { ...made, done, lost };
}

const faults = ["timeout_before", "timeout_after"];

describe.each(faults)("a rotation whose answer is lost (%s)", (fault) => {
  async function rotated(name = "NEW") {
    const made = await started();
    const body = await made.lost(fault, "update_connector", { id: "one", secrets: key(name) });
    return { ...made, body };
  }

  test("says what can be done, as the list does", async () => {
    const { body, call } = await rotated();
    expect(body.message).toContain("Whether the new secrets are stored is not known, and nobody can read them.");
    expect(body.fix).toMatch(/repeat the call.* To store the same secrets again does no harm/i);
    expect(`${body.message} ${body.fix}`).not.toMatch(/get_connector|Look at it first/);
    const [entry] = (await call("list_changes")).body.changes;
    expect(entry).toMatchObject({ outcome: "unknown", note: expect.stringContaining("Whether it stored the new secrets is not known") });
  });

  test("leaves a connector that may still hold the old secret, and one that may hold the new one", async () => {
    const { done } = await rotated();
    const { said } = await done("update_connector", { id: "two", secrets: key("NEW") });
    expect(said).toMatch(/stored the same secret in one in default \(\d{4}-\d\d-\d\d, and whether it is there is not known\) too/);
    expect((await done("update_connector", { id: "two", secrets: key("THIRD") })).said).toMatch(/the same secret in one in default/);
    expect((await done("update_connector", { id: "one", secrets: key("THIRD") })).said).not.toContain("the same secret in");
  });

  test("has both proposed, as what may be there, for it and for a copy", async () => {
    const { call } = await rotated();
    const both = { routingKey: [named("NEW"), named("OLD")] };
    for (const [tool, args, where] of [
      ["update_connector", { id: "one", name: "One x" }, "is there"],
      ["create_connector", { name: "Copy", from: { id: "one" } }, "is in the original"],
    ] as const) {
      const { body } = await call(tool, args);
      expect([body.code, body.detail.stored_last, body.detail.stored_perhaps]).toEqual(["secrets_needed", undefined, both]);
      expect(body.fix).toContain(`What ${where} is not known, since a write of this server had no clear answer: routingKey from`);
    }
  });

  test("that is repeated takes the place of either, and names the copies of the old one; its undo tells both", async () => {
    const { call, done } = await rotated();
    const { change, said } = await done("update_connector", { id: "one", secrets: key("NEW") });
    expect(said).toContain(`secrets.routingKey: CONNECTOR_SECRET_NEW takes the place of ${either}`);
    expect(said).toMatch(/stored the same secret in two in default \(\d{4}-\d\d-\d\d\) too/);
    const { detail } = (await call("undo_change", { change })).body;
    expect([detail.stored_last, detail.stored_perhaps]).toEqual([undefined, { routingKey: [named("NEW"), named("OLD")] }]);
    const undone = await done("undo_change", { change, secrets: key("OLD") });
    expect(undone.said).toContain(`this stores CONNECTOR_SECRET_OLD; before that change there was ${either}`);
    expect((await call("update_connector", { id: "one", name: "One x" })).body.detail.stored_last).toEqual(key("OLD"));
  });

  test("makes no former secret, but one that may be, which a person decides about", async () => {
    const { call, done } = await rotated();
    for (const space of ["default", "web"]) {
      const { asked, said } = await done("create_connector", { name: `Late ${space}`, space, ...pager, secrets: key("OLD") });
      expect([asked, said]).toEqual([
        "form",
        expect.stringContaining(
          "CONNECTOR_SECRET_OLD may be a former secret: this server may have put CONNECTOR_SECRET_NEW in its place in one",
        ),
      ]);
    }
    await done("update_connector", { id: "one", secrets: key("NEW") });
    const { said } = await done("create_connector", { name: "Last", ...pager, secrets: key("OLD") });
    expect(said).toContain("CONNECTOR_SECRET_OLD is a former secret: this server put CONNECTOR_SECRET_NEW in its place in one");
    expect((await call("create_connector", { name: "New", ...pager, secrets: key("NEW") })).body.asked).not.toBe("form");
  });

  test("by the same reference leaves that", async () => {
    const { call } = await rotated("OLD");
    const { detail } = (await call("update_connector", { id: "one", name: "One x" })).body;
    expect([detail.stored_last, detail.stored_perhaps]).toEqual([key("OLD"), undefined]);
  });
});

describe("where an answer was lost", () => {
  test("twice, all that may be there is told, and what was stored for certain since ends it", async () => {
    const { call, done, lost } = await started();
    await lost("timeout_before", "update_connector", { id: "one", secrets: key("NEW") });
    await lost("timeout_before", "update_connector", { id: "one", secrets: key("THIRD") });
    const { detail } = (await call("update_connector", { id: "one", name: "x" })).body;
    expect(detail.stored_perhaps.routingKey).toEqual([named("THIRD"), named("NEW"), named("OLD")]);
    await done("update_connector", { id: "one", secrets: key("THIRD") });
    expect((await call("update_connector", { id: "one", name: "x" })).body.detail.stored_last).toEqual(key("THIRD"));
  });

  test("of a delete that did not happen, the connector still needs its secret, and counts as a copy", async () => {
    const { call, done, lost } = await started();
    await lost("timeout_before", "safe_delete_connector", { ids: ["one"] }, "DELETE");
    expect((await call("update_connector", { id: "one", name: "x" })).body.detail.stored_last).toEqual(key("OLD"));
    expect((await done("update_connector", { id: "two", secrets: key("NEW") })).said).toMatch(/the same secret in one in default/);
  });

  test("of a change that can be seen, the answer says where to look", async () => {
    const { lost } = await started();
    const body = await lost("timeout_before", "update_connector", { id: "one", name: "One x", secrets: key("OLD") });
    expect(body.message).toContain("get_connector");
    expect(`${body.message} ${body.fix}`).not.toContain("does no harm");
  });

  test("in one of several spaces, what is there is told of that one alone", async () => {
    const { call, done, lost } = await started();
    const made = await done("create_connector", { name: "Both", ...pager, space: "default,web", secrets: key("OLD") });
    const [first, second] = made.result.rows;
    const args = { id: "Both", space: "default,web", secrets: key("NEW") };
    await lost("timeout_after", "update_connector", args, "PUT", `/s/web/api/actions/connector/${second.id}`);
    const proposed = (await call("update_connector", { id: "Both", space: "default,web", name: "x" })).body.detail.each;
    expect(proposed).toMatchObject([
      { id: first.id, stored_last: key("NEW") },
      { id: second.id, stored_perhaps: { routingKey: [named("NEW"), named("OLD")] } },
    ]);
    expect(proposed[0].stored_perhaps ?? proposed[1].stored_last).toBeUndefined();
    const { said } = await done("update_connector", { id: "two", secrets: key("NEW") });
    expect(said).toMatch(new RegExp(`${second.id} in web \\([-\\d]+, and whether it is there is not known\\)`));
    expect((await done("update_connector", args)).said).toContain(
      `In space web: secrets.routingKey: CONNECTOR_SECRET_NEW takes the place of ${either}`,
    );
  });

  test("since the server was killed, both may be there", async () => {
    const { call, done, journalDir } = await started();
    await done("update_connector", { id: "one", secrets: key("NEW") });
    for (const name of (await readdir(journalDir)).filter((one) => one.endsWith(".jsonl"))) {
      const path = `${journalDir}/${name}`;
      const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
      await writeFile(path, `${lines.slice(0, -1).join("\n")}\n`);
    }
    const { detail } = (await call("update_connector", { id: "one", name: "x" })).body;
    expect(detail.stored_perhaps).toEqual({ routingKey: [named("NEW"), named("OLD")] });
    const [entry] = (await call("list_changes")).body.changes;
    expect([entry.outcome, entry.note]).toEqual([
      "unknown",
      expect.stringContaining("update_connector with those that are right settles it"),
    ]);
  });
});
