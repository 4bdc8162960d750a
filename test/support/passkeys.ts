import { enroll } from "../../src/commands/enroll.ts";
import { post, type Seen } from "../pages/form.ts";
import type { Asked, Authenticator, Deviation } from "./authenticator.ts";

/** What a page asks its script for. */
export function askedOn(html: string): Asked {
  const attribute = /data-passkey="([^"]*)"/.exec(html)?.[1] ?? "";
  return JSON.parse(attribute.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
}

/** Looks at a page, whatever address of this machine its name stands for. */
export async function pageAt(url: string): Promise<string> {
  return (await fetch(url)).text();
}

/** Sends the page's form with what the authenticator answers. */
export async function signPage(url: string, by: Authenticator, how: Deviation = {}, fields: Record<string, string> = {}): Promise<Seen> {
  const passkey = by.answer(askedOn(await pageAt(url)), new URL(url).origin, how);
  return sendForm(url, { answer: "approve", passkey, ...fields });
}

export async function sendForm(url: string, fields: Record<string, string>): Promise<Seen> {
  const encoded = new URLSearchParams(fields).toString();
  return post(url, "application/x-www-form-urlencoded", encoded);
}

/** Runs the command as if a person sat at a terminal. @param atPage what they do on the page that it names */
export async function runEnroll(args: string[], env: Record<string, string>, atPage: (url: string) => Promise<unknown> = async () => {}) {
  const streams = { stdout: "", stderr: "" };
  let visited: Promise<unknown> | undefined;
  const { stdin, stdout, stderr } = process;
  const [wasIn, wasOut] = [stdin.isTTY, stdout.isTTY];
  const [writeOut, writeErr] = [stdout.write, stderr.write];
  Object.assign(stdin, { isTTY: true });
  Object.assign(stdout, { isTTY: true });
  stdout.write = (chunk: Uint8Array | string) => {
    streams.stdout += chunk;
    const url = /http:\/\/localhost:\d+\/p\/\S+/.exec(streams.stdout)?.[0];
    if (url !== undefined) visited ??= atPage(url);
    return true;
  };
  stderr.write = (chunk: Uint8Array | string) => {
    streams.stderr += chunk;
    return true;
  };
  try {
    const code = await enroll(args, env);
    await visited;
    return { code, ...streams };
  } finally {
    Object.assign(stdin, { isTTY: wasIn });
    Object.assign(stdout, { isTTY: wasOut });
    stdout.write = writeOut;
    stderr.write = writeErr;
  }
}

/** Enrolls a key of the local user, with the agreement of another one where there is one. */
export function enrollKey(journalDir: string, name: string, key: Authenticator, agreedBy?: Authenticator) {
  return runEnroll(["--name", name], { CONNECTORS_JOURNAL_DIR: journalDir }, async (url) => {
    await signPage(url, key, {}, { name });
    if (agreedBy) await signPage(url, agreedBy);
  });
}
