import type { ConnectorType, Params } from "../catalog/connector-type.ts";
import { paramsCall } from "../catalog/params-call.ts";
import type { About } from "../catalog/shared/recipe.ts";
import { ToolError } from "../errors.ts";
import { valueAt } from "../plain-object.ts";
import { closes, closingParams, onlyReads, withKey } from "./incidents.ts";
import { laidOver, withoutPath } from "./params.ts";
import type { Wanted } from "./wanted.ts";

/** The params of a new action: the recipe with the given params over it. @throws ToolError invalid_arguments */
export function newParams({ connector, type, params }: Wanted, about: About): Params {
  const recipe = type?.recipe?.params(about);
  if (!recipe) {
    if (params) return params;
    throw new ToolError(
      "invalid_arguments",
      `There is no recipe for actions of ${connector.type}: give its params.`,
      `${paramsCall(connector.type)} lists them.`,
    );
  }
  return params ? over(recipe, params) : recipe;
}

/** Of a group that the call does not name: the recipe's own words, and of the given params what it says nothing of. */
export function ownParams(wanted: Wanted, about: About): Params {
  const recipe = wanted.type?.recipe?.params(about);
  return recipe && wanted.params ? over(wanted.params, recipe) : newParams(wanted, about);
}

/** The params that an action has, with the given ones over them; new ones where it closes what it should open, or only reads. */
export function correctedParams(had: Params, wanted: Wanted, about: About): Params {
  const { type, params, dedupKey } = wanted;
  if (type && (onlyReads(type, had) || (about.role === "active" && closes(type, had)))) return newParams(wanted, about);
  const corrected = params ? withGiven(had, params, type) : had;
  return type && dedupKey !== undefined && about.role === "active" ? withKey(type, corrected, dedupKey) : corrected;
}

/** What closes under a key, with params that are given for it. */
export function closingWith(type: ConnectorType, key: string, given: Params | undefined): Params | undefined {
  const closing = closingParams(type, key);
  return closing && given ? laidOver(closing, given) : closing;
}

/** The params that an action has, with the given ones over them. */
export function withGiven(had: Params, given: Params, type: ConnectorType | undefined): Params {
  return over(withoutOthers(had, given, type), given);
}

/** Another sub-action has its own fields. */
function over(params: Params, given: Params): Params {
  return given.subAction !== undefined && given.subAction !== params.subAction ? given : laidOver(params, given);
}

/** A channel by its id would count before one by its name that is given. */
function withoutOthers(params: Params, given: Params, type: ConnectorType | undefined): Params {
  const fields = (type?.alternatives ?? []).map((path) => path.split("."));
  if (!fields.some((path) => valueAt(given, path) != null)) return params;
  return fields.reduce((rest, path) => withoutPath(rest, path), params);
}
