import { createHash } from "node:crypto";
import { expect } from "vitest";
import type { Called, product } from "../support/product.ts";

type Made = Awaited<ReturnType<typeof product>>;

export const env = { CONNECTOR_SECRET_USER: "kibana-intake", CONNECTOR_SECRET_WORD: "canary-0123456789" };

/** A create that sends secrets to a host that nobody agreed to yet: a person has to agree. */
export const webhook = {
  name: "Incident intake",
  type: ".webhook",
  config: { url: "https://intake.example.net/kibana", method: "post", hasAuth: true, authType: "webhook-authentication-basic" },
  secrets: { user: { $env: "CONNECTOR_SECRET_USER" }, password: { $env: "CONNECTOR_SECRET_WORD" } },
};

/** A delete of a connector that no rule uses. */
export const unused = { ids: ["ops-slack-2"] };

/** Runs a call that must leave Kibana and the journal as they are. */
export async function nothingWritten(made: Made, work: () => Promise<Called>): Promise<Called> {
  const before = { state: await made.state(), journal: await made.journal(), writes: made.writes().length };
  const answer = await work();
  expect({ state: await made.state(), journal: await made.journal(), writes: made.writes().length }).toEqual(before);
  return answer;
}

/** The journal's records. */
export async function records(made: Made): Promise<Record<string, unknown>[]> {
  const lines = (await made.journal()).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** What Kibana keeps of a connector, its secrets as a hash. */
export async function stored(made: Made, id: string): Promise<{ secrets: string; name: string } | undefined> {
  const { connectors } = JSON.parse(await made.bare("GET", "/sandbox/state"));
  return connectors.find((one: { id: string }) => one.id === id);
}

/** The hash that the sandbox shows of these secrets; null for those that a type has and this one lacks. */
export function hashOf(secrets: Record<string, unknown>): string {
  const sorted = Object.fromEntries(Object.entries(secrets).sort(([one], [other]) => (one < other ? -1 : 1)));
  return `sha256:${createHash("sha256").update(JSON.stringify(sorted)).digest("hex")}`;
}
