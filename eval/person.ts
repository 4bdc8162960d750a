import { request } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import type { Policy, Question } from "./job.ts";

const Form = z.looseObject({
  message: z.string(),
  requestedSchema: z.looseObject({ properties: z.record(z.string(), z.looseObject({})).default({}) }).optional(),
});
const Field = z.looseObject({
  type: z.string().optional(),
  title: z.string().default(""),
  description: z.string().default(""),
  enum: z.array(z.string()).optional(),
  oneOf: z.array(z.looseObject({ const: z.string() })).optional(),
});

const pageAddress = /http:\/\/(?:127\.0\.0\.1|localhost):\d+\/p\/[\w-]+/;

export type Person = ReturnType<typeof createPerson>;

/**
 * The simulated person of a job. Reads, then answers: approves what names something that the job is about and nothing that it is not;
 * everything else is declined, as by somebody who did not ask for it.
 * @param readingMs how long a person reads at the least
 * @param beforeAnswer what happens elsewhere in the meantime
 */
export function createPerson(
  { approves = [], declines = [], choices = [], types = {}, says = [] }: Policy,
  readingMs: number,
  beforeAnswer: () => Promise<void>,
) {
  const questions: Question[] = [];

  async function read(text: string): Promise<void> {
    await wait(Math.min(2 * readingMs, Math.max(readingMs, text.split(/\s+/).length * 20)));
    await beforeAnswer();
  }

  const agrees = (text: string) => approves.some((part) => part.test(text)) && !declines.some((part) => part.test(text));

  /** As the job says, else the first that agrees. */
  function choice(about: string, options: readonly string[]): string {
    const own = choices.find(([part]) => part.test(about))?.[1];
    return options.find((one) => one === own) ?? options.find((one) => /yes|true|approve|nothing/i.test(one)) ?? options[0] ?? "";
  }

  const typed = (name: string) => types[name.split(".").at(-1) ?? ""] ?? "";

  /** Answers a form of the server by its schema. */
  async function form(params: unknown): Promise<{ action: "accept"; content: Record<string, string | boolean> } | { action: "decline" }> {
    const { message, requestedSchema } = Form.parse(params);
    await read(message);
    const yes = agrees(message);
    questions.push({ kind: "form", text: message, answer: yes ? "yes" : "no" });
    if (!yes) return { action: "decline" };
    const fields = Object.entries(requestedSchema?.properties ?? {}).map(([name, value]) => [name, Field.parse(value)] as const);
    return { action: "accept", content: Object.fromEntries(fields.map(([name, field]) => [name, filledIn(name, field)])) };
  }

  function filledIn(name: string, { type, title, description, enum: options, oneOf }: z.output<typeof Field>): string | boolean {
    const about = `${name} ${title} ${description}`;
    const values = options ?? oneOf?.map((one) => one.const);
    if (values) return choice(about, values);
    return type === "boolean" ? true : nameToType(about) || typed(name);
  }

  /** Opens a page as a browser does, types what the person has, and sends it. Returns what is told to the assistant. */
  async function page(url: string): Promise<string> {
    const shown = await fetch(url);
    const source = await shown.text();
    const text = wordsOf(source);
    await read(text);
    if (shown.status !== 200) return `I opened it, and it says: ${text.slice(0, 200)}`;
    const yes = agrees(text);
    questions.push({ kind: "page", text, answer: yes ? "yes" : "no" });
    const sent = new FormData();
    if (yes) for (const [name, value] of fieldsOf(source)) sent.append(name, value);
    sent.append("answer", yes ? "approve" : "refuse");
    const answer = await submit(url, sent);
    if (!yes) return "I refused it on the page: that is not what I asked for.";
    if (answer.status < 300) return "Done, I approved it on the page. Go on.";
    return `The page did not take it: ${wordsOf(answer.source).slice(0, 300)}`;
  }

  function fieldsOf(source: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const [tag] of source.matchAll(/<(?:input|textarea)\b[^>]*>/g)) {
      const [name, type, value] = [attribute(tag, "name"), attribute(tag, "type"), attribute(tag, "value")];
      if (name === "" || ["file", "submit", "hidden"].includes(type)) continue;
      if (type === "radio") found.set(name, choice(name, optionsOf(source, name)));
      else if (type === "checkbox") found.set(name, value || "on");
      else found.set(name, name === "name" ? nameToType(wordsOf(source)) : typed(name));
    }
    return found;
  }

  const saidTo = (message: string) => says.find(([about]) => about.test(message))?.[1];

  async function told(message: string, otherwise: string): Promise<string> {
    const [url] = pageAddress.exec(message) ?? [];
    if (url) return page(url);
    await read(message);
    const answer = saidTo(message) ?? otherwise;
    questions.push({ kind: "chat", text: message, answer });
    return answer;
  }

  return {
    questions,
    form,
    /** A question that the assistant asks by its own tool. */
    asked: (question: string) => told(question, "You decide; it is as I said."),
    /** What the person says to the assistant's last message, where it wants an answer that the job has: nothing ends the conversation. */
    async replies(message: string): Promise<string | undefined> {
      const wants = pageAddress.test(message) || (message.trimEnd().endsWith("?") && saidTo(message) !== undefined);
      return wants ? told(message, "") : undefined;
    },
  };
}

/** Sends a form as a browser does. Not by `fetch`, which sets the metadata of a fetch. */
async function submit(url: string, form: FormData): Promise<{ status: number; source: string }> {
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const headers = {
    "content-type": encoded.headers.get("content-type") ?? "",
    "content-length": body.length,
    origin: new URL(url).origin,
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  return new Promise((done, failed) => {
    const sent = request(url, { method: "POST", headers }, (answer) => {
      textOf(answer).then((source) => done({ status: answer.statusCode ?? 0, source }), failed);
    });
    sent.on("error", failed).end(body);
  });
}

/** The name that a text asks to be typed. */
function nameToType(text: string): string {
  const [, quoted] = /[Tt]ype [^:]*:\s*"([^"]+)"/.exec(text) ?? [];
  const [, plain] = /[Tt]ype [^:]*:\s*(.+?)\s*(?: {2}|\n|$|Approve|Save)/.exec(text) ?? [];
  return (quoted ?? plain ?? "").trim();
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? "";
}

function optionsOf(source: string, name: string): string[] {
  const tags = [...source.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag);
  return tags.filter((tag) => attribute(tag, "name") === name).map((tag) => attribute(tag, "value"));
}

function wordsOf(source: string): string {
  const marks: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return source
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]+>/g, "  ")
    .replace(/&(amp|lt|gt|quot|#39);/g, (_all, mark: string) => marks[mark] ?? "")
    .replace(/\n\s*/g, "\n")
    .trim();
}
