import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hidingKnown } from "../../src/plain-text.ts";
import { hideCertainSecrets, hideInData, hideInText, hideSecrets } from "../../src/secrets/detect.ts";
import { namesSecret } from "../../src/shapes/names.ts";

const mark = "[redacted]";

/** config, what is shown of it, and where something was found. */
const secrets: [what: string, config: unknown, shown: unknown, paths: string[]][] = [
  [
    "a bearer header",
    { headers: { Authorization: "Bearer abc.def-123" } },
    { headers: { Authorization: mark } },
    ["headers.Authorization"],
  ],
  [
    "a header in small letters",
    { headers: { authorization: "whatever" } },
    { headers: { authorization: mark } },
    ["headers.authorization"],
  ],
  [
    "a proxy's header",
    { headers: { "Proxy-Authorization": "Basic dTpwdw==" } },
    { headers: { "Proxy-Authorization": mark } },
    ["headers.Proxy-Authorization"],
  ],
  ["a cookie", { headers: { Cookie: "session=1" } }, { headers: { Cookie: mark } }, ["headers.Cookie"]],
  ["x-api-key", { headers: { "x-api-key": "12345" } }, { headers: { "x-api-key": mark } }, ["headers.x-api-key"]],
  ["X-Auth-Token", { headers: { "X-Auth-Token": "12345" } }, { headers: { "X-Auth-Token": mark } }, ["headers.X-Auth-Token"]],
  ["X-Gitlab-Token", { headers: { "X-Gitlab-Token": "12345" } }, { headers: { "X-Gitlab-Token": mark } }, ["headers.X-Gitlab-Token"]],
  ["X-Vault-Token", { headers: { "X-Vault-Token": "hvs.1" } }, { headers: { "X-Vault-Token": mark } }, ["headers.X-Vault-Token"]],
  [
    "Ocp-Apim-Subscription-Key",
    { headers: { "Ocp-Apim-Subscription-Key": "0123" } },
    { headers: { "Ocp-Apim-Subscription-Key": mark } },
    ["headers.Ocp-Apim-Subscription-Key"],
  ],
  ["a password", { password: "hunter2" }, { password: mark }, ["password"]],
  ["a client secret", { oauth: { clientSecret: "s" } }, { oauth: { clientSecret: mark } }, ["oauth.clientSecret"]],
  [
    "apiKey, api_key, api-key",
    { apiKey: "a", api_key: "b", "api-key": "c" },
    { apiKey: mark, api_key: mark, "api-key": mark },
    ["apiKey", "api_key", "api-key"],
  ],
  ["routingKey", { routingKey: "r" }, { routingKey: mark }, ["routingKey"]],
  ["within a list", { list: [{ token: "t" }, "x"] }, { list: [{ token: mark }, "x"] }, ["list.0.token"]],
  ["userinfo", { url: "https://user:pass@example.com/x" }, { url: `https://user:${mark}@example.com/x` }, ["url"]],
  ["userinfo without a name", { url: "https://:pass@example.com" }, { url: `https://:${mark}@example.com` }, ["url"]],
  [
    "a token in a URL's query",
    { url: "https://example.com/x?a=1&token=abc&b=2" },
    { url: `https://example.com/x?a=1&token=${mark}&b=2` },
    ["url"],
  ],
  ["sig", { url: "https://example.com/x?sv=1&sig=abc%3D" }, { url: `https://example.com/x?sv=1&sig=${mark}` }, ["url"]],
  ["key", { url: "https://example.com/x?key=abc#f" }, { url: `https://example.com/x?key=${mark}#f` }, ["url"]],
  [
    "api_key and access_token",
    { url: "https://example.com/?api_key=1&access_token=2" },
    { url: `https://example.com/?api_key=${mark}&access_token=${mark}` },
    ["url", "url"],
  ],
  ["a Slack token", { note: "uses xoxb-1234567890-abcdef" }, { note: `uses ${mark}` }, ["note"]],
  [
    "a Slack webhook",
    { url: "https://hooks.slack.com/services/T0/B0/abcdef" },
    { url: `https://hooks.slack.com/services/${mark}` },
    ["url"],
  ],
  [
    "a Slack workflow",
    { url: "https://hooks.slack.com/workflows/T0/B0/abcdef" },
    { url: `https://hooks.slack.com/workflows/${mark}` },
    ["url"],
  ],
  ["a GitHub token", { note: `ghp_${"a1".repeat(18)}` }, { note: mark }, ["note"]],
  ["a fine-grained GitHub token", { note: `github_pat_${"a1_".repeat(10)}` }, { note: mark }, ["note"]],
  ["an AWS key id", { note: "AKIAIOSFODNN7EXAMPLE" }, { note: mark }, ["note"]],
  ["a Google key", { note: `AIza${"Sy0-_".repeat(7)}` }, { note: mark }, ["note"]],
  ["a JSON web token", { note: "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ" }, { note: mark }, ["note"]],
  ["a private key", { note: "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----" }, { note: mark }, ["note"]],
  ["half a private key", { note: "-----BEGIN PRIVATE KEY-----\nMII" }, { note: mark }, ["note"]],
  [
    "credentials in a text",
    { body: "send Authorization: Bearer abcdef123456 with it" },
    { body: `send Authorization: ${mark} with it` },
    ["body"],
  ],
];

