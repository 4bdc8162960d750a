import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

export const examples: TypeExamples = {
  type: ".sentinelone",
  accepted: [
    ["config", { url: "https://api.sentinelone.com" }],
    ["secrets", { token: "api-token-123" }],
    sub("getAgents", {}),
    sub("isolateHost", { ids: "agent-123", siteIds: null, K8SNodeName__contains: "x", alertIds: ["a"] }),
    sub("releaseHost", {}),
    sub("getRemoteScripts", { query: "s", osTypes: "windows,linux", limit: "50", skip: null }),
    sub("fetchAgentFiles", { agentId: "a", zipPassCode: "passwordMin10", files: ["/path"] }),
    sub("downloadAgentFile", { agentId: "a", activityId: "b" }),
    sub("getActivities", { accountIds: "a", activityTypes: "1,2", limit: "50" }),
    sub("getActivities"),
    sub("executeScript", {
      filter: { ids: "a" },
      script: { scriptId: "s", outputDestination: "None", scriptRuntimeTimeoutSeconds: "300" },
      alertIds: ["a"],
    }),
    sub("getRemoteScriptStatus", { parentTaskId: "p", other: 1 }),
    sub("getRemoteScriptResults", { taskIds: ["t"] }),
    sub("downloadRemoteScriptResults", { taskId: "t" }),
  ],
  refused: [
    ["config", {}, "config.url"],
    ["secrets", {}, "secrets.token"],
    [...sub("isolateHost", { ids: ["a"] }), "params.subActionParams.ids"],
    [...sub("isolateHost", { isUpToDate: true }), "params.subActionParams.isUpToDate"],
    [...sub("getRemoteScripts", { limit: 1001 }), "params.subActionParams.limit"],
    [...sub("getRemoteScripts", { limit: 0 }), "params.subActionParams.limit"],
    [...sub("fetchAgentFiles", { agentId: "", zipPassCode: "passwordMin10", files: ["/p"] }), "params.subActionParams.agentId"],
    [...sub("fetchAgentFiles", { agentId: "a", zipPassCode: "short", files: ["/p"] }), "params.subActionParams.zipPassCode"],
    [...sub("fetchAgentFiles", { agentId: "a", zipPassCode: "passwordMin10", files: [""] }), "params.subActionParams.files.0"],
    [
      ...sub("executeScript", { filter: { ids: "a" }, script: { scriptId: "s", outputDestination: "Invalid" } }),
      "params.subActionParams.script.outputDestination",
    ],
    [...sub("downloadRemoteScriptResults", { taskId: "" }), "params.subActionParams.taskId"],
    [...sub("getRemoteScriptStatus", {}), "params.subActionParams.parentTaskId"],
    [...sub("invalidAction", {}), "params.subAction"],
  ],
  stored: [
    {
      way: "API token",
      config: { url: "https://tenant.sentinelone.net" },
      secrets: { token: "stored" },
      patch: { url: "https://other.sentinelone.net" },
    },
  ],
};
