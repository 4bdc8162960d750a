import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { approve, look } from "../pages/form.ts";
import { type Started, startBuilt, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { filesIn, startHttpProcess } from "../support/http-process.ts";
import { listen } from "../support/server.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
beforeAll(async () => {
  sandbox = await startSandboxWith();
});
afterAll(() => sandbox.stop());

type Json = Record<string, unknown>;

/** A Kibana that says `words` in the name, the config, and the runs of connector `echo`, and in every refusal of a write. */
async function echoing(words: () => string, atEnd?: Parameters<typeof listen>[1]): Promise<string> {
  const twisted = (path: string, json: Json): Json => {
    if (path.endsWith("/_execute"))
      return { connector_id: "echo", status: "error", message: words(), service_message: words(), retry: false };
    return { ...json, name: `Echo ${words()}`, config: { note: words(), [words()]: 1, nested: { list: [words()] } } };
  };
  const withEcho = (path: string, all: Json[]) => [
    ...all,
    ...all.filter(({ id }) => id === "kibana-log").map((one) => ({ ...twisted(path, one), id: "echo" })),
  ];
  return listen(async (incoming, outgoing) => {
    const body = await text(incoming);
    const { method = "GET", url: path = "/" } = incoming;
    const about = path.includes("/connector/echo");
    if (method === "PUT" && about) {
      outgoing.writeHead(400, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ statusCode: 400, error: "Bad Request", message: `[request body]: refused ${words()}` }));
      return;
    }
    if (method === "DELETE" && about) {
      outgoing.writeHead(204).end();
      return;
    }
    const onward = path.replace("/connector/echo", "/connector/kibana-log");
    const { "content-length": _length, ...headers } = incoming.headers;
    const sent = request(
      sandbox.url + onward,
      { method, headers: body ? { ...headers, "content-length": Buffer.byteLength(body) } : headers },
      async (answer) => {
        const whole = await text(answer);
        const { "content-length": _old, "transfer-encoding": _other, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 500, rest);
        const listed = path.endsWith("/api/actions/connectors") && answer.statusCode === 200;
        if (listed) outgoing.end(JSON.stringify(withEcho(path, JSON.parse(whole))));
        else outgoing.end(about && answer.statusCode === 200 ? JSON.stringify({ ...twisted(path, JSON.parse(whole)), id: "echo" }) : whole);
      },
    );
    sent.end(body);
  }, atEnd);
}

async function serverOf(
  options: Parameters<typeof startServer>[0] & { kibana?: string } = {},
  start = startServer,
  atEnd: (end: () => Promise<void>) => unknown = onTestFinished,
) {
  const { kibana = sandbox.url, env, ...more } = options;
  const server = await start({
    ...more,
    env: {
      KIBANA_URL: kibana,
      ...(env?.KIBANA_PASSWORD ? {} : { KIBANA_API_KEY: "any" }),
      CONNECTORS_LITERAL_SECRETS: "warn",
      ...env,
    },
  });
  atEnd(server.close);
  return server;
}

/** One client of a server over HTTP. */
async function connect(url: string, token: string) {
  const client = new Client({ name: "test", version: "1" });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }) as never,
  );
  onTestFinished(() => client.close());
  return async (tool: string, args: Json = {}) => {
    const { content } = await client.callTool({ name: tool, arguments: args });
    return (content as { text: string }[])[0]?.text ?? "";
  };
}

