import { spawnSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { freshFolder } from "../support/folder.ts";
import { product } from "../support/product.ts";
import { hashOf, nothingWritten, stored } from "./changes.ts";

type Args = Record<string, unknown>;

const everywhere = { targetHosts: ["*"] };
const pagerduty = (routingKey: unknown, config: Args = {}): Args => ({
  name: "On-call",
  type: ".pagerduty",
  config,
  secrets: { routingKey },
});

describe("a file of the secrets folder", () => {
  async function folder() {
    const dir = join(await freshFolder(), "secrets");
    await mkdir(dir);
    await mkdir(join(dir, "sub"));
    const put = (name: string, text: string, mode = 0o600) => writeFile(join(dir, name), text, { mode });
    await put("key", "canary-in-file-1\n");
    await put("open", "canary-in-file-2", 0o644);
    await put(".hidden", "canary-in-file-3");
    await put("sub/inner", "canary-in-file-4");
    await put("large", "canary".repeat(20_000));
    await put("empty", "\n");
    await writeFile(join(dir, "..", "outside"), "canary-in-file-5", { mode: 0o600 });
    await symlink(join(dir, "key"), join(dir, "link"));
    await symlink("../outside", join(dir, "link-out"));
    expect(spawnSync("/usr/bin/env", ["mkfifo", "-m", "600", join(dir, "fifo")]).status).toBe(0);
    return dir;
  }

  test.each<[string, string, string | RegExp]>([
    ["up and out", "../outside", "no path"],
    ["down", "sub/inner", "no path"],
    ["up and back in", "sub/../key", "no path"],
    ["an absolute path", "/etc/hostname", "no path"],
    ["a Windows path", "sub\\inner", "no path"],
    ["a name with a NUL", "key\0.txt", "no path"],
    ["nothing", "", "no path"],
    ["the folder itself", ".", "no path"],
    ["the folder above", "..", "no path"],
    ["a dot file", ".hidden", "no path"],
    ["a link", "link", "is a link, which is not followed"],
    ["a link that leads out", "link-out", "is a link, which is not followed"],
    ["a folder", "sub", "is not a plain file"],
    ["a FIFO, without waiting for it", "fifo", "is not a plain file"],
    ["a file that everybody reads", "open", "is readable by everybody: chmod 600 it"],
    ["a file over 64 kB", "large", "is larger than 64 kB"],
    ["an empty file", "empty", "is empty"],
    ["a file that is not there", "missing", "is not in the secrets folder"],
  ])("that is %s is refused, nothing is sent, and no content shows", async (_what, $file, why) => {
    const made = await product({ settings: { ...everywhere, secretDir: await folder() } });
    const { body, text } = await nothingWritten(made, () => made.call("create_connector", pagerduty({ $file })));
    expect(body).toMatchObject({ code: "secret_refused", message: expect.stringContaining(String(why)) });
    expect(text).not.toContain("canary");
  });

  test("without a folder is refused with the setting's name", async () => {
    const made = await product({ settings: everywhere });
    const { body } = await nothingWritten(made, () => made.call("create_connector", pagerduty({ $file: "key" })));
    expect(body).toMatchObject({ code: "secret_refused", message: expect.stringContaining("CONNECTORS_SECRET_DIR") });
    expect(body.fix).not.toContain("$file");
  });

  test.each(["routing key", { nested: true }, 5, true, null])("named by %j is refused", async ($file) => {
    const made = await product({ settings: { ...everywhere, secretDir: await folder() } });
    expect((await nothingWritten(made, () => made.call("create_connector", pagerduty({ $file })))).body.code).toBe("secret_refused");
  });

  test("is sent without its final line end, and only its name is shown", async () => {
    const made = await product({ settings: { ...everywhere, secretDir: await folder() } });
    const plan = await made.call("create_connector", { ...pagerduty({ $file: "key" }), dry_run: true });
    expect(plan.body.plan).toMatchObject({
      effects: [{ after: { secrets: { routingKey: "<file key>" } } }],
      secrets: ["file key → events.pagerduty.com"],
    });
    const done = await made.call("create_connector", pagerduty({ $file: "key" }));
    expect(done.body).toMatchObject({ status: "done" });
    expect((await stored(made, "on-call"))?.secrets).toBe(hashOf({ routingKey: "canary-in-file-1" }));
    const later = await made.call("get_connector", { id: "on-call" });
    expect([plan.text, done.text, later.text, await made.journal()].join()).not.toContain("canary");
  });

  test("of several lines keeps them, and a final Windows line end is removed too", async () => {
    const dir = await freshFolder();
    await writeFile(join(dir, "key.pem"), "-----BEGIN KEY-----\nabc\n\n-----END KEY-----\r\n", { mode: 0o600 });
    const made = await product({ settings: { ...everywhere, secretDir: dir } });
    await made.call("create_connector", pagerduty({ $file: "key.pem" }));
    expect((await stored(made, "on-call"))?.secrets).toBe(hashOf({ routingKey: "-----BEGIN KEY-----\nabc\n\n-----END KEY-----" }));
  });
});

describe("a value in plain text", () => {
  test("is refused by default, with the ways that work, and is not quoted", async () => {
    const made = await product({ settings: everywhere });
    const { body, text } = await nothingWritten(made, () => made.call("create_connector", pagerduty("canary-literal-1")));
    expect(body).toMatchObject({ code: "literal_secret_refused", detail: { path: "secrets.routingKey" } });
    expect(body.fix).toContain('{"$ask": true}');
    expect(text).not.toContain("canary");
  });

  test("is accepted with a warning under --literal-secrets warn, and still not quoted", async () => {
    const made = await product({ settings: { ...everywhere, literalSecrets: "warn" } });
    const { body, text } = await made.call("create_connector", pagerduty("canary-literal-1"));
    expect(body).toMatchObject({ status: "done" });
    expect(body.warnings.join()).toContain("secrets.routingKey was given as plain text: it stays in the conversation's transcript.");
    expect((await stored(made, "on-call"))?.secrets).toBe(hashOf({ routingKey: "canary-literal-1" }));
    expect(text + (await made.journal())).not.toContain("canary");
  });

  test("needs a person for a new host like any other", async () => {
    const made = await product({ settings: { literalSecrets: "warn" } });
    const answer = await nothingWritten(made, () =>
      made.call("create_connector", pagerduty("canary-literal-1", { apiUrl: "https://evil.example/" })),
    );
    expect(answer.body).toMatchObject({ status: "confirmation_needed" });
    expect(answer.text).not.toContain("canary");
  });

  test.each(["refuse", "warn"] as const)("that has the redaction mark is refused under %s: it is no value", async (literalSecrets) => {
    const made = await product({ settings: { ...everywhere, literalSecrets } });
    for (const args of [
      pagerduty("[redacted]"),
      pagerduty("abc[redacted]def"),
      pagerduty({ $env: "CONNECTOR_SECRET_X" }, { apiUrl: "https://[redacted]/x" }),
    ])
      expect((await nothingWritten(made, () => made.call("create_connector", args))).body).toMatchObject({
        code: "secret_refused",
        message: expect.stringContaining("mark"),
      });
  });
});

describe("a variable that the operator bound", () => {
  const value = "canary-bound-0123";
  const eu = { apiUrl: "https://events.eu.pagerduty.com/v2/enqueue" };
  const webhook = {
    name: "Hook",
    type: ".webhook",
    config: { url: "https://events.eu.pagerduty.com/x" },
    secrets: { secretHeaders: { "X-K": { $env: "CONNECTOR_SECRET_PD" } } },
  };
  const bound = (binding: string) => product({ env: { CONNECTOR_SECRET_PD: value, CONNECTOR_SECRET_PD__FOR: binding } });
  const byName = { $env: "CONNECTOR_SECRET_PD" };

  test.each<[string, string]>([
    ["this type at this host", ".pagerduty@events.eu.pagerduty.com"],
    ["this host", "@events.eu.pagerduty.com"],
    ["a host in capitals, with spaces", " .pagerduty@EVENTS.eu.pagerduty.com "],
    ["one of several", ".opsgenie@api.opsgenie.com, .pagerduty@events.eu.pagerduty.com"],
  ])("to %s goes there without a person", async (_what, binding) => {
    const made = await bound(binding);
    const { body } = await made.call("create_connector", pagerduty(byName, eu));
    expect(body).toMatchObject({ status: "done" });
    expect((await stored(made, "on-call"))?.secrets).toBe(hashOf({ routingKey: value }));
  });

  test.each<[string, string, Args]>([
    ["another type", ".pagerduty@events.eu.pagerduty.com", webhook],
    ["another host", ".pagerduty@events.pagerduty.com", pagerduty(byName, eu)],
    ["a host below it", ".pagerduty@pagerduty.com", pagerduty(byName, eu)],
    ["the host without encryption", ".pagerduty@events.eu.pagerduty.com", pagerduty(byName, { apiUrl: "http://events.eu.pagerduty.com/" })],
    [
      "the host at another port",
      ".pagerduty@events.eu.pagerduty.com",
      pagerduty(byName, { apiUrl: "https://events.eu.pagerduty.com:444/" }),
    ],
    [
      "a host that hides behind a name",
      ".pagerduty@events.eu.pagerduty.com",
      pagerduty(byName, { apiUrl: "https://events.eu.pagerduty.com@evil.example/" }),
    ],
    ["the default host, where another is bound", ".pagerduty@evil.example", pagerduty(byName)],
    ["type and host of two bindings", ".pagerduty@api.opsgenie.com,.opsgenie@events.eu.pagerduty.com", pagerduty(byName, eu)],
  ])("does not go to %s, whoever agrees", async (_what, binding, args) => {
    for (const settings of [{}, { targetHosts: ["*"] }, { skipConfirmation: true }]) {
      const made = await product({ env: { CONNECTOR_SECRET_PD: value, CONNECTOR_SECRET_PD__FOR: binding }, settings });
      const { body, text } = await nothingWritten(made, () => made.call("create_connector", args));
      expect(body).toMatchObject({ code: "secret_refused", message: expect.stringContaining("CONNECTOR_SECRET_PD is bound to") });
      expect(text).not.toContain("canary");
    }
  });

  test.each([
    "",
    " ",
    "pagerduty",
    ".pagerduty",
    ".opsgenie,.pagerduty@events.eu.pagerduty.com",
    "events.pagerduty.com",
    ".pagerduty@",
    "@",
    ".pagerduty@https://events.eu.pagerduty.com",
    ".pagerduty@a,",
    "*",
    ".pagerduty@*",
  ])("with the malformed binding %j goes nowhere", async (binding) => {
    const made = await bound(binding);
    const { body } = await nothingWritten(made, () => made.call("create_connector", pagerduty(byName, eu)));
    expect(body).toMatchObject({ code: "secret_refused" });
  });

  test("hides its binding: it can be neither asked for nor seen in the list of names", async () => {
    const made = await bound(".pagerduty@events.eu.pagerduty.com");
    const { body } = await nothingWritten(made, () => made.call("create_connector", pagerduty({ $env: "CONNECTOR_SECRET_PD__FOR" }, eu)));
    expect(body).toMatchObject({ code: "secret_refused", detail: { available: ["CONNECTOR_SECRET_PD"] } });
  });
});
