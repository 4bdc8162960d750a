import { NotComputed } from "../catalog/template-functions/not-computed.ts";
import type { ParseTemplate } from "./wanted.ts";

/** Mustache's parser, loaded on demand. It caches no templates: they come from outside, in any number. */
export async function templateParser(): Promise<ParseTemplate> {
  const mustache = await loaded();
  return (text) => mustache.parse(text);
}

/**
 * Fills one template in.
 * @param spend hears each text that goes into the result, and throws where they are too many
 * @throws Error where it is no template; NotComputed where it would take too long
 */
export type RenderTemplate = (
  text: string,
  variables: object,
  escaped: (value: unknown) => string,
  spend: (text: string) => void,
) => string;

/** Most characters of a template that is filled in: Mustache takes quadratic time on some. */
const longest = 20_000;
/** With custom tags the parser may scan to the end of the template at each of them. */
const longestWithTags = 5_000;
/** Sections within sections multiply. */
const mostLookups = 2_000;

/** Mustache itself, loaded on demand. */
export async function templateRenderer(): Promise<RenderTemplate> {
  const mustache = await loaded();
  interface Count {
    lookups: number;
    spend: (text: string) => void;
  }
  class Counted extends mustache.Context {
    readonly #count: Count;

    constructor(view: unknown, parent: InstanceType<typeof mustache.Context> | undefined, count: Count) {
      super(view, parent);
      this.#count = count;
    }

    override push(view: unknown) {
      return new Counted(view, this, this.#count);
    }

    override lookup(name: string): unknown {
      this.#count.lookups += 1;
      if (this.#count.lookups > mostLookups) throw new NotComputed(`it needs more than ${mostLookups} values`);
      const value: unknown = super.lookup(name);
      if (typeof value === "string") this.#count.spend(value);
      return value;
    }
  }
  class Measured extends mustache.Writer {
    readonly #spend: (text: string) => void;

    constructor(spend: (text: string) => void) {
      super();
      this.#spend = spend;
    }

    override renderTokens(...args: Parameters<InstanceType<typeof mustache.Writer>["renderTokens"]>): string {
      const result = super.renderTokens(...args);
      this.#spend(result);
      return result;
    }
  }
  return (text, variables, escaped, spend) => {
    if (text.length > longest) throw new NotComputed(`it is longer than ${longest} characters`);
    if (/\s{2000}/.test(text) || (text.includes("{{=") && text.length > longestWithTags))
      throw new NotComputed("it has thousands of blanks in a row, or changes its tags");
    return new Measured(spend).render(text, new Counted(variables, undefined, { lookups: 0, spend }), {}, { escape: escaped });
  };
}

async function loaded() {
  const { default: mustache } = await import("mustache");
  mustache.templateCache = undefined;
  return mustache;
}
