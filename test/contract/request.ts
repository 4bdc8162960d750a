import http from "node:http";
import https from "node:https";
import type { Answer } from "./answer.ts";

/** Not `fetch`, which takes four times as long: the suite makes tens of thousands of calls. */
const plain = { send: http.request, agent: new http.Agent({ keepAlive: true }) };
const secure = { send: https.request, agent: new https.Agent({ keepAlive: true }) };

export async function request(
  url: string,
  method: string,
  path: string,
  body: unknown,
  given: Record<string, string | undefined>,
): Promise<Answer> {
  const sent = await encoded(body);
  const wanted = { ...sent.headers, "kbn-xsrf": "contract", ...given };
  const headers = Object.fromEntries(Object.entries(wanted).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const { status, fields, text } = await exchange(url + path, method, headers, sent.content);
  return { status, body: parsed(text), text, headers: new Headers(fields) };
}

async function encoded(body: unknown): Promise<{ headers: Record<string, string>; content: string | Buffer }> {
  if (body === undefined) return { headers: {}, content: "" };
  if (!(body instanceof FormData)) return { headers: { "content-type": "application/json" }, content: JSON.stringify(body) };
  const form = new Response(body);
  return { headers: { "content-type": form.headers.get("content-type") ?? "" }, content: Buffer.from(await form.arrayBuffer()) };
}

type Raw = { status: number; fields: [string, string][]; text: string };

function exchange(url: string, method: string, headers: Record<string, string>, content: string | Buffer): Promise<Raw> {
  const { send, agent } = url.startsWith("https:") ? secure : plain;
  return new Promise((resolve, reject) => {
    const length = content.length > 0 || method !== "GET" ? { "content-length": Buffer.byteLength(content) } : {};
    const outgoing = send(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const fields = Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]);
        resolve({ status: response.statusCode ?? 0, fields, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(content);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
