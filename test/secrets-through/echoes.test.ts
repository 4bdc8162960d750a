import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approve, look } from "../pages/form.ts";
import { type Canary, canary, leaks, type Shape } from "./canaries.ts";
import { type Lie, startLyingKibana, startWatched } from "./watched-server.ts";

const token = "https://hooks.example.com/kibana";
/** One type for each shape of a secret. */
const subjects = {
  basic: {
    type: ".webhook",
    config: { url: token, hasAuth: true, authType: "webhook-authentication-basic" },
    fields: { user: "text", password: "text" },
  },
  url: { type: ".slack", config: {}, fields: { webhookUrl: "url" } },
  certificate: {
    type: ".webhook",
    config: { url: token, hasAuth: true, authType: "webhook-authentication-ssl", certType: "ssl-crt-key" },
    fields: { crt: "pemFile", key: "pemFile" },
  },
  json: {
    type: ".gemini",
    config: { apiUrl: "https://us-central1-aiplatform.googleapis.com", gcpRegion: "us-central1", gcpProjectID: "p" },
    fields: { credentialsJson: "json" },
  },
  assistant: {
    type: ".gen-ai",
    config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions" },
    fields: { apiKey: "text" },
  },
} as const satisfies Record<string, { type: string; config: object; fields: Record<string, Shape> }>;
type Subject = keyof typeof subjects;
const sources = ["env", "file", "literal", "page"] as const;
type Source = (typeof sources)[number];

let kibana: Awaited<ReturnType<typeof startLyingKibana>>;
beforeAll(async () => {
  kibana = await startLyingKibana();
});
afterAll(() => kibana.stop());

let setUps = 0;

/** A server that knows the canaries of one subject from one source, and the arguments of its create. */
async function setUp(subject: Subject, source: Source) {
  const { type, config, fields } = subjects[subject];
  const canaries: Record<string, Canary> = {};
  const env: Record<string, string> = {};
  const files: Record<string, string> = {};
  const secrets: Record<string, unknown> = {};
  for (const [field, shape] of Object.entries<Shape>(fields)) {
    const made = canary(shape);
    canaries[field] = made;
    if (source === "env") env[`CONNECTOR_SECRET_${field.toUpperCase()}`] = made.value;
    if (source === "file") files[field] = made.value;
    secrets[field] = {
      env: { $env: `CONNECTOR_SECRET_${field.toUpperCase()}` },
      file: { $file: field },
      literal: made.value,
      page: { $ask: true },
    }[source];
  }
  const server = await startWatched({
    env: {
      ...env,
      KIBANA_URL: kibana.url,
      KIBANA_TIMEOUT: "2",
      CONNECTORS_TARGET_HOSTS: "*",
      CONNECTORS_LITERAL_SECRETS: "warn",
      CONNECTORS_LOG_LEVEL: "debug",
    },
    files,
  });
  const id = `${subject}-${source}-${setUps++}`;
  const args: Record<string, unknown> = { id, name: `E ${subject}`, type, config, secrets };
  let pages = "";
  async function create() {
    const first = await server.call("create_connector", args);
    if (source !== "page") return first;
    const { url, id: confirm } = first.body.confirm;
    pages += (await look(url)).html;
    pages += (await approve(url, Object.fromEntries(Object.entries(canaries).map(([field, { value }]) => [`secrets.${field}`, value]))))
      .html;
    return server.call("create_connector", { ...args, confirm });
  }
  /** Asserts that no canary left the server but in requests to Kibana. */
  function assertSilent({ but = [] }: { but?: ("files" | "questions" | "stderr")[] } = {}) {
    for (const [where, text] of Object.entries({ ...server.out(), pages }))
      if (!but.some((one) => one === where)) expect(leaks(canaries, text), where).toEqual([]);
  }
  return { id, server, canaries, create, assertSilent };
}

const pairs = (Object.keys(subjects) as Subject[]).flatMap((subject) =>
  // Each source with one subject, each subject from the environment.
  sources.filter((source) => source === "env" || subject === "basic").map((source) => [subject, source] as const),
);

