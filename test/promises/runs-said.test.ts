import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { no, type Started, startSandboxWith, startServer } from "../support/built-server.ts";
import { postTo } from "../support/kibana-api.ts";

type Dict = Record<string, unknown>;

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.6"]);
  server = await startServer({
    person: no,
    env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "1000" },
  });
  for (const [id, [type, config, secrets]] of Object.entries(connectors))
    await postTo(sandbox.url, `/api/actions/connector/${id}`, { name: id, connector_type_id: type, config, secrets });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

const connectors: Record<string, [type: string, config: Dict, secrets: Dict]> = {
  bot: [".slack_api", {}, { token: "xoxb-1" }],
  chat: [".slack", {}, { webhookUrl: "https://hooks.slack.com/services/1" }],
  story: [".tines", { url: "https://t.tines.com" }, { email: "a@b.c", token: "k" }],
  itsm: [".servicenow", { apiUrl: "https://s.example.com", usesTableApi: false }, { username: "u", password: "p" }],
  gpt: [".gen-ai", { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" }, { apiKey: "k" }],
  aws: [".bedrock", { apiUrl: "https://bedrock.example.com" }, { accessKey: "a", secret: "s" }],
  google: [
    ".gemini",
    { apiUrl: "https://g.example.com", gcpRegion: "r", gcpProjectID: "p" },
    { credentialsJson: '{"type":"service_account"}' },
  ],
  defender: [
    ".microsoft_defender_endpoint",
    { clientId: "c", tenantId: "t", oAuthServerUrl: "https://login.example.com", oAuthScope: "s", apiUrl: "https://api.example.com" },
    { clientSecret: "x" },
  ],
};

/** The lines of the question that a call asks, by how they begin; undefined if nobody is asked. */
async function asked(tool: string, args: Dict, begins: RegExp): Promise<string[] | undefined> {
  const before = server.questions.length;
  const { body, failed } = await server.call(tool, args);
  expect([failed, body.error?.message]).toEqual([false, undefined]);
  return server.questions[before]?.split("\n").filter((line) => begins.test(line));
}
const run = (id: string, subAction: string, subActionParams: Dict) => ({ id, params: { subAction, subActionParams } });
const whom = /^(Recipients|Action and record|Note): (?!Kibana)/;

describe("of fields of which one decides", () => {
  test.each<[string, Dict, string, string[]]>([
    [
      "ids beside names",
      { channelNames: ["#ops"], channelIds: ["C1"] },
      'channelNames "#ops"',
      ["channelIds is not used: channelNames is used instead"],
    ],
    [
      "the old list beside ids",
      { channelIds: ["C1"], channels: ["C2"] },
      'channelIds "C1"',
      ["channels is not used: channelIds is used instead"],
    ],
    ["ids beside no names", { channelNames: [], channelIds: ["C1"] }, 'channelIds "C1"', []],
    ["one", { channelNames: ["#ops"] }, 'channelNames "#ops"', []],
  ])(
    "a run and an action of a rule name the channel that gets the message, and what is ignored: %s",
    async (_what, channels, reached, ignored) => {
      const params = { subAction: "postMessage", subActionParams: { text: "x", ...channels } };
      for (const [tool, args] of [
        ["execute_connector", { id: "bot", params }],
        ["attach_connector", { connector: "bot", rules: ["disk-almost-full"], params }],
      ] as const) {
        const lines = (await asked(tool, args, whom)) ?? [];
        expect(lines[0]).toBe(`Recipients: ${reached}`);
        for (const one of ignored) expect(lines.join("\n").replace(": is not used", " is not used")).toContain(one);
        if (ignored.length === 0) expect(lines.join("\n")).not.toContain("is not used");
      }
    },
  );

  test("a story, and an incident that is closed, are named alone as well", async () => {
    const story = { webhook: { id: 1, name: "w", storyId: 2 }, webhookUrl: "https://t.tines.com/webhook/1", body: "{}" };
    const lines = (await asked("execute_connector", run("story", "run", story), whom)) ?? [];
    expect(lines[0]).not.toContain('webhook "');
    expect(lines.join("\n")).toContain("webhook is not used: webhookUrl is used instead");
    const incident = { externalId: "s1", correlation_id: "c1" };
    const closing = (await asked("execute_connector", run("itsm", "closeIncident", { incident }), whom)) ?? [];
    expect(closing[0]).toBe('Action and record: externalId "s1"');
  });

  test("the map names the one channel that an action reaches", async () => {
    const params = { subAction: "postMessage", subActionParams: { text: "x", channelNames: ["#ops"], channelIds: ["C1"] } };
    const person = await startServer({
      person: () => ({ action: "accept", content: { confirm: true } }),
      env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" },
    });
    try {
      await person.call("attach_connector", { connector: "bot", rules: ["disk-almost-full"], params });
      const { body } = await person.call("map_notifications", { text: "Disk almost full" });
      expect(JSON.stringify(body)).toContain('"#ops at slack.com"');
    } finally {
      await person.close();
    }
  });
});

describe("where a run goes", () => {
  const hosts = /^A request → /;
  const unknown = ["A request → a host not known beforehand"];
  test("is said to be unknown where Kibana shows no config, and where a secret holds the host", async () => {
    const mail = { to: ["a@b.c"], subject: "s", message: "m" };
    expect(await asked("execute_connector", { id: "ops-mail-preconfigured", params: mail }, hosts)).toEqual(unknown);
    expect(await asked("execute_connector", { id: "chat", params: { message: "x" } }, hosts)).toEqual(unknown);
  });

  test("is nowhere outside for a dashboard that Kibana makes, and is said so; a model is another matter", async () => {
    for (const id of ["gpt", "aws", "google"]) {
      const lines = (await asked("execute_connector", run(id, "getDashboard", { dashboardId: "d" }), /./)) ?? [];
      expect(lines[0]).toContain("creates a dashboard of token use in Kibana");
      expect(lines.filter((line) => hosts.test(line))).toEqual([]);
    }
    const body = '{"messages":[{"role":"user","content":"ping"}]}';
    expect(await asked("execute_connector", run("gpt", "run", { body }), hosts)).toEqual(["A request → api.openai.com"]);
  });
});

test("a run that makes Defender's own test asks as that test does, and one that reads asks nobody", async () => {
  expect(await asked("test_connector", { id: "defender", mode: "near_safe" }, /^A request/)).toHaveLength(2);
  expect(await asked("execute_connector", run("defender", "testConnector", {}), /^A request/)).toHaveLength(2);
  expect(await asked("execute_connector", run("defender", "getAgentList", { pageSize: 1 }), /./)).toBeUndefined();
});