describe("found, hidden and reported", () => {
  test.each(secrets)("%s", (_what, config, shown, paths) => {
    const { config: hidden, found } = hideSecrets(config);
    expect(hidden).toEqual(shown);
    expect(found.map(({ path }) => path)).toEqual(paths);
    expect(found.every(({ why }) => why !== "")).toBe(true);
  });

  test("a second look finds nothing more", () => {
    for (const [, config] of secrets) expect(hideSecrets(hideSecrets(config).config).found).toEqual([]);
  });

  test("says what gave it away, and not the value", () => {
    const { found } = hideSecrets({ headers: { Authorization: "Bearer canary-123456" }, url: "https://u:canary@x.example?sig=canary" });
    expect(found).toEqual([
      { path: "headers.Authorization", why: 'the name "Authorization"' },
      { path: "url", why: "a password in the URL" },
      { path: "url", why: 'the URL parameter "sig"' },
    ]);
  });
});

describe("innocent, and left as it is", () => {
  test.each<[string, unknown]>([
    ["accessTokenUrl", { accessTokenUrl: "https://login.example.com/oauth2/token" }],
    ["oauthTokenUrl", { oauthTokenUrl: "https://login.example.com/token" }],
    ["clientId", { clientId: "0d5f-client" }],
    ["hasAuth", { hasAuth: true, authType: "webhook-authentication-basic" }],
    ["max_tokens", { max_tokens: 512, maxTokens: "512", config: { "max-tokens": "5" } }],
    ["projectKey", { projectKey: "OPS", issueKey: "OPS-1" }],
    ["jwtKeyId", { jwtKeyId: "key-1" }],
    ["names of fields", { createIncidentResponseKey: "id", tokenType: "bearer", apiKeyName: "mine", "x-api-key-id": "1" }],
    ["prose about tokens", { description: "The token is kept by the platform team; ask for a password reset, or see basic instructions." }],
    ["a template", { password: "{{secret.password}}", url: "https://example.com/?token={{token}}" }],
    ["an ordinary query", { url: "https://example.com/search?q=1&page=2&sort=key&monkey=1" }],
    ["a port", { url: "https://example.com:8443/path" }],
    ["an address", { from: "kibana@example.com", text: "mail: a@b.example" }],
    ["Content-Type", { headers: { "Content-Type": "application/json", Accept: "*/*", "X-Request-Id": "abc" } }],
    ["empty values", { password: "", token: null, apiKey: undefined, secretHeaders: {} }],
    ["numbers and truth values", { tokenCount: 5, secretsProvided: true }],
    ["an index", { index: "alerts-tokens", executionTimeField: "@timestamp" }],
    ["basic words", { note: "a basic approach, token economy, bearer of news" }],
  ])("%s", (_what, config) => {
    expect(hideSecrets(config)).toEqual({ config, found: [] });
  });

  const plainWords = [
    ...[
      "token",
      "key",
      "the",
      "secret",
      "password",
      "is",
      "url",
      "basic",
      "id",
      "5",
      "Bearer",
      "Basic",
      "authentication",
      "Splunk",
      "hmac",
    ],
    ...["api_key:", "Password:", "Authorization:", "API", "key:", "required", "read/write", "end-to-end", "{", "}"],
    ...[
      "<password>",
      "http",
      "status",
      "401",
      "invalidApiKey",
      "negotiate",
      "digest",
      ":",
      "=",
      "missing,",
      "(none)",
      "v2",
      "{{context.x1}}",
    ],
  ];
  test("text of plain words", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...plainWords), { maxLength: 30 }), (words) => {
        const text = words.join(" ");
        expect(hideInText(text)).toBe(text);
      }),
    );
  });
});

