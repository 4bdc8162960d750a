import { afterAll } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import type { Started } from "./built-server.ts";
import type { Rewrite } from "./rewriting-proxy.ts";

interface Answered {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
  body: any;
}

/** What a Kibana has besides rules: answers by path, without the space. A function sees the query. */
export type OtherUsers = Record<string, Answered | ((query: URLSearchParams) => Answered)>;

export const page = (...results: object[]): Answered => ({ status: 200, body: { page: 1, size: 100, total: results.length, results } });
export const step = (more: object) => ({ name: "notify", type: "slack", ...more });
export const workflow = (id: string, steps: object[], more: object = {}) => ({
  id,
  name: `Workflow ${id}`,
  enabled: true,
  valid: true,
  definition: { steps },
  yaml: "",
  ...more,
});
export const refused = (message: string, status = 403): Answered => ({ status, body: { statusCode: status, error: "Forbidden", message } });
/** What is no answer of Kibana's. */
export const notFound = (body: unknown): Answered => ({ status: 404, body });
export const noRoute = refused("Not Found", 404);
export const noPrivilege = refused(
  "API [GET /api/workflows] is unauthorized for user, this action is granted by the Kibana privileges [x]",
);

/** A rewrite that answers for these, and `also` for all else. */
export function answering(users: OtherUsers, also: Rewrite = {}): Rewrite {
  return {
    ...also,
    refuse(call) {
      const url = new URL(call.path, "http://kibana");
      const answer = users[url.pathname.replace(/^\/s\/[^/]+/, "")];
      if (!answer) return also.refuse?.(call);
      const { status, body } = typeof answer === "function" ? answer(url.searchParams) : answer;
      return { status, body: typeof body === "string" ? body : JSON.stringify(body) };
    },
  };
}

/** A sandbox with a connector `chat` of a type, named "Ops chat", and one `other`. */
export async function withChat(type: string, version: string, onEnd: (end: () => Promise<void>) => void): Promise<string> {
  const { url, close } = await startSandbox({ empty: true, version });
  onEnd(close);
  for (const [id, name] of [
    ["chat", "Ops chat"],
    ["other", "Other chat"],
  ]) {
    const { config, secrets } = made[type] ?? { config: {}, secrets: { webhookUrl: "https://hooks.slack.com/services/T/B/x" } };
    const answer = await fetch(`${url}/api/actions/connector/${id}`, {
      method: "POST",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({ name, connector_type_id: type, config, secrets }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
  return url;
}

const made: Record<string, { config: object; secrets: object }> = {
  ".jira": { config: { apiUrl: "https://jira.example.org", projectKey: "X" }, secrets: { email: "a@b.c", apiToken: "t" } },
  ".gen-ai": {
    config: { apiProvider: "OpenAI", apiUrl: "https://api.openai.com/v1/chat/completions", defaultModel: "gpt" },
    secrets: { apiKey: "k" },
  },
  ".mcp": { config: { serverUrl: "https://mcp.example.org", hasAuth: false }, secrets: {} },
};

/** Whether it is still there. */
export async function isThere(url: string, id = "chat"): Promise<boolean> {
  return (await fetch(`${url}/api/actions/connector/${id}`)).ok;
}

export const remove = (server: Pick<Started, "call">, ids = ["chat"]) => server.call("safe_delete_connector", { ids });

/** The same for all tests of a file, begun by the first that needs it. */
export function chatOfFile(): () => Promise<string> {
  const ends: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(ends.map((end) => end())));
  let url: Promise<string> | undefined;
  return () => {
    url ??= withChat(".slack", "9.5", (end) => ends.push(end));
    return url;
  };
}
