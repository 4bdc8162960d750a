import { expect, test } from "vitest";
import { approve, look, refuse } from "../pages/form.ts";
import { accepts, doesNotKnow, type Person, type ProductOptions, product } from "../support/product.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";

const hook = {
  type: ".webhook",
  config: { url: "https://hooks.example.com/a", method: "post", hasAuth: false },
  secrets: { secretHeaders: { "X-Api-Key": "stored" } },
};
const change = { id: "stored", config: { method: "put" } };
const statement = 'Nothing else is stored in "Stored one": no secretHeaders';
const saysNo: Person = () => ({ action: "accept", content: { nothing_else: "no" } });

async function withHook(options: ProductOptions = {}) {
  const made = await product({ sandbox: { empty: true, version: "9.5" }, ...options });
  const before = await seedConnector(made, hook);
  // Where Kibana lists them, nobody is asked.
  await made.fault("error", { path: "/secret_headers", times: 1000 });
  return {
    made,
    update: async (more: object = {}) => (await made.call("update_connector", { ...change, ...more })).body,
    untouched: async () => expect([await documentOf(made, "stored"), made.writes()]).toEqual([before, []]),
  };
}

test("whether something else is stored is one question with the plan: yes, no, do not know", async () => {
  const { made, update } = await withHook({ person: accepts });
  expect(await update({ dry_run: true })).toMatchObject({
    status: "planned",
    plan: { needs_a_person: expect.arrayContaining([expect.stringContaining(statement)]) },
  });
  const body = await update();
  expect([body.status, body.warnings]).toEqual(["done", undefined]);
  const [question] = made.questions;
  expect(question?.message).toContain(`Only you can know: ${statement}`);
  expect(question?.requestedSchema.properties).toEqual({
    nothing_else: expect.objectContaining({ title: expect.stringContaining(statement), enum: ["yes", "no", "do not know"] }),
  });
});

test.each<[string, Person]>([
  ["do not know", doesNotKnow],
  ["no", saysNo],
])('"%s" is secrets_needed, with how to give what is stored, and nothing is written', async (said, person) => {
  const { update, untouched } = await withHook({ person, env: { CONNECTOR_SECRET_HOOK: "x" } });
  const body = await update();
  expect(body).toMatchObject({
    code: "secrets_needed",
    message: expect.stringContaining(`the person was asked and answered "${said}"`),
    detail: {
      possible: ["secretHeaders"],
      secrets: { secretHeaders: { "<name>": { $ask: true } } },
      secret_names: ["CONNECTOR_SECRET_HOOK"],
    },
  });
  expect(body.fix).toContain('{"$env":"CONNECTOR_SECRET_HOOK"}');
  expect(body.fix).not.toContain("assert_no_other_secrets");
  await untouched();
});

test.each([true, false])("the agent's word (%s) does not count as the person's", async (word) => {
  const { made, update, untouched } = await withHook({ person: doesNotKnow });
  expect((await update({ assert_no_other_secrets: word })).code).toBe("secrets_needed");
  expect(made.questions).toHaveLength(1);
  expect(made.questions[0]?.message.includes("assert_no_other_secrets does not count from an agent")).toBe(word);
  await untouched();
});

test("if nobody is asked the argument counts, and no warning doubts it; without it the call is refused and names it", async () => {
  const { made, update } = await withHook({ settings: { skipConfirmation: true } });
  expect(await update()).toMatchObject({ code: "secrets_needed", fix: expect.stringContaining("assert_no_other_secrets: true") });
  expect(made.writes()).toEqual([]);
  const body = await update({ assert_no_other_secrets: true });
  expect([body.status, body.warnings, made.questions]).toEqual(["done", undefined, []]);
});

