import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { responseActions } from "../shared/response-actions.ts";
import { anyParams, subActionParams } from "../shared/sub-actions.ts";

/** reference: .crowdstrike; schema crowdstrike/schemas/v1.ts, executor crowdstrike/crowdstrike.ts. */
export const crowdstrike: ConnectorType = {
  id: ".crowdstrike",
  name: "CrowdStrike",
  aliases: ["crowdstrike falcon", "falcon"],
  category: "Endpoint security",
  license: "enterprise",
  features: ["endpointSecurity"],
  status: "preview",
  system: false,
  schemas: () => ({
    config: z.strictObject({ url: urlText("API URL of the cloud, such as https://api.crowdstrike.com") }),
    secrets: z.strictObject({ clientId: z.string(), clientSecret: z.string() }),
    params: subActionParams({
      getAgentDetails: agents(),
      getAgentOnlineStatus: agents(),
      hostActions: z.strictObject({
        command: z.enum(["contain", "lift_containment"]),
        ids: z.array(z.string()),
        actionParameters: z.looseObject({}).optional(),
        alertIds: z.array(z.string()).optional(),
        comment: z.string().optional(),
      }),
      executeRTRCommand: command("The first word must be runscript"),
      batchActiveResponderExecuteRTR: command(),
      batchAdminExecuteRTR: command(),
      getRTRCloudScripts: anyParams(),
    }),
  }),
  allowedHosts: ["config.url"],
  target: { kind: "config", fields: ["url"] },
  recipients: ["params.subActionParams.command", "params.subActionParams.ids", "params.subActionParams.endpoint_ids"],
  credentials: [{ name: "API client", fields: ["clientId", "clientSecret"] }],
  subActions: {
    getAgentDetails: { effect: "none" },
    getAgentOnlineStatus: { effect: "none" },
    hostActions: { effect: "executes", note: "Cuts hosts off the network, or lets them back" },
    executeRTRCommand: { effect: "executes", note: "Runs a script on hosts" },
    batchActiveResponderExecuteRTR: { effect: "executes" },
    batchAdminExecuteRTR: { effect: "executes" },
    getRTRCloudScripts: { effect: "none" },
  },
  tests: {
    safe: {
      params: { subAction: "getAgentDetails", subActionParams: { ids: ["00000000000000000000000000000000"] } },
      effect: "Touches nothing: a token and one read call",
      proves: ["URL and client are right: not found proves it as well as success, 401 or 403 disproves it"],
      doesNotProve: ["that hosts can be contained"],
    },
  },
  traps: [
    responseActions,
    "Over the API only getAgentDetails works with the plain privilege: the others need the sub-actions privilege too.",
    "Credentials and token sit in variables of the whole Kibana process: a second connector, or rotated secrets, may use the old ones until a restart.",
    "hostActions cuts hosts off the network: never test it on a production host.",
  ],
  exampleConfig: { url: "https://api.crowdstrike.com" },
  exampleSecrets: ["clientId", "clientSecret"],
};

function agents() {
  return z.strictObject({ ids: z.array(z.string()) });
}

/** Kibana does not check these params; what a call needs is named. */
function command(note = "") {
  const text = z.string();
  return z.looseObject({ command: note === "" ? text : text.describe(note), endpoint_ids: z.array(z.string()) });
}
