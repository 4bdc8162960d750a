import type { ParseTemplate } from "./wanted.ts";

/** Mustache's parser, loaded on demand. It caches no templates: they come from outside, in any number. */
export async function templateParser(): Promise<ParseTemplate> {
  const mustache = await loaded();
  return (text) => mustache.parse(text);
}

/** Fills one template in. @throws Error where it is none, or would take too long */
export type RenderTemplate = (text: string, variables: object, escaped: (value: unknown) => string) => string;

/** Most characters of a template that is filled in: Mustache takes quadratic time on some. */
const longest = 20_000;
/** With custom tags the parser may scan to the end of the template at each of them. */
const longestWithTags = 5_000;
/** Sections within sections multiply. */
const mostLookups = 2_000;

/** Mustache itself, loaded on demand. */
export async function templateRenderer(): Promise<RenderTemplate> {
  const mustache = await loaded();
  class Counted extends mustache.Context {
    readonly #count: { lookups: number };

    constructor(view: unknown, parent: InstanceType<typeof mustache.Context> | undefined, count: { lookups: number }) {
      super(view, parent);
      this.#count = count;
    }

    override push(view: unknown) {
      return new Counted(view, this, this.#count);
    }

    override lookup(name: string): unknown {
      this.#count.lookups += 1;
      if (this.#count.lookups > mostLookups) throw new Error(`it needs more than ${mostLookups} values`);
      return super.lookup(name);
    }
  }
  return (text, variables, escaped) => {
    if (/\s{2000}/.test(text) || (text.includes("{{=") && text.length > longestWithTags))
      throw new Error("it would take too long: it has thousands of blanks in a row, or changes its tags");
    if (text.length > longest) throw new Error(`it is longer than ${longest} characters, which is more than is rehearsed`);
    return mustache.render(text, new Counted(variables, undefined, { lookups: 0 }), {}, { escape: escaped });
  };
}

async function loaded() {
  const { default: mustache } = await import("mustache");
  mustache.templateCache = undefined;
  return mustache;
}
