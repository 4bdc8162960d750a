import { describe, expect, test } from "vitest";
import { deployment, logs, makeConnector, makeRule, serve } from "./race-deployment.ts";

const mail = {
  connector_type_id: ".email",
  config: { service: "other", host: "smtp.example.com", port: 465, from: "kibana@example.com", hasAuth: false },
};
const teams = { connector_type_id: ".teams", secrets: { webhookUrl: "https://example.webhook.office.com/x" } };

/** Two rules that write to a log: one as it fires, the other also on recovery. */
async function made(target: object) {
  const all = await deployment({ connectors: ["log"] });
  await makeConnector(all.bare, "to", target as Record<string, unknown>);
  await makeRule(all.bare, "a-fires", [logs("log")]);
  await makeRule(all.bare, "b-recovers", [logs("log"), logs("log", { group: "recovered" })]);
  return all;
}

describe("the first refusal of a move to another type says all that the call needs", () => {
  test("whom a mail goes to, and what the recovery of another rule needs", async () => {
    const { call } = await serve(await made(mail));
    const { body } = await call("replace_connector", { from: "log", to: "to" });
    const missing = "with what is missing in it: at least one address in to, cc or bcc is required";
    expect(body.error.fix).toMatch(/^Give `params`, usually \{"subject".+; and `recovery_params`, usually \{"subject"/);
    expect(body.error.fix.split(missing)).toHaveLength(3);
    const whole = { subject: "s", message: "m", to: ["ops@example.com"] };
    const { body: moved } = await call("replace_connector", { from: "log", to: "to", params: whole, recovery_params: whole });
    expect(moved.result.counts).toEqual({ moved: 2 });
  });

  test("innocent neighbours: nothing is missing where the type needs nothing else, nor said of recovery where no rule has one", async () => {
    const { call } = await serve(await made(teams));
    const { body } = await call("replace_connector", { from: "log", to: "to" });
    expect(body.error.fix).toMatch(/usually .+; and `recovery_params`, usually /);
    expect(body.error.fix).not.toContain("missing");
    const { body: one } = await call("replace_connector", { from: "log", to: "to", rules: ["a-fires"] });
    expect(one.error.fix).not.toContain("recovery_params");
  });
});
