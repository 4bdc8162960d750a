import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { delivered, type Reply, type Request } from "./service.ts";

const thrown = { status: "error", message: "an error occurred while running the action", retry: true };
const push = (incident: object, comments: unknown = []) => ({ subAction: "pushToService", subActionParams: { incident, comments } });

/** By method and path; anything else is not there. */
const answers =
  (table: Record<string, Reply>) =>
  ({ method, url }: Request): Reply =>
    Object.entries(table).find(([route]) => `${method} ${url}`.startsWith(route))?.[1] ?? [404, { error: "no such route" }];

describe("Jira", () => {
  const connector = (apiUrl: string) => ({ config: { apiUrl: `${apiUrl}/`, projectKey: "CK" }, secrets: { apiToken: "t", email: "e" } });
  const issue = {
    id: "123",
    key: "CK-1",
    fields: { created: "2020-04-27T14:17:45.490Z", updated: "2020-04-28T14:17:45.490Z", summary: "s" },
  };
  const routes: Record<string, Reply> = {
    "GET /rest/api/2/issue/createmeta/CK/issuetypes/": [200, { fields: [{ fieldId: "summary", required: true, name: "Summary" }] }],
    "GET /rest/api/2/issue/createmeta/CK/issuetypes": [200, { issueTypes: [{ id: "10006", name: "Task", subtask: false }] }],
    "GET /rest/api/2/search/jql": [200, { issues: [issue] }],
    "POST /rest/api/2/issue/123/comment": [200, { id: "7", created: "2020-04-29T14:17:45.490Z" }],
    "GET /rest/api/2/issue/123": [200, issue],
    "PUT /rest/api/2/issue/123": [204],
    "POST /rest/api/2/issue": [201, { id: "123", key: "CK-1" }],
  };
  const jira = (params: Record<string, unknown>, more: Record<string, Reply> = {}) =>
    delivered(".jira", connector, params, answers({ ...more, ...routes, ...more }));

  test("opens an issue of the first type, reads it, and adds the comments", async () => {
    const comments = [
      { comment: "first", commentId: "456" },
      { comment: "", commentId: "457" },
    ];
    const { result, seen, sent, url } = await jira(push({ summary: "a\ntitle", description: "d", otherFields: { foo: "bar" } }, comments));
    expect(sent()).toEqual([
      "GET /rest/api/2/issue/createmeta/CK/issuetypes",
      "POST /rest/api/2/issue",
      "GET /rest/api/2/issue/123",
      "POST /rest/api/2/issue/123/comment",
    ]);
    expect(seen[1]?.headers).toMatchObject({ authorization: `Basic ${btoa("e:t")}`, "content-type": "application/json" });
    expect(seen[1]?.body).toEqual({
      fields: { summary: "a, title", project: { key: "CK" }, issuetype: { id: "10006" }, description: "d", foo: "bar" },
    });
    expect(seen[3]?.body).toEqual({ body: "first" });
    expect(result).toEqual({
      connector_id: "c",
      status: "ok",
      data: {
        ...{ id: "123", title: "CK-1", pushedDate: "2020-04-27T14:17:45.490Z", url: `${url}/browse/CK-1` },
        comments: [{ commentId: "456", pushedDate: "2020-04-29T14:17:45.490Z" }],
      },
    });
  });

  test("updates one, with the date of the change", async () => {
    const { result, sent } = await jira(push({ summary: "s", externalId: "123" }));
    expect(sent()).toEqual(["PUT /rest/api/2/issue/123", "GET /rest/api/2/issue/123"]);
    expect(result.data).toMatchObject({ id: "123", pushedDate: "2020-04-28T14:17:45.490Z" });
  });

  test.each([
    ["issueTypes", {}, [{ id: "10006", name: "Task" }]],
    ["fieldsByIssueType", { id: "10006" }, { summary: { required: true, allowedValues: [], defaultValue: {}, name: "Summary" } }],
    ["getFields", {}, { summary: { required: true, allowedValues: [], defaultValue: {}, name: "Summary" } }],
    ["issues", { title: "s" }, [{ id: "123", key: "CK-1", title: "s" }]],
    ["issue", { id: "123" }, { id: "123", key: "CK-1", title: "s" }],
    ["getIncident", { externalId: "123" }, { id: "123", key: "CK-1", ...issue.fields }],
  ])("%s", async (subAction, subActionParams, data) => {
    expect((await jira({ subAction, subActionParams })).result).toEqual({ connector_id: "c", status: "ok", data });
  });

  test("a title is escaped for Jira's search", async () => {
    const { seen } = await jira({ subAction: "issues", subActionParams: { title: 'a "b" c-d' } });
    expect(seen[0]?.url).toBe(
      `/rest/api/2/search/jql?jql=${encodeURIComponent(String.raw`project="CK" and summary ~"a b c\\-d"`)}&fields=summary,key`,
    );
  });

  const failing = "[Action][Jira]: Unable to create incident. Error:";
  test.each<[string, Record<string, Reply>, string]>([
    [
      "400",
      { "POST /rest/api/2/issue": [400, { errorMessages: [], errors: { summary: "Too long.", labels: "No." } }] },
      `${failing} Request failed with status code 400. Reason: Too long. No.`,
    ],
    [
      "no id",
      { "POST /rest/api/2/issue": [200, { key: "CK-1" }] },
      `${failing} Response is missing at least one of the expected fields: id. Reason: unknown: errorResponse was null`,
    ],
    [
      "no date",
      { "GET /rest/api/2/issue/123": [200, { id: "123", key: "CK-1", fields: {} }] },
      `${failing} Invalid time value. Reason: unknown: errorResponse was null`,
    ],
    [
      "no fields",
      { "GET /rest/api/2/issue/123": [200, { id: "123", key: "CK-1" }] },
      `${failing} [Action][Jira]: Unable to get incident with id 123. Error: Cannot read properties of undefined (reading 'created'). Reason: unknown: errorResponse was null. Reason: unknown: errorResponse was null`,
    ],
  ])("fails in its own words: %s", async (_what, more, service_message) => {
    const { status, result } = await jira(push({ summary: "s", issueType: "1" }), more);
    expect(status).toBe(200);
    expect(result).toEqual({ connector_id: "c", ...thrown, errorSource: "framework", service_message });
  });

  test("and blames the user for what the user can change", async () => {
    const { result } = await jira({ subAction: "issueTypes", subActionParams: {} }, { "GET /rest/api/2/issue/createmeta/": [401, {}] });
    expect(result).toMatchObject({ ...thrown, errorSource: "user", service_message: expect.stringContaining("status code 401") });
  });

  test("text instead of JSON is refused", async () => {
    const html: Reply = [200, "<html>", { "content-type": "text/html" }];
    const { result, url } = await jira(push({ summary: "s", issueType: "1" }), { "POST /rest/api/2/issue": html });
    expect(result.service_message).toContain(
      `Unsupported content type: text/html in post ${url}/rest/api/2/issue. Supported content types:`,
    );
  });
});

