import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { type Answer, inWords } from "./answer.ts";
import type { Case } from "./case.ts";
import { CleanUp } from "./clean-up.ts";
import { webhook } from "./fixtures.ts";
import { Kibana, type Target } from "./kibana.ts";
import { atLeast, type Deployment, expired, learn, needs } from "./needs.ts";
import { request } from "./request.ts";

/** The result of a case. Cases that hold return; cases that do not hold throw. */
export interface Settled {
  section: string;
  statement: string;
  /** As found, with this run's ids left out. */
  found: string;
  expected: boolean;
}

export interface Run {
  deployment: Deployment;
  /** Why the case cannot be asked here; undefined when it can. */
  whyNot(one: Case): string | undefined;
  /** @throws what did not hold. Returns the answer of an UNVERIFIED case. Cleans up in either case. */
  perform(one: Case): Promise<Settled | undefined>;
  /** Removes the run's spaces. Returns what is left behind. */
  end(): Promise<string[]>;
}

/**
 * Learns what the deployment is, and makes two spaces of the run's own.
 * @throws when the credentials are not accepted, or may not make spaces.
 */
export async function startRun(target: Target, login: Deployment["login"], keys: Deployment["keys"] = {}): Promise<Run> {
  const headers = target.authorization ? { authorization: target.authorization } : {};
  const call = (method: string, path: string, body?: unknown) => request(target.url, method, path, body, headers);
  const deployment = await learn((path) => call("GET", path), login, keys);
  if (!atLeast(deployment, "8.8")) throw new Error(`The suite chooses connector ids, which Kibana ${deployment.version} cannot (§1.5).`);
  const prefix = `ct${randomBytes(4).toString("hex")}`;
  const spaces = [`${prefix}-a`, `${prefix}-b`] as const;
  const left: string[] = [];
  const end = async () => {
    for (const id of spaces) {
      const gone = await call("DELETE", `/api/spaces/space/${id}`);
      if (![204, 404].includes(gone.status)) left.push(`/api/spaces/space/${id}`);
    }
    return left;
  };
  for (const id of spaces) {
    const made = await call("POST", "/api/spaces/space", { id, name: `Contract tests ${id}`, disabledFeatures: [] });
    if (made.status === 200) continue;
    await end();
    throw new Error(`The suite needs two spaces of its own and could not make ${id}: ${inWords(made)}`);
  }
  const hostsRestricted = await learnHosts(call, spaces[0], prefix);
  if (hostsRestricted !== undefined) deployment.hostsRestricted = hostsRestricted;
  let count = 0;
  return {
    deployment,
    whyNot: (one) => whyNot(one, deployment),
    async perform(one) {
      count += 1;
      const cleanUp = new CleanUp(prefix);
      const [space, otherSpace] = spaces;
      const kibana = new Kibana({ target, deployment, prefix: `${prefix}-${count.toString(36)}`, space, otherSpace, cleanUp });
      try {
        return await performed(one, kibana, prefix);
      } finally {
        left.push(...(await cleanUp.run((path) => call("DELETE", path))));
      }
    },
    end,
  };
}

/** Creates a webhook to a host that cannot exist, and removes it again. */
async function learnHosts(
  call: (method: string, path: string, body?: unknown) => Promise<Answer>,
  space: string,
  prefix: string,
): Promise<boolean | undefined> {
  const at = `/s/${space}/api/actions/connector/${prefix}-hosts`;
  const body = { name: `${prefix}-hosts`, ...webhook, config: { ...webhook.config, url: `http://${prefix}.invalid/` } };
  const { status } = await call("POST", at, body);
  if (status === 200) await call("DELETE", at);
  return { 200: false, 400: true }[status];
}

async function performed(one: Case, kibana: Kibana, prefix: string): Promise<Settled | undefined> {
  if (one.mark === "verified") {
    await one.check(kibana);
    return undefined;
  }
  const found = (await one.ask(kibana)).replaceAll(new RegExp(`${prefix}[\\w-]*`, "g"), "<id>").replaceAll(/\s+/g, " ");
  const expected = one.answers.some((answer) => (typeof answer === "string" ? answer === found : answer.test(found)));
  return { section: one.section, statement: one.name, found, expected };
}

function whyNot({ since, until, needs: wanted = [] }: Case, deployment: Deployment): string | undefined {
  if (expired(deployment) && !wanted.includes("licence expired")) return "needs a licence that has not expired";
  if (since && !atLeast(deployment, since)) return `since ${since}`;
  if (until && atLeast(deployment, until)) return `until ${until}`;
  const missing = wanted.find((need) => !needs[need](deployment));
  return missing && `needs ${missing}`;
}

/** Fails with what was found and what the reference would have accepted. */
export function expectSettled(one: Case, settled: Settled | undefined): void {
  if (settled === undefined || one.mark === "verified" || settled.expected) return;
  expect.fail(`${one.section} ${one.name}: found "${settled.found}", accepted: ${one.answers.join(" | ")}`);
}
