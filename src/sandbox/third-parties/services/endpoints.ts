import type { Dict } from "../../types.ts";
import { type Ask, at, failureIn, messageOf, type Service } from "../conversation.ts";
import { remembered } from "../oauth.ts";
import type { Run } from "../outcome.ts";
import { basic, withQuery } from "../requests.ts";
import { type SubRequest, subRequest, type Words } from "./sub-action.ts";

const sentinelOneWords: Words = ({ reply, message }) => {
  const body = `\nResponse body: ${JSON.stringify(reply?.data ?? {})}`;
  if (!reply) return `${message}${body}`;
  return `${reply.status === 401 ? "Unauthorized API Error (401)" : `API Error: [${reply.statusText}] ${message}`}${body}`;
};

/** Its answers are not checked: sentinelone/sentinelone.ts. */
function sentinelOneRequest(method: string, path: string, what: (sub: Dict) => { query?: Dict; data?: unknown }): Service {
  return async ({ config, secrets, params }, ask) => {
    const { query, data } = what(Object(params.subActionParams));
    const url = withQuery(`${config.url}/web/api/v2.1${path}`, { ...query, APIToken: secrets.token });
    return (await subRequest(ask, sentinelOneWords, { url, method, data })).data;
  };
}

const asQuery = (sub: Dict) => ({ query: sub });
const sentinelOneAgents = sentinelOneRequest("get", "/agents", ({ alertIds: _alerts, ...filter }) => ({ query: filter }));

/** Looks the host up first. */
function hostAction(path: string, wrong: (status: unknown) => string | undefined): Service {
  return async (run, ask) => {
    const found = at(await sentinelOneAgents(run, ask), "data");
    const [agent] = [found].flat();
    if (agent === undefined) throw new Error("No agents found");
    const problem = wrong(at(agent, "networkStatus"));
    if (problem) throw new Error(problem);
    return sentinelOneRequest("post", path, () => ({ data: { filter: { ids: at(agent, "id") } } }))(run, ask);
  };
}

export const sentinelOne: Readonly<Record<string, Service>> = {
  getAgents: sentinelOneAgents,
  getActivities: sentinelOneRequest("get", "/activities", asQuery),
  getRemoteScripts: sentinelOneRequest("get", "/remote-scripts", asQuery),
  getRemoteScriptStatus: sentinelOneRequest("get", "/remote-scripts/status", ({ parentTaskId }) => ({
    query: { parent_task_id: parentTaskId },
  })),
  getRemoteScriptResults: sentinelOneRequest("post", "/remote-scripts/fetch-files", ({ taskIds }) => ({ data: { data: { taskIds } } })),
  executeScript: sentinelOneRequest("post", "/remote-scripts/execute", ({ filter, script }) => ({
    data: { data: { outputDestination: "SentinelCloud", ...Object(script) }, filter },
  })),
  isolateHost: hostAction("/agents/actions/disconnect", (status) => (status === "disconnected" ? "Agent already isolated" : undefined)),
  releaseHost: hostAction("/agents/actions/connect", (status) => (status === "disconnected" ? undefined : "Agent not isolated")),
  fetchAgentFiles: async (run, ask) => {
    const { agentId, zipPassCode, files } = Object(run.params.subActionParams);
    const data = { data: { password: zipPassCode, files } };
    return sentinelOneRequest("post", `/agents/${agentId}/actions/fetch-files`, () => ({ data }))(run, ask);
  },
};

const crowdStrikeWords: Words = ({ reply, code, message }, { errors }) => {
  const [first] = Array.isArray(errors) ? errors : [];
  if (first) return String(Object(first).message);
  if (code === "ENOTFOUND") return `URL not found: ${message.split(" ").at(-1)}`;
  if (code === "ECONNREFUSED") return `Connection Refused: ${message.split(" ").at(-1)}`;
  return `${reply ? "API Error" : "Unknown API Error"}: ${JSON.stringify(reply?.data ?? {})}`;
};