describe("tokens in the path of a URL", () => {
  const mark = "[redacted]";
  test.each([
    ["https://discord.com/api/webhooks/123456/AbCdEf0123456789-ghIJKlmnop", `https://discord.com/api/webhooks/123456/${mark}`],
    [
      "https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/0123456789abcdef0123456789abcdef/x",
      `https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/${mark}/x`,
    ],
    ["https://hooks.example.com/in/aB3dE5fG7hI9jK1lM3nO5?x=1", `https://hooks.example.com/in/${mark}?x=1`],
    ["https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX", `https://hooks.slack.com/services/${mark}`],
  ])("%s is hidden", (url, shown) => {
    expect(hideSecrets({ url }).config).toEqual({ url: shown });
  });

  test("is only a guess, and stays where only certain ones are hidden", () => {
    const texts = ["https://docs.example.com/d/aB3dE5fG7hI9jK1lM3nO5", "https://docs.example.com/d/aB3dE5fG7hI9jK1lM3nO5?token=abc"];
    expect(hideCertainSecrets(texts)).toEqual([texts[0], `${texts[0]}?token=${mark}`]);
  });

  test.each([
    "https://kibana.example.com/s/team-payments/app/management/insightsAndAlerting/triggersActions",
    "https://api.example.com/v2/organisations/0b7f3c1e-5a2d-4c1b-9f6e-2d3c4b5a6978/incidents",
    "https://deploy.example.com/hooks/kibana-alerts-for-the-payments-team-2026",
    "https://example.com/2026/11/22/release",
    "https://prod-12.westeurope.logic.azure.com:443/workflows/invoke",
  ])("%s is not", (url) => {
    expect(hideSecrets({ url })).toEqual({ config: { url }, found: [] });
  });
});

test.each([
  ['{"api_key": "abc123", "v": {{context.value}}}', '{"api_key": "[redacted]", "v": {{context.value}}}'],
  ["token=abc123&text=hello", "token=[redacted]&text=hello"],
  ["{'password': 'abc123'}", "{'password': '[redacted]'}"],
  ['{"api_key": "{{context.key}}", "v": {{context.value}}}', '{"api_key": "{{context.key}}", "v": {{context.value}}}'],
  ['{"message": "the token: fine", "token_type": "bearer"} {{x}}', '{"message": "the token: fine", "token_type": "bearer"} {{x}}'],
])("names that hold secrets are found in a body that only a rule makes JSON: %s", (text, hidden) => {
  expect(hideInText(text)).toBe(hidden);
});

