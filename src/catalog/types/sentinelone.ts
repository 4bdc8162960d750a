import * as z from "zod";
import { isPlainObject, valueAt } from "../../plain-object.ts";
import type { ConnectorType } from "../connector-type.ts";
import { urlText } from "../shared/fields.ts";
import { responseActions } from "../shared/response-actions.ts";
import { nullableText, subActionParams } from "../shared/sub-actions.ts";

/** reference: .sentinelone; schema sentinelone/schemas/v1.ts, executor sentinelone/sentinelone.ts. */
export const sentinelone: ConnectorType = {
  id: ".sentinelone",
  name: "Sentinel One",
  aliases: ["sentinel 1", "s1"],
  category: "Endpoint security",
  license: "enterprise",
  features: ["endpointSecurity"],
  status: "preview",
  system: false,
  schemas: () => ({
    config: z.strictObject({ url: urlText("Tenant URL") }),
    secrets: z.strictObject({ token: z.string().describe("Sent in the query, so proxies may log it") }),
    params: subActionParams({
      getAgents: agentFilter(),
      isolateHost: agentFilter(),
      releaseHost: agentFilter(),
      getRemoteScripts: z.strictObject({
        query: nullableText(),
        osTypes: nullableText("linux, macos, windows; by comma"),
        scriptType: nullableText("action, artifactCollection, dataCollection; by comma"),
        cursor: nullableText(),
        groupIds: nullableText(),
        ids: nullableText(),
        siteIds: nullableText(),
        sortBy: nullableText(),
        sortOrder: nullableText("asc or desc"),
        limit: z.coerce.number().min(1).max(1000).nullable().default(null),
        skip: z.coerce.number().nullable().default(null),
        skipCount: z.boolean().nullable().default(null),
        isAvailableForArs: z.boolean().nullable().default(null),
      }),
      getRemoteScriptStatus: z.looseObject({ parentTaskId: z.string() }),
      getRemoteScriptResults: z.strictObject({ taskIds: z.array(z.string()) }),
      downloadRemoteScriptResults: z.strictObject({ taskId: z.string().min(1) }),
      executeScript: z.strictObject({
        filter: z
          .strictObject({ ids: z.string().min(1).optional(), uuids: z.string().min(1).optional() })
          .describe("One of both in practice"),
        script: z.strictObject({
          scriptId: z.string(),
          scriptName: z.string().optional(),
          inputParams: z.string().optional(),
          outputDestination: z.enum(["Local", "None", "SentinelCloud", "SingularityXDR"]).optional(),
          outputDirectory: z.string().optional(),
          scriptRuntimeTimeoutSeconds: z.coerce.number().optional(),
          taskDescription: z.string().optional(),
          requiresApproval: z.boolean().optional(),
          password: z.string().optional(),
          passwordFromScope: z.strictObject({ scopeLevel: z.string().optional(), scopeId: z.string().optional() }).optional(),
          apiKey: z.string().optional(),
          singularityxdrKeyword: z.string().optional(),
          singularityxdrUrl: z.string().optional(),
        }),
        alertIds: z.array(z.string()).optional(),
      }),
      fetchAgentFiles: z.strictObject({
        agentId: z.string().min(1),
        zipPassCode: z.string().min(10),
        files: z.array(z.string().min(1)),
      }),
      downloadAgentFile: z.strictObject({ agentId: z.string().min(1), activityId: z.string().min(1) }),
      getActivities: activityFilter(),
    }),
  }),
  allowedHosts: ["config.url"],
  target: { kind: "config", fields: ["url"] },
  // Any of the vendor's filters, of which Kibana takes about 150, chooses what is acted on.
  recipients: ["params.subActionParams.script.scriptId", "params.subActionParams.script.inputParams", "params.subActionParams.*"],
  notRecipients: ["alertIds", "script", "zipPassCode"],
  credentials: [{ name: "API token", fields: ["token"] }],
  subActions: {
    getAgents: { effect: "none" },
    isolateHost: { effect: "executes", note: "Acts on the first agent that matches" },
    releaseHost: { effect: "executes", note: "Acts on the first agent that matches" },
    getRemoteScripts: { effect: "none" },
    getRemoteScriptStatus: { effect: "none" },
    getRemoteScriptResults: { effect: "none" },
    downloadRemoteScriptResults: { effect: "none", note: "Answers with a stream" },
    executeScript: { effect: "executes" },
    fetchAgentFiles: { effect: "executes", inAddress: { agentId: "path" } },
    downloadAgentFile: { effect: "none", note: "Answers with a stream", inAddress: { agentId: "path", activityId: "path" } },
    getActivities: { effect: "none" },
  },
  tests: {
    safe: {
      params: { subAction: "getAgents", subActionParams: { computerName: "connector-probe-no-such-host" } },
      effect: "Touches nothing: one read call with an empty answer",
      proves: ["URL and token are right"],
      doesNotProve: ["that hosts can be isolated"],
    },
  },
  unrunnable: ({ subAction, subActionParams }) => {
    if (subAction !== "executeScript") return [];
    const filter = valueAt(subActionParams, ["filter"]);
    const isMeant = isPlainObject(filter) && (filter.ids || filter.uuids);
    return isMeant ? [] : [{ field: "subActionParams.filter", problem: "must have ids or uuids" }];
  },
  traps: [
    responseActions,
    "The token travels in the query: proxies may log it.",
    "isolateHost and releaseHost act on the first agent that matches the filter.",
    "Over the API only getAgents works with the plain privilege: the others need the sub-actions privilege too.",
    "Every filter is text, numbers and booleans too.",
  ],
  exampleConfig: { url: "https://tenant.sentinelone.net" },
  exampleSecrets: ["token"],
};

/** About 150 filters of the vendor, each a text: the common ones by name. */
function agentFilter() {
  const common = [
    "ids",
    "uuid",
    "uuids",
    "computerName",
    "computerName__contains",
    "siteIds",
    "groupIds",
    "accountIds",
    "query",
    "osTypes",
    "networkStatuses",
    "isActive",
    "domains",
    "agentVersions",
  ];
  return z
    .object({
      ...Object.fromEntries(common.map((name) => [name, z.string().nullable().default(null)])),
      alertIds: z.array(z.string()).optional(),
    })
    .catchall(z.string().nullable());
}

function activityFilter() {
  const texts = [
    "accountIds",
    "activityUuids",
    "agentIds",
    "alertIds",
    "createdAt__between",
    "createdAt__gt",
    "createdAt__gte",
    "createdAt__lt",
    "createdAt__lte",
    "cursor",
    "groupIds",
    "ids",
    "ruleIds",
    "siteIds",
    "sortBy",
    "sortOrder",
    "threatIds",
    "userEmails",
    "userIds",
  ];
  return z
    .strictObject({
      ...Object.fromEntries(texts.map((name) => [name, z.string().min(1).optional()])),
      activityTypes: z.string().optional(),
      countOnly: z.boolean().optional(),
      includeHidden: z.boolean().optional(),
      skipCount: z.boolean().optional(),
      limit: z.coerce.number().optional(),
      skip: z.coerce.number().optional(),
    })
    .optional();
}