/** With a token, of which it gets a new one if that is refused: crowdstrike/{crowdstrike,token_manager}.ts. */
function crowdStrikeRequest(method: string, path: string, what: (sub: Dict) => { query?: Dict; data?: unknown }): Service {
  return async (run, ask) => {
    const { config, secrets, params } = run;
    const { query, data } = what(Object(params.subActionParams));
    const login = {
      url: `${config.url}/oauth2/token`,
      headers: {
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
        ...basic(secrets.clientId, secrets.clientSecret),
      },
    };
    return withToken(run, ask, crowdStrikeWords, login, { url: withQuery(`${config.url}${path}`, query), method, data });
  };
}

const byIds = ({ ids }: Dict) => ({ query: { ids: [ids].flat().join(",") } });
const script =
  (path: string): Service =>
  async (run, ask) => {
    const { command, endpoint_ids } = Object(run.params.subActionParams);
    const session = await crowdStrikeRequest("post", "/real-time-response/combined/batch-init-session/v1", () => ({
      data: { host_ids: endpoint_ids },
    }))(run, ask);
    const [base_command] = String(command).split(" ");
    if (base_command !== "runscript") throw new Error("Command not supported");
    const data = { base_command, command_string: command, batch_id: at(session, "batch_id"), hosts: endpoint_ids, persist_all: false };
    return crowdStrikeRequest("post", `/real-time-response/combined/${path}/v1`, () => ({ data }))(run, ask);
  };

export const crowdStrike: Readonly<Record<string, Service>> = {
  getAgentDetails: crowdStrikeRequest("GET", "/devices/entities/devices/v2", byIds),
  getAgentOnlineStatus: crowdStrikeRequest("GET", "/devices/entities/online-state/v1", byIds),
  getRTRCloudScripts: crowdStrikeRequest("GET", "/real-time-response/entities/scripts/v1", () => ({})),
  hostActions: crowdStrikeRequest("post", "/devices/entities/devices-actions/v2", ({ command, ids, actionParameters }) => ({
    query: { action_name: command },
    data: {
      ids,
      ...(actionParameters ? { action_parameters: Object.entries(actionParameters).map(([name, value]) => ({ name, value })) } : {}),
    },
  })),
  executeRTRCommand: script("batch-command"),
  batchActiveResponderExecuteRTR: script("batch-active-responder-command"),
  batchAdminExecuteRTR: script("batch-admin-command"),
};

function defenderWords({ method, url }: { method: string; url: string }): Words {
  return ({ reply, message }, { error }) => {
    const body = `\nURL called:[${method.toLowerCase()}] ${url}\nResponse body: ${JSON.stringify(reply?.data ?? {})}`;
    if (!reply) return `${message}${body}`;
    const { code, message: text } = Object(error);
    if (code === "ActiveRequestAlreadyExists") return `${text}. Please wait or force clear with 'cancel' response action`;
    return `${reply.status === 401 ? "Unauthorized API Error (401)" : `API Error: [${reply.statusText}] ${message}`}${body}`;
  };
}

/** With a token of Microsoft's login: microsoft_defender_endpoint/{microsoft_defender_endpoint,o_auth_token_manager}.ts. */
function defender(run: Run, ask: Ask, path: string, method = "get", data?: unknown): Promise<unknown> {
  const { oAuthServerUrl, tenantId, oAuthScope, clientId, apiUrl } = run.config;
  const login = {
    url: new URL(`/${tenantId}/oauth2/v2.0/token`, String(oAuthServerUrl)).href,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    data: { grant_type: "client_credentials", client_id: clientId, scope: oAuthScope, client_secret: run.secrets.clientSecret },
  };
  const request = { url: `${apiUrl}/api${path}`, method, data };
  return withToken(run, ask, defenderWords(request), login, request);
}

