import { readFileSync } from "node:fs";
import { join } from "node:path";
import { countTokens } from "gpt-tokenizer";
import { startBuilt, startSandboxWith, yes } from "../support/built-server.ts";
import { recordingProxy } from "../support/recording-proxy.ts";
import { budgets, start } from "./table.ts";

export interface Output {
  bytes: number;
  imports: { path: string; kind: string }[];
  inputs: Record<string, unknown>;
  entryPoint?: string;
}

/** What a build reads before its tools can be listed to a client of an era: everything but what is imported on demand. */
export function eagerOf(dist: string, era: "first" | "second" = "first"): { bytes: number; paths: string[]; inputs: string[] } {
  const { outputs } = JSON.parse(readFileSync(join(dist, "meta.json"), "utf8")) as { outputs: Record<string, Output> };
  const entries = ["src/main.ts", `src/mcp/${era}/stdio.ts`];
  const found = new Set(Object.keys(outputs).filter((path) => entries.includes(outputs[path]?.entryPoint ?? "")));
  for (const path of found)
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === "import-statement" && outputs[next]) found.add(next);
  const files = [...found].flatMap((path) => outputs[path] ?? []);
  return {
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    paths: [...found],
    inputs: files.flatMap((file) => Object.keys(file.inputs)),
  };
}

/** Starts a build, makes every call of the table, and says in a sentence each where it is over its budget. */
export async function overBudget(dist: string): Promise<string[]> {
  const over: string[] = [];
  const hold = (what: string, is: number, may: number) => {
    if (is > may) over.push(`${what}: ${is}, not more than ${may}`);
  };
  const eager = eagerOf(dist);
  hold("bytes at the start", eager.bytes, start.bytes);
  hold("files at the start", eager.paths.length, start.files);

  const sandbox = await startSandboxWith();
  const proxy = await recordingProxy(sandbox.url);
  const env = { KIBANA_URL: proxy.url, KIBANA_API_KEY: "any" };
  const server = await startBuilt({ main: join(dist, "main.js"), env, person: yes });
  let lastChange = "";
  try {
    for (const { name, description, inputSchema } of (await server.client.listTools()).tools) {
      const tokens = countTokens(name) + countTokens(description ?? "") + countTokens(JSON.stringify(inputSchema));
      hold(`tokens of ${name} in tools/list`, tokens, budgets[name]?.listed ?? 0);
    }
    for (const [tool, { calls }] of Object.entries(budgets)) {
      for (const { args, requests, tokens } of calls) {
        proxy.calls.length = 0;
        const live = JSON.parse(JSON.stringify(args).replace("(the last one)", lastChange));
        const { raw, failed, body } = await server.call(tool, live);
        lastChange = body.change ?? lastChange;
        const text = raw.content[0]?.type === "text" ? raw.content[0].text : "";
        const what = `${tool} ${JSON.stringify(args)}`;
        if (failed) over.push(`${what} failed: ${text}`);
        hold(`requests of ${what}`, proxy.calls.length, requests);
        hold(`tokens of the answer of ${what}`, countTokens(text), tokens);
      }
    }
  } finally {
    await server.close();
    await sandbox.stop();
  }
  return over;
}
