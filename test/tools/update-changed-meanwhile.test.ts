import { describe, expect, test } from "vitest";
import { rewritingProxy } from "../support/config-proxy.ts";
import { accepts, product } from "../support/product.ts";
import { isWrite, type Recorded } from "../support/recording-proxy.ts";
import { kibanaSettings } from "../support/settings.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";

type Made = Awaited<ReturnType<typeof product>>;

const config = { index: "audit", refresh: false, executionTimeField: "at" };
const theirs = { name: "Theirs", config: { ...config, index: "theirs" }, secrets: {} };
const one = "/api/actions/connector/stored";
const readsIt = ({ method, path }: Recorded) => method === "GET" && path === one;

/** A server; somebody else changes the connector once, at the moment that `when` names. */
async function meanwhile(
  when: {
    before?: (call: Recorded, calls: Recorded[]) => boolean;
    after?: (call: Recorded, calls: Recorded[]) => boolean;
  },
  skipConfirmation = false,
) {
  let made: Made | undefined;
  let acted = false;
  const act = async (now: boolean | undefined) => {
    if (!now || acted) return;
    acted = true;
    await made?.bare("PUT", one, theirs);
  };
  const between = await rewritingProxy({
    before: (call) => act(when.before?.(call, between.calls)),
    after: async (call, text) => {
      await act(when.after?.(call, between.calls));
      return text;
    },
  });
  made = await product({
    person: accepts,
    sandbox: { empty: true },
    settings: { kibana: kibanaSettings({ url: between.url }), skipConfirmation },
  });
  between.target = made.sandboxUrl;
  await seedConnector(made, { type: ".index", config });
  const records = async () =>
    (await made.journal())
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { made, between, records, acted: () => acted };
}

/**
 * `lastLook`: which read of the connector is the one just before the write; a delete reads the whole list for its plan.
 * `wave`: how many reads go out together just before it; a delete looks for rules and references as well.
 */
const update = { tool: "update_connector", args: { id: "stored", config: { index: "ours" } }, lastLook: 3, wave: 1 };
const remove = { tool: "safe_delete_connector", args: { ids: ["stored"] }, lastLook: 1, wave: 3 };

/** Where nobody is asked, no plan is made again before the write. */
test.each([
  ["update_connector", update.args, 2],
  ["safe_delete_connector", remove.args, 1],
])("%s that nobody is asked about: nothing was confirmed that could be invalid, the plan has changed", async (tool, args, lastLook) => {
  const when = { before: (call: Recorded, calls: Recorded[]) => readsIt(call) && calls.filter(readsIt).length === lastLook };
  const { made, between, records, acted } = await meanwhile(when, true);
  const { body, isError } = await made.call(tool, args);
  expect([acted(), isError, body.status, body.message]).toEqual([
    true,
    false,
    "plan_changed",
    "The target changed meanwhile. Nothing was written. Repeat the call to decide on the new plan.",
  ]);
  expect(between.writes()).toEqual([]);
  expect((await records())[1]).toMatchObject({ outcome: "not_done" });
  expect((await made.call(tool, args)).body.status).toBe("done");
});