function defenderList(path: string): (...args: Parameters<Service>) => Promise<Dict> {
  return async (run, ask) => {
    const { page = 1, pageSize = 20, sortField, sortDirection = "desc", ...filter } = Object(run.params.subActionParams);
    const conditions = Object.entries(filter).map(([key, value]) =>
      Array.isArray(value) ? `${key} in (${value.map((one) => `'${one}'`).join(",")})` : `${key} eq '${value}'`,
    );
    const query = {
      ...{ $count: true, $top: pageSize, ...(page > 1 && { $skip: (page - 1) * pageSize }) },
      ...(sortField && { $orderby: `${sortField} ${sortDirection}` }),
      ...(conditions.length > 0 && { $filter: conditions.join(" AND ") }),
    };
    const found = Object(await defender(run, ask, withQuery(path, query)));
    return { ...found, page, pageSize, total: found["@odata.count"] ?? -1 };
  };
}

const toDefender =
  (what: (sub: Dict) => [path: string, body?: Dict]): Service =>
  (run, ask) => {
    const [path, body] = what(Object(run.params.subActionParams));
    return defender(run, ask, path, body ? "post" : "get", body);
  };
const isolate = toDefender(({ id, comment }) => [`/machines/${id}/isolate`, { Comment: comment, IsolationType: "Full" }]);
const release = toDefender(({ id, comment }) => [`/machines/${id}/unisolate`, { Comment: comment }]);
const details = toDefender(({ id }) => [`/machines/${id}`]);
const runScript = toDefender(({ id, comment, parameters }) => {
  const { scriptName, args } = Object(parameters);
  const params = [
    { key: "ScriptName", value: scriptName },
    { key: "Args", value: args || "--noargs" },
  ];
  return [`/machines/${id}/runliveresponse`, { Comment: comment, Commands: [{ type: "RunScript", params }] }];
});
const listActions = defenderList("/machineactions");

/** Calls each API for a machine that cannot exist; not found is as good as an answer. */
const testDefender: Service = async (run, ask) => {
  const id = "elastic-connector-test";
  const sub = { id, comment: "connector test", parameters: { scriptName: "test" } };
  const calls: [name: string, service: Service, sub: Dict][] = [
    ["Machines API", details, sub],
    ["Machine Isolate", isolate, sub],
    ["Machine Release", release, sub],
    ["Machine Actions", listActions, { pageSize: 1 }],
    ["Machine RunScript", runScript, sub],
  ];
  const results: string[] = [];
  for (const [name, service, subActionParams] of calls) {
    try {
      await service({ ...run, params: { subActionParams } }, ask);
    } catch (error) {
      if (!messageOf(error).includes("ResourceNotFound")) throw error;
    }
    results.push(`API call to ${name} was successful`);
  }
  return { results };
};

export const defenderEndpoint: Readonly<Record<string, Service>> = {
  testConnector: testDefender,
  getAgentDetails: details,
  getAgentList: defenderList("/machines"),
  isolateHost: isolate,
  releaseHost: release,
  runScript,
  getActions: listActions,
  getLibraryFiles: toDefender(() => ["/libraryfiles"]),
  cancelAction: toDefender(({ actionId, comment }) => [`/machineactions/${actionId}/cancel`, { Comment: comment }]),
};

/** A request with a token; a token that is refused is asked for once more. */
async function withToken(run: Run, ask: Ask, words: Words, login: SubRequest, request: SubRequest): Promise<unknown> {
  const getToken = async () => {
    const { data } = await subRequest(ask, words, { ...login, method: "post" });
    const { access_token, expires_in } = Object(data);
    return { value: `Bearer ${access_token}`, expiresAt: Date.now() + (Number(expires_in) - 5) * 1000 };
  };
  const send = async (renew: boolean) => {
    const authorization = await remembered(run, getToken, renew);
    return (await subRequest(ask, words, { ...request, headers: { authorization } })).data;
  };
  try {
    return await send(false);
  } catch (error) {
    if (failureIn(error)?.reply?.status !== 401 || failureIn(error)?.reply?.url === login.url) throw error;
    return send(true);
  }
}
