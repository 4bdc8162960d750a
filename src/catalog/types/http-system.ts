import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { httpFreeRecipients, httpParams, httpParamTargets } from "../shared/http-params.ts";

/** reference: .http-system; executor http/http_connector.ts. */
export const httpSystem: ConnectorType = {
  id: ".http-system",
  name: "HTTP",
  aliases: ["HTTP (system)"],
  category: "Webhook",
  license: "gold",
  features: ["workflows", "agentBuilder"],
  status: "ga",
  system: true,
  schemas: () => ({
    config: z.strictObject({}),
    secrets: z.strictObject({}),
    params: httpParams(),
  }),
  allowedHosts: ["params.url"],
  target: { kind: "none" },
  paramTargets: httpParamTargets(false),
  recipients: ["params.method", "params.url", "params.path", ...httpFreeRecipients],
  credentials: [],
  effect: "executes",
  tests: {},
  traps: [
    "Only a workflow's http step reaches it: it can be neither created nor run through the API.",
    "There is no config, so params.url is needed.",
  ],
  exampleConfig: {},
  exampleSecrets: [],
};
