import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { approve } from "../pages/form.ts";
import { startLyingKibana } from "../secrets-through/watched-server.ts";
import { type Started, startBuilt, startBuiltSandbox, startServer, yes } from "../support/built-server.ts";

const pem = (label: string, line: string) => `-----BEGIN ${label}-----\n${line}\n-----END ${label}-----\n`;
const certificate = pem("CERTIFICATE", "TUlJQ2NlcnRpZmljYXRlLW9mLXRoZS1jbGllbnQ=");
const key = pem("PRIVATE KEY", "TUlJRXByaXZhdGUta2V5LW9mLXRoZS1jbGllbnQ=");
const oldKey = pem("RSA PRIVATE KEY", "TUlJRXJzYS1wcml2YXRlLWtleQ==");
/** Begins and ends as a PKCS #12 file does; what is inside is known to whoever has its password. */
const container = Buffer.from([0x30, 0x82, 0x04, 0x03, 0x02, 0x01, 0x03, ...Array.from({ length: 1024 }, (_, n) => (n * 7) % 256)]);
const base64 = (content: string | Buffer) => Buffer.from(content).toString("base64");

/** A certificate and its key that TLS can use. */
const real = {
  crt: readFileSync("test/commands/certificates/valid.pem", "utf8"),
  key: readFileSync("test/commands/certificates/key.pem", "utf8"),
};
const der = new X509Certificate(real.crt).raw;
const locked = createPrivateKey(real.key).export({
  type: "pkcs8",
  format: "pem",
  cipher: "aes-256-cbc",
  passphrase: "passphrase-of-the-key-1",
});
const otherKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
const cut = (pem: string) => pem.replace(/\n.{20}/, "\n");

const expired = readFileSync("test/commands/certificates/expired.pem", "utf8");
const authority = readFileSync("test/commands/certificates/authority.pem", "utf8");
const pkcs12 = (name: string) => readFileSync(`test/support/containers/${name}.p12`);

const files: Record<string, string | Buffer> = {
  "good.p12": pkcs12("good"),
  "open.p12": pkcs12("open"),
  "no-key.p12": pkcs12("no-key"),
  "no-crt.p12": pkcs12("no-crt"),
  "expired.p12": pkcs12("expired"),
  "expired.crt": expired,
  "authority.crt": authority,
  "upside-down.crt": `${authority}${real.crt}`,
  "real.crt": real.crt,
  "real.key": real.key,
  "cut.crt": cut(real.crt),
  "chain.crt": `${real.crt}${cut(real.crt)}`,
  "cut.key": cut(real.key),
  "locked.key": locked,
  "environ.txt": Buffer.from("PATH=/usr/bin:/bin\0HOME=/home/somebody\0LANG=C\0"),
  "json.crt": JSON.stringify({ tls: { crt: real.crt } }),
  "json.key": JSON.stringify({ tls: { key: real.key } }),
  "escaped.crt": real.crt.replaceAll("\n", "\\n"),
  "escaped.key": real.key.replaceAll("\n", "\\n"),
  "spaces.crt": real.crt.replaceAll("\n", " "),
  "spaces.key": real.key.replaceAll("\n", " "),
  "crlf.key": real.key.replaceAll("\n", "\r\n"),
  "utf16.key": Buffer.from(`\ufeff${real.key}`, "utf16le"),
  "other.key": otherKey,
  "client.crt": certificate,
  "client.key": key,
  "client.p12": container,
  "client.der": der,
  "client.b64": `${base64(container).replace(/(.{64})/g, "$1\n")}\n`,
  "crlf.crt": certificate.replaceAll("\n", "\r\n"),
  "rubbish.txt": "this is no certificate at all\n",
  "keystore.jks": Buffer.concat([Buffer.from("feedfeed00000002", "hex"), container]),
  token: "token-of-the-service-1\n",
};
const variables = {
  CONNECTOR_SECRET_ESCAPED: real.key.replaceAll("\n", "\\n"),
  CONNECTOR_SECRET_PASSPHRASE: "passphrase-of-the-key-1",
  CONNECTOR_SECRET_WRONG: "passphrase-of-another-1",
  CONNECTOR_SECRET_CRT: certificate,
  CONNECTOR_SECRET_KEY: key,
  CONNECTOR_SECRET_ONE_LINE: certificate.trim().replaceAll("\n", "\\n"),
  CONNECTOR_SECRET_SPACES: key.trim().replaceAll("\n", " "),
  CONNECTOR_SECRET_CRT64: base64(certificate),
  CONNECTOR_SECRET_KEY64: base64(key),
  CONNECTOR_SECRET_P12: base64(container),
  CONNECTOR_SECRET_RSA: oldKey,
  CONNECTOR_SECRET_RUBBISH: "hunter2hunter2hunter2hunter2",
  CONNECTOR_SECRET_HALF: certificate.slice(0, 40),
};