describe("a name", () => {
  test.each([
    ...["apiKey", "APIKey", "api_key", "API-KEY", "api.key", "apikey", "aPiKeY", "api_key ", "api%5Fkey", "api%255Fkey", "api%4Bey"],
    ...["X_API_KEY", "X-ApiKey", "X-Api-Key-V2", "apiKey2", "api_key[0]", "apiKeyValue", "token[]", "sessionToken", "access-tokens"],
    ...["x-functions-key", "Ocp-Apim-Subscription-Key", "sharedAccessKey", "X-Key", "X-Auth-Header", "X-Session", "PRIVATE-TOKEN"],
    ...["Authorisation", "X-Authorization", "Set-Cookie", "X-Hub-Signature-256", "X-Amz-Signature", "pwd", "X-Passcode", "clientSecret"],
  ])("%s is of a secret", (name) => {
    expect(namesSecret(name)).toBe(true);
  });

  test.each([
    ...["tokenType", "keyField", "max_tokens", "completionTokens", "dedupKey", "dedup_key", "issueKey", "projectKey", "primary_key"],
    ...["authType", "hasAuth", "accessTokenUrl", "api_key_id", "apiKeyName", "secretName", "X-Request-Id", "X-Idempotency-Key", "userKey"],
    ...["keyboard", "monkey", "hotkey", "secretary", "tokenizer", "design", "key", "code", "auth", "session", "public_key", "cookieless"],
  ])("%s is of none", (name) => {
    expect(namesSecret(name)).toBe(false);
  });

  test.each(["key", "code", "auth", "pass"])("%s is of one in a URL's query only", (name) => {
    expect([namesSecret(name), namesSecret(name, "parameter")]).toEqual([false, true]);
  });
});

test.each([
  ["https:user:hunter2@a.example/", "https:user:[redacted]@a.example/"],
  ["https:/\\user:hunter2@a.example/", "https:/\\user:[redacted]@a.example/"],
  ["https://user:hun/ter2@a.example/", "https://user:[redacted]@a.example/"],
  ["https://user:hun:ter2@a.example/", "https://user:[redacted]@a.example/"],
  ["https://a@user:hunter2@a.example/", "https://a@user:[redacted]@a.example/"],
  ["https://tok@a.example/", "https://[redacted]@a.example/"],
  ["https://tok:@a.example/", "https://[redacted]@a.example/"],
  ["postgres://user:hunter2@a.example/", "postgres://user:[redacted]@a.example/"],
  ["https://a.example/?api%5Fkey=hunter2&x=1", "https://a.example/?api%5Fkey=[redacted]&x=1"],
  ["https://a.example/?token[]=hunter2", "https://a.example/?token[]=[redacted]"],
  ['target url "https://u:hunter2@a.example/?sig=hunter2" is not', 'target url "https://u:[redacted]@a.example/?sig=[redacted]" is not'],
  ["https://api.telegram.org/bot123456789:AAabcdefghijklmnopqrstuvwxyz12/x", "https://api.telegram.org/bot[redacted]/x"],
  ["https://a.example/in/aB3dE5fG7hI9jK1lM3nO%3D", "https://a.example/in/[redacted]"],
  ["https://a.example/in/aB3dE5fG7hI9jK1lM.nOpQ", "https://a.example/in/[redacted]"],
  ['"https://a.example/in/aB3dE5fG7hI9jK1lM3nO5" is', '"https://a.example/in/[redacted]" is'],
  ["Token abcdefgh1j", "[redacted]"],
  ["Token abcdefghij=", "[redacted]"],
  ["send Token abcdef123456 with it", "send [redacted] with it"],
])("%s is shown as %s", (text, shown) => {
  expect(hideInText(text)).toBe(shown);
  expect(hideInText(shown)).toBe(shown);
});

test.each([
  "https://good.example:443\\@evil.example/x",
  "https://a.example:8443/path/a@b.example",
  "https://[::1]:9200/x@y",
  "smtp://ops@mail.example",
  "mail ops@a.example, see https://a.example/x?page=2&sort=key",
  '{"url":"https://a.example","to":"a@b.example"} {{x}}',
  "Token authentication failed, a token of the issue",
  "token password",
  "Token abcdefghij",
  "Basic authentication is required",
  "Bearer token-exchange",
  "https://a.example/downloads/elastic-agent-8.17.1-linux-x86_64.tar.gz",
])("%s stays as it is", (text) => {
  expect(hideInText(text)).toBe(text);
});

