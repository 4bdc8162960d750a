import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { approve } from "../pages/form.ts";
import { startSandboxWith } from "../support/built-server.ts";
import { freshFolder } from "../support/folder.ts";
import { openClient, tokenOf } from "../support/http.ts";
import { startHttpProcess } from "../support/http-process.ts";
import { postTo } from "../support/kibana-api.ts";

type Client = Awaited<ReturnType<typeof openClient>>;

/** Two holders of tokens; the person of the first one types a value, which Kibana then has in a connector's name and headers. */
async function typing(typed: string, id = "echo", name = `Echo ${typed}`) {
  const sandbox = await startSandboxWith(["--empty"]);
  onTestFinished(() => sandbox.stop());
  const file = join(await freshFolder(), "tokens.json");
  writeFileSync(file, JSON.stringify({ principals: ["pay", "ops"].map((one) => ({ name: one, token: tokenOf(one) })) }), { mode: 0o600 });
  const flags = ["--http", "127.0.0.1:0", "--auth-token-file", file, "--log-level", "debug", "--max-changes-per-hour", "500"];
  const server = await startHttpProcess(flags, {}, sandbox.url);
  const [pay, ops, asking] = await Promise.all([
    openClient(server.url, tokenOf("pay")),
    openClient(server.url, tokenOf("ops")),
    openClient(server.url, tokenOf("ops"), async ({ message }) => {
      questions.push(message);
      return { action: "decline" };
    }),
  ]);
  const questions: string[] = [];
  const args = { name: "Typed", type: ".pagerduty", secrets: { routingKey: { $ask: true } } };
  const { body } = await pay.call("create_connector", args);
  await approve(body.confirm.url, { "secrets.routingKey": typed });
  await postTo(sandbox.url, `/api/actions/connector/${id}`, {
    ...{ name, connector_type_id: ".webhook", secrets: {} },
    config: {
      url: "https://intake.example.net/kibana",
      method: "post",
      hasAuth: false,
      authType: null,
      headers: { note: `it is ${typed}` },
    },
  });
  return { server, pay, ops, asking, questions, confirm: { ...args, confirm: body.confirm.id } };
}

async function allThatIsRead({ client, call }: Client): Promise<string> {
  const answers = [
    await call("get_connector", { id: "echo" }),
    await call("list_connectors"),
    await call("audit_connectors", { detail: true }),
    await call("safe_delete_connector", { ids: ["echo"], dry_run: true }),
    await client.readResource({ uri: "kibana://default/connectors/echo" }),
  ];
  return JSON.stringify(answers);
}

describe("what the person of one holder of a token typed is in no answer to another", () => {
  test.each([
    ["a token", "typedSecret-Zq7vXw2Lr9TkPm4", "typedSecret-Zq7vXw2Lr9TkPm4"],
    ["the token behind its scheme", "Bearer Zq7vXw2Lr9TkPm4sBn8d", "Zq7vXw2Lr9TkPm4sBn8d"],
    ["an address", "https://hooks.example.com/services/T01/Zq7vXw2Lr9TkPm4sBn8dK1", "Zq7vXw2Lr9TkPm4sBn8dK1"],
    ["a short one", "till-3x9!Q", "till-3x9!Q"],
  ])("%s: before it is written and afterwards, in answers, questions, log and journal", async (_what, typed, seen) => {
    const { server, pay, ops, asking, questions, confirm } = await typing(typed);
    expect(await allThatIsRead(ops)).not.toContain(seen);
    expect((await pay.call("create_connector", confirm)).body.status).toBe("done");
    for (const one of [pay, ops]) expect(await allThatIsRead(one)).not.toContain(seen);
    await asking.call("safe_delete_connector", { ids: ["echo"] });
    await ops.call("update_connector", { id: "echo", name: "Other" });
    expect(questions.join()).toContain("echo");
    expect(questions.join()).not.toContain(seen);
    expect(JSON.stringify(await ops.call("list_changes", { detail: true })) + server.stderr() + server.journal()).not.toContain(seen);
  });

  test("words in answers", async () => {
    const { ops } = await typing("night-shift-pager");
    expect(await allThatIsRead(ops)).not.toContain("night-shift-pager");
  });
});

describe("what a person types takes nothing from others that is anybody's", () => {
  test.each(["Operations", "connector", "intake.example.net", "ann@example.com", "https://intake.example.net/kibana", ".webhook"])(
    "%s stays in their answers",
    async (typed) => {
      const { ops } = await typing(typed);
      const { text } = await ops.call("get_connector", { id: "echo" });
      expect(text).toContain(`Echo ${typed}`);
      expect(text).not.toContain("[redacted]");
    },
  );

  test.each(["Till of the harbour", "svc-harbour-till", "INC0012345", "intake.example.net:443"])(
    "%s stays in their questions",
    async (typed) => {
      const { asking, questions } = await typing(typed);
      await asking.call("safe_delete_connector", { ids: ["echo"] });
      expect(questions.at(-1)).toContain(`Echo ${typed}`);
      expect(questions.at(-1)).toContain("intake.example.net");
    },
  );

  test("ids, tools and statuses stay in their answers", async () => {
    const { ops } = await typing("echo-of-the-harbour", "echo-of-the-harbour", "Till");
    const { body } = await ops.call("get_connector", { id: "echo-of-the-harbour" });
    expect(body.connector.id).toBe("echo-of-the-harbour");
  });
});
