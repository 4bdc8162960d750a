import { serveAnthropic } from "./models/anthropic.ts";
import { serveGemini } from "./models/gemini.ts";
import { serveOpenai } from "./models/openai.ts";
import { createScript, type Step } from "./models/script.ts";
import { runProgram } from "./program.ts";
import type { World } from "./world.ts";

/** What a host answers to a question by form. */
export type FormAnswer = { action: "accept"; content: Record<string, unknown> } | { action: "decline" | "cancel" };

/** Who answers questions by form in a host's own code. */
export interface Person {
  answer: FormAnswer;
  /** Milliseconds from the question to the answer. */
  afterMs: number;
}

export interface Start {
  world: World;
  /** Address of the scripted model. */
  model: string;
  /** The folder into which npm installed the client. */
  installed: string;
  /** Undefined where the client offers no forms. */
  person?: Person;
  /** Whether the client's own approval was given beforehand: for all tools of the server, or none. */
  approved: boolean;
}

/** A program that puts a model's calls to the server. */
export interface Agent {
  name: string;
  packages: [string, ...string[]];
  /** Only these need their install script. */
  installScript?: true;
  api: "anthropic" | "openai" | "gemini";
  /** Who answers a question by form: the code around the library, the client by itself, or nobody, if the client offers no forms. */
  forms: "host" | "cancel" | "decline" | "none";
  /** Free objects that it shows the model as empty ones, a bug of the library. */
  closes?: readonly string[];
  /** Whether it wants an approval of its own before it calls a tool that changes something. */
  hasApprovals?: true;
  start(given: Start): { command: [string, ...string[]]; env: Record<string, string> };
}

const serve = { anthropic: serveAnthropic, openai: serveOpenai, gemini: serveGemini };

export interface Run {
  agent: Agent;
  installed: string;
  world: World;
  steps: readonly Step[];
  person?: Person;
  approved?: boolean;
}

/** Runs an agent whose model follows these steps and then says the last result back. @returns what it printed, and what the model was told */
export async function runAgent({ agent, installed, world, steps, person, approved = true }: Run) {
  const script = createScript(steps);
  const model = await serve[agent.api](script);
  const { command, env } = agent.start({ world, model: model.url, installed, approved, ...(person ? { person } : {}) });
  const ended = await runProgram(command, { cwd: world.folder, env: { ...world.env, ...env } });
  return { ...ended, told: script.told, failures: model.failures };
}
