import type { ParseTemplate } from "./wanted.ts";

/** Mustache's parser, loaded on demand. It caches no templates: they come from outside, in any number. */
export async function templateParser(): Promise<ParseTemplate> {
  const { default: mustache } = await import("mustache");
  mustache.templateCache = undefined;
  return (text) => mustache.parse(text);
}