describe("what Kibana, a service or a person writes", () => {
  const S = "a1b2c3d4e5f6";
  test.each([
    [`X-Api-Key: ${S}`, `X-Api-Key: ${mark}`],
    [`Authorization: Custom ${S}`, `Authorization: ${mark}`],
    [`failed: api_key=${S} refused`, `failed: api_key=${mark} refused`],
    [`login with password=${S} failed`, `login with password=${mark} failed`],
    [`password: ${S}, user: bob`, `password: ${mark}, user: bob`],
    [`there (password=${S}).`, `there (password=${mark}).`],
    [`with password=${S},user=bob`, `with password=${mark},user=bob`],
    [`password=hun,ter)2 x`, `password=${mark} x`],
    [`password: "correct horse 2" and host: web-01`, `password: "${mark}" and host: web-01`],
    [`user.password : '${S}' or user.name : "bob-2"`, `user.password : '${mark}' or user.name : "bob-2"`],
    [`FROM logs | WHERE api_key == "${S}" | LIMIT 10`, `FROM logs | WHERE api_key == "${mark}" | LIMIT 10`],
    [`API key: ${S}`, `API key: ${mark}`],
    [`the token is wrong. Token: Xk-QpLmZrT`, `the token is wrong. Token: ${mark}`],
    [`run --password=${S} --host=a-1`, `run --password=${mark} --host=a-1`],
    [`level: password=${S}`, `level: password=${mark}`],
    [`token: token: ${S}`, `token: token: ${mark}`],
    [`{"error":{"text":"{\\"api_key\\":\\"${S}\\"} x`, `{"error":{"text":"{\\"api_key\\":\\"${mark}\\"} x`],
    [`\\"password\\":\\"a\\\\\\"b c\\" x`, `\\"password\\":\\"${mark}\\" x`],
    [`{"password":"it's", {{x}}}`, `{"password":"${mark}", {{x}}}`],
    [`got {"X-Api-Key":["${S}"]} here`, `got {"X-Api-Key":["${mark}"]} here`],
    [`got {'X-Api-Key': ['${S}']} here`, `got {'X-Api-Key': ['${mark}']} here`],
    [`got {&quot;api_key&quot;:&quot;${S}&quot;} here`, `got {&quot;api_key&quot;:&quot;${mark}&quot;} here`],
    [`at https%3A%2F%2Fx%3Fapi_key%3D${S}%26a%3D1`, `at https%3A%2F%2Fx%3Fapi_key%3D${mark}%26a%3D1`],
    [`at https%253A%252F%252Fx%253Fapi_key%253D${S}%252B%2526a`, `at https%253A%252F%252Fx%253Fapi_key%253D${mark}%2526a`],
    [`form password%3D${S}`, `form password%3D${mark}`],
    [`<api_key>${S}</api_key>`, `<api_key>${mark}</api_key>`],
    [`<password>words alone</password>`, `<password>${mark}</password>`],
    [`<ns:password type="x">${S}</ns:password>`, `<ns:password type="x">${mark}</ns:password>`],
    [`<user password="${S}"/>`, `<user password="${mark}"/>`],
    [`&lt;password&gt;${S}&lt;/password&gt;`, `&lt;password&gt;${mark}&lt;/password&gt;`],
    [`curl -H 'X-Api-Key: ${S}' https://x.example`, `curl -H 'X-Api-Key: ${mark}' https://x.example`],
    [`headers['X-Api-Key'] = '${S}'`, `headers['X-Api-Key'] = '${mark}'`],
    [`api_key:        ${S}`, `api_key:        ${mark}`],
    [`X-Api-Key:\t\t\t${S}`, `X-Api-Key:\t\t\t${mark}`],
    [`<password>\n    ${S}\n  </password> x`, `<password>${mark}</password> x`],
    [`<password><![CDATA[${S}]]></password>`, `<password>${mark}</password>`],
    [`&#60;password&#62;${S}&#60;/password&#62;`, `&#60;password&#62;${mark}&#60;/password&#62;`],
    [`<credentials><user>ann</user><pass>${S}</pass></credentials> x`, `<credentials>${mark}</credentials> x`],
    [`got \\u0022api_key\\u0022:\\u0022${S}\\u0022 here`, `got \\u0022api_key\\u0022:\\u0022${mark}\\u0022 here`],
    [`got {"set-cookie":["a=b1","sid=${S}"],"x":1} here`, `got {"set-cookie":["${mark}"],"x":1} here`],
    [`got {"credentials":{"user":"${mark}","pass":"${S}"}} here`, `got {"credentials":{"${mark}"}} here`],
    [`got {"passwords":["${mark}","${S}"]} here`, `got {"passwords":["${mark}"]} here`],
    [`got {"password":{"value":"${S}"},"x":1} here`, `got {"password":{"${mark}"},"x":1} here`],
    [`got {"name":"X-Api-Key","value":"${S}"} here`, `got {"name":"X-Api-Key","value":"${mark}"} here`],
    [`got ["Authorization", "${S}", "Accept", "a-1"] here`, `got ["Authorization", "${mark}", "Accept", "a-1"] here`],
    [`Cookie: lang=en1; session=${S}`, `Cookie: ${mark}`],
    [`Authorization: Digest username="ann", response="${S}"`, `Authorization: ${mark}`],
    [`Incorrect API key provided: ${S}.`, `Incorrect API key provided: ${mark}.`],
    [`curl --api-key ${S} https://a.example`, `curl --api-key ${mark} https://a.example`],
    [`https://token:${S}@a.example/x`, `https://token:${mark}@a.example/x`],
    [`got Authorization=Bearer ${S} here`, `got Authorization=${mark} here`],
    [`got x;Authorization=Bearer ${S} here`, `got x;Authorization=${mark} here`],
    [`GET /a?b=1&authorization=Basic ${S}`, `GET /a?b=1&authorization=${mark}`],
    [`token=Bearer ${S}`, `token=${mark}`],
    [`GET /?access_token=Bearer ${S}`, `GET /?access_token=${mark}`],
    [`Authorization: Bearer "${S}" x`, `Authorization: ${mark} x`],
    [`Authorization: Token token="${S}"`, `Authorization: ${mark}`],
    [`x {"token":{"format":"}","value":"${S}"}} y`, `x {"token":{"${mark}"}} y`],
    [`x {"secret":["a]","${S}"]} y`, `x {"secret":["${mark}"]} y`],
    [`x {"secret":{"a":"\\\\","b}":"${S}"}} y`, `x {"secret":{"${mark}"}} y`],
    [`x {\\"secret\\":{\\"a\\":\\"\\\\\\"}\\",\\"b\\":\\"${S}\\"}} y`, `x {\\"secret\\":{\\"${mark}\\"}} y`],
    [`{ password: { value: '${S}' } } y`, `{ password: {'${mark}'} } y`],
    [`{ headers: { 'x-api-key': [ '${S}' ] } }`, `{ headers: { 'x-api-key': ['${mark}'] } }`],
    [`password:\n  value: ${S}`, `password:\n  value: ${mark}`],
    [`password: |\n  ${S}\nuser: ann`, `password: |\n  ${mark}\nuser: ann`],
    [`got {"password":12345678}`, `got {"password":${mark}}`],
    [`got {"name":"password","value":"${S}"}`, `got {"name":"password","value":"${mark}"}`],
    [`got {"password":"{{a}}${S}{{b}}"}`, `got {"password":"${mark}"}`],
    [`<password>{{x}}${S}</password>`, `<password>${mark}</password>`],
    [`<password value="${S}"/>`, `<password value="${mark}"/>`],
    [`<add key="password" value="${S}"/>`, `<add key="password" value="${mark}"/>`],
    [`<input type=password value='${S}'>`, `<input type=password value='${mark}'>`],
    [
      `<entry key="password">${S}</entry><entry key="user">b2345678</entry>`,
      `<entry key="password">${mark}</entry><entry key="user">b2345678</entry>`,
    ],
    [`<property name="api.key">${S}</property>`, `<property name="api.key">${mark}</property>`],
    [`<header name="X-Api-Key">${S}</header>`, `<header name="X-Api-Key">${mark}</header>`],
    [`<password>${S}</Password> <token>${S}`, `<password>${mark}</Password> <token>${mark}`],
    [`Cookie: a=1;  sid=${S}`, `Cookie: ${mark}`],
    [`Cookie: $Version=1; sid=${S}`, `Cookie: ${mark}`],
    [`Cookie: a; sid=${S}`, `Cookie: ${mark}`],
    [`Cookie: a=1;; sid="${S}"; b=2`, `Cookie: ${mark}`],
    [`Cookie: ${mark}; sid=${S}`, `Cookie: ${mark}`],
    [`Authorization: Basic ${mark}, aB3${S}`, `Authorization: ${mark}`],
    [`password: ${mark} aB3${S} on node-17 refused`, `password: ${mark} on node-17 refused`],
    [`["x-api-key", '${S}']`, `["x-api-key", '${mark}']`],
    [`x ["Set-Cookie",["sid=${S}"]]`, `x ["Set-Cookie",["${mark}"]]`],
    [`"password" => string(12) "${S}"`, `"password" => string(12) "${mark}"`],
    [`["password"]=>\n  string(12) "${S}"`, `["password"]=>\n  string(12) "${mark}"`],
    [`got {"password":[{"name":"${S}"}]}`, `got {"password":["${mark}"]}`],
    [`http.Header{"X-Api-Key":[]string{"${S}"}}`, `http.Header{"X-Api-Key":[]string{"${mark}"}}`],
    [`password: Some("${S}")`, `password: Some("${mark}")`],
    [`{\\x22password\\x22:\\x22${S}\\x22}`, `{\\x22password\\x22:\\x22${mark}\\x22}`],
    [`password → ${S}`, `password → ${mark}`],
    [`Password for ann: ${S}`, `Password for ann: ${mark}`],
    [`https://x-access-token:${S}@a.example/x, token: b`, `https://x-access-token:${mark}@a.example/x, token: b`],
  ])("%s is read without the secret", (text, shown) => {
    expect(hideInText(text)).toBe(shown);
    expect(hideInText(shown)).toBe(shown);
  });

  test.each([
    "password: at least one letter",
    "password: see the wiki",
    "The token is kept by the platform team",
    "token: is required",
    "Token: Unauthorized!",
    "secret: invalidApiKeyFormat",
    "token: expired-or-invalid/missing.",
    "issue key: OPS-12",
    "issue key: OPS-123456",
    "issueKey=ABC-1234567",
    "token_type: bearer",
    "token type: bearer1234",
    "tokenType=bearer1234",
    "token count: 1234567",
    "key: value1234",
    "accessTokenUrl: https://login.example.com/v2/token",
    "token: https://login.example.com/v2/token",
    "api_key: {{context.key1}}",
    'api_key: "{{ context.key1 }}"',
    `password: \${DB_PASSWORD1}`,
    "<password>{{context.key1}}</password>",
    "the secret: see ticket",
    "secret: 2026-11-22T10:00:00Z",
    "password: *",
    "token: [redacted]/channel9",
    "Secrets manager: eu-west-1",
    '{"passwords":[],"tokens":{}}',
    "<abc>a1b2c3d4</abc>",
    '<property name="host">web-17-b</property>',
    '<add key="max-tokens" value="12"/>',
    "password: {{a}}{{b}}",
    "token: {min: 8, max: 1024} and [E1234]",
    "{ token: [Object], credentials: { user: 'ann' } }",
    "password=[redacted] refused by node-17 at 12:00:01",
    "token: [redacted] order-1234567",
    'password, \'abc123def\' and "token", "abc123def"',
    "Cookie: none",
    "the password isn't in {a1b2c3d4, it's",
    "Bearer is required, token=abc",
  ])("%s stays", (text) => {
    expect(hideInText(text)).toBe(text);
  });
});

