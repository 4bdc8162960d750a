import { sub } from "../shared/values.ts";
import type { TypeExamples } from "../type-examples.ts";

const defenderConfig = {
  clientId: "client-123",
  tenantId: "tenant-456",
  oAuthServerUrl: "https://login.microsoftonline.com",
  oAuthScope: "https://api.securitycenter.microsoft.com/.default",
  apiUrl: "https://api.securitycenter.microsoft.com",
};

export const examples: TypeExamples = {
  type: ".microsoft_defender_endpoint",
  accepted: [
    ["config", defenderConfig],
    ["secrets", { clientSecret: "secret-123" }],
    sub("testConnector", {}),
    sub("getAgentDetails", { id: "agent-123" }),
    sub("getAgentList", {}),
    sub("getAgentList", { computerDnsName: ["host1", "host2"], id: "id1", healthStatus: "Active", page: "5", pageSize: "50" }),
    sub("isolateHost", { id: "m", comment: "c" }),
    sub("releaseHost", { id: "m", comment: "c" }),
    sub("getActions", { status: "Pending", type: ["Isolate", "Unisolate"], sortField: "type", sortDirection: "desc" }),
    sub("runScript", { id: "m", parameters: { scriptName: "a.ps1", args: "-Verbose" } }),
    sub("cancelAction", { actionId: "a", comment: "c" }),
  ],
  refused: [
    ["config", { ...defenderConfig, clientId: undefined }, "config.clientId"],
    ["config", { ...defenderConfig, tenantId: "" }, "config.tenantId"],
    ["secrets", {}, "secrets.clientSecret"],
    [...sub("getAgentDetails", { id: "" }), "params.subActionParams.id"],
    [...sub("getAgentList", { pageSize: 1001 }), "params.subActionParams.pageSize"],
    [...sub("isolateHost", { id: "m" }), "params.subActionParams.comment"],
    [...sub("isolateHost", { id: "m", comment: "" }), "params.subActionParams.comment"],
    [...sub("runScript", { id: "m", parameters: {} }), "params.subActionParams.parameters.scriptName"],
    [...sub("invalidAction", {}), "params.subAction"],
  ],
  stored: [
    {
      way: "client secret",
      config: {
        clientId: "00000000-0000-0000-0000-000000000001",
        tenantId: "00000000-0000-0000-0000-000000000002",
        oAuthServerUrl: "https://login.microsoftonline.com",
        oAuthScope: "https://securitycenter.onmicrosoft.com/windowsatpservice/.default",
        apiUrl: "https://api.securitycenter.windows.com",
      },
      secrets: { clientSecret: "stored" },
      patch: { apiUrl: "https://api-eu.securitycenter.windows.com" },
    },
  ],
};
