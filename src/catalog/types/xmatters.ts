import * as z from "zod";
import { readUrl } from "../../read-url.ts";
import type { Config, ConnectorType } from "../connector-type.ts";
import { optionalSecret, parsedUrl, urlText, withRules } from "../shared/fields.ts";
import { userAgentOnCloud } from "../shared/user-agent.ts";

/** reference: .xmatters; schema xmatters/schemas/v1.ts, rules and executor xmatters/index.ts. */
export const xmatters: ConnectorType = {
  id: ".xmatters",
  name: "xMatters",
  aliases: ["x matters"],
  category: "Webhook",
  license: "gold",
  features: ["alerting", "siem"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(
      z.strictObject({
        configUrl: urlText("Trigger URL, with usesBasic true").nullable().default(null),
        usesBasic: z.boolean().default(true).describe("true: configUrl, user and password; false: secretsUrl alone"),
      }),
      ({ configUrl, usesBasic }, report) => {
        if (usesBasic !== false && typeof configUrl === "string" && configUrl !== "" && !readUrl(configUrl)) {
          report("configUrl", "must be a full URL such as https://host.example.com/path");
        }
      },
    ),
    secrets: withRules(
      z.strictObject({
        user: optionalSecret("With usesBasic true"),
        password: optionalSecret("With usesBasic true"),
        secretsUrl: parsedUrl("With usesBasic false: the trigger URL with its own API key").nullable().default(null),
      }),
      ({ user, password, secretsUrl }, report) => {
        if (secretsUrl && (user || password)) report("", "must be either secretsUrl alone or user and password");
        else if (!secretsUrl && !user && !password) report("", "must be either secretsUrl alone or user and password");
        else if (!secretsUrl && !(user && password)) report("", "needs user and password together");
      },
    ),
    params: z.strictObject({
      severity: z.string().describe("High when empty"),
      alertActionGroupName: z.string().optional(),
      signalId: z.string().optional().describe("Names the alert"),
      ruleName: z.string().optional(),
      date: z.string().optional(),
      spaceId: z.string().optional(),
      tags: z.string().optional(),
    }),
    connector: basicOrUrl,
  }),
  allowedHosts: ["config.configUrl", "secrets.secretsUrl"],
  target: { kind: "config", fields: ["configUrl"], secrets: ["secretsUrl"] },
  recipients: ["config.configUrl", "params.signalId", "params.tags.**"],
  acting: ["params.signalId"],
  credentials: [
    { name: "url", fields: ["secretsUrl"], when: { usesBasic: false } },
    { name: "basic", fields: ["user", "password"], when: { usesBasic: true } },
  ],
  effect: "sends",
  headlines: ["ruleName"],
  tests: {
    near_safe: {
      params: { severity: "Low" },
      effect: "xMatters receives one call, takes it for a test and runs the workflow",
      proves: ["the URL and the credentials are accepted"],
      doesNotProve: ["what the workflow does with an alert"],
      reliesOn:
        "xMatters taking a call without signalId and alertActionGroupName for a test; what the workflow then does is up to its author",
    },
    loud: {
      params: { severity: "Low", ruleName: "Connector test" },
      effect: "One workflow run in test mode",
      inGeneral: "One workflow run: may notify people",
      proves: ["the URL and the credentials are accepted"],
      doesNotProve: ["what the workflow does with an alert"],
    },
  },
  noSafeTest: "Every call triggers the xMatters workflow.",
  recoveryHint: "Send the recovered alertActionGroupName with the same signalId: the workflow decides.",
  dedupField: "signalId",
  sharedKey: "xMatters takes them for one signal, which is over when the first recovers",
  recipe: {
    workflows: ["on_call"],
    params: (about) => ({
      alertActionGroupName: "{{alert.actionGroupName}}",
      signalId: about.key,
      ruleName: "{{rule.name}}",
      date: "{{date}}",
      spaceId: "{{rule.spaceId}}",
      severity: about.main ? "high" : "medium",
      tags: "{{rule.tags}}",
    }),
  },
  automation: true,
  traps: [
    "usesBasic true requires configUrl, user and password and forbids secretsUrl; false is the exact opposite.",
    "Always write usesBasic: left out it is stored as true, but taken for false when config and secrets are compared.",
    "A call without signalId and alertActionGroupName is a test for xMatters.",
    "severity is the only required param.",
    userAgentOnCloud,
  ],
  exampleConfig: { configUrl: "https://example.xmatters.com/api/integration/1/functions/ID/triggers", usesBasic: true },
  exampleSecrets: ["user", "password"],
};

function basicOrUrl({ usesBasic, configUrl }: Config, { user, password, secretsUrl }: Config): string[] {
  const problems: string[] = [];
  if (usesBasic) {
    if (secretsUrl) problems.push("secretsUrl must not be given when usesBasic is true");
    if (user == null) problems.push("user is required when usesBasic is true");
    if (password == null) problems.push("password is required when usesBasic is true");
    if (configUrl == null) problems.push("configUrl is required when usesBasic is true");
  } else {
    if (user || password) problems.push("user and password must not be given when usesBasic is false");
    if (configUrl) problems.push("configUrl must not be given when usesBasic is false");
    if (secretsUrl == null) problems.push("secretsUrl is required when usesBasic is false");
  }
  return problems;
}