describe("ServiceNow", () => {
  const basic = { username: "elastic", password: "changeme" };
  const connector = (usesTableApi: boolean) => (apiUrl: string) => ({ config: { apiUrl, usesTableApi }, secrets: basic });
  const incident = { sys_id: "123", number: "INC01", sys_created_on: "2020-03-10 12:24:20", sys_updated_on: "2020-03-11 12:24:20" };
  const choices = [{ dependent_value: "", label: "1 - Critical", value: "1" }];
  const routes: Record<string, Reply> = {
    "GET /api/x_elas2_inc_int/elastic_api/health": [200, { result: { name: "Elastic", version: "1.0.0" } }],
    "GET /api/x_elas2_sir_int/elastic_api/health": [200, { result: { name: "Elastic", version: "1.0.0" } }],
    "POST /api/now/import/": [200, { import_set: "ISET01", result: [{ status: "inserted", sys_id: "123" }] }],
    "POST /api/x_elas2_sir_int/elastic_api/incident/123/observables/bulk": [200, { result: [] }],
    "GET /api/now/v2/table/incident?": [200, { result: [incident] }],
    "GET /api/now/table/sys_choice": [200, { result: choices }],
    "GET /api/now/table/sys_dictionary": [200, { result: [{ element: "description" }] }],
    "POST /api/global/em/jsonv2": [200, { result: { "Default Bulk Endpoint": "1 events were inserted" } }],
    "POST /oauth_token.do": [200, { access_token: "tokentokentoken", expires_in: 3660, token_type: "Bearer" }],
    "GET /api/now/v2/table/": [200, { result: incident }],
    "PATCH /api/now/v2/table/": [200, { result: incident }],
    "POST /api/now/v2/table/": [200, { result: incident }],
  };
  const run = (type: string, params: Record<string, unknown>, table = false, more: Record<string, Reply> = {}, version = "9.5") =>
    delivered(type, connector(table), params, answers({ ...more, ...routes, ...more }), { version });

  test.each([
    [".servicenow", "incident", "x_elas2_inc_int", "x_elas2_inc_int_elastic_incident"],
    [".servicenow-sir", "sn_si_incident", "x_elas2_sir_int", "x_elas2_sir_int_elastic_si_incident"],
  ])("%s pushes through its application, and through the table API", async (type, table, scope, importSet) => {
    const data = { id: "123", title: "INC01", pushedDate: "2020-03-10T12:24:20.000Z" };
    const through = await run(type, push({ short_description: "s", additional_fields: { u_x: "1" } }));
    expect(through.result.data).toEqual({ ...data, url: `${through.url}/nav_to.do?uri=${table}.do?sys_id=123` });
    expect(through.sent()).toEqual([
      `GET /api/${scope}/elastic_api/health`,
      `POST /api/now/import/${importSet}`,
      `GET /api/now/v2/table/${table}/123`,
    ]);
    expect(through.seen[1]?.headers.authorization).toBe(`Basic ${btoa("elastic:changeme")}`);
    expect(through.seen[1]?.body).toMatchObject({ u_short_description: "s", u_caller_id: "elastic", u_opened_by: "elastic", u_x: "1" });
    const direct = await run(type, push({ short_description: "s" }, [{ comment: "hi", commentId: "1" }]), true);
    expect(direct.result.data).toMatchObject({ ...data, comments: [{ commentId: "1", pushedDate: data.pushedDate }] });
    expect(direct.sent()).toEqual([
      `POST /api/now/v2/table/${table}`,
      `GET /api/now/v2/table/${table}/123`,
      `PATCH /api/now/v2/table/${table}/123`,
      `GET /api/now/v2/table/${table}/123`,
    ]);
    expect(direct.seen[0]?.body).toMatchObject({ short_description: "s", caller_id: "elastic" });
    expect(direct.seen[2]?.body).toMatchObject({ short_description: "s", work_notes: "hi" });
  });

  test("SecOps sends observables by themselves", async () => {
    const { seen } = await run(
      ".servicenow-sir",
      push({ short_description: "s", dest_ip: ["1.1.1.1", "1.1.1.1"], malware_url: "https://a.b" }),
    );
    expect(seen.at(-1)?.body).toEqual([
      { value: "1.1.1.1", type: "ipv4-addr" },
      { value: "https://a.b", type: "URL" },
    ]);
    expect(seen[1]?.body).toMatchObject({ u_dest_ip: null, u_malware_url: null });
  });

  test.each([
    [".servicenow", "getChoices", { fields: ["priority"] }, choices],
    [".servicenow-sir", "getChoices", { fields: ["priority"] }, choices],
    [".servicenow", "getFields", {}, [{ element: "description" }]],
    [".servicenow-sir", "getIncident", { externalId: "123" }, incident],
  ])("%s %s", async (type, subAction, subActionParams, data) => {
    expect((await run(type, { subAction, subActionParams })).result).toEqual({ connector_id: "c", status: "ok", data });
  });

  test("closes what it finds, and nothing else", async () => {
    const closing = { subAction: "closeIncident", subActionParams: { incident: { correlation_id: "custom", externalId: null } } };
    const closed = await run(".servicenow", closing, true);
    expect(closed.seen.find(({ method }) => method === "PATCH")?.body).toMatchObject({ state: "7" });
    expect(closed.result.data).toMatchObject({ id: "123", pushedDate: "2020-03-11T12:24:20.000Z" });
    const none = await run(".servicenow", closing, true, { "GET /api/now/v2/table/incident?": [200, { result: [] }] });
    expect(none.result).toEqual({ connector_id: "c", status: "ok", data: {} });
    const byId = { subAction: "closeIncident", subActionParams: { incident: { correlation_id: null, externalId: "9" } } };
    const unknown = await run(".servicenow", byId, true, {
      "GET /api/now/v2/table/incident/9": [404, { error: { message: "No Record found" } }],
    });
    expect(unknown.result).toEqual({ connector_id: "c", status: "ok", data: {} });
  });

  test("ITOM adds an event and reads choices", async () => {
    const itom = (apiUrl: string) => ({ config: { apiUrl }, secrets: basic });
    const event = { source: "s", severity: "1", message_key: "k", time_of_event: "2021-10-13T10:51:44.981Z" };
    const added = await delivered(".servicenow-itom", itom, { subAction: "addEvent", subActionParams: event }, answers(routes));
    expect(added.result).toEqual({ connector_id: "c", status: "ok", data: {} });
    expect(added.seen[0]?.body).toEqual({ records: [{ ...event, time_of_event: "2021-10-13 10:51:44" }] });
    const read = await delivered(
      ".servicenow-itom",
      itom,
      { subAction: "getChoices", subActionParams: { fields: ["severity"] } },
      answers(routes),
    );
    expect(read.result.data).toEqual(choices);
    expect(decodeURIComponent(read.seen[0]?.url ?? "")).toContain("name=task^ORname=em_event^element=severity^language=en");
  });

  test("gets a token with its key first, and keeps it", async () => {
    const { privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const oauth = (apiUrl: string) => ({
      config: { apiUrl, usesTableApi: true, isOAuth: true, clientId: "abc", userIdentifierValue: "elastic", jwtKeyId: "def" },
      secrets: { clientSecret: "xyz", privateKey },
    });
    const {
      seen,
      sent,
      run: again,
    } = await delivered(".servicenow", oauth, { subAction: "getChoices", subActionParams: { fields: ["x"] } }, answers(routes));
    await again();
    expect(sent().filter((one) => one.includes("oauth"))).toEqual(["POST /oauth_token.do"]);
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toMatchObject({
      ...{ client_id: "abc", client_secret: "xyz", grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer" },
      assertion: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    });
    expect(seen[1]?.headers.authorization).toBe("Bearer tokentokentoken");
  });

  const wrong: Record<string, Reply> = { "POST /api/now/v2/table/": [400, { error: { message: "Invalid", detail: "No such field" } }] };
  const doing = "[Action][ServiceNow]: Unable to create incident. Error:";
  test.each<[string, string, Record<string, Reply>, string, string]>([
    ["400", "9.4", wrong, `${doing} Request failed with status code 400 Reason: Invalid: No such field`, "framework"],
    [
      "400",
      "9.5",
      wrong,
      `${doing} Request failed with status code 400 Reason: Invalid: No such field [status=400] [method=post] [endpoint=table]`,
      "framework",
    ],
    [
      "403",
      "9.5",
      { "POST /api/now/v2/table/": [403, {}] },
      `${doing} Request failed with status code 403 Reason: unknown: no error in error response [status=403] [method=post] [endpoint=table]`,
      "user",
    ],
    [
      "403",
      "9.1",
      { "POST /api/now/v2/table/": [403, {}] },
      `${doing} Request failed with status code 403 Reason: unknown: no error in error response`,
      "framework",
    ],
    [
      "no result",
      "9.5",
      { "POST /api/now/v2/table/": [200, {}] },
      `${doing} There is an issue with your Service Now Instance. Please check . [status=none] [method=post] [endpoint=table]`,
      "framework",
    ],
  ])("fails in its own words: %s on %s", async (_what, version, more, service_message, errorSource) => {
    const { status, result } = await run(".servicenow", push({ short_description: "s" }), true, more, version);
    expect(status).toBe(200);
    expect(result).toEqual({ connector_id: "c", ...thrown, errorSource, service_message });
  });

  test("the application says what it did not like, in a success", async () => {
    const more: Record<string, Reply> = { "POST /api/now/import/": [200, { result: [{ status: "error", error_message: "Wrong field" }] }] };
    const { result } = await run(".servicenow", push({ short_description: "s" }), false, more);
    expect(result).toMatchObject({
      ...thrown,
      errorSource: "user",
      service_message: `${doing} Wrong field [status=200] [method=post] [endpoint=import_set]`,
    });
  });

  test("an incident without a date was pushed now", async () => {
    const more: Record<string, Reply> = { "GET /api/now/v2/table/incident/": [200, { result: { sys_id: "1", number: "N" } }] };
    const { result } = await run(".servicenow", push({ short_description: "s" }), true, more);
    expect(Date.parse(result.data.pushedDate)).toBeGreaterThan(Date.now() - 60_000);
  });
});

describe("IBM Resilient", () => {
  const connector = (apiUrl: string) => ({ config: { apiUrl, orgId: "201" }, secrets: { apiKeyId: "k", apiKeySecret: "s" } });
  const incident = { name: "n", description: "d", incidentTypes: [1001], severityCode: 5 };
  const old = { id: 123, create_date: 1589391874472, inc_last_modified_date: 1589391874999, description: { content: "before" } };
  const routes: Record<string, Reply> = {
    "POST /rest/orgs/201/incidents?": [202, { id: "123", create_date: 1589391874472 }],
    "POST /rest/orgs/201/incidents/123/comments": [200, {}],
    "PATCH /rest/orgs/201/incidents/123": [200, { success: true, message: null }],
    "GET /rest/orgs/201/incidents/123": [200, old],
    "GET /rest/orgs/201/types/incident/fields/incident_type_ids": [200, { values: [{ value: 17, label: "Fax" }] }],
    "GET /rest/orgs/201/types/incident/fields/severity_code": [200, { values: [{ value: 4, label: "Low" }] }],
    "GET /rest/orgs/201/types/incident/fields": [200, [{ name: "name", input_type: "text", text: "Name", read_only: false }]],
  };
  const run = (params: Record<string, unknown>, more: Record<string, Reply> = {}) =>
    delivered(".resilient", connector, params, answers({ ...more, ...routes, ...more }));

  test("creates with comments, and updates by what changed", async () => {
    const { result, seen, url } = await run(push(incident, [{ comment: "c", commentId: "1" }]));
    expect(seen[0]?.body).toMatchObject({
      name: "n",
      description: { format: "html", content: "d" },
      incident_type_ids: [{ id: 1001 }],
      severity_code: { id: 5 },
      discovered_date: expect.any(Number),
    });
    const pushedDate = "2020-05-13T17:44:34.472Z";
    expect(result.data).toEqual({
      ...{ id: "123", title: "123", pushedDate, url: `${url}/#incidents/123`, comments: [{ commentId: "1", pushedDate }] },
    });
    expect(seen[1]?.body).toEqual({ text: { format: "text", content: "c" } });
    const updated = await run(push({ ...incident, externalId: "123" }));
    expect(updated.seen.find(({ method }) => method === "PATCH")?.body.changes).toContainEqual({
      field: { name: "description" },
      old_value: { textarea: { format: "html", content: "before" } },
      new_value: { textarea: { format: "html", content: "d" } },
    });
    expect(updated.result.data.pushedDate).toBe("2020-05-13T17:44:34.999Z");
  });

  test.each([
    ["incidentTypes", [{ id: "17", name: "Fax" }]],
    ["severity", [{ id: "4", name: "Low" }]],
    ["getFields", [{ name: "name", input_type: "text", text: "Name", read_only: false }]],
  ])("%s", async (subAction, data) => {
    expect((await run({ subAction, subActionParams: {} })).result).toEqual({ connector_id: "c", status: "ok", data });
  });

  const doing = "[Action][IBM Resilient]: Unable to create incident. Error:";
  test.each<[Reply, string, string]>([
    [[422, { errors: { message: "failed" } }], `${doing} Status code: 422. Message: API Error: Unprocessable Entity.`, "user"],
    [[400, { message: "no" }], `${doing} Status code: 400. Message: API Error: no.`, "framework"],
    [[401, {}], `${doing} Status code: 401. Message: Unauthorized API Error.`, "user"],
    [
      [200, { id: 1 }],
      `${doing} Response validation failed (✖ Invalid input: expected number, received NaN\n  → at create_date).`,
      "framework",
    ],
  ])("fails in its own words: %j", async (reply, service_message, errorSource) => {
    const { result } = await run(push(incident), { "POST /rest/orgs/201/incidents?": reply });
    expect(result).toEqual({ connector_id: "c", ...thrown, errorSource, service_message });
  });
});

describe("Swimlane", () => {
  const field = (id: string, fieldType = "text") => ({ id, name: id, key: id, fieldType });
  const mappings = { alertIdConfig: field("a"), severityConfig: field("b", "numeric"), commentsConfig: field("c", "comments") };
  const connector = (apiUrl: string) => ({
    config: { apiUrl, appId: "app", connectorType: "all", mappings },
    secrets: { apiToken: "swimlane-api-key" },
  });
  const incident = { alertId: "x", severity: "5", ruleName: "not mapped" };
  const record = { id: "wowzeronza", name: "ET-69", createdDate: "2021-06-01T17:29:51.092Z", modifiedDate: "2021-06-02T17:29:51.092Z" };
  const run = (params: Record<string, unknown>, reply: Reply = [200, record]) => delivered(".swimlane", connector, params, () => reply);

  test("creates with comments, and updates", async () => {
    const { result, seen, sent, url } = await run(push(incident, [{ comment: "hi", commentId: "1" }]));
    expect(sent()).toEqual(["POST /api/app/app/record", "POST /api/app/app/record/wowzeronza/c/comment"]);
    expect(seen[0]?.headers["private-token"]).toBe("swimlane-api-key");
    expect(seen[0]?.body).toEqual({ applicationId: "app", values: { a: "x", b: 5 } });
    expect(result.data).toMatchObject({
      ...{ id: "wowzeronza", title: "ET-69", pushedDate: record.createdDate, url: `${url}/record/app/wowzeronza` },
      comments: [{ commentId: "1" }],
    });
    const updated = await run(push({ ...incident, externalId: "wowzeronza" }));
    expect(updated.sent()).toEqual(["PATCH /api/app/app/record/wowzeronza"]);
    expect(updated.result.data.pushedDate).toBe(record.modifiedDate);
  });

  const doing = "[Action][Swimlane]: Unable to create record in application with id app. Status:";
  test.each<[Reply, string]>([
    [
      [400, { Argument: "Invalid field", ErrorCode: "1" }],
      `${doing} 400. Error: Request failed with status code 400. Reason: Invalid field (1)`,
    ],
    [
      [200, { id: "1", name: "n" }],
      `${doing} 500. Error: Response is missing at least one of the expected fields: id,name,createdDate. Reason: unknown`,
    ],
  ])("fails in its own words: %j", async (reply, service_message) => {
    expect((await run(push(incident), reply)).result).toEqual({ connector_id: "c", ...thrown, errorSource: "framework", service_message });
  });
});

describe("Webhook - Case Management", () => {
  const issue = "/rest/api/2/issue";
  const connector =
    (more: Record<string, unknown> = {}) =>
    (url: string) => ({
      config: {
        createCommentJson: '{"body":{{{case.comment}}}}',
        createCommentMethod: "post",
        createCommentUrl: `${url}${issue}/{{{external.system.id}}}/comment`,
        createIncidentJson: '{"fields":{"summary":{{{case.title}}},"labels":{{{case.tags}}}}}',
        createIncidentMethod: "post",
        createIncidentResponseKey: "id",
        createIncidentUrl: `${url}${issue}`,
        getIncidentResponseExternalTitleKey: "key",
        getIncidentUrl: `${url}${issue}/{{{external.system.id}}}`,
        hasAuth: true,
        headers: { config: "configValue" },
        updateIncidentJson: '{"fields":{"summary":{{{case.title}}}}}',
        updateIncidentMethod: "put",
        updateIncidentUrl: `${url}${issue}/{{{external.system.id}}}`,
        viewIncidentUrl: `${url}/browse/{{{external.system.title}}}`,
        ...Object.fromEntries(
          Object.entries(more).map(([key, value]) => [key, typeof value === "string" ? value.replace("URL", url) : value]),
        ),
      },
      secrets: { user: "user", password: "pass", secretHeaders: { secret: "secretValue" } },
    });
  const routes: Record<string, Reply> = {
    [`POST ${issue}/123/comment`]: [200, {}],
    [`GET ${issue}/`]: [200, { id: "123", key: "CK-1" }],
    [`PUT ${issue}/`]: [204],
    [`POST ${issue}`]: [200, { id: "123", key: "CK-1" }],
  };
  const run = (params: Record<string, unknown>, config = {}, more: Record<string, Reply> = {}) =>
    delivered(".cases-webhook", connector(config), params, answers({ ...more, ...routes, ...more }));
  const comment = [{ comment: "first", commentId: "456" }];

  test("creates, reads the title, adds comments; updates", async () => {
    const { result, seen, sent, url } = await run(push({ title: "t", tags: ["a"] }, comment));
    expect(sent()).toEqual([`POST ${issue}`, `GET ${issue}/123`, `POST ${issue}/123/comment`]);
    expect(seen[0]?.headers).toMatchObject({ authorization: `Basic ${btoa("user:pass")}`, config: "configValue", secret: "secretValue" });
    expect(seen[0]?.body).toEqual({ fields: { summary: "t", labels: ["a"] } });
    expect(seen[2]?.body).toEqual({ body: "first" });
    expect(result.data).toMatchObject({ id: "123", title: "CK-1", url: `${url}/browse/CK-1`, comments: [{ commentId: "456" }] });
    const updated = await run(push({ title: "t", externalId: "123" }));
    expect(updated.sent()).toEqual([`PUT ${issue}/123`, `GET ${issue}/123`]);
    expect(updated.result.data).toMatchObject({ id: "123", title: "CK-1" });
  });

  const name = "[Action][Webhook - Case Management]:";
  const bad = "URL/rest/api/2/issue/{{{external.system.id}}}e\\\\whoathisisbad4{}{{";
  test.each<[string, object, Record<string, unknown>, string, string[]]>([
    [
      "create JSON",
      { title: "t" },
      { createIncidentJson: "{},,," },
      `${name} Unable to create case. Error: JSON Error: Create case JSON body must be valid JSON.  `,
      [],
    ],
    [
      "update JSON",
      { title: "t", externalId: "12345" },
      { updateIncidentJson: "{},,," },
      `${name} Unable to update case with id 12345. Error: JSON Error: Update case JSON body must be valid JSON.  `,
      [],
    ],
    [
      "get JSON",
      { title: "t" },
      { getIncidentMethod: "post", getIncidentJson: '{"id": "{{{external.system.id}}}" }', getIncidentUrl: `URL${issue}` },
      `${name} Unable to create case. Error: ${name} Unable to get case with id 123. Error: JSON Error: Get case JSON body must be valid JSON.  .  `,
      [`POST ${issue}`],
    ],
    [
      "comment JSON",
      { title: "t" },
      { createCommentJson: "{},,," },
      `${name} Unable to create comment at case with id 123. Error: JSON Error: Create comment JSON body must be valid JSON.  `,
      [`POST ${issue}`, `GET ${issue}/123`],
    ],
    [
      "create URL",
      { title: "t" },
      { createIncidentUrl: `httpsURL${issue}` },
      `${name} Unable to create case. Error: Invalid Create case URL: Error: Invalid protocol.  `,
      [],
    ],
    [
      "update URL",
      { title: "t", externalId: "12345" },
      { updateIncidentUrl: bad },
      `${name} Unable to update case with id 12345. Error: Invalid Update case URL: Error: Invalid URL.  `,
      [],
    ],
    [
      "comment URL",
      { title: "t" },
      { createCommentUrl: bad },
      `${name} Unable to create comment at case with id 123. Error: Invalid Create comment URL: Error: Invalid URL.  `,
      [`POST ${issue}`, `GET ${issue}/123`],
    ],
  ])("stops at a bad %s, and not before", async (_what, incident, config, service_message, requests) => {
    const { result, sent } = await run(push(incident, comment), config);
    expect(result).toEqual({ connector_id: "c", ...thrown, errorSource: "framework", service_message });
    expect(sent()).toEqual(requests);
  });

  test.each<[Reply, string]>([
    [[400, { error: "x" }], `${name} Unable to create case. Error: Request failed with status code 400. {"error":"x"} Reason: Bad Request`],
    [[200, {}], `${name} Unable to create case. Error: Response is missing the expected field: id.  `],
    [
      [200, ""],
      `${name} Unable to create case. Error: Missing content type header in post URL${issue}. Supported content types: application/json.  `,
    ],
  ])("fails in its own words: %j", async (reply, service_message) => {
    const { result, url } = await run(push({ title: "t" }), {}, { [`POST ${issue}`]: reply });
    expect(result).toEqual({
      connector_id: "c",
      ...thrown,
      errorSource: "framework",
      service_message: service_message.replace("URL", url),
    });
  });
});