test.each<[string, ProductOptions]>([
  ["a client that cannot ask", {}],
  ["a form that is accepted without it", { person: () => ({ action: "accept", content: { confirm: true } }) }],
  ["--confirm token: the agent holds the token", { settings: { confirm: "token" }, person: accepts }],
])("%s: the page of the plan asks it, and accepts no approval without it", async (_what, options) => {
  const { made, update } = await withHook(options);
  const asked = await update({ assert_no_other_secrets: true });
  expect(asked.status).toBe("confirmation_needed");
  const { id, url } = asked.confirm;
  const page = (await look(url)).html;
  expect(page).toContain("Nothing else is stored in");
  for (const value of ["yes", "no", "do not know"]) expect(page).toContain(`name="knows" value="${value}"`);
  expect(await approve(url)).toMatchObject({ status: 422, html: expect.stringContaining("It has to be answered.") });
  expect(made.writes()).toEqual([]);
  expect((await approve(url, { knows: "yes" })).status).toBe(200);
  expect((await update({ assert_no_other_secrets: true, confirm: id })).status).toBe("done");
});

test("do not know on the page leads to secrets_needed; once the person has found out, they are asked again", async () => {
  const { update, untouched } = await withHook();
  const { id, url } = (await update()).confirm;
  expect((await approve(url, { knows: "do not know" })).html).toContain("Nothing was written");
  expect(await update({ confirm: id })).toMatchObject({ code: "secrets_needed", message: expect.stringContaining('"do not know"') });
  await untouched();
  const again = (await update()).confirm;
  expect(again.url).not.toBe(url);
  await approve(again.url, { knows: "yes" });
  expect((await update({ confirm: again.id })).status).toBe("done");
});

test("a plain refusal stays a refusal", async () => {
  const { update } = await withHook();
  const { id, url } = (await update()).confirm;
  await refuse(url);
  expect((await update({ confirm: id })).status).toBe("declined");
});

test("the page that takes secrets asks it too, and wants no secret from a person who does not know", async () => {
  const { made, update } = await withHook();
  const basic = {
    config: { hasAuth: true, authType: "webhook-authentication-basic" },
    secrets: { user: { $ask: true }, password: { $ask: true } },
  };
  const { id, url } = (await update(basic)).confirm;
  expect((await approve(url, { knows: "no" })).status).toBe(200);
  expect(await update({ ...basic, confirm: id })).toMatchObject({
    code: "secrets_needed",
    message: expect.stringContaining("something else is stored"),
  });
  expect(made.writes()).toEqual([]);
});

test("secrets flagged as missing are certainly not stored: nobody is asked about them", async () => {
  const made = await product({ person: accepts, env: { CONNECTOR_SECRET_PAGERDUTY: "k", CONNECTOR_SECRET_SLACK: "s" } });
  const needed = (await made.call("update_connector", { id: "imported-pagerduty", name: "PagerDuty of payments" })).body;
  expect(needed).toMatchObject({
    code: "secrets_needed",
    message: expect.stringContaining("Its secrets were lost on import"),
    detail: { secrets: { routingKey: { $ask: true } }, secret_names: ["CONNECTOR_SECRET_PAGERDUTY"] },
  });
  const { next } = (await made.call("get_connector", { id: "imported-pagerduty" })).body;
  expect(next[0]).toMatchObject({
    args: { secrets: { routingKey: { $ask: true } } },
    why: expect.stringContaining("CONNECTOR_SECRET_PAGERDUTY"),
  });
  const { findings } = (await made.call("audit_connectors", { checks: ["missing_secrets"], detail: true })).body;
  expect(findings[0].next).toMatchObject({
    args: { secrets: { routingKey: { $ask: true } } },
    why: expect.stringContaining("CONNECTOR_SECRET_PAGERDUTY"),
  });
});

test("a reference that the operator bound to another type is not proposed", async () => {
  const made = await product({
    env: { CONNECTOR_SECRET_A: "k", CONNECTOR_SECRET_A__FOR: ".pagerduty@events.pagerduty.com", CONNECTOR_SECRET_SLACK: "s" },
  });
  const slack = (await made.call("create_connector", { name: "Payments on call", type: ".slack" })).body;
  expect(slack).toMatchObject({
    code: "secrets_needed",
    detail: { secrets: { webhookUrl: { $ask: true } }, secret_names: ["CONNECTOR_SECRET_SLACK"] },
  });
});