let made = 0;
const webhook = (secrets: Json, more: Json = {}) => ({
  id: `intake-${made++}-of-tests`,
  name: `Intake ${made} of tests`,
  type: ".webhook",
  config: { url: "https://intake.example.net/kibana", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
  secrets,
  ...more,
});

describe("what an agent calls a secret removes no word from a question", () => {
  let plain: string[];
  beforeAll(async () => {
    const { call, questions } = await serverOf({ person: yes }, startServer, afterAll);
    await call(
      "create_connector",
      webhook({ user: "somebody", password: "x-other-0123456789" }, { id: "same-for-both", name: "Same for both" }),
    );
    await call("safe_delete_connector", { ids: ["same-for-both"] });
    plain = questions;
  });

  test.each([
    ["the host", "intake.example.net"],
    ["the address", "https://intake.example.net/kibana"],
    ["what cannot be undone", "It can be undone"],
    ["the verb", "create connector"],
    ["the type", ".webhook"],
    ["the arrow to the host", "→ intake.example.net"],
    ["the space", "in space default"],
    ["the name of the secret", "(plain text)"],
    ["a word in capitals of another form", "intake%2Eexample%2Enet"],
  ])("%s, given in the same call", async (_what, word) => {
    const server = await serverOf({ person: yes });
    await server.call("create_connector", webhook({ user: word, password: word }, { id: "same-for-both", name: "Same for both" }));
    await server.call("safe_delete_connector", { ids: ["same-for-both"] });
    expect(server.questions).toEqual(plain);
    expect(server.questions.join()).toContain("intake.example.net");
    expect(server.questions.join()).not.toContain("[redacted]");
  });

  test("nor from a later question or page, once it was written", async () => {
    const asking = await serverOf({ person: yes }, startBuilt);
    await asking.call("create_connector", { id: "victim-of-tests", name: "Victim of tests", type: ".server-log" });
    const words = ["Victim of tests", "It can be undone", "victim-of-tests", ".server-log", "delete connector", "in space default"];
    for (const word of words)
      expect((await asking.call("create_connector", webhook({ user: word, password: word }))).body.status).toBe("done");
    await asking.call("safe_delete_connector", { ids: ["victim-of-tests"] });
    expect(asking.questions.at(-1)).toContain("victim-of-tests");
    expect(asking.questions.at(-1)).not.toContain("[redacted]");

    const paged = await serverOf();
    const args = webhook({ user: "It can be undone", password: "intake.example.net" });
    const { body } = await paged.call("create_connector", args);
    const { html } = await look(body.confirm.url);
    expect(html).toContain("intake.example.net");
    expect(html).not.toContain("[redacted]");
  });

  test("nor from the journal, which an undo is made from", async () => {
    const server = await serverOf({ person: yes });
    const args = webhook({ user: "put_rule", password: "https://intake.example.net/kibana" });
    await server.call("create_connector", args);
    const gone = await server.call("safe_delete_connector", { ids: [args.id] });
    expect(gone.body.status).toBe("done");
    expect(filesIn(join(server.home, "state/kibana-connectors-mcp/journal"))).not.toContain("[redacted]");
  });

  test("a secret of the operator in a name is hidden even in a question, but no host and no id", async () => {
    const server = await serverOf({
      kibana: await echoing(() => "canary-in-a-name-012345"),
      env: { CONNECTOR_SECRET_A: "canary-in-a-name-012345", CONNECTOR_SECRET_B: "intake.example.net" },
      person: yes,
    });
    const gone = await server.call("safe_delete_connector", { ids: ["echo"] });
    expect(gone.body).toMatchObject({ status: expect.stringMatching(/done|unknown/) });
    expect(server.questions[0]).toContain('"Echo [redacted]"');
    expect(server.questions[0]).not.toContain("canary");
    const args = webhook({ user: "somebody", password: { $env: "CONNECTOR_SECRET_A" } });
    await server.call("create_connector", args);
    expect(server.questions.at(-1)).toContain("→ intake.example.net");
  });

  test("nor the host that a connector no longer sends to", async () => {
    const server = await serverOf({ env: { CONNECTOR_SECRET_B: "intake.example.net" }, person: yes });
    const args = webhook({}, { config: { url: "https://intake.example.net/kibana", method: "post", hasAuth: false } });
    await server.call("create_connector", args);
    await server.call("update_connector", { id: args.id, config: { url: "https://other.example.net/" } });
    expect(server.questions.at(-1)).toContain("no longer to intake.example.net");
  });
});

describe("what one holder of a token calls a secret", () => {
  const literals = [
    "connector",
    "connectors",
    "ops-slack-2",
    "undo_change",
    "_connector",
    "disk-almost-full",
    "warnings",
    "127.0.0.1",
    "confirmation_needed",
    "connector_not_found",
    // Ids and cursors of changes begin with it.
    new Date().toISOString().slice(0, 10),
  ];
  const tokenOf = (name: string) => `token-of-${name}-0123456789`;
  let served: Awaited<ReturnType<typeof startHttpProcess>>;
  const ends: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(ends.map((end) => end())));
  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "kcm-tokens-"));
    const file = join(folder, "tokens.json");
    const names = ["ann", "bob", ...literals.map((_literal, at) => `holder${at}`)];
    writeFileSync(file, JSON.stringify({ principals: names.map((name) => ({ name, token: tokenOf(name) })) }), { mode: 0o600 });
    served = await startHttpProcess(
      ["--http", "127.0.0.1:0", "--max-changes-per-hour", "100"],
      { MCP_AUTH_TOKEN_FILE: file, CONNECTORS_LITERAL_SECRETS: "warn", CONNECTORS_TARGET_HOSTS: "*" },
      sandbox.url,
      (end) => ends.push(end),
    );
  });
  const as = (name: string) => connect(served.url, tokenOf(name));
  /** Words that everybody's list has: a connector's name, and its id, which calls need. */
  const [word, id] = ["Ops Slack", "ops-slack-2"];

  test("is hidden from that holder once it was written, in every session, but never from another", async () => {
    const [ann, bob] = [await as("ann"), await as("bob")];
    expect(await ann("list_connectors", { limit: 100 })).toContain(word);
    const tried = await ann("create_connector", { ...webhook({ user: word, password: word }), dry_run: true });
    expect(tried).toContain("planned");
    expect(await ann("list_connectors", { limit: 100 })).toContain(word);
    expect(await bob("list_connectors", { limit: 100 })).toContain(word);
    expect(await ann("create_connector", webhook({ user: word, password: word }))).toContain('"done"');
    expect(await ann("list_connectors", { limit: 100 })).not.toContain(word);
    expect(await (await as("ann"))("list_connectors", { limit: 100 })).not.toContain(word);
    expect(await bob("list_connectors", { limit: 100 })).toContain(word);
    expect(await bob("list_changes", { limit: 5 })).toContain("create_connector");
    expect(await ann("list_connectors", { limit: 100 })).toContain(id);
    expect(served.stderr()).not.toContain("[redacted]");
  });

  test.each(literals.map((literal, at) => [literal, `holder${at}`] as const))(
    "removes no key, id, tool or status from that holder's later answers: %s",
    async (literal, holder) => {
      const [hers, his] = [await as(holder), await as("bob")];
      expect(await hers("create_connector", webhook({ user: literal, password: literal }))).toContain('"done"');
      const asked: [string, Json][] = [
        ["list_connectors", { limit: 100 }],
        ["get_connector", { id: "ops-slack-2", include: ["rules"] }],
        ["get_connector", { id: "nowhere" }],
        ["attach_connector", { connector: "ops-slack-2", rules: ["disk-almost-full"], dry_run: true }],
        ["list_changes", { limit: 5 }],
        ["list_changes", { limit: 1 }],
        ["map_notifications", { limit: 1 }],
        ["audit_connectors", { limit: 1 }],
      ];
      for (const [tool, args] of asked) {
        const [one, other] = [JSON.parse(await hers(tool, args)), JSON.parse(await his(tool, args))];
        expect(followed(one), `${tool} of a holder who wrote ${literal}`).toEqual(followed(other));
      }
    },
  );
});

