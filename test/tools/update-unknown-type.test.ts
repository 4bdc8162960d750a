import { expect, test } from "vitest";
import { rewritingProxy } from "../support/config-proxy.ts";
import { accepts, doesNotKnow, product } from "../support/product.ts";
import { kibanaSettings } from "../support/settings.ts";
import { documentOf, seedConnector } from "../support/stored-documents.ts";

const given = { providerSecrets: { api_key: { $env: "CONNECTOR_SECRET_NEW" } } };

/** A Kibana with a connector of a type that came after this server: .inference under another name. */
async function newerKibana(person = accepts) {
  const between = await rewritingProxy({ after: (_call, text) => text.replaceAll('".inference"', '".of-tomorrow"') });
  const env = { CONNECTOR_SECRET_NEW: "rotated-secret-value" };
  const made = await product({
    person,
    env,
    sandbox: { empty: true },
    settings: { kibana: kibanaSettings({ url: between.url }) },
  });
  between.target = made.sandboxUrl;
  const before = await seedConnector(made, {
    type: ".inference",
    config: { provider: "openai", taskType: "completion", inferenceId: "x", providerConfig: { model_id: "gpt", keep: [1, { two: 2 }] } },
    secrets: { providerSecrets: { api_key: "stored" } },
  });
  return { made, between, before, update: async (args: object) => (await made.call("update_connector", { id: "stored", ...args })).body };
}

test("an unknown type is not updated because of the secrets it may have, even if some are given", async () => {
  const { made, between, before, update } = await newerKibana(doesNotKnow);
  for (const secrets of [{}, given]) {
    expect(await update({ name: "Other name", secrets })).toMatchObject({
      code: "secrets_needed",
      detail: { possible: ["secrets of a type that this server does not know"] },
    });
  }
  expect([await documentOf(made, "stored"), between.writes()]).toEqual([before, []]);
});

test("and keeps every unknown key", async () => {
  const { made, before, update } = await newerKibana();
  const body = await update({ config: { providerConfig: { model_id: "gpt-2" } }, secrets: given, assert_no_other_secrets: true });
  expect(body).toMatchObject({ status: "done", undo: { note: expect.stringContaining("secrets") } });
  expect(body.warnings.join()).toContain("does not know the fields of .of-tomorrow");
  expect((await documentOf(made, "stored"))?.config).toEqual({
    ...before.config,
    providerConfig: { model_id: "gpt-2", keep: [1, { two: 2 }] },
  });
});
