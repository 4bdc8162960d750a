import { describe, expect, onTestFinished, test } from "vitest";
import { type Person, startSandboxWith, startServer, yes } from "../support/built-server.ts";
import { recordingProxy } from "../support/recording-proxy.ts";

const url = "https://hooks.example.com/x";
const open = { url, method: "post", hasAuth: false };
const own = { $env: "CONNECTOR_SECRET_OWN" };
const tenant = { $env: "CONNECTOR_SECRET_TENANT" };
const env = { CONNECTOR_SECRET_OWN: "own-value-1", CONNECTOR_SECRET_TENANT: "tenant-value-2" };

interface Started {
  args?: string[];
  person?: Person;
  /** Whether Kibana lists secret headers. */
  tells?: boolean;
}

/** A server, and a colleague who writes to the same Kibana. */
async function started({ args = [], person = yes, tells = true }: Started = {}) {
  const kibana = await startSandboxWith(["--empty", "--space", "team-a", "--space", "team-b"]);
  onTestFinished(() => kibana.stop());
  const before: { look?: () => Promise<unknown> } = {};
  const proxy = await recordingProxy(kibana.url, async ({ path }) => {
    if (path.endsWith("/secret_headers")) await before.look?.();
  });
  const headers = { "content-type": "application/json", "kbn-xsrf": "x", "x-elastic-internal-origin": "kibana" };
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  async function bare(method: string, path: string, body?: object): Promise<any> {
    const answer = await fetch(kibana.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
    return answer.json();
  }
  if (!tells) await bare("POST", "/sandbox/faults", { fault: "error", path: "/secret_headers", times: 100 });
  const server = await startServer({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any", ...env }, args, person });
  onTestFinished(() => server.close());
  const prefix = (space?: string) => (space === undefined ? "" : `/s/${space}`);
  return {
    questions: server.questions,
    before,
    call: async (tool: string, given: object) => {
      const { body } = await server.call(tool, given as Record<string, unknown>);
      return body.error ?? body;
    },
    make: (
      id: string,
      secretHeaders: object,
      { type = ".webhook", config = open as object, space = undefined as string | undefined } = {},
    ) =>
      bare("POST", `${prefix(space)}/api/actions/connector/${id}`, {
        name: "Hook",
        connector_type_id: type,
        config,
        secrets: { secretHeaders },
      }),
    colleague: (id: string, secretHeaders: object | undefined, config: object = open) =>
      bare("PUT", `/api/actions/connector/${id}`, { name: "Hook", config, secrets: secretHeaders ? { secretHeaders } : {} }),
    listed: (id: string, space?: string): Promise<string[]> =>
      bare("GET", `${prefix(space)}/internal/stack_connectors/${id}/secret_headers`),
  };
}
const incidents = {
  ...{ createIncidentUrl: url, createIncidentJson: "{}", createIncidentResponseKey: "id", viewIncidentUrl: url },
  ...{ getIncidentUrl: url, getIncidentResponseExternalTitleKey: "key", updateIncidentUrl: url, updateIncidentJson: "{}" },
};
const needed = (...names: string[]) => ({
  code: "secrets_needed",
  detail: { secrets: { secretHeaders: Object.fromEntries(names.map((name) => [name, { $ask: true }])) } },
});

describe("secret headers that Kibana lists", () => {
  test.each<[type: string, config: object]>([
    [".webhook", open],
    [".cases-webhook", { ...incidents, hasAuth: false, authType: null }],
    [".mcp", { serverUrl: url, authType: "none" }],
    [".http", { url, hasAuth: false }],
  ])("are what an update of %s is to give: nobody is asked to say that there are none", async (type, config) => {
    const { call, make, listed, questions } = await started();
    await make("one", { "X-Tenant": "t" }, { type, config });
    const renamed = { id: "one", name: "Other" };
    const refused = await call("update_connector", renamed);
    expect(refused).toMatchObject({ ...needed("X-Tenant"), fix: expect.stringContaining("Kibana lists X-Tenant in secretHeaders.") });
    expect(questions).toEqual([]);
    expect((await call("update_connector", { ...renamed, secrets: { secretHeaders: { "x-tenant": tenant } } })).status).toBe("done");
    expect(await listed("one")).toEqual(["x-tenant"]);
    expect((await call("update_connector", { id: "one", name: "Third", secrets: { secretHeaders: null } })).status).toBe("done");
    expect(questions.at(-1)).toContain("secrets.secretHeaders is null: Kibana forgets x-tenant.");
    expect(questions.join()).not.toContain("secretHeaders (Kibana forgets");
    expect((await call("update_connector", { id: "one", name: "Fourth" })).status).toBe("done");
    expect(questions.at(-1)).not.toContain("no secretHeaders");
  });

  test("are those of which a person says that there are none where Kibana does not list them", async () => {
    const { call, make, questions } = await started({ tells: false });
    await make("one", {});
    expect((await call("update_connector", { id: "one", name: "Other" })).status).toBe("done");
    expect(questions.at(-1)).toContain("no secretHeaders");
  });

  test("decide what the journal's references are of", async () => {
    const { call, colleague } = await started();
    await call("create_connector", {
      id: "one",
      name: "Hook",
      type: ".webhook",
      config: open,
      secrets: { secretHeaders: { "X-Own": own } },
    });
    await colleague("one", { "X-Own": "o", "X-Tenant": "t" });
    const refused = await call("update_connector", { id: "one", name: "Other" });
    expect(refused).toMatchObject(needed("X-Own", "X-Tenant"));
    expect(refused.detail.stored_last).toEqual({ "secretHeaders.X-Own": own });
    await colleague("one", { "X-Tenant": "t" });
    const others = await call("update_connector", { id: "one", name: "Other" });
    expect(others).toMatchObject(needed("X-Tenant"));
    expect(others.detail.stored_last).toBeUndefined();
    await colleague("one", undefined);
    expect((await call("update_connector", { id: "one", name: "Other" })).status).toBe("done");
  });

  test.each<[how: string, args: string[]]>([
    ["unattended", ["--dangerously-skip-confirmation"]],
    ["with a person", []],
  ])("are not lost by giving others, %s: each is given, or null in its place", async (_how, args) => {
    const { call, make, listed } = await started({ args: [...args, "--target-hosts", "*"] });
    await make("one", { "X-Own": "o", "X-Tenant": "t", "X-More": "m" });
    const refused = await call("update_connector", { id: "one", secrets: { secretHeaders: { "X-Own": own, "X-More": null } } });
    expect(refused).toMatchObject({ code: "secrets_needed", fix: expect.stringContaining("Not given: X-Tenant.") });
    const { secretHeaders } = refused.detail.secrets;
    expect(secretHeaders).toEqual({ "X-Own": own, "X-More": null, "X-Tenant": { $ask: true } });
    const secrets = { secretHeaders: { ...secretHeaders, "X-Tenant": tenant } };
    const { status, warnings } = await call("update_connector", { id: "one", secrets });
    expect([status, warnings.join()]).toEqual(["done", expect.stringContaining("replaced as a whole: X-More is lost.")]);
    expect(await listed("one")).toEqual(["X-Own", "X-Tenant"]);
  });

  test("leave a copy of another space alone that has one more", async () => {
    const { call, make, listed } = await started({ args: ["--target-hosts", "*"] });
    await make("a", { "X-Own": "o" }, { space: "team-a" });
    await make("b", { "X-Own": "o", "X-Tenant": "t" }, { space: "team-b" });
    const done = await call("update_connector", { id: "a", space: "team-a,team-b", secrets: { secretHeaders: { "X-Own": own } } });
    expect(done.result.rows.map(({ id, state }: { id: string; state: string }) => [id, state]).sort()).toEqual([
      ["a", "updated"],
      ["b", "left_out"],
    ]);
    expect(await listed("b", "team-b")).toEqual(["X-Own", "X-Tenant"]);
  });

  test("are those that a copy is to give, or not", async () => {
    const { call, make, listed } = await started({ args: ["--target-hosts", "*"] });
    await make("one", { "X-Own": "o", "X-Tenant": "t" });
    const copy = { id: "two", name: "Copy", from: { id: "one" } };
    expect(await call("create_connector", { ...copy, secrets: { secretHeaders: { "X-Own": own } } })).toMatchObject({
      code: "secrets_needed",
      fix: expect.stringContaining("Kibana lists X-Own, X-Tenant in secretHeaders of the original. Not given: X-Tenant."),
    });
    const secrets = { secretHeaders: { "X-Own": own, "X-Tenant": null } };
    expect((await call("create_connector", { ...copy, secrets })).status).toBe("done");
    expect(await listed("two")).toEqual(["X-Own"]);
  });
});

describe("an undo gives back secret headers", () => {
  const readable = { ...open, headers: { "X-Api-Key": "Zk39vQ2mN8xR4tY7wB1c", "X-Team": "pay" } };
  const moved = { ...open, headers: { "X-Team": "pay" } };
  async function afterMove() {
    const made = await started();
    await made.make("one", {}, { config: readable });
    const secrets = { secretHeaders: { "X-Api-Key": own } };
    const { change } = await made.call("update_connector", { id: "one", config: { headers: { "X-Api-Key": null } }, secrets });
    return { ...made, change };
  }

  test("a colleague's too, that came after a header was moved there", async () => {
    const { call, colleague, change, listed, questions } = await afterMove();
    await colleague("one", { "X-Api-Key": "k", "X-Tenant": "t" }, moved);
    const asked = questions.length;
    const refused = await call("undo_change", { change });
    expect(refused).toMatchObject({ ...needed("X-Tenant"), fix: expect.stringContaining("Since that change, Kibana lists X-Tenant") });
    expect(questions.length).toBe(asked);
    const { status, warnings } = await call("undo_change", { change, secrets: { secretHeaders: { "X-Tenant": tenant } } });
    expect([status, await listed("one")]).toEqual(["done", ["X-Tenant"]]);
    expect(warnings.join()).toContain("secrets.secretHeaders.X-Api-Key: that change stored it where nothing was before");
    expect(warnings.join()).toContain("came after that change: what is there now is to be given again");
    expect(warnings.join()).not.toMatch(/OLD value|is lost/);
  });

  test("or takes them out unasked where there is only what the change stored, in whatever letters", async () => {
    const { call, colleague, change, listed } = await afterMove();
    await colleague("one", { "x-api-key": "k" }, moved);
    expect((await call("undo_change", { change })).status).toBe("done");
    expect(await listed("one")).toEqual([]);
  });

  test("and says which it drops where null is given", async () => {
    const { call, colleague, change, questions } = await afterMove();
    await colleague("one", { "X-Api-Key": "k", "X-Tenant": "t" }, moved);
    expect((await call("undo_change", { change, secrets: { secretHeaders: null } })).status).toBe("done");
    expect(questions.at(-1)).toContain("secrets.secretHeaders is null: Kibana forgets X-Api-Key, X-Tenant.");
  });

  test.each<[what: string, tells: boolean]>([
    ["that null dropped, by the names that Kibana listed and by the journal", true],
    ["that null dropped, by the journal alone where Kibana lists none", false],
  ])("%s", async (_what, tells) => {
    const { call, colleague } = await started({ tells });
    await call("create_connector", {
      id: "one",
      name: "Hook",
      type: ".webhook",
      config: open,
      secrets: { secretHeaders: { "X-Own": own } },
    });
    if (tells) await colleague("one", { "X-Own": "o", "X-Tenant": "t" });
    const { change, undo } = await call("update_connector", { id: "one", config: { method: "put" }, secrets: { secretHeaders: null } });
    expect(undo.note).toContain("give them again");
    const refused = await call("undo_change", { change });
    expect(refused).toMatchObject(tells ? needed("X-Own", "X-Tenant") : needed("X-Own"));
    expect(refused.detail.stored_last).toEqual({ "secretHeaders.X-Own": own });
    const kept = await call("undo_change", { change, secrets: { secretHeaders: null } });
    expect([kept.status, kept.warnings.join()]).toEqual([
      "done",
      expect.stringContaining("what was there before that change does not come back"),
    ]);
  });

  test("not those that somebody took out since", async () => {
    const { call, colleague, make } = await started();
    await make("one", { "X-Own": "o" });
    const given = { id: "one", config: { method: "put" }, secrets: { secretHeaders: { "X-Own": own } } };
    const { change } = await call("update_connector", given);
    await colleague("one", undefined, { ...open, method: "put" });
    expect((await call("undo_change", { change })).status).toBe("done");
  });

  test("of a delete, as Kibana listed them", async () => {
    const { call, make, listed } = await started({ args: ["--target-hosts", "*"] });
    await make("one", { "X-Own": "o", "X-Tenant": "t" });
    const { change, undo } = await call("safe_delete_connector", { ids: ["one"] });
    expect(undo.note).toBe("Kibana returns no secrets: give them again in `secrets`.");
    expect(await call("undo_change", { change })).toMatchObject(needed("X-Own", "X-Tenant"));
    const secrets = { secretHeaders: { "X-Own": own, "X-Tenant": tenant } };
    expect((await call("undo_change", { change, secrets })).status).toBe("done");
    expect(await listed("one")).toEqual(["X-Own", "X-Tenant"]);
  });

  test("none of a delete that had none", async () => {
    const { call, make } = await started();
    await make("one", {});
    const { change, undo } = await call("safe_delete_connector", { ids: ["one"] });
    expect(undo.note).toBeUndefined();
    expect((await call("undo_change", { change })).status).toBe("done");
  });
});

describe("a header that a colleague adds stays", () => {
  const given = { id: "one", secrets: { secretHeaders: { "X-Own": own } } };

  test("while a person reads the question", async () => {
    const during: { colleague?: () => Promise<unknown> } = {};
    const made = await started({
      person: async () => {
        await during.colleague?.();
        return { action: "accept", content: { confirm: true } };
      },
    });
    await made.make("one", { "X-Own": "o" });
    during.colleague = () => made.colleague("one", { "X-Own": "o", "X-New": "n" });
    expect((await made.call("update_connector", given)).status).not.toBe("done");
    expect(await made.listed("one")).toEqual(["X-Own", "X-New"]);
  });

  test("right before the write", async () => {
    const { call, make, colleague, before, listed } = await started();
    await make("one", { "X-Own": "o" });
    let looks = 0;
    before.look = async () => {
      looks += 1;
      if (looks === 3) await colleague("one", { "X-Own": "o", "X-New": "n" });
    };
    const refused = await call("update_connector", given);
    expect([refused.code, refused.message]).toEqual(["confirmation_invalid", expect.stringContaining("changed the secret headers")]);
    expect([looks, await listed("one")]).toEqual([3, ["X-Own", "X-New"]]);
  });
});