let kibana: Awaited<ReturnType<typeof startLyingKibana>>;
let server: Started;
let folder: string;
beforeAll(async () => {
  kibana = await startLyingKibana();
  await kibana.tell("none");
  folder = mkdtempSync(join(tmpdir(), "kcm-certificates-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
  server = await startBuilt({
    person: yes,
    env: {
      ...variables,
      KIBANA_URL: kibana.url,
      KIBANA_API_KEY: "any",
      CONNECTORS_SECRET_DIR: folder,
      CONNECTORS_MAX_CHANGES_PER_HOUR: "1000",
    },
  });
});
afterAll(async () => {
  await server.close();
  await kibana.stop();
  rmSync(folder, { recursive: true, force: true });
});

const url = "https://hooks.example.com/kibana";
const casesUrls = {
  createIncidentUrl: url,
  createIncidentJson: "{}",
  createIncidentResponseKey: "id",
  getIncidentUrl: url,
  getIncidentResponseExternalTitleKey: "key",
  viewIncidentUrl: url,
  updateIncidentUrl: url,
  updateIncidentJson: "{}",
};
const bases: [type: string, config: Record<string, unknown>][] = [
  [".webhook", { url }],
  [".http", { url }],
  [".cases-webhook", casesUrls],
];
const withPair = { hasAuth: true, authType: "webhook-authentication-ssl", certType: "ssl-crt-key" };
const withContainer = { ...withPair, certType: "ssl-pfx" };

let made = 0;
/** Creates it; what arrived at Kibana, and what the server said. */
async function create(type: string, config: Record<string, unknown>, secrets: Record<string, unknown>) {
  const id = `mutual-${++made}`;
  const answer = await server.call("create_connector", { id, name: `Mutual TLS ${made}`, type, config, secrets });
  const sent = (await kibana.seen()).find(({ method, path }) => method === "POST" && path.endsWith(`/api/actions/connector/${id}`));
  return { id, ...answer, sent: sent === undefined ? undefined : JSON.parse(sent.body) };
}

describe.each(bases)("%s", (type, base) => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, Record<string, string>]>([
    ["PEM files", withPair, { crt: { $file: "client.crt" }, key: { $file: "client.key" } }, { crt: base64(certificate), key: base64(key) }],
    ["a PKCS #12 file", withContainer, { pfx: { $file: "client.p12" } }, { pfx: base64(container) }],
    ["a file that holds base64 already", withContainer, { pfx: { $file: "client.b64" } }, { pfx: base64(container) }],
    [
      "a file with line ends of its own",
      withPair,
      { crt: { $file: "crlf.crt" }, key: { $file: "client.key" } },
      { crt: base64(certificate.replaceAll("\n", "\r\n")), key: base64(key) },
    ],
    [
      "a binary certificate",
      withPair,
      { crt: { $file: "client.der" }, key: { $file: "client.key" } },
      { crt: base64(der), key: base64(key) },
    ],
    [
      "PEM in variables",
      withPair,
      { crt: { $env: "CONNECTOR_SECRET_CRT" }, key: { $env: "CONNECTOR_SECRET_KEY" } },
      { crt: base64(certificate.trimEnd()), key: base64(key.trimEnd()) },
    ],
    [
      "PEM in variables whose line breaks were lost",
      withPair,
      { crt: { $env: "CONNECTOR_SECRET_ONE_LINE" }, key: { $env: "CONNECTOR_SECRET_SPACES" } },
      { crt: base64(certificate), key: base64(key) },
    ],
    [
      "base64 in variables",
      withPair,
      { crt: { $env: "CONNECTOR_SECRET_CRT64" }, key: { $env: "CONNECTOR_SECRET_KEY64" } },
      { crt: base64(certificate), key: base64(key) },
    ],
    ["base64 of a container in a variable", withContainer, { pfx: { $env: "CONNECTOR_SECRET_P12" } }, { pfx: base64(container) }],
  ])("%s reach Kibana as the base64 of the bytes", async (_name, config, secrets, expected) => {
    const { body, sent } = await create(type, { ...base, ...config }, secrets);
    expect(body.status).toBe("done");
    expect(sent.secrets).toEqual(expected);
  });

  test.each(["escaped", "spaces", "json"])(
    "a pair in a damaged form (%s) reaches Kibana as what TLS reads, without a word",
    async (form) => {
      const secrets = { crt: { $file: `${form}.crt` }, key: { $file: `${form}.key` } };
      const { body, sent } = await create(type, { ...base, ...withPair }, secrets);
      expect(body.status).toBe("done");
      const [crt, key] = [sent.secrets.crt, sent.secrets.key].map((one) => Buffer.from(one, "base64").toString());
      expect(() => createSecureContext({ cert: crt, key })).not.toThrow();
      expect(JSON.stringify(body.warnings ?? [])).not.toContain("requests will fail");
    },
  );

  test("an authority that the model gives as PEM is encoded, and the plan says so", async () => {
    const { body, sent } = await create(type, { ...base, hasAuth: false, authType: null, ca: certificate }, {});
    expect(sent.config.ca).toBe(base64(certificate));
    expect(body.warnings.join()).toContain("config.ca is stored as the base64");
  });

  test("an authority that is already base64 stays as it is, and an invalid one is refused", async () => {
    const none = { ...base, hasAuth: false, authType: null };
    expect((await create(type, { ...none, ca: base64(certificate) }, {})).sent.config.ca).toBe(base64(certificate));
    const { body, sent } = await create(type, { ...none, ca: "no certificate" }, {});
    expect([body.error?.code, sent]).toEqual(["invalid_config", undefined]);
    expect(body.error.fix).toContain("PEM");
  });

  test.each<[string, Record<string, unknown>, Record<string, unknown>, RegExp]>([
    [
      "a text that is no certificate",
      withPair,
      { crt: { $file: "rubbish.txt" }, key: { $file: "client.key" } },
      /secrets.crt is neither PEM nor/,
    ],
    ["a password", withContainer, { pfx: { $env: "CONNECTOR_SECRET_RUBBISH" } }, /secrets.pfx is neither PEM nor/],
    ["PEM without its end", withPair, { crt: { $env: "CONNECTOR_SECRET_HALF" }, key: { $file: "client.key" } }, /PEM without its end/],
    ["PEM in place of a container", withContainer, { pfx: { $file: "client.crt" } }, /PKCS #12 file is needed/],
    [
      "a key in place of the certificate",
      withPair,
      { crt: { $file: "real.key" }, key: { $file: "real.key" } },
      /secrets.crt holds a private key/,
    ],
    [
      "a certificate in place of the key",
      withPair,
      { crt: { $file: "real.crt" }, key: { $file: "real.crt" } },
      /secrets.key holds a certificate/,
    ],
    [
      "what the system tells of a process",
      withPair,
      { crt: { $file: "environ.txt" }, key: { $file: "real.key" } },
      /secrets.crt is neither PEM/,
    ],
    ["the same as a container", withContainer, { pfx: { $file: "environ.txt" } }, /secrets.pfx is neither PEM/],
    ["a Java keystore", withContainer, { pfx: { $file: "keystore.jks" } }, /Java keystore/],
  ])("%s is refused with its fix, and nothing is written", async (_name, config, secrets, message) => {
    const { body, sent } = await create(type, { ...base, ...config }, secrets);
    expect([body.error?.code, sent]).toEqual(["secret_refused", undefined]);
    expect(body.error.message).toMatch(message);
    expect(body.error.fix).not.toBe("");
    for (const content of Object.values(variables)) expect(JSON.stringify(body)).not.toContain(content);
  });
});

describe.each(bases)("what TLS can only refuse is said before and after it is stored, by %s", (type, base) => {
  const file = (name: string) => ({ $file: name });
  test.each<[string, Record<string, unknown>, RegExp | undefined]>([
    ["a pair that fits", { crt: file("real.crt"), key: file("real.key") }, undefined],
    [
      "a locked key with its passphrase",
      { crt: file("real.crt"), key: file("locked.key"), password: { $env: "CONNECTOR_SECRET_PASSPHRASE" } },
      undefined,
    ],
    [
      "a certificate with a part missing",
      { crt: file("cut.crt"), key: file("real.key") },
      /secrets\.crt holds a certificate that cannot be read/,
    ],
    [
      "a broken one behind a good one",
      { crt: file("chain.crt"), key: file("real.key") },
      /secrets\.crt holds a certificate that cannot be read/,
    ],
    ["a key with a part missing", { crt: file("real.crt"), key: file("cut.key") }, /secrets\.key holds no private key that can be read/],
    [
      "another one's key",
      { crt: file("real.crt"), key: file("other.key") },
      /secrets\.key is not the key of the certificate in secrets\.crt/,
    ],
    [
      "a certificate that expired",
      { crt: file("expired.crt"), key: file("real.key") },
      /secrets\.crt holds a certificate that expired on 2025/,
    ],
    [
      "its authority before it",
      { crt: file("upside-down.crt"), key: file("real.key") },
      /secrets\.key is the key of a later certificate in secrets\.crt, and TLS takes the first/,
    ],
    ["a locked key alone", { crt: file("real.crt"), key: file("locked.key") }, /secrets\.key is encrypted, and no passphrase/],
    [
      "a locked key with another passphrase",
      { crt: file("real.crt"), key: file("locked.key"), password: { $env: "CONNECTOR_SECRET_WRONG" } },
      /secrets\.key cannot be read with the passphrase in secrets\.password/,
    ],
  ])("%s", async (_name, secrets, warning) => {
    const args = { name: "Planned", type, config: { ...base, ...withPair }, secrets, dry_run: true };
    for (const { body } of [await server.call("create_connector", args), await create(type, args.config, secrets)]) {
      const said = (body.warnings ?? []).join("\n");
      if (warning === undefined) expect(said).not.toContain("requests will fail");
      else expect(said).toMatch(warning);
    }
  });

  test("a container that cannot be read", async () => {
    const { body } = await create(type, { ...base, ...withContainer }, { pfx: file("client.p12") });
    expect(body.warnings.join()).toContain("secrets.pfx is no PKCS #12 container that can be read: requests will fail.");
  });

  test.each<[string, Record<string, unknown>, string | undefined]>([
    ["one that fits", { pfx: file("good.p12"), password: { $env: "CONNECTOR_SECRET_PASSPHRASE" } }, undefined],
    ["one without a passphrase", { pfx: file("open.p12") }, undefined],
    ["no passphrase", { pfx: file("good.p12") }, "secrets.pfx is encrypted, and no passphrase goes with it (secrets.password"],
    [
      "another passphrase",
      { pfx: file("good.p12"), password: { $env: "CONNECTOR_SECRET_WRONG" } },
      "secrets.pfx cannot be read with the passphrase in secrets.password",
    ],
    ["no key in it", { pfx: file("no-key.p12"), password: { $env: "CONNECTOR_SECRET_PASSPHRASE" } }, "secrets.pfx holds no private key"],
    [
      "no certificate in it",
      { pfx: file("no-crt.p12"), password: { $env: "CONNECTOR_SECRET_PASSPHRASE" } },
      "secrets.pfx holds no certificate",
    ],
    [
      "a certificate that expired",
      { pfx: file("expired.p12"), password: { $env: "CONNECTOR_SECRET_PASSPHRASE" } },
      "secrets.pfx holds a certificate that expired on 2025-02-01",
    ],
  ])("a container with %s", async (_what, secrets, warning) => {
    const { body } = await create(type, { ...base, ...withContainer }, secrets);
    const said = (body.warnings ?? []).join("\n");
    if (warning === undefined) expect(said).not.toContain("requests will fail");
    else expect(said).toContain(warning);
  });

  test("an authority that expired, and no list of which one did", async () => {
    const said = async (ca: string) =>
      (await create(type, { ...base, hasAuth: false, authType: null, ca }, {})).body.warnings.filter((one: string) => /expired/.test(one));
    expect(await said(expired)).toEqual([expect.stringMatching(/config\.ca .*holds a certificate that expired on 2025-02-01/)]);
    expect(await said(`${files["authority.crt"]}${expired}`)).toEqual([]);
  });

  test.each([cut(real.crt), base64(cut(real.crt))])("an authority with a part missing", async (ca) => {
    const { body } = await create(type, { ...base, hasAuth: false, authType: null, ca }, {});
    expect(body.warnings.join()).toMatch(/config\.ca .*holds a certificate that cannot be read/);
  });
});

test("what a person types or picks on the page is encoded too, and an invalid value is reported beside its field", async () => {
  const page = await startServer({
    env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any", CONNECTORS_SECRET_DIR: folder },
  });
  try {
    const args = {
      id: "typed",
      name: "Typed",
      type: ".webhook",
      config: { url, ...withPair },
      secrets: { crt: { $ask: true }, key: { $ask: true } },
    };
    const { body } = await page.call("create_connector", args);
    const wrong = await approve(body.confirm.url, { "secrets.crt": "no certificate", "secrets.key": key });
    expect([wrong.status, wrong.html.includes("neither PEM nor")]).toEqual([422, true]);
    const right = await approve(body.confirm.url, { "secrets.crt": certificate, "secrets.key": new File([key], "client.key") });
    expect(right.status).toBe(200);
    expect((await page.call("create_connector", { ...args, confirm: body.confirm.id })).body.status).toBe("done");
    const sent = (await kibana.seen()).find(({ path }) => path.endsWith("/api/actions/connector/typed"));
    expect(JSON.parse(sent?.body ?? "{}").secrets).toEqual({ crt: base64(certificate.trimEnd()), key: base64(key.trimEnd()) });
  } finally {
    await page.close();
  }
});

test("a binary container from the page arrives byte by byte", async () => {
  const page = await startServer({ env: { KIBANA_URL: kibana.url, KIBANA_API_KEY: "any" } });
  try {
    const args = { id: "picked", name: "Picked", type: ".webhook", config: { url, ...withContainer }, secrets: { pfx: { $ask: true } } };
    const { body } = await page.call("create_connector", args);
    await approve(body.confirm.url, { "secrets.pfx": new File([container], "client.p12") });
    expect((await page.call("create_connector", { ...args, confirm: body.confirm.id })).body.status).toBe("done");
    const sent = (await kibana.seen()).find(({ path }) => path.endsWith("/api/actions/connector/picked"));
    expect(JSON.parse(sent?.body ?? "{}").secrets).toEqual({ pfx: base64(container) });
  } finally {
    await page.close();
  }
});

describe(".servicenow, which takes the key as text,", () => {
  const config = {
    apiUrl: "https://one.service-now.com",
    isOAuth: true,
    usesTableApi: false,
    clientId: "c",
    userIdentifierValue: "u",
    jwtKeyId: "k",
  };
  const rubbish = { $env: "CONNECTOR_SECRET_RUBBISH" };
  const given = (privateKey: unknown) => ({ clientSecret: rubbish, privateKey });

  test.each(["real.key", "escaped.key", "spaces.key", "json.key", "crlf.key", "utf16.key"])("gets PEM from %s", async (name) => {
    for (const type of [".servicenow", ".servicenow-sir", ".servicenow-itom"]) {
      const { usesTableApi: _not, ...forItom } = config;
      const { body, sent } = await create(type, type.endsWith("itom") ? forItom : config, given({ $file: name }));
      expect([type, body.status]).toEqual([type, "done"]);
      expect(createPrivateKey(sent.secrets.privateKey).export({ type: "pkcs8", format: "pem" })).toBe(
        createPrivateKey(real.key).export({ type: "pkcs8", format: "pem" }),
      );
    }
  });

  test.each(["rubbish.txt", "environ.txt", "client.p12", "real.crt"])("refuses %s", async (name) => {
    const { body, sent } = await create(".servicenow", config, given({ $file: name }));
    expect([body.error?.code, sent]).toEqual(["secret_refused", undefined]);
    expect(body.error.fix).not.toBe("");
  });

  test("keeps its key where a rotation gives a certificate in its place", async () => {
    const { id } = await create(".servicenow", config, given({ $file: "real.key" }));
    const { body } = await server.call("update_connector", { id, secrets: given({ $file: "real.crt" }) });
    expect([body.error?.code, body.error?.message]).toEqual([
      "secret_refused",
      expect.stringContaining("a certificate and no private key"),
    ]);
    expect((await kibana.seen()).filter(({ method, path }) => method === "PUT" && path.endsWith(id))).toEqual([]);
  });

  test.each<[string, object, RegExp | undefined]>([
    [
      "no passphrase",
      {},
      /secrets\.privateKey is encrypted, and no passphrase goes with it \(secrets\.privateKeyPassword\): requests will fail/,
    ],
    [
      "another passphrase",
      { privateKeyPassword: rubbish },
      /secrets\.privateKey cannot be read with the passphrase in secrets\.privateKeyPassword/,
    ],
    ["its passphrase", { privateKeyPassword: { $env: "CONNECTOR_SECRET_PASSPHRASE" } }, undefined],
  ])("is warned of a key that is encrypted, with %s, at a create and a rotation alike", async (_with, word, warning) => {
    for (const type of [".servicenow", ".servicenow-sir", ".servicenow-itom"]) {
      const { usesTableApi: _not, ...forItom } = config;
      const secrets = { ...given({ $file: "locked.key" }), ...word };
      const made = await create(type, type.endsWith("itom") ? forItom : config, secrets);
      const rotated = await server.call("update_connector", { id: made.id, secrets });
      for (const { body } of [made, rotated]) {
        expect([type, body.status]).toEqual([type, "done"]);
        if (warning) expect(body.warnings.join("\n")).toMatch(warning);
        else expect((body.warnings ?? []).join("\n")).not.toMatch(/passphrase|requests will fail/);
      }
    }
  });

  test("is warned of a key of which a part is missing, and of nothing with a whole one", async () => {
    expect((await create(".servicenow", config, given({ $file: "cut.key" }))).body.warnings.join()).toContain(
      "secrets.privateKey holds no private key that can be read: requests will fail",
    );
    expect((await create(".servicenow", config, given({ $file: "real.key" }))).body.warnings ?? []).not.toContainEqual(
      expect.stringContaining("requests will fail"),
    );
  });

  test("the same from a variable", async () => {
    const { sent } = await create(".servicenow", config, given({ $env: "CONNECTOR_SECRET_ESCAPED" }));
    expect(createPrivateKey(sent.secrets.privateKey).asymmetricKeyType).toBe("ec");
    const { body } = await create(".servicenow", config, given({ $env: "CONNECTOR_SECRET_RUBBISH" }));
    expect(body.error.code).toBe("secret_refused");
  });
});

describe(".gen-ai", () => {
  const model = { apiProvider: "Other", apiUrl: "https://llm.example.com/v1/chat/completions", defaultModel: "m" };

  test("its certificate, key and authority are encoded as well", async () => {
    const secrets = {
      certificateData: { $file: "client.crt" },
      privateKeyData: { $env: "CONNECTOR_SECRET_KEY" },
      caData: { $file: "client.crt" },
    };
    const { body, sent } = await create(".gen-ai", model, secrets);
    expect(body.status).toBe("done");
    expect(sent.secrets).toEqual({
      certificateData: base64(certificate),
      privateKeyData: base64(key.trimEnd()),
      caData: base64(certificate),
    });
  });

  test.each([
    ["a key of another form than PKCS 8", "CONNECTOR_SECRET_RSA", /PKCS 8/, /openssl pkcs8/],
    ["a certificate", "CONNECTOR_SECRET_CRT", /PKCS 8/, /openssl pkcs8/],
    ["a password", "CONNECTOR_SECRET_RUBBISH", /neither PEM/, /\$file/],
  ])("refuses %s in place of the key", async (_name, variable, message, fix) => {
    const { body, sent } = await create(".gen-ai", model, { certificateData: { $file: "client.crt" }, privateKeyData: { $env: variable } });
    expect([body.error?.code, sent]).toEqual(["secret_refused", undefined]);
    expect(body.error.message).toMatch(message);
    expect(body.error.fix).toMatch(fix);
  });
});

test("a token from a file stays text without its line end, and one that is not text is refused", async () => {
  const config = { webhookIntegrationUrl: "https://hooks.torq.io/v1/webhooks/1" };
  expect((await create(".torq", config, { token: { $file: "token" } })).sent.secrets).toEqual({ token: "token-of-the-service-1" });
  const { body, sent } = await create(".torq", config, { token: { $file: "client.p12" } });
  expect([body.error?.code, sent]).toEqual(["secret_refused", undefined]);
});

test("a rotation encodes as a create does", async () => {
  const { id } = await create(".webhook", { url, ...withContainer }, { pfx: { $file: "client.p12" } });
  const again = { id, secrets: { pfx: { $file: "client.b64" } }, assert_no_other_secrets: true };
  expect((await server.call("update_connector", again)).body.status).toBe("done");
  const sent = (await kibana.seen()).find(({ method, path }) => method === "PUT" && path.endsWith(id));
  expect(JSON.parse(sent?.body ?? "{}").secrets).toEqual({ pfx: base64(container) });
  const patched = await server.call("update_connector", {
    id,
    config: { ca: certificate },
    secrets: again.secrets,
    assert_no_other_secrets: true,
  });
  expect(patched.body.warnings.join()).toContain("config.ca is stored as the base64");
});

test("the sandbox decodes as Kibana does: a run with an invalid certificate fails, with a good one it does not", async () => {
  const { url: own, close } = await startBuiltSandbox(["--empty"]);
  onTestFinished(close);
  const post = async (path: string, body: unknown) => {
    const headers = { "content-type": "application/json", "kbn-xsrf": "true" };
    return (await fetch(`${own}/api/actions/connector/${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
  };
  const run = async (id: string, secrets: Record<string, string>) => {
    await post(id, { name: id, connector_type_id: ".webhook", config: { url, ...withPair }, secrets });
    return post(`${id}/_execute`, { params: { body: "{}" } });
  };
  expect(await run("raw-pem", { crt: certificate, key })).toMatchObject({ status: "error" });
  expect(await run("good-pem", { crt: base64(certificate), key: base64(key) })).toMatchObject({ status: "ok" });
});

test("the catalogue and the exports say which form is needed", async () => {
  const { body } = await server.call("describe_connector_types", { types: [".webhook"], parts: ["secrets"] });
  expect(JSON.stringify(body)).toMatch(/"crt".{0,40}base64/);
  const { id } = await create(".webhook", { url, ...withContainer }, { pfx: { $file: "client.p12" } });
  const said = { terraform: "filebase64", api: "base64 of the file", kibana_yml: "base64 of the file" };
  for (const [format, words] of Object.entries(said)) {
    const exported = await server.call("export_connectors", { format, ids: [id] });
    expect(JSON.stringify(exported.body), format).toContain(words);
  }
});

test("nothing that left the server contains a key in any form", async () => {
  const { body } = await server.call("list_changes", { limit: 100 });
  const out = JSON.stringify(body) + server.questions.join() + server.stderr();
  for (const form of [key, base64(key), base64(container), "TUlJRXByaXZhdGUta2V5LW9mLXRoZS1jbGllbnQ="]) expect(out).not.toContain(form);
});
