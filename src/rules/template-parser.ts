import type { ParseTemplate } from "./wanted.ts";

/** Mustache's parser, which is loaded when it is needed. It keeps none of the templates: they come from outside, without end. */
export async function templateParser(): Promise<ParseTemplate> {
  const { default: mustache } = await import("mustache");
  mustache.templateCache = undefined;
  return (text) => mustache.parse(text);
}
