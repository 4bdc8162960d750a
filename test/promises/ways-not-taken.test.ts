import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

type Args = Record<string, unknown>;

const env = { CONNECTOR_SECRET_TOKEN: "a-token-of-the-mcp-server-1" };
const token = { $env: "CONNECTOR_SECRET_TOKEN" };
const serverUrl = "https://mcp.example.com/mcp";
const noWay = /config\.authType is missing: Kibana saves that, and sends no credentials/;
const unused = /secrets\.token would be stored and not used \(authentication: secret headers\)/;
const unsent = /secrets\.secretHeaders would be stored and not used \(authentication: none\)/;

const started = () => product({ person: accepts, env, sandbox: { empty: true, version: "9.5" } });
type Made = Awaited<ReturnType<typeof started>>;

async function created({ call }: Made, config: Args, secrets?: Args, name = "Tools"): Promise<string> {
  const { body } = await call("create_connector", {
    name,
    id: name.toLowerCase(),
    type: ".mcp",
    config: { serverUrl, ...config },
    ...(secrets && { secrets }),
  });
  expect(body.status, JSON.stringify(body)).toBe("done");
  return (body.warnings ?? []).join("\n");
}

test.each<[string, Args, Args | undefined, RegExp[]]>([
  ["hasAuth true alone", { hasAuth: true }, undefined, [noWay]],
  ["nothing at all", {}, undefined, [noWay]],
  ["a token without authType", { hasAuth: true }, { token }, [noWay, unused]],
  ["secret headers without authType", { hasAuth: true }, { secretHeaders: { "X-Key": token } }, []],
  ["authType and its token", { hasAuth: true, authType: "bearer" }, { token }, []],
  ["no authentication", { hasAuth: false }, undefined, []],
  ["secret headers without authentication", { hasAuth: false }, { secretHeaders: { "X-Key": token } }, [unsent]],
  ["the same beside authType none", { hasAuth: false, authType: "none" }, { secretHeaders: { "X-Key": token } }, [unsent]],
  ["secret headers beside authType none", { authType: "none" }, { secretHeaders: { "X-Key": token } }, []],
  ["authType none", { authType: "none" }, undefined, []],
])(
  "an MCP connector that sends no credentials, though its config says that there are some, says so: %s",
  async (_what, config, secrets, says) => {
    const warned = await created(await started(), config, secrets);
    for (const one of [noWay, unused, unsent]) expect([one.source, one.test(warned)]).toEqual([one.source, says.includes(one)]);
  },
);

test("what such a connector may hold is asked for before an update, and a copy of one is no refusal", async () => {
  const made = await started();
  await created(made, { hasAuth: true }, { secretHeaders: { "X-Key": token } });
  const { body } = await made.call("update_connector", { id: "tools", name: "Other tools" });
  expect([body.code, body.message]).toEqual(["secrets_needed", expect.stringContaining("secretHeaders")]);
  await created(made, { hasAuth: true }, undefined, "Open");
  // What Kibana keeps and does not send is not lost either, and an update to it says that it is not sent from then on.
  const off = { id: "tools", config: { serverUrl, hasAuth: false }, secrets: { secretHeaders: { "X-Key": token } } };
  expect((await made.call("update_connector", off)).body.warnings.join()).toMatch(unsent);
  expect((await made.call("update_connector", { id: "tools", name: "Others" })).body.code).toBe("secrets_needed");
  const copy = await made.call("create_connector", { name: "Copy", from: { id: "open" } });
  expect([copy.body.status, copy.body.warnings.join()]).toEqual(["done", expect.stringMatching(noWay)]);
});

test("another type whose way to sign in is not named is refused, as it would need a user and a password", async () => {
  const { call } = await started();
  for (const [type, config] of [
    [".webhook", { url: "https://hooks.example.com", hasAuth: true }],
    [".http", { url: "https://hooks.example.com", hasAuth: true }],
    [".cases-webhook", { hasAuth: true, createIncidentUrl: "https://c.example.com" }],
    [".email", { from: "a@example.org", service: "other", host: "smtp.example.org", port: 25, hasAuth: true }],
  ] as const) {
    const { body } = await call("create_connector", { name: "A", type, config });
    expect([type, body.code]).toEqual([type, expect.stringMatching(/secrets_needed|invalid_config/)]);
  }
});