/** What agents act on in an answer: all keys, and the values of those that name things. */
function followed(answer: unknown): string[] {
  if (Array.isArray(answer)) return answer.flatMap(followed);
  if (answer === null || typeof answer !== "object") return [];
  return Object.entries(answer).flatMap(([key, value]) => [
    key,
    ...(typeof value === "string" && /^(id|tool|status|code|change|type|space|deployment|cursor)$/.test(key) ? [value] : []),
    ...followed(value),
  ]);
}

/** Every character except letters and digits is awkward somewhere. */
const secret = `pa55/w&rd<"it's">+%41=ä🎉\\n ~zq9x7c5v3b1n`;

describe("a known secret is hidden in every form in which Kibana or a service may repeat it", () => {
  const units = (write: (code: number) => string) =>
    Array.from({ length: secret.length }, (_none, at) => write(secret.charCodeAt(at))).join("");
  const points = (write: (point: number) => string) => [...secret].map((one) => write(one.codePointAt(0) ?? 0)).join("");
  const bytes = (write: (byte: number) => string, from = secret) => [...Buffer.from(from)].map(write).join("");
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");
  const named: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "/": "&sol;", ä: "&auml;" };
  const escaped = JSON.stringify(secret).slice(1, -1);
  const every = [
    (c: string) => c,
    (c: string) => `\\u${hex(c.charCodeAt(0), 4)}`,
    (c: string) => `%${hex(c.charCodeAt(0), 2)}`,
    (c: string) => `%25${hex(c.charCodeAt(0), 2)}`,
    (c: string) => `&#${c.charCodeAt(0)};`,
    (c: string) => `&#x${hex(c.charCodeAt(0), 5)};`,
  ];
  const listed = JSON.stringify([...Buffer.from(secret)]);
  const forms: Record<string, string> = {
    "as it is": secret,
    "in JSON": escaped,
    "in JSON with escaped slashes": escaped.replaceAll("/", "\\/"),
    "in JSON for HTML": escaped.replace(/[&<>'+]/g, (one) => `\\u${hex(one.charCodeAt(0), 4)}`),
    "in JSON in JSON in JSON": JSON.stringify(JSON.stringify(JSON.stringify(secret))),
    "in JSON, all escaped": units((code) => `\\u${hex(code, 4)}`),
    "in JSON, all escaped, in capitals": units((code) => `\\u${hex(code, 4).toUpperCase()}`),
    "in HTML by names": [...secret].map((one) => named[one] ?? one).join(""),
    "in HTML by names, twice": [...secret].map((one) => (named[one] ?? one).replaceAll("&", "&amp;")).join(""),
    "in HTML by numbers": points((point) => `&#${point};`),
    "in HTML by numbers with zeros": points((point) => `&#000${point};`),
    "in HTML by hexadecimal numbers": points((point) => `&#x${point.toString(16)};`),
    "in HTML by hexadecimal numbers in capitals": points((point) => `&#X0${point.toString(16).toUpperCase()};`),
    "in a URL": encodeURIComponent(secret),
    "in a URL in small letters": encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    "in a URL, each byte": bytes((byte) => `%${hex(byte, 2)}`),
    "in a URL in a URL": encodeURIComponent(encodeURIComponent(secret)),
    "in a URL in a URL in small letters": encodeURIComponent(encodeURIComponent(secret)).toLowerCase().replaceAll("pa55", "pa55"),
    "in a form": new URLSearchParams({ v: secret }).toString(),
    "in a form in JSON for HTML": new URLSearchParams({ v: secret }).toString().replaceAll("%", "\\u0025"),
    "in a URL in HTML": encodeURIComponent(secret).replaceAll("%", "&#37;"),
    "each character in another way":
      [..."pa55/w&rd<"].map((one, n) => every[n % every.length]?.(one)).join("") + encodeURIComponent(secret.slice(10)),
    "in base64": Buffer.from(secret).toString("base64"),
    "in base64 after one byte": Buffer.from(`:${secret}:`).toString("base64"),
    "in base64 after two bytes": Buffer.from(`a:${secret}`).toString("base64"),
    "in base64url": Buffer.from(`user:${secret}`).toString("base64url"),
    "in base64 in lines": Buffer.from(`user:${secret}`).toString("base64").replace(/.{20}/g, "$&\r\n"),
    "in base64 in JSON with escaped slashes": Buffer.from(`??>${secret}`).toString("base64").replaceAll("/", "\\/"),
    "in base64 of JSON": Buffer.from(JSON.stringify({ p: secret })).toString("base64"),
    "in base64 of JSON with escaped slashes": Buffer.from(JSON.stringify({ p: secret }).replaceAll("/", "\\/")).toString("base64"),
    "in base64 in base64": Buffer.from(Buffer.from(secret).toString("base64")).toString("base64"),
    "in base64url in base64, after two bytes": Buffer.from(`a:${Buffer.from(`b${secret}`).toString("base64url")}`).toString("base64"),
    "in base64 of a URL in small letters": Buffer.from(
      encodeURIComponent(secret).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    ).toString("base64"),
    "in base64 of HTML": Buffer.from([...secret].map((one) => named[one] ?? one).join("")).toString("base64"),
    "in base64 in base64 in a URL": encodeURIComponent(Buffer.from(Buffer.from(secret).toString("base64")).toString("base64")),
    "in hexadecimal": Buffer.from(secret).toString("hex"),
    "in hexadecimal with blanks, as Node prints a buffer": `<Buffer${bytes((byte) => ` ${hex(byte, 2)}`)}>`,
    "as a buffer in JSON": listed,
    "as a buffer in JSON in JSON, in lines": JSON.stringify(JSON.stringify([...Buffer.from(secret)], null, 2)),
    "as an array of bytes in JSON": JSON.stringify(new Uint8Array(Buffer.from(secret))),
    "as bytes with blanks, as Go prints them": `[${[...Buffer.from(secret)].join(" ")}]`,
    "as signed bytes, as Java prints them": `[${[...new Int8Array(Buffer.from(secret))].join(", ")}]`,
    "as hexadecimal bytes of code": `{ ${bytes((byte) => `0x${hex(byte, 2)}, `)}}`,
    "as bytes in base64": Buffer.from(listed).toString("base64"),
    "base64 as bytes": JSON.stringify([...Buffer.from(Buffer.from(secret).toString("base64"))]),
    "as a list of its characters": JSON.stringify([...secret]),
    "as a list of its characters in JSON in JSON, in lines": JSON.stringify(JSON.stringify([...secret], null, 2)),
    "spread into an object": JSON.stringify({ headers: { ...[...secret] } }),
    "with commas between its characters": `token: ${[...secret].join(",")}`,
    "with commas and blanks, as Java prints them": `k=[${[...secret].join(", ")}]`,
    "with commas, right after a name": `/?t=${[...secret].join(",")}&z=1`,
    "with commas, in base64": Buffer.from([...secret].join(",")).toString("base64"),
    "with commas and blanks, in base64 of a sentence": Buffer.from(`v: (${[...secret].join(", ")}).`).toString("base64"),
    "in Python's escapes of eight digits": points((point) => `\\U${hex(point, 8)}`),
    "in Python's escapes in JSON, in capitals": points((point) => `\\\\U${hex(point, 8).toUpperCase()}`),
  };

  let said = "";
  let server: Started;
  beforeAll(async () => {
    const kibana = await echoing(() => `said ${said} there`, afterAll);
    const env = { CONNECTOR_SECRET_X: secret, CONNECTORS_MAX_CHANGES_PER_HOUR: "500" };
    server = await serverOf({ kibana, env, person: yes }, startBuilt, afterAll);
  });

  test.each(Object.entries(forms))("%s", async (_form, written) => {
    said = written;
    server.questions.length = 0;
    const answers = [
      await server.call("get_connector", { id: "echo" }),
      await server.call("execute_connector", { id: "echo", params: { message: "x" } }),
      await server.call("update_connector", { id: "echo", name: "Other" }),
      await server.call("safe_delete_connector", { ids: ["echo"], dry_run: true }),
    ];
    const all = JSON.stringify([answers.map(({ raw }) => raw), server.questions, server.stderr()]);
    expect(all).toContain("[redacted]");
    // What is left of it in any form would have one of its parts, as it is or encoded.
    const plain = written.replace(/[\r\n]/g, "");
    for (const part of [plain.slice(4, 20), plain.slice(-18, -4)])
      for (const shown of [part, JSON.stringify(part).slice(1, -1), JSON.stringify(JSON.stringify(part)).slice(3, -3)])
        expect(all).not.toContain(shown);
  });

  test("also in the completions that a client is offered", async () => {
    const listing = await serverOf({ env: { CONNECTOR_SECRET_X: "Ops notifications", CONNECTOR_SECRET_Y: "ops-slack-2" } });
    const { completion } = await listing.client.complete({
      ref: { type: "ref/resource", uri: "kibana://{space}/connectors/{id}" },
      argument: { name: "id", value: "ops" },
      context: { arguments: { space: "default" } },
    });
    expect(completion.values.length).toBeGreaterThan(0);
    expect(completion.values).not.toContain("ops-slack-2");
  });
});

describe("what the server was started with is known before anything is asked", () => {
  async function secretDir(files: Record<string, string | Buffer>, atEnd?: Parameters<typeof freshFolder>[0]) {
    const folder = join(await freshFolder(atEnd), "secrets");
    mkdirSync(folder, { mode: 0o700 });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content, { mode: 0o600 });
    return folder;
  }

  test("the values of all files of the secrets folder, including those that no reference may name", async () => {
    const folder = await secretDir({
      token: "file-canary-0123456789\n",
      "not a name": "odd-canary-0123456789",
      open: "open-canary-0123456789",
    });
    chmodSync(join(folder, "open"), 0o644);
    const elsewhere = await secretDir({ real: "link-canary-0123456789" });
    symlinkSync(join(elsewhere, "real"), join(folder, "link"));
    const all = ["file-canary-0123456789", "odd-canary-0123456789", "open-canary-0123456789", "link-canary-0123456789"];
    const server = await serverOf({ kibana: await echoing(() => all.join(" and ")), env: { CONNECTORS_SECRET_DIR: folder } }, startBuilt);
    const { raw } = await server.call("get_connector", { id: "echo" });
    expect(JSON.stringify(raw)).not.toContain("canary");
  });

  // Two lengths, of which neither begins as the other does.
  const files = [300, 5000].map((length) => Buffer.from(Array.from({ length }, (_none, n) => ((n + length) * 7919 + (n >> 8)) % 256)));
  const hook = "https://chat.example.com/hooks/aaaa1111-bbbb/In/zzzz2222/cccc?sig=q1w2e3r4t5y6&room=operations";
  let said = "";
  let server: Started;
  beforeAll(async () => {
    const folder = await secretDir(Object.fromEntries(files.map((bytes, n) => [`client${n}.p12`, bytes])), afterAll);
    const env = { CONNECTORS_SECRET_DIR: folder, CONNECTOR_SECRET_HOOK: hook };
    server = await serverOf({ kibana: await echoing(() => said, afterAll), env }, startServer, afterAll);
  });

  test.each<[string, (bytes: Buffer) => string]>([
    ["base64", (bytes) => bytes.toString("base64")],
    ["base64url", (bytes) => bytes.toString("base64url")],
    ["base64 after a byte", (bytes) => Buffer.concat([Buffer.from("a"), bytes]).toString("base64")],
    ["base64url after two bytes", (bytes) => Buffer.concat([Buffer.from("ab"), bytes]).toString("base64url")],
    ["base64 in base64", (bytes) => Buffer.from(bytes.toString("base64")).toString("base64")],
    ["hexadecimal", (bytes) => bytes.toString("hex")],
    [
      "hexadecimal in capitals, in pairs",
      (bytes) =>
        bytes
          .toString("hex")
          .toUpperCase()
          .replace(/..(?=.)/g, "$&:"),
    ],
  ])("a file of bytes, as %s of them, short or long", async (_how, written) => {
    for (const bytes of files) {
      said = written(bytes);
      const { raw } = await server.call("get_connector", { id: "echo" });
      expect(JSON.stringify(raw)).toContain("[redacted]");
      expect(JSON.stringify(raw)).not.toContain(written(bytes).slice(20, 60));
    }
  });

  test.each([
    ["its path alone", "Cannot POST /hooks/aaaa1111-bbbb/In/zzzz2222/cccc?sig=q1w2e3r4t5y6&room=operations"],
    ["without its scheme", hook.replace("https://", "")],
    ["with its port", hook.replace(".com/", ".com:443/")],
    ["with its host in capitals", hook.replace("chat.example.com", "CHAT.example.com")],
    ["the value of its parameter", "no such signature: q1w2e3r4t5y6"],
    ["its path without the first slash", "POST hooks/aaaa1111-bbbb/In/zzzz2222/cccc?sig=q1w2e3r4t5y6&room=operations"],
  ])("an address, %s", async (_how, written) => {
    said = written;
    const all = JSON.stringify((await server.call("get_connector", { id: "echo" })).raw);
    expect(all).toContain("[redacted]");
    for (const part of ["aaaa1111", "zzzz2222", "q1w2e3r4t5y6"]) expect(all).not.toContain(part);
  });

  test("an address: its host, and a path of words, are no secrets of their own", async () => {
    for (const [secret, said] of [
      ["https://chat.example.com/incoming/webhook", "chat.example.com/incoming/webhook of operations"],
      ["https://u:pw12345678@jira.example.net/rest/api/2", "https://other.example.com/rest/api/2/issue"],
    ] as const) {
      const server = await serverOf({ kibana: await echoing(() => said), env: { CONNECTOR_SECRET_HOOK: secret } });
      expect(JSON.stringify((await server.call("get_connector", { id: "echo" })).raw)).toContain(said);
    }
  });

  test("a file that was added later, once it was referred to", async () => {
    const folder = await secretDir({});
    const server = await serverOf({ kibana: await echoing(() => "late-canary-0123456789"), env: { CONNECTORS_SECRET_DIR: folder } });
    writeFileSync(join(folder, "late"), "late-canary-0123456789", { mode: 0o600 });
    await server.call("create_connector", { ...webhook({ user: "somebody", password: { $file: "late" } }), dry_run: true });
    expect(JSON.stringify((await server.call("get_connector", { id: "echo" })).raw)).not.toContain("canary");
  });

  test("a file that was exchanged after the start, before anything was asked", async () => {
    const folder = await secretDir({ token: "early-canary-0123456789" });
    const server = await serverOf({ kibana: await echoing(() => "early-canary-0123456789"), env: { CONNECTORS_SECRET_DIR: folder } });
    writeFileSync(join(folder, "token"), "another-value-0123456789", { mode: 0o600 });
    expect(JSON.stringify((await server.call("get_connector", { id: "echo" })).raw)).not.toContain("canary");
  });

  test("the server's own key, decoded too", async () => {
    const [id, key] = ["VuaCfGcBCdbkQm-e5aOx", "ui2lp2axTNmsyakw9tvNnw"];
    for (const given of [Buffer.from(`${id}:${key}`).toString("base64"), `${id}:${key}`]) {
      const kibana = await echoing(() => `${id}:${key} and ${key} alone`);
      const server = await serverOf({ kibana, env: { KIBANA_API_KEY: given } }, startBuilt);
      const { raw } = await server.call("get_connector", { id: "echo" });
      expect(JSON.stringify(raw)).toContain("[redacted]");
      expect(JSON.stringify(raw)).not.toContain(key.slice(2));
    }
  });

  test.each([
    ["password", { KIBANA_USERNAME: "elastic", KIBANA_PASSWORD: "own-canary-0123456789" }],
    ["key for confirmations", { CONNECTORS_CONFIRM_KEY: "own-canary-0123456789-0123456789-0123456789" }],
  ])("its %s", async (_what, env) => {
    const value = Object.values(env).at(-1) ?? "";
    const server = await serverOf({ kibana: await echoing(() => `${value} ${Buffer.from(`elastic:${value}`).toString("base64")}`), env });
    const { raw } = await server.call("get_connector", { id: "echo" });
    expect(JSON.stringify(raw)).toContain("[redacted]");
    expect(JSON.stringify(raw)).not.toContain("canary");
  });
});

