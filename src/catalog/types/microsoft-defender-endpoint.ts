import * as z from "zod";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { responseActions } from "../shared/response-actions.ts";
import { noParams, subActionParams } from "../shared/sub-actions.ts";

const healthStatuses = [
  "Active",
  "Inactive",
  "ImpairedCommunication",
  "NoSensorData",
  "NoSensorDataImpairedCommunication",
  "Unknown",
] as const;
const actionStatuses = ["Pending", "InProgress", "Succeeded", "Failed", "TimeOut", "Cancelled"] as const;
const actionTypes = [
  "RunAntiVirusScan",
  "Offboard",
  "LiveResponse",
  "CollectInvestigationPackage",
  "Isolate",
  "Unisolate",
  "StopAndQuarantineFile",
  "RestrictCodeExecution",
  "UnrestrictCodeExecution",
] as const;

/** reference: .microsoft_defender_endpoint; schema microsoft_defender_endpoint/schemas/v1.ts. */
export const microsoftDefenderEndpoint: ConnectorType = {
  id: ".microsoft_defender_endpoint",
  name: "Microsoft Defender for Endpoint",
  aliases: ["microsoft defender", "defender", "mde", "defender for endpoint"],
  category: "Endpoint security",
  license: "enterprise",
  features: ["endpointSecurity"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: z.strictObject({
      clientId: text(),
      tenantId: text(),
      oAuthServerUrl: urlText("Capital A; normally https://login.microsoftonline.com").min(1),
      oAuthScope: text().describe("Capital A; normally https://securitycenter.onmicrosoft.com/windowsatpservice/.default"),
      apiUrl: urlText("Normally https://api.securitycenter.windows.com").min(1),
    }),
    secrets: z.strictObject({ clientSecret: text() }),
    params: subActionParams({
      testConnector: noParams(),
      getAgentDetails: z.strictObject({ id: text() }),
      getAgentList: z.strictObject({
        computerDnsName: oneOrMore(text()),
        id: oneOrMore(text()),
        version: oneOrMore(text()),
        deviceValue: oneOrMore(text()),
        aaDeviceId: oneOrMore(text()),
        machineTags: oneOrMore(text()),
        lastSeen: oneOrMore(text()),
        exposureLevel: oneOrMore(text()),
        onboardingStatus: oneOrMore(text()),
        lastIpAddress: oneOrMore(text()),
        healthStatus: oneOrMore(z.enum(healthStatuses)),
        osPlatform: oneOrMore(text()),
        riskScore: oneOrMore(text()),
        rbacGroupId: oneOrMore(text()),
        ...paging(),
      }),
      isolateHost: z.strictObject({ id: text(), comment: text() }),
      releaseHost: z.strictObject({ id: text(), comment: text() }),
      getActions: z.strictObject({
        id: oneOrMore(text()),
        status: oneOrMore(z.enum(actionStatuses)),
        machineId: oneOrMore(text()),
        type: oneOrMore(z.enum(actionTypes)),
        requestor: oneOrMore(text()),
        creationDateTimeUtc: oneOrMore(text()),
        sortField: text().optional(),
        sortDirection: z.enum(["asc", "desc"]).optional(),
        ...paging(),
      }),
      getLibraryFiles: noParams(),
      runScript: z.strictObject({
        id: text(),
        comment: text().optional(),
        parameters: z.strictObject({ scriptName: text(), args: text().optional() }),
      }),
      getActionResults: z.strictObject({ id: text() }),
      cancelAction: z.strictObject({ actionId: text(), comment: text() }),
    }),
  }),
  allowedHosts: ["config.oAuthServerUrl", "config.apiUrl"],
  target: { kind: "config", fields: ["oAuthServerUrl", "apiUrl"] },
  recipients: [
    "params.subActionParams.id",
    "params.subActionParams.machineId",
    "params.subActionParams.actionId",
    "params.subActionParams.parameters.scriptName",
    "params.subActionParams.parameters.args",
  ],
  credentials: [{ name: "client secret", fields: ["clientSecret"] }],
  subActions: {
    testConnector: {
      effect: "executes",
      note: "Not read-only on the wire: posts isolate, release and run-script calls for a machine that cannot exist",
    },
    getAgentDetails: { effect: "none", inAddress: { id: "path" } },
    getAgentList: { effect: "none" },
    isolateHost: { effect: "executes", note: "Full isolation", inAddress: { id: "path" } },
    releaseHost: { effect: "executes", inAddress: { id: "path" } },
    getActions: { effect: "none" },
    getLibraryFiles: { effect: "none" },
    runScript: { effect: "executes", inAddress: { id: "path" } },
    getActionResults: { effect: "none", inAddress: { id: "path" } },
    cancelAction: { effect: "executes", note: "Behind a feature flag", inAddress: { actionId: "path" } },
  },
  tests: {
    safe: {
      params: { subAction: "getAgentList", subActionParams: { pageSize: 1 } },
      effect: "Touches nothing: reads one machine",
      proves: ["URLs, tenant, client and secret are right"],
      doesNotProve: ["that machines can be isolated"],
      reliesOn: "the sub-actions privilege in Kibana",
    },
    near_safe: {
      params: { subAction: "testConnector", subActionParams: {} },
      effect: "Microsoft receives isolate, release and run-script calls for a machine that cannot exist; not found counts as success",
      proves: ["URLs, tenant, client and secret are right", "the client may call the write routes"],
      doesNotProve: ["that a real machine can be isolated"],
      reliesOn: "no machine having the made-up id",
    },
  },
  traps: [
    responseActions,
    "testConnector is not read-only on the wire.",
    "Over the API only testConnector works with the plain privilege: the others need the sub-actions privilege too.",
    "oAuthServerUrl and oAuthScope have a capital A.",
    "All five config fields are required.",
  ],
  exampleConfig: {
    clientId: "00000000-0000-0000-0000-000000000001",
    tenantId: "00000000-0000-0000-0000-000000000002",
    oAuthServerUrl: "https://login.microsoftonline.com",
    oAuthScope: "https://securitycenter.onmicrosoft.com/windowsatpservice/.default",
    apiUrl: "https://api.securitycenter.windows.com",
  },
  exampleSecrets: ["clientSecret"],
};

function text() {
  return z.string().min(1);
}

function oneOrMore<S extends z.ZodType>(value: S) {
  return z.union([value, z.array(value).min(1)]).optional();
}

function paging() {
  return {
    page: z.coerce.number().min(1).default(1),
    pageSize: z.coerce.number().min(1).max(1000).default(20),
  };
}
