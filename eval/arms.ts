import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createMCPClient, ElicitationRequestSchema } from "@ai-sdk/mcp";
import { Experimental_StdioMCPTransport as StdioTransport } from "@ai-sdk/mcp/mcp-stdio";
import { jsonSchema, type ToolSet, tool } from "ai";
import * as z from "zod";
import type { Guidance } from "./guidance.ts";
import type { Job } from "./job.ts";
import type { Person } from "./person.ts";
import { assistantKey } from "./sandbox.ts";

export const armNames = ["server", "shell"] as const;
export type ArmName = (typeof armNames)[number];

/** What the assistant can do in a job, and what it is told of that. */
export interface Arm {
  instructions: string;
  tools: ToolSet;
  close(): Promise<void>;
}

interface Place {
  job: Job;
  /** Where Kibana is reached. */
  kibana: string;
  /** A folder of this run alone. */
  folder: string;
}

const manner = [
  "You are the assistant of somebody who looks after the alerting of a company in Kibana.",
  "Do what the user says, with no more calls than it needs, and then tell in a few sentences what was done and what was not.",
  "What you want to know of the user, or want to show, such as an address to open, goes through ask_user. Each question costs the user time.",
];

/** The assistant's own environment: nothing of the machine's but where programs are. */
const environment = ({ job, kibana, folder }: Place): Record<string, string> => ({
  PATH: process.env.PATH ?? "",
  HOME: folder,
  XDG_STATE_HOME: join(folder, "state"),
  KIBANA_URL: kibana,
  KIBANA_API_KEY: assistantKey,
  ...job.env,
});

/** The tools of the server, as a client hands them on. */
export async function serverArm(place: Place, person: Person, main: string, readingMs: number): Promise<Arm> {
  const { job } = place;
  const transport = new StdioTransport({
    command: process.execPath,
    args: [main, ...(job.server ?? [])],
    // The server takes an answer that comes sooner than a person reads for a machine's.
    env: { ...environment(place), KIBANA_LABEL: "PROD", ...(readingMs === 0 ? { CONNECTORS_CONFIRM_READING: "0" } : {}) },
    stderr: "ignore",
  });
  const asks = job.canAsk !== false;
  const client = await createMCPClient({ transport, capabilities: asks ? { elicitation: {} } : {} });
  if (asks) client.onElicitationRequest(ElicitationRequestSchema, ({ params }) => person.form(params));
  const instructions = [...manner, "The user sees the questions that the tools ask, and answers them.", client.instructions ?? ""].join(
    "\n\n",
  );
  return { instructions, tools: { ...(await client.tools()), ask_user: askUser(person) }, close: () => client.close() };
}

/** A shell with curl and jq, and the guidance that Elastic publishes for this. */
export function shellArm(place: Place, person: Person, guidance: Guidance): Arm {
  const env = { ...environment(place), GUIDANCE: guidance.folder };
  const work = join(place.folder, "work");
  mkdirSync(work);
  const names = ["KIBANA_URL", "KIBANA_API_KEY", ...Object.keys(place.job.env ?? {})].map((name) => `$${name}`).join(", ");
  const shell = tool({
    description: "Runs a command in bash, with curl and jq, and returns what it prints.",
    inputSchema: z.object({ command: z.string() }),
    execute: ({ command }) => runShell(command, work, env),
  });
  const told = [
    ...manner,
    `You reach that Kibana with curl. In your shell there are ${names}; send -H "Authorization: ApiKey $KIBANA_API_KEY". Never print a secret.`,
    "What follows is Elastic's guidance. The files that it names are in $GUIDANCE.",
    guidance.text,
  ];
  return { instructions: told.join("\n\n"), tools: { shell, ask_user: askUser(person) }, close: async () => {} };
}

function askUser(person: Person) {
  return tool({
    description: "Asks the user, or shows the user something, and returns the reply.",
    inputSchema: jsonSchema<{ question: string }>({
      type: "object",
      properties: { question: { type: "string" } },
      required: ["question"],
    }),
    execute: ({ question }) => person.asked(question),
  });
}

function runShell(command: string, cwd: string, env: Record<string, string>): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn("bash", ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 60_000 });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.once("error", failed);
    child.once("close", (code) => done(code === 0 ? output : `${output}\n(exit ${code})`));
  });
}