describe("a known secret is hidden as other programs write it", () => {
  const long = `https://chat.example.com/hooks/${"0123456789abcdef-".repeat(6)}?sig=ZYXWVUTS`;
  const latin = (value: string) => Buffer.from(value).toString("latin1");
  const windows = (value: string) => latin(value).replaceAll("\x9c", "œ").replaceAll("\x9f", "Ÿ").replaceAll("\x89", "‰");
  const softly = (value: string, end: string) => value.replace(/.{75}(?=.)/g, `$&=${end}`);
  const [umlauts, plain] = ["ÜberGeheimÜß-É2026", "Zq7RkWm2Xv9TbNc4Ls8D"];
  let said = "";
  let server: Started;
  beforeAll(async () => {
    const env = { CONNECTOR_SECRET_X: long, CONNECTOR_SECRET_Y: umlauts, CONNECTOR_SECRET_Z: plain };
    server = await serverOf({ kibana: await echoing(() => `said ${said} there`, afterAll), env }, startServer, afterAll);
  });

  test.each<[string, string]>([
    ["quoted-printable in lines", softly(long.replaceAll("=", "=3D"), "\r\n")],
    ["quoted-printable in lines that became blanks", softly(long.replaceAll("=", "=3D"), " ")],
    ["lines with a mark at their end, and no other escape", softly(long, "\n")],
    ["UTF-8 that was read as Windows' characters", windows(umlauts)],
    ["UTF-8 that was read as Latin-1", latin(umlauts)],
    ["the same without control characters", latin(umlauts).replace(/[\x80-\x9f]/g, " ")],
    ["octal escapes with as few digits as possible", "Zq\\67RkWm\\62Xv\\71TbNc\\64Ls\\70D"],
  ])("%s", async (_how, written) => {
    said = written;
    const { raw } = await server.call("execute_connector", { id: "echo", params: { message: "x" }, dry_run: true });
    const all = JSON.stringify([raw, (await server.call("get_connector", { id: "echo" })).raw]);
    expect(all).toContain("said [redacted] there");
    for (const part of ["89abcdef-", "ZYXWVUTS", "berGeheim", "RkWm"]) expect(all).not.toContain(part);
  });
});