describe.each([
  ["update", update],
  ["delete", remove],
])("%s: somebody changes the connector", (kind, { tool, args, lastLook, wave }) => {
  test("between the last read of the plan and the write: nothing is written, theirs stays, and the journal has both", async () => {
    const { made, between, records, acted } = await meanwhile({
      before: (call, calls) => readsIt(call) && calls.filter(readsIt).length === lastLook,
    });
    const { body, isError } = await made.call(tool, args);
    expect(acted()).toBe(true);
    expect([isError, body]).toMatchObject([
      true,
      { code: "confirmation_invalid", message: expect.stringContaining("Nothing was written"), detail: { reason: "target_changed" } },
    ]);
    expect(between.writes()).toEqual([]);
    expect(await documentOf(made, "stored")).toMatchObject({ name: theirs.name, config: theirs.config });
    const [begin, end] = await records();
    if (kind === "update") expect(begin.op).toMatchObject({ before: { name: "Stored one", config }, after: { config: { index: "ours" } } });
    else expect(begin.op).toMatchObject({ name: "Stored one", config });
    expect(end).toMatchObject({ outcome: "not_done", seen: { name: theirs.name, config: theirs.config } });
    expect((await made.call("list_changes")).body.changes).toMatchObject([
      { outcome: "not_done", error: expect.stringContaining("Somebody changed") },
    ]);
  });

  test("while the person decides: plan_changed, and nothing is in the journal", async () => {
    let made: Made | undefined;
    made = await product({
      sandbox: { empty: true },
      person: async (question, signal) => {
        await made?.bare("PUT", one, theirs);
        return accepts(question, signal);
      },
    });
    await seedConnector(made, { type: ".index", config });
    const { body } = await made.call(tool, args);
    expect(body).toMatchObject({
      status: "plan_changed",
      differs: expect.arrayContaining([expect.stringMatching(/^effects\.0\.before\.\S+: was "|^summary: was "/)]),
    });
    expect([await made.journal(), made.writes()]).toEqual(["", []]);
  });

  test("the last check is among the reads sent together just before the write: nobody has more than one round trip", async () => {
    const { made, between } = await meanwhile({});
    await made.call(tool, args);
    const at = between.calls.findIndex(isWrite);
    expect(between.calls.slice(at - wave, at)).toContainEqual({ method: "GET", path: one });
  });

  test("if that check fails nothing is written, and the answer says so", async () => {
    const { made, between } = await meanwhile({});
    let seen = 0;
    const broken = await rewritingProxy({
      after: (call, text) =>
        readsIt(call) && ++seen >= lastLook
          ? { status: 500, text: '{"statusCode":500,"error":"Internal Server Error","message":"no"}' }
          : text,
    });
    broken.target = made.sandboxUrl;
    between.target = broken.url;
    const { body } = await made.call(tool, args);
    expect(body.code).toBe("kibana_error");
    expect(between.writes()).toEqual([]);
    expect((await made.call("list_changes")).body.changes).toMatchObject([{ outcome: "not_done" }]);
  });
});

test("between the write and the read-back: done, with a warning, and the journal has both versions", async () => {
  const { made, records } = await meanwhile({ after: ({ method }) => method === "PUT" });
  const { body } = await made.call(update.tool, update.args);
  expect(body).toMatchObject({ status: "done" });
  expect(body.warnings.join()).toMatch(/shows something else now: .* somebody changed it since/);
  const [begin, end] = await records();
  expect(begin.op.after.config).toMatchObject({ index: "ours" });
  expect(end).toMatchObject({ outcome: "done", seen: { name: "Theirs", config: theirs.config } });
  expect(await documentOf(made, "stored")).toMatchObject({ name: "Theirs" });
  // Undoing our change would revert theirs.
  expect((await made.call("undo_change", { change: body.change })).body.status).toBe("plan_changed");
});

test("a connector that somebody deletes just before its update is not created again", async () => {
  let made: Made | undefined;
  let reads = 0;
  const between = await rewritingProxy({
    before: async (call) => {
      if (readsIt(call) && ++reads === update.lastLook) await made?.bare("DELETE", one);
    },
  });
  made = await product({ person: accepts, sandbox: { empty: true }, settings: { kibana: kibanaSettings({ url: between.url }) } });
  between.target = made.sandboxUrl;
  await seedConnector(made, { type: ".index", config });
  const { body } = await made.call(update.tool, update.args);
  expect(body).toMatchObject({ code: "confirmation_invalid", message: expect.stringContaining("deleted") });
  expect([between.writes(), await documentOf(made, "stored")]).toEqual([[], undefined]);
});

test("two changes of one connector at once wait for each other, and the second plan is shown again", async () => {
  const made = await product({ person: accepts, sandbox: { empty: true } });
  await seedConnector(made, { type: ".index", config });
  const answers = await Promise.all([
    made.call("update_connector", { id: "stored", name: "First" }),
    made.call("update_connector", { id: "stored", name: "Second" }),
  ]);
  expect(answers.map(({ body }) => body.status).sort()).toEqual(["done", "plan_changed"]);
  expect(made.writes()).toHaveLength(1);
});
