import { isPlainObject } from "../plain-object.ts";
import { pathPattern } from "./paths.ts";
import { readJson } from "./request-bodies.ts";
import type { Address } from "./requests.ts";
import { withConstants } from "./templates.ts";

/** Keys that name a model, or the feature whose setting does. */
const naming = ["connector-id", "inference-id", "connector-id-by-feature", "connector_id", "inference_id"];
const generated = /^kibana\.post_agent_builder_converse/;
const converse = /\/api\/agent_builder\/converse(?:\/async)?$/;

/** Whether a step asks a model, or an agent, and names none (resolve_connector_id.ts of workflows_extensions, resolve_selected_connector_id.ts of agent_builder). */
export function takesDefault(step: Record<string, unknown>, address: Address | undefined, definition: Record<string, unknown>): boolean {
  const { type, with: given } = step;
  if (typeof type !== "string") return false;
  if (type.startsWith("ai.")) return namesNone(step) && namesNone(given);
  const isAsked = address !== undefined && converse.test(pathPattern(withConstants(address.text, definition)));
  if (!isAsked && !generated.test(type)) return false;
  const whole = isPlainObject(given) && isPlainObject(given.request) ? given.request : given;
  if (!isPlainObject(whole)) return namesNone(whole);
  const { body } = whole;
  const sent = typeof body === "string" ? (readJson(withConstants(body, definition)) ?? body) : (body ?? whole);
  // What a run fills in as a whole is told where it stands.
  return isPlainObject(sent) && namesNone(sent);
}

function namesNone(value: unknown): boolean {
  return !isPlainObject(value) || naming.every((key) => value[key] === undefined || value[key] === null || value[key] === "");
}