describe("what only resembles a known secret", () => {
  test("takes no host out of a question, nor the words before it", async () => {
    const server = await serverOf({
      env: { CONNECTOR_SECRET_USER: "ops@acme.example.com", CONNECTOR_SECRET_PW: "pw-of-tests-1" },
      person: yes,
    });
    const config = { service: "other", port: 465, secure: true, from: "a@example.com", hasAuth: true };
    const secrets = { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_PW" } };
    const id = `mail-${made++}`;
    await server.call("create_connector", { id, name: id, type: ".email", config: { ...config, host: "acme.example.com" }, secrets });
    expect(server.questions.at(-1)).toContain("Secret: CONNECTOR_SECRET_USER → acme.example.com\n");
    await server.call("update_connector", { id, config: { host: "acme.example.com.evil.net" }, secrets });
    expect(server.questions.at(-1)).toContain("go to acme.example.com.evil.net, no longer to acme.example.com.");
  });

  test("tells nobody that it does: the value without its first characters is no part of it, after an escape or anything else", async () => {
    const server = await serverOf({ env: { CONNECTOR_SECRET_X: "x9K2vQ-payments-prod" } });
    for (let missing = 1; missing <= 6; missing++)
      for (const before of ["a ", "a + ", "a \\", "a %2", "a &#3", "a = ", "a\u00a0"]) {
        const id = before + "x9K2vQ-payments-prod".slice(missing);
        expect(JSON.stringify((await server.call("get_connector", { id })).raw)).not.toContain("redacted");
      }
  });
});

describe("a connector that has a known value in it", () => {
  const [address, word] = ["alerts@corp.example", "x9k2vq-pay-77"];
  const env = { CONNECTOR_SECRET_USER: address, CONNECTOR_SECRET_DB: word };
  const id = "mail-of-tests";
  beforeAll(async () => {
    const config = { service: "other", host: "smtp.corp.example", port: 465, secure: true, from: address, hasAuth: false };
    const answer = await fetch(`${sandbox.url}/api/actions/connector/${id}`, {
      method: "POST",
      headers: { "kbn-xsrf": "1", "content-type": "application/json" },
      body: JSON.stringify({ name: `DB ${word}`, connector_type_id: ".email", config, secrets: {} }),
    });
    expect(answer.status).toBe(200);
  });

  test.each(["terraform", "kibana_yml", "api"])("is exported as %s with a placeholder, and what is hidden is named", async (format) => {
    const server = await serverOf({ env });
    const { body } = await server.call("export_connectors", { format, ids: [id] });
    const text = JSON.stringify(body.files);
    expect(text).toMatch(/MAIL_OF_TESTS\w*FROM|mail_of_tests\w*from/);
    expect(text).not.toMatch(/from[^,]{0,20}\[redacted\]/);
    expect(body.warnings.join()).toContain("config.from of");
    expect(body.warnings.join()).toContain("put the real one there");
    expect(JSON.stringify(body)).not.toContain(address);
  });

  test("is given no name with the mark in it", async () => {
    const server = await serverOf({ env, person: yes });
    for (const [tool, args] of [
      ["update_connector", { id, name: "Payments: DB [redacted]" }],
      ["create_connector", { name: "Copy of DB [redacted]", type: ".server-log" }],
    ] as const)
      expect((await server.call(tool, args)).body.error).toMatchObject({ code: "secret_refused" });
    expect(server.questions).toEqual([]);
  });

  test("is not found by the beginning of it, in lists, suggestions or completions", async () => {
    const server = await serverOf({ env });
    const found = async (text: string) => JSON.stringify((await server.call("list_connectors", { text })).body).includes(id);
    expect([await found("x9k2"), await found("x9z2"), await found("DB ")]).toEqual([false, false, true]);
    expect(JSON.stringify((await server.call("get_connector", { id: "DB x9k2vq-pay-7" })).body)).not.toContain(id);
    const completed = await server.client.complete({
      ref: { type: "ref/resource", uri: "kibana://{space}/connectors/{id}" },
      argument: { name: "id", value: "DB x9k2" },
      context: { arguments: { space: "default" } },
    });
    expect(completed.completion.values).toEqual([]);
  });
});

describe("a secret cannot be guessed", () => {
  const known = "sk_live_51HqLyjWDarjtT1zdp7dc";

  test("whose beginning an agent tries letter by letter, with the mark of a cut after it", async () => {
    const server = await serverOf({ env: { CONNECTOR_SECRET_X: known } });
    const shown = async (guess: string) =>
      JSON.stringify((await server.call("create_connector", { name: `${guess}…`, type: ".server-log", dry_run: true })).body);
    expect(await shown(known.slice(0, 14))).toContain(known.slice(0, 14));
  });

  test("nor through a name that is long enough to be cut", async () => {
    const server = await serverOf({ env: { CONNECTOR_SECRET_X: known } });
    for (let padding = 50; padding < 75; padding += 1) {
      const name = `${"p".repeat(padding)} ${known.slice(0, 20)}!${"q".repeat(100)}`;
      const { raw } = await server.call("create_connector", { name, type: ".server-log", dry_run: true });
      expect(JSON.stringify(raw)).not.toContain("[redacted]");
    }
  });

  test("but cut in the middle it is hidden, wherever the cut is", async () => {
    let padding = 0;
    const kibana = await echoing(() => `${"p".repeat(padding)} ${known} ${"q".repeat(3000)}`);
    const server = await serverOf({ kibana, env: { CONNECTOR_SECRET_X: known }, person: yes });
    for (padding of [40, 55, 60, 65, 70, 75, 1975, 1990]) {
      const answers = [
        await server.call("get_connector", { id: "echo" }),
        await server.call("execute_connector", { id: "echo", params: { message: "x" } }),
        await server.call("safe_delete_connector", { ids: ["echo"] }),
        await server.call("update_connector", { id: "echo", name: "Other" }),
      ];
      const all = JSON.stringify([answers.map(({ raw }) => raw), server.questions, server.stderr()]);
      expect(all).not.toContain(known.slice(0, 9));
    }
  });
});

test("what a person typed on a page is hidden in that call's answer, later, and in files", async () => {
  const typed = "typed-canary-0123456789";
  let said = "nothing yet";
  const server = await serverOf({ kibana: await echoing(() => said) });
  const args = webhook({ user: "somebody", password: { $ask: true } });
  const first = await server.call("create_connector", args);
  said = typed;
  await approve(first.body.confirm.url, { "secrets.password": typed });
  const second = await server.call("create_connector", { ...args, confirm: first.body.confirm.id });
  expect(second.body.status).toBe("done");
  const later = await server.call("get_connector", { id: "echo" });
  expect(JSON.stringify(later.raw)).toContain("[redacted]");
  expect(
    JSON.stringify([second.raw, later.raw, server.stderr()]) + filesIn(join(server.home, "state/kibana-connectors-mcp/journal")),
  ).not.toContain("canary");
});

describe("no text blocks the process", () => {
  let said = "";
  let server: Started;
  beforeAll(async () => {
    server = await serverOf({ kibana: await echoing(() => said, afterAll) }, startBuilt, afterAll);
  });

  test.each([
    ["slashes", "https://a.example/".padEnd(60_000, "/")],
    ["slashes and a letter", `${"https://a.example/".padEnd(60_000, "/")}x`],
    ["the beginning of a token", "eyJ-".repeat(15_000)],
    ["the names of parameters", "?".repeat(60_000)],
    ["schemes", "a.".repeat(30_000)],
  ])("60,000 characters of %s are read in time", async (_what, written) => {
    said = written;
    const began = performance.now();
    await server.call("get_connector", { id: "echo" });
    await server.call("create_connector", { ...webhook({}, { config: { url: written, hasAuth: false } }), dry_run: true });
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test("a glob with many stars, and templates of braces and spaces", async () => {
    const server = await serverOf({ env: { CONNECTORS_PROTECT: "*a*a*a*a*a*a*a*b", CONNECTORS_TARGET_HOSTS: "*.*.*.*.*.*.example" } });
    const began = performance.now();
    await server.call("create_connector", { name: "a".repeat(900), type: ".server-log", dry_run: true });
    await server.call("create_connector", {
      ...webhook({}, { config: { url: `https://${"a".repeat(200)}.example/`, hasAuth: false } }),
      dry_run: true,
    });
    for (const body of [`{{${" ".repeat(60_000)}`, "{{".repeat(30_000), "{{#a}}".repeat(15_000), `{{=| |=}}${"|a".repeat(30_000)}`])
      await server.call("attach_connector", {
        connector: "ops-slack-2",
        rules: ["Checkout errors"],
        params: { message: body },
        dedup_key: body,
        dry_run: true,
      });
    expect(performance.now() - began).toBeLessThan(6000);
  });

  test("a text that is longer than anything a connector takes is refused", async () => {
    const server = await serverOf();
    const { body, failed } = await server.call("create_connector", { name: "x".repeat(300_000), type: ".server-log" });
    expect([failed, body.error.code]).toEqual([true, "invalid_arguments"]);
    expect(body.error.message.length).toBeLessThan(300);
  });
});