test("the value of a name in a query or a list of headers is hidden", () => {
  const given = [
    { bool: { filter: [{ match: { password: { query: "hunter2" } } }, { term: { "user.name": { value: "bob" } } }] } },
    { name: "X-Api-Key", value: "abc" },
    { field: "api_key", comparator: "equals", value: "abc" },
    { name: "Content-Type", value: "text/plain" },
  ];
  expect(hideSecrets(given).config).toEqual([
    { bool: { filter: [{ match: { password: { query: mark } } }, { term: { "user.name": { value: "bob" } } }] } },
    { name: "X-Api-Key", value: mark },
    { field: "api_key", comparator: "equals", value: mark },
    { name: "Content-Type", value: "text/plain" },
  ]);
});

test("so is what is within, and what follows a header's name in a list", () => {
  const given = {
    credentials: { user: "ann", pass: "abc", of: { team: "a" } },
    answer: { password: { raw: "abc", type: "keyword" } },
    rawHeaders: ["X-Api-Key", "abc", "Accept", "*/*"],
    pairs: [["Authorization", "abc"]],
    channels: ["password-resets", "C0123ABC9"],
  };
  expect(hideSecrets(given).config).toEqual({
    credentials: { user: "ann", pass: mark, of: { team: mark } },
    answer: { password: { raw: mark, type: "keyword" } },
    rawHeaders: ["X-Api-Key", mark, "Accept", "*/*"],
    pairs: [["Authorization", mark]],
    channels: given.channels,
  });
});

