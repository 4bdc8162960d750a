import * as z from "zod";
import { isPlainObject } from "../../plain-object.ts";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { anyParams, subActionParams } from "../shared/sub-actions.ts";
import { userAgentOnCloud } from "../shared/user-agent.ts";

/** What a webhook of the list adds to the tenant's address. */
const webhookPath = { "webhook.path": "path", "webhook.secret": "path" } as const;

/** reference: .tines; schema tines/schemas/v1.ts, executor tines/tines.ts. */
export const tines: ConnectorType = {
  id: ".tines",
  name: "Tines",
  category: "Incident management",
  license: "gold",
  features: ["siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({ url: urlText("Tenant URL") }),
    secrets: z.strictObject({ email: z.string(), token: z.string() }),
    params: subActionParams({
      stories: anyParams(),
      webhooks: z.strictObject({ storyId: z.coerce.number() }),
      run: story(),
      test: story(),
    }),
  }),
  allowedHosts: ["config.url", "params.webhookUrl"],
  target: { kind: "config", fields: ["url"] },
  // The request to a webhook carries the params' body and no credentials. Source: tines/tines.ts, runWebhook.
  paramTargets: [{ field: "subActionParams.webhookUrl", kind: "url", replaces: "url", withSecrets: false }],
  recipients: ["params.subActionParams.webhook", "params.subActionParams.webhookUrl", "params.subActionParams.body.**"],
  unused: ({ subActionParams }) => {
    const { webhook, webhookUrl } = Object(subActionParams);
    return webhook && webhookUrl ? [{ field: "subActionParams.webhook", problem: "webhookUrl is used instead" }] : [];
  },
  alternatives: ["subActionParams.webhook", "subActionParams.webhookUrl"],
  addressees: ["subActionParams.webhook.path", "subActionParams.webhookUrl"],
  terraformChanges: { other: true },
  credentials: [{ name: "token", fields: ["email", "token"] }],
  subActions: {
    stories: { effect: "none", note: "At most 500; incompleteResponse tells that there are more" },
    webhooks: { effect: "none" },
    run: { effect: "executes", inAddress: webhookPath },
    test: { effect: "executes", note: "The same as run: it triggers the story", inAddress: webhookPath },
  },
  // All variables are the body. Source: tines/render.ts.
  rendering: (params, { variables }) =>
    params.subAction === "run"
      ? { ...params, subActionParams: { ...Object(params.subActionParams), body: JSON.stringify(variables) } }
      : params,
  headlines: ["subActionParams.body"],
  tests: {
    safe: {
      params: { subAction: "stories", subActionParams: {} },
      effect: "Touches nothing: reads the list of stories",
      proves: ["URL, e-mail and token are right"],
      doesNotProve: ["that a story's webhook works"],
    },
    loud: {
      params: { subAction: "test", subActionParams: { webhookUrl: "{webhookUrl}", body: '{"test":true}' } },
      effect: "Runs the story once",
      proves: ["the story's webhook works"],
      doesNotProve: ["that the story does the right thing with an alert"],
      needs: { webhookUrl: "the URL of the story's webhook" },
      undo: { how: "Whatever the story did is undone by hand" },
    },
  },
  recoveryHint: "Run a story on the recovered action group.",
  automation: true,
  unrunnable: ({ subActionParams }) => {
    const { webhook, webhookUrl } = Object(subActionParams) as Record<string, unknown>;
    const needsOne = isPlainObject(subActionParams) && Object.hasOwn(subActionParams, "body") && !webhook && !webhookUrl;
    return needsOne ? [{ field: "subActionParams", problem: "must have webhook or webhookUrl" }] : [];
  },
  traps: [
    "test is not a dry run: it triggers the story.",
    "run and test need webhook or webhookUrl; webhookUrl wins, and its host is checked only when it is called.",
    "The source offers it to security rules only.",
    userAgentOnCloud,
  ],
  exampleConfig: { url: "https://tenant.tines.com" },
  exampleSecrets: ["email", "token"],
};

function story() {
  return z.strictObject({
    // Older versions also carried path and secret, so other keys pass.
    webhook: z.looseObject({ id: z.coerce.number(), name: z.string(), storyId: z.coerce.number() }).optional(),
    webhookUrl: urlText("Wins over webhook").optional(),
    body: z.string().describe("JSON text"),
  });
}
