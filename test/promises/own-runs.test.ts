import { expect, test } from "vitest";
import { emptyDeployment } from "../audit/deployment.ts";
import { fakeClock } from "../support/clock.ts";
import { accepts } from "../support/product.ts";

const hour = 3_600_000;

test("the audit tells this server's own runs of an unused connector from a program's", async () => {
  const clock = fakeClock();
  // Kibana's time.
  clock.advance(60_000);
  const { connector, call, execute, findings } = await emptyDeployment({ clock, person: accepts });
  for (const id of ["never", "ours", "program", "both", "close"]) await connector("web", id, ".server-log", `Log of ${id}`);
  const tested = async (id: string) => {
    const { body } = await call("test_connector", { id, space: "web" });
    expect(body.status, id).toBe("done");
  };
  await tested("ours");
  await execute("web", "program", { message: "hello" });
  // One test made one run.
  await tested("close");
  for (let n = 0; n < 3; n++) await execute("web", "close", { message: "hello" });
  // What ran at another time than our test was another's.
  await execute("web", "both", { message: "hello" });
  clock.advance(2 * hour);
  await tested("both");
  const said = Object.fromEntries((await findings({ checks: ["unused"] })).map((one) => [one.connector, one]));
  expect(said.never?.evidence).toBe("Nothing in Kibana uses it. Programs leave no reference.");
  expect(said.ours?.evidence).toBe("Nothing in Kibana uses it; within 7 days it ran only when this server tested or ran it.");
  const another = "Nothing in Kibana uses it, but it ran within 7 days: a program may run it through the API, or somebody tested it.";
  expect([said.program?.evidence, said.both?.evidence, said.close?.evidence]).toEqual([another, another, another]);
});

test.each([
  ["was dropped", "cut_before"],
  ["failed on the way", "html_502"],
  ["was not let in", "unavailable"],
])("a run of its own that %s stands for no run of a program", async (_what, fault) => {
  const clock = fakeClock();
  clock.advance(60_000);
  const { connector, call, execute, findings, fault: order } = await emptyDeployment({ clock, person: accepts });
  for (const id of ["before", "after", "alone", "ours"]) await connector("web", id, ".server-log", `Log of ${id}`);
  const tested = async (id: string) => (await call("test_connector", { id, space: "web" })).body.status;
  const lost = async (id: string) => {
    await order(fault, { method: "POST", path: `/s/web/api/actions/connector/${id}/_execute` });
    expect(await tested(id), id).not.toBe("done");
  };
  await execute("web", "before", { message: "hello" });
  await lost("before");
  await lost("after");
  await execute("web", "after", { message: "hello" });
  await lost("alone");
  expect(await tested("ours")).toBe("done");
  const said = Object.fromEntries((await findings({ checks: ["unused"] })).map((one) => [one.connector, one.evidence]));
  const another = "Nothing in Kibana uses it, but it ran within 7 days: a program may run it through the API, or somebody tested it.";
  expect(said).toEqual({
    ...{ before: another, after: another, alone: "Nothing in Kibana uses it. Programs leave no reference." },
    ours: "Nothing in Kibana uses it; within 7 days it ran only when this server tested or ran it.",
  });
});