test("what is within a secret's object is one, and what is about it is none unless it looks like one", () => {
  const value = "q7Zp2Lm9Xv4T";
  const given = [
    { password: 12345678, secrets: 3, max_tokens: 512000 },
    { password: { name: value }, token: { id: "mine", type: value } },
    { credentials: { name: "of the team", host: "web-01.example.com", user: "ann2026", pass: "abc" } },
    { cookies: { sid: "abc" }, rawHeaders: ["Set-Cookie", ["sid=abc"]] },
    { headers: [{ header: "X-Api-Key", values: ["abc"] }] },
    { password: "{{a}}abc{{b}}", token: "{{a}} {{b}}" },
    { "xoxb-1234567890-abcdefghijkl": 1, [`password=${value}`]: 2 },
  ];
  const shown = [
    { password: mark, secrets: 3, max_tokens: 512000 },
    { password: { name: mark }, token: { id: "mine", type: mark } },
    { credentials: { name: "of the team", host: "web-01.example.com", user: "ann2026", pass: mark } },
    { cookies: { sid: mark }, rawHeaders: ["Set-Cookie", [mark]] },
    { headers: [{ header: "X-Api-Key", values: [mark] }] },
    { password: mark, token: "{{a}} {{b}}" },
    { [mark]: 1, [`password=${mark}`]: 2 },
  ];
  expect(hideSecrets(given).config).toEqual(shown);
  expect(given.map((one) => hideSecrets({ text: JSON.stringify(one) }).config)).toEqual(
    shown.map((one) => ({ text: JSON.stringify(one) })),
  );
});

