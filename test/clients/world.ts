import { appendFileSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import { cleanEnv, readingFor, serverBuild, startSandboxWith } from "../support/built-server.ts";
import { freshFolder, textIn } from "../support/folder.ts";

/** One message of the protocol, as it passed. */
export interface Passed {
  /** Milliseconds since 1970. */
  at: number;
  from: "client" | "server";
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of many shapes
  message: any;
}

/** What one test has: a sandbox, a folder, and how a client starts the built server with a tap on its line. */
export async function startWorld(serverArgs: string[] = [], sandboxArgs: string[] = []) {
  const sandbox = await startSandboxWith(sandboxArgs);
  onTestFinished(() => sandbox.stop());
  const folder = await freshFolder();
  const log = join(folder, "passed.jsonl");
  appendFileSync(log, "");
  const journal = join(folder, "journal");
  return {
    folder,
    /** For a client's environment, which some clients hand to the server: as for people, who need a second to read. */
    env: cleanEnv(folder, readingFor("1")),
    kibana: sandbox.url,
    server: {
      command: process.execPath,
      args: [resolve("test/clients/drivers/stdio-tap.mjs"), log, process.execPath, serverBuild, ...serverArgs],
      env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any", CONNECTORS_JOURNAL_DIR: journal },
    },
    /** What passed between client and server so far. */
    passed: (): Passed[] =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    journal: () => textIn(journal),
    /** Ids of the connectors that Kibana has. */
    async connectors(): Promise<string[]> {
      const answer = await fetch(`${sandbox.url}/api/actions/connectors`, { headers: { authorization: "ApiKey any" } });
      return ((await answer.json()) as { id: string }[]).map(({ id }) => id);
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Whether a message is a call of a tool, and not the answer to a question, which repeats it in protocol 2026-07-28. */
export function isCall({ from, message }: Passed): boolean {
  return from === "client" && message.method === "tools/call" && message.params.inputResponses === undefined;
}

/** Calls of a tool as they reached the server. */
export function callsIn(passed: Passed[], tool: string): Record<string, unknown>[] {
  return passed.filter((one) => isCall(one) && one.message.params.name === tool).map(({ message }) => message.params.arguments);
}

/** The server's questions, each with the client's answer and after how many milliseconds it came. */
export function questionsIn(passed: Passed[]): { message: string; action: string; ms: number }[] {
  return passed.flatMap((asked) => {
    const form = asked.from === "server" && asked.message.result?.inputRequests?.form;
    if (form) {
      const { requestState } = asked.message.result;
      const again = passed.find(({ from, message }) => from === "client" && message.params?.requestState === requestState);
      return [
        {
          message: form.params.message,
          action: again?.message.params.inputResponses?.form?.action ?? "none",
          ms: (again?.at ?? Number.POSITIVE_INFINITY) - asked.at,
        },
      ];
    }
    if (asked.from !== "server" || asked.message.method !== "elicitation/create") return [];
    const answer = passed.find(({ from, message }) => from === "client" && message.id === asked.message.id && !message.method);
    return [
      {
        message: asked.message.params.message,
        action: answer?.message.result?.action ?? JSON.stringify(answer?.message.error ?? "none"),
        ms: (answer?.at ?? Number.POSITIVE_INFINITY) - asked.at,
      },
    ];
  });
}
