import type { Move } from "./job.ts";

/** A call of a tool, for a script. */
export const call = (tool: string, args: Record<string, unknown> = {}): Move => ({ tool, args });

export const askUser = (question: string): Move => call("ask_user", { question });

/** A request to Kibana from the shell. With Node, which is there wherever this runs; a model uses curl. */
export function kibanaCall(method: string, path: string, body?: unknown, space = "default"): Move {
  const prefix = space === "default" ? "" : `/s/${space}`;
  const sent = body === undefined ? "" : `, body: ${JSON.stringify(JSON.stringify(body))}`;
  const headers = `{ authorization: "ApiKey " + process.env.KIBANA_API_KEY, "kbn-xsrf": "true", "content-type": "application/json", "x-elastic-internal-origin": "eval" }`;
  const script = `fetch(process.env.KIBANA_URL + ${JSON.stringify(prefix + path)}, { method: "${method}", headers: ${headers}${sent} }).then((answer) => answer.text()).then((text) => process.stdout.write(text))`;
  return call("shell", { command: `node -e '${script.replaceAll("'", "'\\''")}'` });
}
