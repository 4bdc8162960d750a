import { randomUUID } from "node:crypto";
import type { Dict } from "../types.ts";
import type { Run } from "./outcome.ts";

/** What a third party answers to a sub-action (`run` for types without), as Kibana passes it on; sources: {type}/service.ts and the like. */
type Answer = (sub: Dict, run: Run) => unknown;

const each = (names: readonly string[], answer: Answer) => Object.fromEntries(names.map((name) => [name, answer]));
const short = () => randomUUID().slice(0, 8);
const now = () => new Date().toISOString();
const url = ({ config }: Run) => String(config.apiUrl ?? config.url ?? "");
const alertTaken: Answer = () => ({ result: "Request will be processed", took: 0.1, requestId: randomUUID() });
const choices = (values: readonly string[]): Answer => {
  return ({ fields }) =>
    [fields].flat().flatMap((element) => values.map((label, at) => ({ dependent_value: "", label, value: String(at + 1), element })));
};
const levels = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low"];
const issueTypes = [
  { id: "10002", name: "Task" },
  { id: "10004", name: "Bug" },
];
const issue = { id: "10267", key: "SANDBOX-7", title: "Checkout errors" };
const said = "This is the sandbox: no model was asked.";
const usage = { prompt_tokens: 9, completion_tokens: 10, total_tokens: 19 };
const done = { finish_reason: "stop", index: 0, message: { role: "assistant", content: said } };
const chat = () => ({ id: `chatcmpl-${short()}`, object: "chat.completion", choices: [done], usage });
const spoken = { message: said, usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 10, totalTokenCount: 19 } };
const claude = { completion: said, stopReason: "end_turn", usage: { input_tokens: 9, output_tokens: 10 } };
const host = { id: "1913920934584665209", computerName: "web-01", osType: "linux", isActive: true, networkStatus: "connected" };
const device = { device_id: "5f218c53572d4c31", hostname: "web-01", platform_name: "Linux", status: "normal" };
const machine = { id: "1e5bc9d7e413ddd7902c2932e418702b84d0cc07", computerDnsName: "web-01", healthStatus: "Active", osPlatform: "Linux" };
const action = () => ({ id: randomUUID(), status: "Pending", machineId: machine.id, creationDateTimeUtc: now() });
const started = () => ({ data: { affected: 1 }, errors: null });
const answered = { data: [], errors: [], meta: { powered_by: "sandbox", query_time: 0.01, trace_id: "sandbox" } };

const pushed: Answer = ({ incident }, run) => {
  const id = String(Object(incident).externalId ?? randomUUID().replaceAll("-", ""));
  return { id, title: `INC${id.slice(0, 7)}`, pushedDate: now(), url: `${url(run)}/nav_to.do?uri=incident.do?sys_id=${id}` };
};
const serviceNow: Record<string, Answer> = {
  pushToService: pushed,
  getChoices: choices(levels),
  getFields: () => [{ column_label: "Short description", mandatory: "true", max_length: "160", element: "short_description" }],
};