describe.each<[string, Lie, typeof pairs]>([
  ["refuses and quotes the request", "error", pairs],
  // The answer leaves open whether it was written: checking takes time.
  [
    "is a proxy that quotes the request in HTML",
    "text",
    pairs.filter(([subject, source]) => source === "env" && (subject === "basic" || subject === "certificate")),
  ],
])("a Kibana that %s", (_how, lie, some) => {
  test.each(some)("secrets of %s from %s do not come back", async (subject, source) => {
    const { server, canaries, create, assertSilent } = await setUp(subject, source);
    try {
      await kibana.tell(lie);
      const answer = await create();
      expect(answer.failed || answer.body.status === "unknown").toBe(true);
      expect(JSON.stringify(answer.body)).toMatch(/\[redacted\]|502/);
      // It was sent once, and quoted back.
      const carrying = (await kibana.seen()).filter(({ body }) => leaks(canaries, body).length > 0);
      expect(carrying).toHaveLength(1);
      await server.call("list_changes");
      assertSilent();
    } finally {
      await server.close();
    }
  });
});

/** Through every tool, while each answer of Kibana has what it was sent in names, config, and messages of runs. */
async function tellAll(subject: Subject, source: Source, check: (made: Awaited<ReturnType<typeof setUp>>) => void) {
  const made = await setUp(subject, source);
  const { id, server, create } = made;
  try {
    await kibana.tell("answer");
    expect((await create()).body).toMatchObject({ status: expect.stringMatching(/done|unknown/) });
    const seen = [
      await server.call("get_connector", { id, include: ["rules"] }),
      await server.call("list_connectors", { limit: 100 }),
      await server.call("test_connector", { id }),
      await server.call("test_connector", { id, mode: "loud" }),
      await server.call("test_connector", { id: "kibana-log", mode: "loud" }),
      await server.call("safe_delete_connector", { ids: [id], dry_run: true }),
      ...(subject === "assistant" ? [] : [await server.call("safe_delete_connector", { ids: [id] })]),
      await server.call("safe_delete_connector", { ids: ["ops-slack-2"] }),
      await server.call("list_changes", { limit: 100 }),
      await server.call("describe_deployment"),
    ].map(({ body }) => JSON.stringify(body));
    // The lies arrived.
    expect(seen.filter((text) => text.includes("[redacted]")).length).toBeGreaterThan(3);
    check(made);
  } finally {
    await server.close();
  }
}

describe("a Kibana that puts what it was sent into names, config, and messages of runs", () => {
  test.each(pairs)("secrets of %s from %s do not come back by any tool", (subject, source) =>
    // What an agent itself gave as plain text is not removed from questions: it could blank what a person decides on, or what the operator reads.
    tellAll(subject, source, ({ assertSilent }) =>
      assertSilent({ but: ["files", ...(source === "literal" ? (["questions", "stderr"] as const) : [])] }),
    ),
  );

  // The journal keeps summary, name and config, and the form for a typed name shows it: neither may show a secret in them.
  test("nor do they get into the journal", () => tellAll("basic", "env", ({ assertSilent }) => assertSilent()));
  test("nor into the form that asks for the name", async () => {
    const { id, server, create, assertSilent } = await setUp("assistant", "env");
    try {
      await kibana.tell("answer");
      expect((await create()).failed).toBe(false);
      await server.call("safe_delete_connector", { ids: [id] });
      assertSilent({ but: ["files"] });
    } finally {
      await server.close();
    }
  });
});

test("before any call, the values of the prefixed variables are known, and others are not looked at", async () => {
  const [known, other] = [canary("text"), canary("text")];
  await kibana.tell("none");
  await fetch(`${kibana.url}/api/actions/connector/echo-of-an-earlier-run`, {
    method: "POST",
    headers: { "kbn-xsrf": "x", "content-type": "application/json" },
    body: JSON.stringify({
      name: `Earlier ${known.value}`,
      connector_type_id: ".webhook",
      config: {
        url: `https://a.example/?k=${encodeURIComponent(known.value)}`,
        hasAuth: false,
        headers: { "X-Note": `${known.value} ${other.value}` },
      },
      secrets: {},
    }),
  });
  const server = await startWatched({ env: { KIBANA_URL: kibana.url, CONNECTOR_SECRET_OLD: known.value, UNRELATED: other.value } });
  try {
    const { body } = await server.call("get_connector", { id: "echo-of-an-earlier-run" });
    expect(body.connector.name).toBe("Earlier [redacted]");
    for (const text of Object.values(server.out())) expect(leaks({ known }, text)).toEqual([]);
    expect(JSON.stringify(body)).toContain(other.core);
  } finally {
    await server.close();
  }
});
