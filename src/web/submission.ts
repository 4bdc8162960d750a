import type { IncomingMessage } from "node:http";
import { type ApprovalPage, knows as answers, type Field, type Problems, type Submission } from "./page.ts";

const maxBytes = 1024 * 1024;

/** The form is larger than this server reads. */
export class TooLarge extends Error {}

/** Reads the form: each field typed or from a file, but not both. @throws TooLarge */
export async function readSubmission(
  request: IncomingMessage,
  { fields = [], knows }: Partial<Pick<ApprovalPage, "fields" | "knows">>,
): Promise<Submission | { problems: Problems }> {
  const form = await readForm(request);
  const [answer, ...more] = form?.getAll("answer") ?? [];
  // Neither button: what was sent is not what the page sends, and decides nothing.
  if (!form || (answer !== "approve" && answer !== "refuse") || more.length > 0)
    return { problems: { "": "The form could not be read. Nothing was written." } };
  const problems: Problems = {};
  const values: Record<string, string> = {};
  for (const field of fields) {
    const given = (await Promise.all(form.getAll(field.path).map((item) => readItem(item, field)))).filter((value) => value !== "");
    if (new Set(given).size > 1) problems[field.path] = "It is both typed and taken from a file, and the two differ: use one.";
    else if (given[0] !== undefined) values[field.path] = given[0];
  }
  if (answer === "refuse") return { approved: false, typedName: "", values: {} };
  const known = knows === undefined ? undefined : answers.find((one) => one === form.get("knows"));
  if (known === "no" || known === "do not know") return { approved: false, known, typedName: "", values: {} };
  if (knows !== undefined && known === undefined) problems.knows = "It has to be answered.";
  for (const field of fields) if (field.required && values[field.path] === undefined) problems[field.path] ??= "It is required.";
  if (Object.keys(problems).length > 0) return { problems };
  const [name, passkey] = [form.get("name"), form.get("passkey")];
  return {
    approved: true,
    typedName: typeof name === "string" ? name.trim() : "",
    passkey: typeof passkey === "string" && passkey !== "" ? passkey : undefined,
    values,
  };
}

/** Forms send line ends as CRLF, and files end in one: neither is part of a key. Bytes that are not text become base64, as in Kibana's own form. */
async function readItem(item: string | File, { multiline }: Field): Promise<string> {
  const text = typeof item === "string" ? item : fileText(Buffer.from(await item.arrayBuffer()));
  const lines = text.replaceAll("\r\n", "\n");
  return multiline ? lines.trim() : lines.slice(0, lines.length - lineEnds(lines));
}

/** How many line ends a text ends with. */
function lineEnds(text: string): number {
  let count = 0;
  while (text.at(-1 - count) === "\n") count++;
  return count;
}

function fileText(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString("base64");
  }
}

async function readForm(request: IncomingMessage): Promise<FormData | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  try {
    return await new Response(Buffer.concat(chunks), { headers: { "content-type": request.headers["content-type"] ?? "" } }).formData();
  } catch {
    // Not a form: the caller tells the person.
    return undefined;
  }
}