/** By type and sub-action. One that is absent answers that it went well, without data. */
export const answers: Readonly<Record<string, Readonly<Record<string, Answer>>>> = {
  ".jira": {
    pushToService: (_sub, run) => {
      const key = `${String(run.config.projectKey)}-${1 + Math.floor(Math.random() * 900)}`;
      return { id: String(10_000 + Math.floor(Math.random() * 900)), title: key, pushedDate: now(), url: `${url(run)}/browse/${key}` };
    },
    issueTypes: () => issueTypes,
    getFields: () => ({ summary: { required: true, schema: { type: "string" } }, labels: { required: false, schema: { type: "array" } } }),
    fieldsByIssueType: () => ({ summary: { required: true }, priority: { required: false, allowedValues: [{ id: "2", name: "High" }] } }),
    issues: () => [issue],
    issue: () => issue,
    getIncident: () => ({ id: issue.id, key: issue.key, summary: issue.title, created: "2026-09-01T08:00:00.000Z" }),
  },
  ".servicenow": {
    ...serviceNow,
    closeIncident: (_sub, run) =>
      run.open ? { id: run.open.id, title: `INC${run.open.id.slice(0, 7)}`, pushedDate: now(), url: url(run) } : {},
  },
  ".servicenow-sir": serviceNow,
  ".servicenow-itom": { getChoices: choices(["Clear", "Critical", "Major", "Minor", "Warning", "OK"]) },
  ".opsgenie": { createAlert: alertTaken, closeAlert: alertTaken },
  ".jira-service-management": { createAlert: alertTaken, closeAlert: alertTaken },
  ".resilient": {
    pushToService: (_sub, run) => ({ id: "2095", title: "2095", pushedDate: now(), url: `${url(run)}/#incidents/2095` }),
    incidentTypes: () => [
      { id: 17, name: "Communication error (fax; email)" },
      { id: 1001, name: "Custom type" },
    ],
    severity: () => ["Low", "Medium", "High"].map((name, at) => ({ id: at + 4, name })),
    getFields: () => [{ name: "name", text: "Name", input_type: "text", required: "always", read_only: false }],
  },
  ".swimlane": { pushToService: (_sub, run) => ({ id: short(), title: "APP-7", url: `${url(run)}/record/7`, pushedDate: now() }) },
  ".thehive": {
    pushToService: (_sub, run) => ({ id: "~8328", title: "Case 12", url: `${url(run)}/cases/~8328/details`, pushedDate: now() }),
  },
  ".xsoar": {
    getPlaybooks: () => ({ playbooks: [{ id: "8db0105c-f674-4d83-8095-f95a9f61e77a", name: "Triage" }] }),
  },
  ".tines": {
    stories: () => ({ stories: [{ id: 2, name: "Triage", published: true }], incompleteResponse: false }),
    webhooks: () => ({
      webhooks: [{ id: 4, name: "Kibana", storyId: 2, path: "path", secret: "shown-by-tines" }],
      incompleteResponse: false,
    }),
    run: () => ({ status: "ok" }),
    test: () => ({ status: "ok" }),
  },
  ".d3security": { run: () => ({ result: "success" }), test: () => ({ result: "success" }) },
  ".torq": { run: ({ body }) => body },
  ".teams": { run: ({ message }) => ({ text: message }) },
  ".xmatters": { run: (params) => ({ ...params, severity: params.severity || "High" }) },
  ".http": {
    run: ({ method = "GET" }) => ({ status: 200, statusText: "OK", headers: {}, data: { ok: true, method } }),
  },
  ".slack_api": {
    validChannelId: ({ channelId }) => ({ ok: true, channel: { id: channelId, name: "alerts", is_channel: true, is_archived: false } }),
    postMessage: ({ text }) => ({ ok: true, channel: "C0SANDBOX", ts: "1789000000.000100", message: { text, type: "message" } }),
    postBlockkit: () => ({ ok: true, channel: "C0SANDBOX", ts: "1789000000.000200", message: { type: "message" } }),
  },
  ".bedrock": each(["run", "test", "invokeAI", "invokeAIRaw", "bedrockClientSend", "converse"], () => ({ message: said, ...claude })),
  ".gemini": each(["run", "test", "invokeAI", "invokeAIRaw"], () => ({ completion: said, ...spoken })),
  ".gen-ai": { run: chat, test: chat, invokeAI: () => ({ message: said, usage }) },
  ".inference": {
    unified_completion: chat,
    completion: () => [{ result: said }],
    rerank: ({ input }) => [input].flat().map((text, index) => ({ index, score: 1 / (index + 1), text })),
    text_embedding: () => [{ embedding: [0.12, -0.03, 0.4] }],
    sparse_embedding: () => [{ embedding: { alert: 1.2, cpu: 0.7 } }],
  },
  ".mcp": {
    test: () => ({ connected: true, capabilities: { tools: {} } }),
    listTools: () => ({ tools: [{ name: "echo", description: "Says it again", inputSchema: { type: "object", properties: {} } }] }),
    callTool: ({ name }) => ({ content: [{ type: "text", text: `${String(name)}: called in the sandbox` }] }),
  },
  ".crowdstrike": {
    getAgentDetails: () => ({ ...answered, resources: [device] }),
    getAgentOnlineStatus: () => ({ ...answered, resources: [{ id: device.device_id, state: "online" }] }),
    getRTRCloudScripts: () => ({ ...answered, resources: [{ id: "script-1", name: "collect logs", platform: ["linux"] }] }),
    hostActions: () => ({ ...answered, resources: [{ id: device.device_id, path: "/devices/entities/devices/v1" }] }),
  },
  ".sentinelone": {
    getAgents: () => ({ pagination: { totalItems: 1, nextCursor: null }, errors: null, data: [host] }),
    getActivities: () => ({ pagination: { totalItems: 0, nextCursor: null }, errors: null, data: [] }),
    getRemoteScripts: () => ({
      pagination: { totalItems: 1, nextCursor: null },
      errors: null,
      data: [{ id: "1", scriptName: "Collect logs" }],
    }),
    isolateHost: started,
    releaseHost: started,
    executeScript: () => ({ data: { affected: 1, parentTaskId: short() }, errors: null }),
  },
  ".microsoft_defender_endpoint": {
    testConnector: () => ({ results: ["API call to Machines API was successful", "API call to Machine Actions was successful"] }),
    getAgentDetails: () => machine,
    getAgentList: () => ({ "@odata.count": 1, page: 1, pageSize: 20, total: 1, value: [machine] }),
    getLibraryFiles: () => ({ value: [{ fileName: "collect.sh", description: "Collects logs" }] }),
    getActions: () => ({ "@odata.count": 0, page: 1, pageSize: 20, total: 0, value: [] }),
    ...each(["isolateHost", "releaseHost", "runScript", "cancelAction"], action),
  },
};
