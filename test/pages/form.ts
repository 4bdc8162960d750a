import { request as httpRequest } from "node:http";
import { setTimeout } from "node:timers/promises";

/** What Chromium sends with a form of the page itself. */
const byBrowser = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document", origin: "null" };

export interface Seen {
  status: number;
  html: string;
}

/** Looks at a page. */
export async function look(url: string): Promise<Seen> {
  const answer = await fetch(url);
  return { status: answer.status, html: await answer.text() };
}

/** Sends a page's form as a browser would: fetch does not let a test set these headers. */
export async function submit(url: string, fields: Record<string, string | File>): Promise<Seen> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const encoded = new Response(form);
  return post(url, encoded.headers.get("content-type") ?? "", Buffer.from(await encoded.arrayBuffer()));
}

/** Sends any body with a browser's headers. */
export function post(url: string, type: string, body: string | Buffer): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: "POST", headers: { ...byBrowser, "content-type": type } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => parts.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, html: Buffer.concat(parts).toString() }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

export const approve = (url: string, fields: Record<string, string | File> = {}) => submit(url, { ...fields, answer: "approve" });
/** The same by a person who reads it first, as the server starts for people. */
export async function readAndApprove(url: string): Promise<Seen> {
  await look(url);
  await setTimeout(1_050);
  return approve(url);
}

export const refuse = (url: string) => submit(url, { answer: "refuse" });
