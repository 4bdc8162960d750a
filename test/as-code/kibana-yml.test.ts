import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { kibanaYmlFiles, notForKibanaYml } from "../../src/as-code/kibana-yml.ts";
import { readKibanaYml } from "../../src/sandbox/kibana-yml.ts";
import { nastyJson, nastyNames, nastyText } from "./nasty.ts";
import { origin, sources } from "./sources.ts";

const versions = ["8.13.0", "8.14.0", "9.5.0"] as const;

async function yml(given: Parameters<typeof sources>, version = "9.5.0", seen = given.length): Promise<string> {
  const [file] = await kibanaYmlFiles(await sources(...given), origin(version), seen);
  return file?.text ?? "";
}

/** The connectors that a Kibana of this version, with these variables, reads from the file. */
function read(text: string, version = "9.5.0", env: Record<string, string> = {}) {
  return readKibanaYml(text, version, { CONNECTOR_DOLLAR_SIGN: "$", ...env }).preconfigured;
}

test("the file matches its golden file", async () => {
  const text = await yml(
    [
      { id: "ops-slack", name: "Ops Slack", type: ".slack", needed: ["webhookUrl"] },
      {
        id: "deploy-hook",
        name: "Deploy \u0024{NOW}",
        type: ".webhook",
        config: { url: "https://deploy.example.com:8443/x", headers: { "X.Team": "ops", Authorization: "Bearer abcdefgh12345678" } },
        needed: ["user", "password"],
        possible: ["secretHeaders"],
      },
      { id: "model", name: "Model", type: ".gen-ai", possible: ["apiKey", "certificateData"], mode: "API key or certificate" },
    ],
    "9.5.0",
    12,
  );
  await expect(text).toMatchFileSnapshot("golden/kibana.yml");
});

test("secrets come from variables, and Kibana does not start without them", async () => {
  const text = await yml([{ id: "ops-slack", type: ".slack", needed: ["webhookUrl"] }]);
  expect(() => read(text)).toThrow("Unknown environment variable referenced in config : CONNECTOR_SECRET_OPS_SLACK_WEBHOOK_URL");
  const nasty = "https://x/'\"\\\n\u0024{HOME}";
  expect(read(text, "9.5.0", { CONNECTOR_SECRET_OPS_SLACK_WEBHOOK_URL: nasty })[0]?.secrets).toEqual({ webhookUrl: nasty });
});

test("related settings are in comments, with how many connectors were seen", async () => {
  const text = await yml(
    [
      { id: "ops-pd", type: ".pagerduty" },
      { id: "ops-slack", type: ".slack" },
    ],
    "9.5.0",
    7,
  );
  for (const part of [
    "They cover 2 of 7 connectors seen.",
    "# 1 connector has a secret address: add its host to allowedHosts.",
    '# xpack.actions.allowedHosts: ["events.pagerduty.com"]',
    '# xpack.actions.enabledActionTypes: [".pagerduty", ".slack"]',
    "# xpack.actions.proxyUrl:",
    "# xpack.actions.customHostSettings:",
  ])
    expect(text).toContain(part);
  expect(Object.keys(parse(text))).toEqual(["xpack.actions.preconfigured"]);
});

test("uncommented, the related settings are accepted by Kibana", async () => {
  const text = await yml([{ id: "ops-pd", type: ".pagerduty" }]);
  const settings = text.slice(text.indexOf("# xpack.actions.allowedHosts")).split("\n");
  const taken = settings.filter((line) => /^# (xpack| {2})/.test(line)).map((line) => line.slice(2));
  const { settings: read } = readKibanaYml(taken.join("\n"), "9.5.0", {});
  expect(read).toMatchObject({ allowedHosts: ["events.pagerduty.com"], enabledActionTypes: [".pagerduty"] });
});

describe.each(versions)("Kibana %s", (version) => {
  test.each(nastyNames)("reads the name %j, and config like it, as data", async (name) => {
    const asKey = version !== "8.13.0" || !/[.[\]]/.test(name);
    const config = { value: name, list: [name, { inner: name }], ...(asKey && { [name]: name, deep: [{ [name]: name }] }) };
    expect(notForKibanaYml({ id: "x", config }, origin(version).status)).toBeUndefined();
    const text = await yml([{ id: "x", name, type: ".server-log", config }], version);
    expect(read(text, version)).toMatchObject([{ id: "x", name, config }]);
    expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
  });

  test("reads any connector that it can hold as data", async () => {
    const text = version === "8.13.0" ? nastyText.map((key) => key.replaceAll(/[.[\]]/g, "_")) : nastyText;
    const ids = text.filter((id) => !/^(\d+|__proto__|constructor|prototype|)$/.test(id));
    await fc.assert(
      fc.asyncProperty(
        ids,
        nastyText.filter((name) => name !== ""),
        nastyJson(ids),
        async (id, name, config) => {
          expect(notForKibanaYml({ id, config }, origin(version).status)).toBeUndefined();
          const file = await yml([{ id, name, type: ".server-log", config }], version);
          // What looks like a secret is not in the file.
          if (/CONNECTOR_SECRET_/.test(file)) return;
          expect(read(file, version)).toEqual([{ id, name, type: ".server-log", config, secrets: {}, system: false }]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("what kibana.yml cannot hold", () => {
  const status = origin().status;
  test.each([
    [{ id: "constructor", config: {} }, 'kibana.yml does not accept the key "constructor"'],
    [{ id: "a", config: { headers: { prototype: "x" } } }, 'kibana.yml does not accept the key "prototype"'],
    [{ id: "42", config: {} }, 'Kibana reads the key "42" of kibana.yml as a list index'],
    [{ id: "a", config: { headers: { 0: "x" } } }, 'Kibana reads the key "0" of kibana.yml as a list index'],
  ])("%j: %s", (connector, why) => {
    expect(notForKibanaYml(connector, status)).toBe(why);
  });

  test("dots in keys, before 8.14", () => {
    const connector = { id: "a.b", config: {} };
    expect(notForKibanaYml(connector, status)).toBeUndefined();
    expect(notForKibanaYml(connector, origin("8.13.4").status)).toContain('splits the key "a.b" of kibana.yml into pieces');
  });

  test("numbers as keys within a list are held", async () => {
    const config = { list: [{ 0: "x" }] };
    expect(notForKibanaYml({ id: "a", config }, status)).toBeUndefined();
    expect(read(await yml([{ id: "a", config }]))).toMatchObject([{ config }]);
  });
});

test("before 8.15 a variable for the dollar sign keeps text from being replaced, and the file says so", async () => {
  const text = await yml([{ id: "a", name: "\u0024{jndi} and \u0024{a:b}" }], "8.13.0");
  expect(text).toContain("CONNECTOR_DOLLAR_SIGN");
  expect(text).toContain("Set CONNECTOR_DOLLAR_SIGN to $");
  expect(read(text, "8.13.0")[0]?.name).toBe("\u0024{jndi} and \u0024{a:b}");
});