test.each(['""', '"[redacted]"', '"{{x}}"'])("a key that JSON repeats hides no value behind its last one: %s", (last) => {
  expect(hideSecrets([`{"password":"abc","password":${last}}`]).config).toEqual([`{"password":"${mark}","password":${last}}`]);
});

test("data of an answer is read as far as it is shown, and no secret is cut through", () => {
  const value = "q7Zp2Lm9Xv4T";
  const long = (count: number) => `${"x, ".repeat(count)}password=${value} `;
  const shown = hideInData(
    { a: long(10), b: long(100_000), c: Array(100).fill(long(4000)), d: `{"url":"https://h/?token=${value}"}` },
    1000,
  );
  expect(JSON.stringify(shown)).not.toContain(value.slice(0, 4));
  expect(shown).toMatchObject({ a: expect.stringContaining(mark), b: expect.stringMatching(/^.{1000}… \(299022 more characters\)$/) });
});

describe("a known secret is hidden whole before shapes are looked for", () => {
  const value = 'hunter2 & "more" of it';
  const known = (text: string) => text.replaceAll(value, mark);
  test.each([`password=${value} refused`, `Authorization: Custom ${value} refused`, `https://a.example/?api_key=${value} refused`])(
    "%s",
    (text) => {
      const shown = hidingKnown({ text: known, said: known }, () => hideInText(text));
      expect(shown).toMatch(/^[^&"]+refused$/);
      expect(shown).toContain(mark);
    },
  );
});
