import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import type { Fill } from "../catalog/shared/rendering.ts";
import { valueAt } from "../plain-object.ts";
import { textsIn } from "./check-templates.ts";
import { eachText } from "./params.ts";

/** Whether Kibana fills in templates in a field of a rule's action, dotted from the params, before it runs the action. */
export function isFilledIn(type: ConnectorType, params: Params, field: string): boolean {
  if (!type.rendering) return true;
  const place = field.split(".");
  return JSON.stringify(valueAt(marked(type.rendering, params), place)) !== JSON.stringify(valueAt(params, place));
}

/** The texts, as paths from `params`, that hold a template and go out as they are. */
export function sentAsTheyAre({ rendering }: ConnectorType, params: Params): string[] {
  if (!rendering) return [];
  const filled = marked(rendering, params);
  return textsIn(params, "params")
    .filter(([path, text]) => /\{\{[^{}]+\}\}/.test(text) && valueAt({ params: filled }, path.split(".")) === text)
    .map(([path]) => path);
}

/** What is wrong with such a text. */
export function goesOutAsItIs({ id }: ConnectorType): string {
  return `is sent as it is: ${id} fills in no template there`;
}

/** The params with a mark in each text that is filled in. */
function marked(rendering: NonNullable<ConnectorType["rendering"]>, params: Params): Params {
  const mark = (value: unknown) => eachText(value, () => "filled in");
  const fill: Fill = { text: mark, all: mark, variables: {} };
  return rendering(params, fill);
}
