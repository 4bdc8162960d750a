import { beforeAll, describe, expect, test } from "vitest";
import { answering, chatOfFile, page, step, workflow } from "../support/other-users.ts";
import { sharedServers } from "../support/shared-server.ts";

const shared = sharedServers();
const sandbox = chatOfFile();

const post = async (path: string, body: object) => {
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  const answer = await fetch((await sandbox()) + path, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
};

type Says = "named" | "perhaps" | "nothing";
/** A step that uses what is called so. */
type Using = (called: string) => Record<string, unknown>;

const having = async (definition: Record<string, unknown>) =>
  shared("9.5", await sandbox(), answering({ "/api/workflows": page({ ...workflow("w", []), definition }) }));
const late = { name: "Late", id: "late", type: ".index", config: { index: "late" } };
const inWords = (text: string): Says =>
  text.includes("Named already by 1 workflow") ? "named" : text.includes("decided when it runs") ? "perhaps" : "nothing";

/** What is said of a workflow with that step when a connector is made that it uses, and when one is deleted. */
async function said(using: Using, consts: Record<string, string> = {}): Promise<Says[]> {
  const with_ = (called: string) => having({ consts, steps: [step(using(called))] });
  const { body: made } = await (await with_("late")).call("create_connector", { ...late, dry_run: true });
  expect(made.status).toBe("planned");
  const { body: plan } = await (await with_("chat")).call("safe_delete_connector", { ids: ["chat"], dry_run: true });
  const refused = plan.error?.code ?? plan.would_be_refused?.[0]?.code;
  const texts = [made, plan].map(({ warnings = [] }) => inWords(warnings.join("\n")));
  return [texts[0] ?? "nothing", refused === "in_use" ? "named" : (texts[1] ?? "nothing")];
}

const hex = (text: string) => [...text].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
const asks =
  (path: (called: string) => string, more: object = {}): Using =>
  (called) => ({ type: "kibana.request", with: { method: "POST", path: path(called), ...more } });
const gets =
  (to: (called: string) => string): Using =>
  (called) => ({ type: "http", with: { method: "POST", url: to(called) } });
const sends =
  (path: string, body: (called: string) => unknown, method = "POST"): Using =>
  (called) => ({ type: "kibana.request", with: { method, path, body: body(called) } });
/** A file that is uploaded: lines of JSON. */
const uploads =
  (path: string, ...lines: ((called: string) => unknown)[]): Using =>
  (called) => {
    const texts = lines.map((line) => line(called)).map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
    const file = { content: texts.join("\n"), filename: "export.ndjson", content_type: "application/ndjson" };
    return { type: "kibana.request", with: { path, form_data: { file } } };
  };

const run = "/_execute";
const dashboard = { id: "d1", type: "dashboard", attributes: { title: "{{ inputs.title }}" }, references: [] };
const naming = (called: string) => ({
  ...dashboard,
  id: "r1",
  type: "alert",
  references: [{ name: "action_0", type: "action", id: called }],
});

describe("a path counts as Kibana reads it, however it is written", () => {
  test.each<[string, Says, Using]>([
    ["a dot", "named", asks((id) => `/api/actions/./connector/${id}${run}`)],
    ["dots back", "named", asks((id) => `/api/actions/x/../connector/${id}${run}`)],
    ["encoded dots", "named", asks((id) => `/api/actions/x/%2e%2E/%2e/connector/${id}${run}`)],
    ["dots back over another connector", "named", asks((id) => `/api/actions/connector/other/../${id}${run}`)],
    ["dots back over a space", "named", asks((id) => `/s/web/../../api/actions/connector/${id}${run}`)],
    ["dots back over a slash", "named", asks((id) => `/api/actions//../connector/${id}${run}`)],
    ["slashes", "named", asks((id) => `//api/actions//connector///${id}${run}`)],
    ["backslashes", "named", asks((id) => `\\api\\actions\\connector\\${id}\\_execute`)],
    ["encoded letters of the route", "named", asks((id) => `/api/${hex("actions")}/c%6Fnnector/${id}${run}`)],
    ["encoded letters of the id", "named", asks((id) => `/api/actions/connector/${hex(id)}${run}`)],
    ["encoded slashes, for a proxy", "named", asks((id) => `/api/actions%2Fconnector%2f${id}${run}`)],
    ["a tab", "named", asks((id) => `/api/actions/connector/\t${id}${run}`)],
    ["lines", "named", asks((id) => `\n/api/actions/conn\r\nector/${[...id].join("\n")}${run}\n`)],
    ["all of it", "named", asks((id) => `/api\\x/%2E./actions/.\t/${hex("connector")}//${hex(id)}${run}?a=b c#d`)],
    ["a request in a request", "named", (id) => ({ type: "kibana.status", with: { request: { path: `/api/actions/./connector/${id}` } } })],
    ["a push of a case", "named", asks((id) => `/api/cases/./c1//connector/${hex(id)}/_push`)],
    ["a saved object", "named", asks((id) => `/api/saved_objects/./action/${id}`, { method: "DELETE" })],
    ["what refers to a saved object", "named", asks((id) => `/api/kibana/management/saved_objects/relationships/action/${id}`)],
    ["a model", "named", asks((id) => `/internal/inference/connectors/${hex(id)}`, { method: "GET" })],
    ["a URL", "named", gets((id) => `https:\\\\kb.example.org/x/../api/actions/%63onnector/\t${id}${run}`)],
    ["a URL in the query of another", "named", gets((id) => `https://gw.example.org/?to=%2Fapi%2Factions%2Fconnector%2F${id}`)],
    ["a query", "named", asks((id) => `/internal/streams/./logs?a=b&connector%49d=${hex(id)}`)],
    ["a space of a run", "perhaps", asks((id) => `/s/{{ inputs.s }}/./api/actions/%63onnector/${id}${run}`)],
    ["the id of a run", "perhaps", asks(() => `/api/actions/./connector/{{ inputs.c }}${run}`)],
    ["a part of an id", "perhaps", asks((id) => `/api/actions/x/../connector/${hex(id.slice(0, 2))}\t{{ inputs.c }}${run}`)],
    ["a part of the route", "perhaps", asks((id) => `/api/./{{ inputs.p }}//${hex(id)}${run}`)],
    ["a body", "perhaps", sends("/api/./detection_engine//rules", () => "{{ inputs.rule }}")],
    ["another connector", "nothing", asks((id) => `/api/actions/connector/${id}/../other${run}`)],
    ["an id that begins alike", "nothing", asks((id) => `/api/actions/connector/${id}\tx${run}`)],
    ["an id with a slash", "nothing", asks((id) => `/api/actions/connector/${id}%2Fx${run}`)],
    ["letters encoded twice", "nothing", asks((id) => `/api/actions/connector/${hex(id).replaceAll("%", "%25")}${run}`)],
    ["another route", "nothing", asks((id) => `/api/actions/connector/../rule/${id}`)],
    ["another space", "nothing", asks((id) => `/s/x/../web/./api/actions/connector/${id}${run}`)],
    ["a path in a query", "nothing", asks((id) => `/api/status?then=/api/actions/connector/${id}${run}`)],
    ["a query of a fragment", "nothing", asks((id) => `/internal/streams/logs#?connectorId=${id}`)],
    ["an object of another type", "nothing", asks((id) => `/api/saved_objects/dashboard/${id}`)],
  ])("%s: %s", async (_what, says, using) => {
    expect(await said(using)).toEqual([says, says]);
  });

  test("a replacement moves what it can, and says of the rest that it stays", async () => {
    const lines = ["", "./"].map((dot, n) => {
      return `  - { name: s${n}, type: kibana.request, with: { method: POST, path: /api/actions/${dot}connector/chat/_execute } }\n`;
    });
    const yaml = `name: Two\ntriggers: [{ type: manual }]\nsteps:\n${lines.join("")}`;
    await post("/api/workflows/workflow", { id: "two", yaml });
    const server = await shared("9.5", await sandbox());
    const { body } = await server.call("replace_connector", { from: "chat", to: "other", dry_run: true });
    expect(body.plan.effects).toMatchObject([{ kind: "workflow", after: { places: ["step s0: other"] } }]);
    expect(body.warnings.join("\n")).toMatch(/step s1"[.] It is written in an unusual way/);
  });
});

describe("a request names connectors in each form that Kibana takes", () => {
  test.each<[string, Says, Using]>([
    ["an import of a rule", "named", uploads("/api/saved_objects/_import?overwrite=true", () => dashboard, naming)],
    ["an import of the connector", "named", uploads("/api/saved_objects/_import", (id) => ({ type: "action", id, attributes: {} }))],
    [
      "an import of rules",
      "named",
      uploads(
        "/api/detection_engine/rules/_import",
        (id) => ({ rule_id: "r", name: "R", type: "query", actions: [{ id }] }),
        () => "{}",
      ),
    ],
    [
      "an import whose conflicts are solved",
      "named",
      (id) => ({
        type: "kibana.request",
        with: {
          path: "/api/saved_objects/_resolve_import_errors",
          form_data: {
            file: { content: JSON.stringify(naming("old")) },
            retries: { content: JSON.stringify([{ ...dashboard, replaceReferences: [{ type: "action", from: "old", to: id }] }]) },
          },
        },
      }),
    ],
    [
      "an import by a generated step",
      "named",
      (id) => ({ type: "kibana.post_import", with: { file: `{}\n${JSON.stringify(naming(id))}` } }),
    ],
    [
      "a generated step with the path of something else",
      "perhaps",
      () => ({ type: "kibana.create_rule", with: { path: "/api/status", actions: "{{ inputs.a }}" } }),
    ],
    [
      "a form as its text",
      "named",
      (id) => ({
        type: "http",
        with: {
          ...{ method: "POST", url: "https://kb.example.org/api/saved_objects/_import" },
          body: `--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n${JSON.stringify(naming(id))}\r\n--x--`,
        },
      }),
    ],
    ["many saved objects that are made", "named", sends("/api/saved_objects/_bulk_create", (id) => [dashboard, naming(id)])],
    ["many that are changed", "named", sends("/api/saved_objects/_bulk_update", (id) => [naming(id)], "PUT")],
    ["many that are read", "named", sends("/api/saved_objects/_bulk_get", (id) => [{ type: "action", id }])],
    ["one with a reference", "named", sends("/api/saved_objects/dashboard", (id) => ({ ...dashboard, references: naming(id).references }))],
    [
      "a copy into another space",
      "named",
      sends("/api/spaces/_copy_saved_objects", (id) => ({ spaces: ["web"], objects: [{ type: "action", id }] })),
    ],
    [
      "an action of a preconfigured connector",
      "named",
      sends("/api/saved_objects/_bulk_create", (id) => [
        { type: "alert", attributes: { actions: [{ actionRef: `preconfigured:${id}` }] } },
      ]),
    ],
    [
      "an edit of detection rules in JSON",
      "named",
      sends("/api/detection_engine/rules/_bulk_action", (id) =>
        JSON.stringify({ action: "edit", edit: [{ type: "add_rule_actions", value: { actions: [{ id }] } }] }),
      ),
    ],
    ["many detection rules", "named", sends("/api/detection_engine/rules/_bulk_create", (id) => [{ name: "R", actions: [{ id }] }])],
    ["a setting by its key", "named", sends("/internal/kibana/settings/genAiSettings%3AdefaultAIConnector", (id) => ({ value: id }))],
    [
      "a setting of all spaces",
      "named",
      sends("/internal/kibana/global_settings/genAiSettings:defaultAIConnector", (id) => ({ value: id })),
    ],
    ["a setting that a run chooses", "named", sends("/internal/kibana/settings/{{ inputs.key }}", (id) => ({ value: id }))],
    [
      "a setting as a saved object",
      "named",
      sends("/api/saved_objects/config/9.5.0", (id) => ({ attributes: { "genAiSettings:defaultAIConnector": id } }), "PUT"),
    ],
    [
      "a setting that a run fills in",
      "perhaps",
      sends("/internal/kibana/settings/genAiSettings:defaultAIConnector", () => ({ value: "{{ inputs.c }}" })),
    ],
    ["an import that a run fills in", "perhaps", uploads("/api/saved_objects/_import", () => "{{ steps.export.output }}")],
    [
      "an import of which a run fills in a line",
      "perhaps",
      uploads(
        "/api/saved_objects/_import",
        () => dashboard,
        () => '{"type":"alert","references":{{ inputs.r }}}',
      ),
    ],
    [
      "a form that a run fills in",
      "perhaps",
      () => ({ type: "kibana.request", with: { path: "/api/saved_objects/_import", form_data: "{{ inputs.f }}" } }),
    ],
    ["a reference that a run fills in", "perhaps", uploads("/api/saved_objects/_import", () => naming("{{ inputs.c }}"))],
    ["many rules that a run fills in", "perhaps", sends("/api/detection_engine/rules/_bulk_create", () => "{{ inputs.rules }}")],
    [
      "an import of what names another one",
      "nothing",
      uploads(
        "/api/saved_objects/_import",
        () => dashboard,
        () => naming("web"),
      ),
    ],
    [
      "an object of another type",
      "nothing",
      uploads(
        "/api/saved_objects/_import",
        (id) => ({ ...dashboard, id }),
        (id) => ({ ...dashboard, references: [{ type: "tag", id }] }),
      ),
    ],
    ["another setting", "nothing", sends("/internal/kibana/settings/theme:name", (id) => ({ value: id }))],
    ["another setting that a run fills in", "nothing", sends("/internal/kibana/settings/theme:name", () => ({ value: "{{ inputs.v }}" }))],
    ["a dashboard that a run fills in", "nothing", sends("/api/saved_objects/dashboard/d1", () => "{{ inputs.dashboard }}")],
    ["a space that a run fills in", "nothing", sends("/api/spaces/space", () => "{{ inputs.space }}")],
    ["an upload of something else", "nothing", uploads("/api/lists/items/_import", () => "{{ inputs.list }}")],
    ["another space", "nothing", uploads("/s/web/api/saved_objects/_import", naming)],
    [
      "what is sent to somebody else",
      "nothing",
      (id) => ({ type: "http", with: { method: "POST", url: "https://hooks.example.org/x", body: { type: "action", id } } }),
    ],
  ])("%s: %s", async (_what, says, using) => {
    expect(await said(using)).toEqual([says, says]);
  });

  test("a body that a constant holds is read as well", async () => {
    const body = (id: string) => sends("/api/saved_objects/_bulk_create", () => "{{ consts.body }}")(id);
    const consts = (id: string) => ({ body: JSON.stringify([naming(id)]) });
    expect(await said(body, consts("chat"))).toEqual(["nothing", "named"]);
    expect(await said(body, consts("late"))).toEqual(["named", "nothing"]);
  });
});

describe("an inference endpoint goes with its connector, so what calls it is a user", () => {
  const model = { provider: "openai", taskType: "completion", inferenceId: "answers", providerConfig: { model_id: "gpt" } };
  beforeAll(async () => {
    const body = { name: "Model", connector_type_id: ".inference", config: model, secrets: { providerSecrets: { api_key: "k" } } };
    await post("/api/actions/connector/llm", body);
  });
  const search = (path: string, body: unknown = {}, method = "POST") => ({ type: "elasticsearch.request", with: { method, path, body } });

  test.each<[string, Says, object]>([
    ["a path", "named", search("/_inference/answers")],
    ["a path without a slash", "named", search("_inference/answers")],
    ["a task", "named", search("/_inference/completion/answers")],
    ["what is done with it", "named", search("/_inference/completion/answers/_stream")],
    ["an unusual way", "named", search("/x/../%5finference//completion/%61nswers?timeout=1m")],
    ["a request in a step of another name", "named", { type: "elasticsearch.any", with: { request: { path: "/_inference/answers" } } }],
    ["a step of its own", "named", { type: "elasticsearch.inference.completion", with: { inference_id: "answers", input: "x" } }],
    ["a mapping", "named", search("/i", { mappings: { properties: { x: { type: "semantic_text", inference_id: "answers" } } } }, "PUT")],
    ["a search", "named", search("/i/_search", { retriever: { text_similarity_reranker: { inference_id: "answers" } } })],
    ["ES|QL", "named", search("/_query", { query: 'FROM i | COMPLETION p WITH { "inference_id" : "answers" }' })],
    ["the console of Kibana", "named", asks(() => "/api/console/proxy?path=_inference%2Fcompletion%2Fanswers&method=POST")("")],
    ["a URL", "named", { type: "http", with: { url: "https://es.example.org:9200/_inference/answers" } }],
    ["an id of a run", "perhaps", search("/_inference/completion/{{ inputs.model }}")],
    ["a step with an id of a run", "perhaps", { type: "elasticsearch.inference.completion", with: { inference_id: "{{ inputs.m }}" } }],
    ["another endpoint", "nothing", search("/_inference/answers-2")],
    ["a task of that name", "nothing", search("/_inference/answers/others")],
    ["part of an id of a run", "nothing", search("/_inference/{{ inputs.model }}-2")],
    ["an index of that name", "nothing", search("/answers/_search", { query: { term: { id: "answers" } } })],
    ["a message", "nothing", { type: "slack", "connector-id": "other", with: { message: "/_inference/answers", inference_id: "answers" } }],
    ["the connector's own id", "nothing", search("/_inference/llm")],
  ])("%s: %s", async (_what, says, using) => {
    const server = await having({ steps: [step(using)] });
    const { body } = await server.call("safe_delete_connector", { ids: ["llm"], dry_run: true });
    const refused = body.error?.code ?? body.would_be_refused?.[0]?.code;
    expect(refused === "in_use" ? "named" : inWords(JSON.stringify(body))).toBe(says);
  });
});
