import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { approve } from "../pages/form.ts";
import { answeringProxy } from "../support/answering-proxy.ts";
import { type Started, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { freshFolder, textIn } from "../support/folder.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let proxy: string;
/** What the service says of each run, and Kibana in a connector's name. */
let said = "nothing yet";
beforeAll(async () => {
  sandbox = await startSandboxWith();
  const hook = { id: "echo", connector_type_id: ".webhook", config: {}, is_preconfigured: false, is_deprecated: false };
  proxy = await answeringProxy(
    sandbox.url,
    (path) => {
      if (path.endsWith("/_execute")) return JSON.stringify({ status: "error", connector_id: "echo", message: said, retry: false });
      const shown = { ...hook, name: `Hook ${said}`, is_missing_secrets: false, is_system_action: false, referenced_by_count: 0 };
      if (path.endsWith("/api/actions/connectors")) return JSON.stringify([shown]);
      return path.includes("/connector/echo") ? JSON.stringify(shown) : undefined;
    },
    afterAll,
  );
});
afterAll(() => sandbox.stop());

const started = async (env: Record<string, string>) => {
  const server = await startServer({
    person: yes,
    env: { KIBANA_URL: proxy, KIBANA_API_KEY: "any", CONNECTORS_MAX_CHANGES_PER_HOUR: "500", ...env },
  });
  return { ...server, journal: join(server.home, "state/kibana-connectors-mcp/journal") };
};

const base64 = (text: string) => Buffer.from(text).toString("base64");
const uuid = "3f2b8c1e-7d4a-4e5f-9a6b-1c2d3e4f5a6b";
const pem = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"];
const [begin, end] = ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"];
const account = {
  ...{ type: "service_account", project_id: "proj-of-tests-7", private_key: `${begin}\n${pem.join("\n")}\n${end}\n` },
  ...{ client_email: "sender@proj-of-tests-7.iam.gserviceaccount.com", token_uri: "https://oauth2.example.com/token" },
};

/** A value, what of it is secret by itself, and what of it is everybody's. */
const values: [value: string, parts: string[], innocent?: string[]][] = [
  ['"blaue-katze-04"', ["blaue-katze-04"]],
  ["'harbour&3xyz'", ["harbour&3xyz"]],
  ...["Bearer", "ApiKey", "GenieKey", "Token", "Splunk", "SSWS", "Api-Token", "token:", "X-Of-Nobody"].map(
    (scheme, at): [string, string[]] => [`${scheme} q7Zt4mWx${at}LpKf2VbN`, [`q7Zt4mWx${at}LpKf2VbN`]],
  ),
  ["Bearer wordy-tok-of-ours", ["wordy-tok-of-ours"]],
  ["GenieKey 9c2b8c1e-7d4a-4e5f-9a6b-1c2d3e4f5a6b", ["9c2b8c1e-7d4a-4e5f-9a6b-1c2d3e4f5a6b"]],
  ["Token token=k4f9q2m8x7, email=ann@tills.example.com", ["k4f9q2m8x7"], ["ann@tills.example.com"]],
  [`Bearer first-of-two-1, Basic ${base64("ann:second-of-two")}`, ["first-of-two-1", "second-of-two"]],
  [
    'Digest username="ann of tills", realm="tills, and more", uri="/tills/index", response="6629fae49393a05397450978507c4ef1"',
    ["6629fae49393a05397450978507c4ef1"],
    ["ann of tills", "tills, and more", "/tills/index"],
  ],
  [
    `AWS4-HMAC-SHA256 Credential=KEYIDOFTESTS7EXAMPLE/20260102/eu-north-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${"fe5f80f77d5fa3be".repeat(4)}`,
    ["KEYIDOFTESTS7EXAMPLE", "fe5f80f77d5fa3be".repeat(4)],
    ["eu-north-1", "x-amz-date"],
  ],
  [
    "lang=language-of-tills; session=wordy-session-7; JSESSIONID=0123456789ABCDEF",
    ["wordy-session-7", "0123456789ABCDEF"],
    ["language-of-tills"],
  ],
  [
    `Authorization: Bearer line-token-7\r\nX-Api-Key: line-key-of-ours\r\nHost: lines.example.com\r\nX-Tenant-Id: ${uuid}`,
    ["line-token-7", "line-key-of-ours"],
    ["lines.example.com", uuid],
  ],
  [
    "https://bob:url-password@urls.example.com/in/word?token=url-token-7&room=operations#access_token=url-access-7",
    ["url-password", "url-token-7", "url-access-7"],
    ["urls.example.com", "operations"],
  ],
  ["postgres://svc:pg-password@db.example.com:5432/tills", ["pg-password"], ["db.example.com:5432/tills"]],
  [
    "Endpoint=sb://bus.example.com/;SharedAccessKeyName=name-of-key;SharedAccessKey=abcdEFGH1234567890abcd=;EntityPath=queue-of-tills",
    ["abcdEFGH1234567890abcd="],
    ["bus.example.com", "name-of-key", "queue-of-tills"],
  ],
  ["client_id=client-of-tills&client_secret=client-secret-7&grant_type=credentials", ["client-secret-7"], ["client-of-tills"]],
  [JSON.stringify(account), pem, [account.project_id, account.client_email, account.token_uri]],
  [base64(JSON.stringify({ api_key: "json-in-base64", region: "region-of-tills" })), ["json-in-base64"], ["region-of-tills"]],
  [JSON.stringify({ name: "X-Key", list: [{ name: "X-Api-Key", value: "wordy-value-of" }] }), ["wordy-value-of"]],
  [`${begin}\\n${pem.map((line) => `Z${line}`).join("\\n")}\\n${end}`, pem.map((line) => `Z${line}`)],
  [`${begin} ${pem.map((line) => `Y${line}`).join(" ")} ${end}`, pem.map((line) => `Y${line}`)],
  ["svc:login-password", ["login-password"]],
  [
    "DB_PASSWORD=file-password-1\nexport API_TOKEN='file-token-of'\nDB_HOST=file.example.com",
    ["file-password-1", "file-token-of"],
    ["file.example.com"],
  ],
  ["operator-of-tills\ns3cond-l1ne", ["s3cond-l1ne"]],
  ["machine netrc.example.com login ann password netrc-password", ["netrc-password"], ["netrc.example.com"]],
  ["<login><password>xml-password</password><room>room-of-tills</room></login>", ["xml-password"], ["room-of-tills"]],
  ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlb2Z0aWxscw", ["eyJzdWIiOiJhbm4ifQ", "c2lnbmF0dXJlb2Z0aWxscw"]],
  ...[
    ["ann@tills.example.com/token", "ann@tills.example.com"],
    ["cn=svc-of-tills,ou=apps-of-tills", "apps-of-tills", "svc-of-tills"],
    ["uid=svc-of-tills", "svc-of-tills"],
    ["service of tills", "service of tills"],
    ["tills\\svc-of-tills", "svc-of-tills"],
    ["a/b", "a/b"],
    ["svc;tills", "svc;tills"],
  ].flatMap(([user = "", ...innocent], at) =>
    [
      (login: string) => `Basic ${base64(login)}`,
      (login: string) => base64(login),
      (login: string) => login,
      (login: string) => `[intake]\nauth = ${base64(login)}\n`,
    ].map((written, way): [string, string[], string[]] => {
      const password = `wordy-${"abcdefg"[at]}-of-${"lmno"[way]}urs`;
      return [written(`${user}:${password}`), [password], innocent];
    }),
  ),
  ...["x", "X", "", "api_token", "x-oauth-basic"].flatMap((password, at) =>
    [`q8Zt4mWx${at}LpKf2VbN`, `8f2b8c1${at}-7d4a-4e5f-9a6b-1c2d3e4f5a6b`, `sk_live_7${at}q`].flatMap(
      (token, n): [string, string[], string[]][] => [
        [`Basic ${base64(`${token}a:${password}`)}`, [`${token}a`], ["api_token", "x-oauth-basic"]],
        ...(n === 0 ? [[`${token}b:${password}`, [`${token}b`], ["api_token", "x-oauth-basic"]] as [string, string[], string[]]] : []),
      ],
    ),
  ),
  ["VuaCfGcBCdbkQm-e5aOx:wordy-key-of-us", ["wordy-key-of-us"]],
  ...[
    (value: string) => `password = ${value}`,
    (value: string) => `password          = ${value}`,
    (value: string) => `password : ${value}`,
    (value: string) => `password = "${value}" # of tills`,
    (value: string) => `password = ${value} # of tills`,
    (value: string) => `password = ${value} ; of tills`,
    (value: string) => `# password = '${value}'`,
    (value: string) => `smtp.password = ${value}`,
    (value: string) => `smtp/password = ${value}`,
    (value: string) => `'password' => '${value}',`,
    (value: string) => `password: "${value}",`,
    (value: string) => `export PASSWORD="${value}"`,
    (value: string) => `const password = "${value}";`,
    (value: string) => `smtp = { user = "clerk-of-tills", password = "${value}" }`,
    (value: string) => `Server = tcp:db.example.com,1433; User Id = clerk-of-tills; Password = ${value};`,
    (value: string) => `host = db.example.com user = clerk-of-tills password = ${value} sslmode = of-tills`,
    (value: string) => `PlainLoginModule required username="clerk-of-tills" password="${value}";`,
    (value: string) => `//packages.example.com/:_authToken = ${value}`,
    (value: string) => `//packages.example.com/:_password=${base64(value)}`,
    (value: string) => `user = "clerk-of-tills:${value}"`,
    (value: string) => `<user name="clerk-of-tills" password="${value}"/>`,
    (value: string) => `<add key="ApiPassword" value="${value}" />`,
    (value: string) => `<key>password</key><string>${value}</string>`,
    (value: string) => `- name: DB_PASSWORD\n  value: ${value}`,
    (value: string) => `password: |\n  ${value}`,
  ].map((line, at): [string, string[], string[]] => {
    const value = `wordy-${"abcdefghijklmnopqrstuvwxyz"[at]}-for-us`;
    const written = at % 2 === 0 ? line(value) : `[smtp]\nhost = db.example.com\nuser = clerk-of-tills\n${line(value)}\n`;
    return [written, [value], ["db.example.com", "clerk-of-tills", "packages.example.com"]];
  }),
  ...[
    ["mongodb://svc-of-tills:several-hosts-1@h1.example.com:27017,h2.example.com:27017/tills", "several-hosts-1"],
    [
      "https://svc-of-tills:several-hosts-2@h1.example.com:9200,https://svc-of-tills:several-hosts-3@h2.example.com:9200",
      "several-hosts-2",
    ],
    ["amqp://svc-of-tills:several-hosts-4@h1.example.com:5672,svc-of-tills:several-hosts-5@h2.example.com:5672", "several-hosts-4"],
    ["redis://svc-of-tills:a/of-slashes-1@h1.example.com:6379/0?of=h2.example.com", "a/of-slashes-1"],
    ["redis://:several-hosts-6@h1.example.com,redis://:several-hosts-7@h2.example.com", "several-hosts-7"],
  ].map(([value = "", part = ""]): [string, string[], string[]] => [value, [part], ["svc-of-tills", "h1.example.com", "h2.example.com"]]),
  ["https://chat.example.com/bot123456789:AAq7Zt4mWx9LpKf2VbN8sRc3/send", ["AAq7Zt4mWx9LpKf2VbN8sRc3"], ["chat.example.com"]],
  ["wordy-before-comment # rotated in November", ["wordy-before-comment"], ["rotated in November"]],
  ["Bearer%20percent-token-of-us", ["percent-token-of-us"]],
  [
    "region:eu-north-1\nimage = registry.example.com/tills:9.5\nversion = 1.2.3-beta4\nlogin:clerk-of-tills\nbroker = h1.example.com:9092",
    [],
    ["eu-north-1", "registry.example.com/tills:9.5", "1.2.3-beta4", "clerk-of-tills", "h1.example.com:9092"],
  ],
  ...[
    ...["“~”", "„~“", "”~”", "‘~’", "‚~’", "«~»", "»~«", "‹~›", "´~´", "＂~＂", "′~′", "″~″", "＇~＇", "「~」", "『~』", "~“", "’~"],
    ...[
      "~…",
      "…~",
      "~。",
      "—~",
      "– ~ –",
      "• ~",
      "~¬",
      "~№",
      "（~）",
      "【~】",
      "《~》",
      "［~］",
      "~＠",
      "~：",
      "~％",
      "~．",
      "🔑~🔑",
      "~\u2028",
      "\u3000~\u3000",
    ],
    ...[
      "API key: “~”",
      "apiKey=‘~’",
      "{“apiKey”: “~”}",
      "Bearer “~”",
      "“Bearer ~”",
      "Authorization: Bearer ~…",
      "ops:~”",
      "密钥：~",
      "密钥：~。",
    ],
    ...["https://of.example.com/in?token=~”", "https://of.example.com/in?token=“~”", "https://of.example.com/“~”", "token → ~", "pass–~"],
    ...[
      "https://of.example.com/in?of=%E2%80%9C~%E2%80%9D",
      "Bearer%20%E2%80%9C~%E2%80%9D",
      "令牌【~】已更新",
      "Bearer\u200b~",
      "Schlüssel „~“ für “tills”",
    ],
  ].map((around, at): [string, string[]] => {
    const token = `Vq8rT2xLm4Zp7Kd${10 + at}wb7`;
    return [around.replace("~", token), [token]];
  }),
  ...[
    ["{“user”: “clerk-of-tills”, “password”: “~”}", "~", "clerk-of-tills"],
    ["｛“user”：“clerk-of-tills”，“password”：“~”｝", "~", "clerk-of-tills"],
    ["「user」：「clerk-of-tills」、「password」：「~」", "~", "clerk-of-tills"],
    ["lang=‘clerk-of-tills’; session=‘7~’", "7~", "clerk-of-tills"],
    ["X-Room: “clerk-of-tills”\nX-Api-Key: “~”\n", "~", "clerk-of-tills"],
    ["ＤＢ＿ＰＡＳＳＷＯＲＤ＝~\nＤＢ＿ＵＳＥＲ＝clerk-of-tills", "~", "clerk-of-tills"],
    ["DB_USER → clerk-of-tills\nDB_PASSWORD → ~", "~", "clerk-of-tills"],
    ["clerk-of-tills：~", "~", "clerk-of-tills"],
    ["“clerk-of-tills：~”", "~", "clerk-of-tills"],
    ["“https://clerk-of-tills:~@typo.example.com/in”", "~", "typo.example.com", "clerk-of-tills"],
    ["of ‘https://typo.example.com/in?token=7~&room=clerk-of-tills’…", "7~", "typo.example.com", "clerk-of-tills"],
    [JSON.stringify({ note: "password: “~” for clerk-of-tills" }), "~", "clerk-of-tills"],
    // Signs that belong to the password.
    ["密码：~–und–~", "~–und–~", "密码", "–und–"],
    ["password: “~€süß–密码”", "~€süß–密码", "süß"],
    ["Bearer “~ß密碼”", "~ß密碼", "密碼"],
  ].map(([around = "", part = "", ...innocent], at): [string, string[], string[]] => {
    const word = `wordy-${"abcdefghijklmno"[at]}-of-typo`;
    return [around.replaceAll("~", word), [part.replaceAll("~", word)], innocent];
  }),
  [base64("clerk-of-tills：wordy-typo-in-base64"), ["wordy-typo-in-base64"], ["clerk-of-tills"]],
  ["“region”：“eu-north–1”，host → “typo.example.com”，version：1.2.3-beta4。", [], ["eu-north–1", "typo.example.com", "1.2.3-beta4"]],
  ["Notes „of the operators“ … für–alle：tills", [], ["operators", "für–alle", "tills"]],
  ["Bearer connectors", [], ["connectors"]],
  ["Notes of operations", [], ["operations", "Notes"]],
];

describe("a part of a known secret that is secret by itself", () => {
  let server: Awaited<ReturnType<typeof started>>;
  beforeAll(async () => {
    server = await started(Object.fromEntries(values.map(([value], at) => [`CONNECTOR_SECRET_A${at}`, value])));
  });
  afterAll(() => server.close());

  test.each(values)("%j: is hidden alone, and hosts, names, ids and words of it are not", async (_value, parts, innocent = []) => {
    for (const one of [...parts, ...innocent]) {
      said = `No account is associated with ${one} there`;
      const answers = [
        await server.call("execute_connector", { id: "echo", params: { body: "x" } }),
        await server.call("get_connector", { id: "echo" }),
        await server.call("list_changes", { limit: 1, detail: true }),
      ];
      const [all, files] = [JSON.stringify(answers.map(({ body }) => body)), server.stderr() + (await textIn(server.journal))];
      for (const { body } of answers.slice(0, 2)) expect(JSON.stringify(body)).toContain("No account is associated with");
      expect([one, all.includes(one), files.includes(one)]).toEqual([one, innocent.includes(one), innocent.includes(one)]);
    }
  });
});

describe("it is known by all ways in which a secret is", () => {
  const [value, part] = ["Bearer wordy-tok-of-ours", "wordy-tok-of-ours"];
  const hook = (secret: unknown) => ({
    ...{ name: "Hook", type: ".webhook", secrets: { secretHeaders: { Authorization: secret } } },
    config: { url: "https://intake.example.net/", method: "post", hasAuth: false, authType: null },
  });
  const hears = async (server: Started) => {
    said = `No account is associated with ${part}`;
    const { body } = await server.call("execute_connector", { id: "echo", params: { body: "x" } });
    const heard = JSON.stringify(body);
    expect(heard).toContain("No account is associated with");
    return heard.includes(part);
  };
  const using = async (env: Record<string, string>) => {
    const server = await started(env);
    onTestFinished(() => server.close());
    return server;
  };

  test.each([value, `“${part}”`, `令牌：“${part}”。`])("a file of the secrets folder: %s", async (text) => {
    const folder = join(await freshFolder(), "secrets");
    mkdirSync(folder, { mode: 0o700 });
    writeFileSync(join(folder, "auth"), `${text}\n`, { mode: 0o600 });
    expect(await hears(await using({ CONNECTORS_SECRET_DIR: folder }))).toBe(false);
  });

  test.each([
    ["password", { KIBANA_API_KEY: "", KIBANA_USERNAME: "elastic", KIBANA_PASSWORD: value }],
    ["key, as a login", { KIBANA_API_KEY: `id-of-tests:${part}` }],
    ["proxy", { HTTPS_PROXY: `http://ann:${part}@127.0.0.1:9` }],
  ])("the server's own %s", async (_what, env) => {
    expect(await hears(await using(env))).toBe(false);
  });

  test("a literal, in that call's answer and, once it was written, in later ones; in a question and to others it stays", async () => {
    const server = await using({ CONNECTORS_LITERAL_SECRETS: "warn" });
    expect(await hears(server)).toBe(true);
    const { body } = await server.call("create_connector", {
      ...hook(value),
      config: { ...hook(value).config, url: `https://${part}.example.net/` },
    });
    expect(body.status).toBe("done");
    expect(JSON.stringify(body.plan?.summary ?? "")).not.toContain(part);
    expect(server.questions.at(-1)).toContain(`${part}.example.net`);
    expect(await hears(server)).toBe(false);
  });

  test("what a person typed", async () => {
    const server = await startServer({ env: { KIBANA_URL: proxy, KIBANA_API_KEY: "any" } });
    onTestFinished(() => server.close());
    const args = { ...hook({ $ask: true }), name: "Typed hook" };
    const first = await server.call("create_connector", args);
    await approve(first.body.confirm.url, { "secrets.secretHeaders.Authorization": value });
    const { body } = await server.call("create_connector", { ...args, confirm: first.body.confirm.id });
    expect(body.status).toBe("done");
    said = `No account is associated with ${part}`;
    expect(JSON.stringify((await server.call("get_connector", { id: "echo" })).body)).not.toContain(part);
  });

  test("a host that is such a part stays in the question", async () => {
    const server = await using({ CONNECTOR_SECRET_X: "Bearer intake.example.net", CONNECTOR_SECRET_Y: "ann:intake.example.net" });
    await server.call("create_connector", hook({ $env: "CONNECTOR_SECRET_X" }));
    expect(server.questions.at(-1)).toContain("→ intake.example.net");
    expect(server.questions.at(-1)).not.toContain("[redacted]");
  });
});
