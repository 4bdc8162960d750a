import { describe, expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { no, type Person, startServer, yes } from "../support/built-server.ts";
import { type Rewrite, rewritingProxy } from "../support/rewriting-proxy.ts";

const features = {
  securitySolution: ["security_cases", "securitySolutionCasesV3", "Security"],
  observability: ["observability_cases", "observabilityCasesV3", "Observability"],
  cases: ["cases", "generalCasesV3", "Stack Management"],
} as const;
type Owner = keyof typeof features;
const owners = Object.keys(features) as Owner[];
const rights = { rules: "all", workflows: "all", agent_builder: "all", uptime: "all", actions: "all" };
const types: Person = () => ({ action: "accept", content: { name: "Jira" } });

interface Given {
  version?: string;
  /** Whose cases the key may not read. */
  without?: readonly Owner[];
  /** Whose settings have a template that uses the connector. */
  used?: Owner;
  /** Features that the space hides. */
  hides?: readonly string[];
  person?: Person;
  rewrite?: Rewrite;
}

/** A Kibana with a Jira connector, and a server whose key may not read everybody's cases. */
async function world({ version = "9.5", without = [], used, hides = [], person = types, rewrite = {} }: Given) {
  const lacking = Object.fromEntries(without.map((owner) => [features[owner][0], "none"]));
  const auth = JSON.stringify({
    api_keys: [
      { key: "admin", ...rights },
      { key: "partly", ...rights, ...lacking },
    ],
  });
  const { url, close } = await startSandbox({ empty: true, version, auth });
  onTestFinished(close);
  const send = async (method: string, path: string, body?: object) => {
    const headers = { authorization: "ApiKey admin", "kbn-xsrf": "x", "content-type": "application/json" };
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const config = { apiUrl: "https://jira.example.org", projectKey: "X" };
  await send("POST", "/api/actions/connector/jira", {
    ...{ name: "Jira", connector_type_id: ".jira", config, secrets: { email: "a@b.c", apiToken: "t" } },
  });
  if (used) {
    const none = { id: "none", name: "none", type: ".none", fields: null };
    const caseFields = { connector: { id: "jira", name: "Jira", type: ".jira", fields: null } };
    await send("POST", "/api/cases/configure", {
      ...{ owner: used, connector: none, closure_type: "close-by-user", templates: [{ key: "t", name: "Outage", caseFields }] },
    });
  }
  if (hides.length > 0) await send("PUT", "/api/spaces/space/default", { id: "default", name: "Default", disabledFeatures: hides });
  const proxy = await rewritingProxy(url, rewrite);
  const server = await startServer({ env: { KIBANA_URL: proxy.url, KIBANA_API_KEY: "partly" }, person });
  onTestFinished(() => server.close());
  return {
    server,
    remove: () => server.call("safe_delete_connector", { ids: ["jira"] }),
    isThere: async () => (await fetch(`${url}/api/actions/connector/jira`, { headers: { authorization: "ApiKey admin" } })).ok,
  };
}

const notLookedAt = (whose: string) => `Not looked at, so they may use it: settings of cases (This key may not read those of ${whose}).`;

describe("settings of cases that Kibana leaves out for this key", () => {
  test.each(owners.flatMap((owner) => ["8.17", "9.0", "9.5", "serverless"].map((version) => [owner, version] as const)))(
    "%s of %s: a person types the name of what is deleted",
    async (owner, version) => {
      const refused = await world({ version, without: [owner], used: owner, person: no });
      await refused.remove();
      expect([refused.server.questions[0]?.split("\n")[0], await refused.isThere()]).toEqual([notLookedAt(features[owner][2]), true]);
      const typed = await world({ version, without: [owner] });
      expect((await typed.remove()).body.status).toBe("done");
    },
  );

  test("of two of them are named together, and get_connector and the list of unused ones say so too", async () => {
    const { server } = await world({ without: ["securitySolution", "cases"] });
    const whose = expect.stringContaining("This key may not read those of Stack Management and Security");
    expect((await server.call("get_connector", { id: "jira" })).body.warnings).toEqual([whose]);
    expect((await server.call("list_connectors", { state: "unused" })).body.warnings).toEqual([whose]);
  });

  test("whose owner the space hides are nobody's: a yes is enough", async () => {
    const { remove, server } = await world({ without: ["observability"], hides: ["observabilityCasesV3"], person: yes });
    expect([(await remove()).body.status, server.questions[0]]).toEqual(["done", expect.stringMatching(/^\S+ Delete connector "Jira"/)]);
  });

  test("of one of two owners, where the space hides the other", async () => {
    const { remove, server } = await world({ without: ["observability", "cases"], hides: ["observabilityCasesV3"], person: no });
    await remove();
    expect(server.questions[0]?.split("\n")[0]).toBe(notLookedAt("Stack Management"));
  });
});

const capabilities = "/api/core/capabilities";
/** @param after so many requests that are answered */
const failing = (of: string, status: number, body: object, after = 0): Rewrite => ({
  refuse: ({ path }) =>
    path.includes(of) && after-- <= 0 ? { status, body: JSON.stringify({ statusCode: status, error: "x", ...body }) } : undefined,
});

test.each<[string, Given]>([
  ["may not ask whose it may read", { rewrite: failing(capabilities, 403, { message: "Forbidden" }) }],
  ["is not told whose it may read", { rewrite: failing(capabilities, 200, { actions: {} }) }],
  ["is not told what the space hides", { without: ["cases"], rewrite: failing("/api/spaces/space/", 403, { message: "Forbidden" }, 1) }],
])("a key that %s has not looked at all of them", async (_what, given) => {
  const { remove, server, isThere } = await world({ ...given, person: no });
  await remove();
  expect([server.questions[0], await isThere()]).toEqual([
    expect.stringMatching(/^Not looked at, so they may use it: settings of cases \(/),
    true,
  ]);
});

test("a key that may read everybody's asks for nothing but a yes", async () => {
  const { remove } = await world({ person: yes });
  const { body } = await remove();
  expect([body.status, body.warnings]).toEqual(["done", undefined]);
});

test("cases of others that begin to use a connector while it is deleted are said not to have been looked at", async () => {
  const { remove } = await world({ without: ["securitySolution"] });
  const { body } = await remove();
  expect(body.warnings.join("\n")).toContain(
    'Could not check whether something began to use "Jira" (jira) while it was being deleted; not looked at: cases (This key may not read those of Security).',
  );
});
