import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".crowdstrike",
  accepted: [
    ["config", { url: "https://api.crowdstrike.com" }],
    ["secrets", { clientId: "client-123", clientSecret: "secret-456" }],
    sub("getAgentDetails", { ids: ["agent-123"] }),
    sub("hostActions", { command: "contain", ids: [] }),
    sub("hostActions", { command: "lift_containment", ids: ["h"], alertIds: ["a"], comment: "c", actionParameters: { key: "value" } }),
    sub("executeRTRCommand", { command: "runscript -Raw", endpoint_ids: ["e"], anything: 1 }),
    sub("getRTRCloudScripts", {}),
  ],
  refused: [
    ["config", {}, "config.url"],
    ["secrets", { clientSecret: "s" }, "secrets.clientId"],
    ["secrets", { clientId: "c" }, "secrets.clientSecret"],
    [...sub("getAgentDetails", {}), "params.subActionParams.ids"],
    [...sub("hostActions", { command: "invalid", ids: ["h"] }), "params.subActionParams.command"],
    [...sub("hostActions", { command: "contain" }), "params.subActionParams.ids"],
    [...sub("invalid", {}), "params.subAction"],
  ],
  stored: [
    {
      way: "API client",
      config: { url: "https://api.crowdstrike.com" },
      secrets: { clientId: "stored", clientSecret: "stored" },
      patch: { url: "https://api.eu-1.crowdstrike.com" },
    },
  ],
};
