import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { startServer, yes } from "../support/built-server.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";

type Send = (method: string, path: string, body?: object) => Promise<void>;

/** A Kibana with the spaces `default` and `security`, in which somebody does something right after a write to `at`, and a server. */
async function world(at: (call: { method: string; path: string }) => boolean, after: (send: Send) => Promise<void>) {
  const { url, close } = await startSandbox({ empty: true, version: "9.5" });
  onTestFinished(close);
  const send: Send = async (method, path, body) => {
    const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await send("POST", "/api/spaces/space", { id: "security", name: "Security" });
  let isOver = false;
  const { url: behind } = await rewritingProxy(url, {
    async answer(call) {
      if (isOver || call.method === "GET" || !at(call)) return;
      isOver = true;
      await after(send);
    },
  });
  const server = await startServer({ env: { KIBANA_URL: behind, CONNECTOR_SECRET_X: "hidden-value-1" }, person: yes });
  onTestFinished(() => server.close());
  return { send, ...server };
}

const hook = { url: "https://a.example.com/x", method: "post", hasAuth: false };
const elsewhere = { name: "Hook", config: { ...hook, url: "https://b.example.net/y" }, secrets: {} };
const about = (warnings: string[]) => warnings.filter((one) => one.startsWith("Kibana accepted the change of"));
const changedUrl =
  /config\.url: "https:\/\/a\.example\.com\/x" → "https:\/\/b\.example\.net\/y".*update_connector with what was saved restores it\.$/;

describe("of several writes one is not as it was saved right afterwards: named are which, what differs and how to restore it", () => {
  test.each([
    ["switched off", { enabled: false }, /enabled: true → false.*If nobody meant that, switch it on.* in Kibana under Workflows\.$/],
    ["of another text", "# keep me", /text from line 3: "# keep me" → nothing\. .*put its text back.* in Kibana under Workflows\.$/],
  ])("a workflow that is %s", async (_what, change, said) => {
    const text = (name: string) =>
      `name: ${name}\nenabled: true\n# keep me\ntriggers:\n  - type: manual\nsteps:\n  - name: a\n    type: index\n    connector-id: ia\n    with: {documents: []}\n`;
    const save = typeof change === "string" ? { yaml: text("Two").replace("ia\n", "ib\n").replace(`${change}\n`, "") } : change;
    const { send, call } = await world(
      ({ path }) => path.includes("/api/workflows/workflow/wf-2"),
      (also) => also("PUT", "/api/workflows/workflow/wf-2", save),
    );
    for (const id of ["ia", "ib"])
      await send("POST", `/api/actions/connector/${id}`, { name: id, connector_type_id: ".index", config: { index: id }, secrets: {} });
    for (const [id, name] of [
      ["wf-1", "One"],
      ["wf-2", "Two"],
      ["wf-3", "Three"],
    ])
      await send("POST", "/api/workflows/workflow", { id, yaml: text(name ?? "") });
    const { body } = await call("replace_connector", { from: "ia", to: "ib" });
    expect(about(body.warnings)).toEqual([
      expect.stringMatching(/^Kibana accepted the change of "Two" \(wf-2\) in space default, but shows/),
    ]);
    expect(about(body.warnings)[0]).toMatch(said);
    const rows = body.result.workflows.map(({ id, why }: { id: string; why?: string }) => [id, why]);
    expect(rows).toEqual([
      ["wf-2", "It is not as it was saved: see warnings."],
      ["wf-1", undefined],
      ["wf-3", undefined],
    ]);
  });

  test("a copy that is updated", async () => {
    const { call } = await world(
      ({ method, path }) => method === "PUT" && path.includes("hook-security"),
      (send) => send("PUT", "/s/security/api/actions/connector/hook-security", elsewhere),
    );
    await call("create_connector", { name: "Hook", type: ".webhook", config: hook, space: "default,security" });
    const { body } = await call("update_connector", { id: "hook-default", space: "*", config: { method: "put" } });
    const [said, ...more] = about(body.warnings);
    expect(more).toEqual([]);
    expect(said).toMatch(/^Kibana accepted the change of "Hook" \(hook-security\) in space security/);
    expect(said).toMatch(changedUrl);
    expect(body.result.rows.map(({ space, why }: { space: string; why?: string }) => [space, why])).toEqual([
      ["default", undefined],
      ["security", "It is not as it was saved: see warnings."],
    ]);
  });

  test("a copy that is created, without a secret in its URL", async () => {
    const token = { ...elsewhere, config: { ...hook, url: "https://b.example.net/y?token=abcdefgh" } };
    const { call } = await world(
      ({ method, path }) => method === "POST" && path.includes("/s/security/api/actions/connector/hook-security"),
      (send) => send("PUT", "/s/security/api/actions/connector/hook-security", token),
    );
    const { body } = await call("create_connector", { name: "Hook", type: ".webhook", config: hook, space: "default,security" });
    expect(about(body.warnings)).toEqual([
      expect.stringMatching(/"Hook" \(hook-security\) in space security.* → "https:\/\/b\.example\.net\/y/),
    ]);
    expect(JSON.stringify(body)).not.toContain("abcdefgh");
  });

  test.each([
    [
      "one",
      (body: { message?: string }) => body.message,
      /^Kibana accepted the change of "one" \(one\) in space default, but reading it back/,
    ],
    [
      "Other",
      (body: { warnings?: string[] }) => body.warnings?.join(),
      'Kibana deleted "one" (one) in space default, but shows another one with its id now, "Other": somebody made it since.',
    ],
  ])("a connector that is deleted and there again, named %s", async (name, said, expected) => {
    const config = { index: "a" };
    const { send, call } = await world(
      ({ method, path }) => method === "DELETE" && path.endsWith("/one"),
      (also) => also("POST", "/api/actions/connector/one", { name, connector_type_id: ".index", config, secrets: {} }),
    );
    for (const id of ["one", "two"])
      await send("POST", `/api/actions/connector/${id}`, { name: id, connector_type_id: ".index", config, secrets: {} });
    expect(said((await call("safe_delete_connector", { ids: ["one", "two"] })).body)).toMatch(expected);
  });
});

test("where all is as it was saved nothing is said", async () => {
  const { call } = await world(
    () => false,
    async () => {},
  );
  const { body } = await call("create_connector", { name: "Hook", type: ".webhook", config: hook, space: "default,security" });
  expect([about(body.warnings ?? []), body.result.rows.every(({ why }: { why?: string }) => why === undefined)]).toEqual([[], true]);
});
