import { plainText, showsWords } from "../../plain-text.ts";
import type { ResourceContext } from "../resources/source.ts";

export interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
  /** Values that begin with what was typed; `others` are the arguments given so far. @throws ToolError */
  complete(value: string, others: Record<string, string>, context: ResourceContext): Promise<string[]>;
}

/** A task that a person picks from a menu, with the text that starts an agent on it. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  /** The tools that it needs; a server that does not offer them does not offer the prompt. */
  needs: readonly string[];
  arguments: readonly PromptArgument[];
  /** @param given arguments by name; all required ones are there */
  text(given: Record<string, string>, context: Pick<ResourceContext, "shared">): string;
}

/** How an agent gives a secret that no variable holds. `what` is as in "for all of it", or empty. */
export function otherwiseTyped({ shared }: Pick<ResourceContext, "shared">, what = ""): string {
  return shared
    ? "else tell me that the operator has to set one"
    : `else {"$ask": true}${what}, give me the address from the answer, and repeat the same call with \`confirm\` when I say that I am done`;
}

/** A person's input, on one line and in quotes. */
export function value(text: string | undefined, otherwise: string): string {
  return text === undefined || text.trim() === "" ? otherwise : JSON.stringify(plainText(text, 200));
}

export const space: PromptArgument = {
  name: "space",
  description: "Id of the space; the server's default if left out",
  required: false,
  async complete(typed, _others, context) {
    const { spaces } = await context.open();
    return (await spaces.list()).map(({ id }) => id).filter((id) => id.startsWith(typed));
  },
};

/** A connector's id, completed from the beginning of its id or name. */
export const connector: PromptArgument = {
  name: "connector",
  description: "Id or exact name of the connector",
  required: true,
  async complete(typed, others, context) {
    const { kibana, settings, spaces } = await context.open();
    const inSpace = await spaces.check(others.space || settings.space, { fresh: false });
    const word = typed.toLowerCase();
    const found = (await kibana.connectors(inSpace)).filter(({ id, name }) => [id, name].some((one) => showsWords(one, word, "start")));
    return found.map(({ id }) => id);
  },
};

/** The clause that names the space in a prompt's text. */
export function inSpace({ space: id }: Record<string, string>): string {
  return `in ${id ? `the space ${value(id, "")}` : "the default space of the server"}`;
}
