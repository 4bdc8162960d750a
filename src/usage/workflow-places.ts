import { isPlainObject } from "../plain-object.ts";
import { eachText } from "../rules/params.ts";
import { pathPattern } from "./paths.ts";
import { type Sent, sentBy } from "./requests.ts";
import { withConstants } from "./templates.ts";

/** Keys and positions from the root to a value. */
export type Path = readonly (string | number)[];

/** Where a step stands in a run. */
export interface InRun {
  reached: Reached;
  /** Which of the workflow's own steps it is, or is within; undefined for none. */
  step: number | undefined;
  /** Whether the run may go on after it has failed: something says what then, or it is within another step. */
  goesOn: boolean;
}

/** Whether a run comes to a place: always, under a condition (a branch, a loop, a fallback), or never: a trigger. */
type Reached = "always" | "perhaps" | "never";

/** How much of what a connector is given there `params` hold; `nothing`: the step only reads what Kibana has of it. */
export type Given = "all" | "part" | "nothing";

/** What is known of a place in a workflow's definition from what is around it. */
export interface Place {
  how: string;
  /** The connector type of the step, if it has one. */
  type: string | undefined;
  /** In a step that calls Kibana's API: actions and cases in it name connectors by `id`. */
  callsKibana: boolean;
  /** In a step that asks a model, or whose request may have Kibana ask one. */
  asksModel: boolean;
  sent: Sent;
  /** The key above: a channel, or the list of a rule's actions. */
  below: string | undefined;
  params: Record<string, unknown>;
  given: Given;
  reached: Reached;
  goesOn: boolean;
  /** Within what a connector's step sends. */
  isData: boolean;
  /** Within what a step that calls Kibana's API sends: a rule in it has a name and a type, and is no step. */
  isSent: boolean;
}

const nothingSent: Sent = { address: undefined, space: undefined, mayName: false, toApi: false, setting: undefined };

export const atFirst: Place = {
  how: "its settings",
  type: undefined,
  callsKibana: false,
  asksModel: false,
  sent: nothingSent,
  below: undefined,
  reached: "always",
  params: {},
  given: "part",
  goesOn: false,
  isData: false,
  isSent: false,
};

/** Keys whose steps run only sometimes. */
const sometimes = /^(else|cases|default|fallback)$/;
const loopsAndConditions = /^(if|foreach|while)$/;
/** Steps that are no connector's. */
const ownSteps = ["ai", "kibana", "cases", "elasticsearch", "workflow", "http"];
/** Steps of Kibana's generated ones whose `id` is a connector's, as `kibana.post_actions_connector_id_execute`. */
const takesConnectorId = /^kibana\.(?!request$).*connector/i;

export function placeBelow(key: string, value: Record<string, unknown>, within: Place): Place {
  // What a step of Kibana's own is given may name connectors in the same way as the step.
  const isGiven = key === "with";
  const isData = within.isData || (isGiven && within.type !== undefined);
  const isSent = within.isSent || (isGiven && within.callsKibana);
  return { ...within, below: kindBelow(key, value), isData, isSent, reached: isConditional(key, value) ? "perhaps" : within.reached };
}

/** The key, or what an edit of many rules calls its value, or what the id of a generated step is. */
function kindBelow(key: string, { type, field }: Record<string, unknown>): string {
  if (key === "value" && typeof field === "string") return field;
  return key === "with" && typeof type === "string" && takesConnectorId.test(type) ? "connector" : key;
}

export function inRun([first, step]: Path, { reached, goesOn, isData }: Place): InRun {
  return { reached: isData ? "never" : reached, step: first === "steps" && typeof step === "number" ? step : undefined, goesOn };
}

export function saysWhatThen(value: unknown): boolean {
  return isPlainObject(value) && value["on-failure"] !== undefined;
}

/** A step has a name and a type, and a case's connector does too. */
export function isStep({ type, name }: Record<string, unknown>, { below, isSent }: Place): boolean {
  return !isSent && typeof type === "string" && typeof name === "string" && !type.startsWith(".") && below !== "triggers";
}

function isConditional(key: string, { type }: Record<string, unknown>): boolean {
  return sometimes.test(key) || (key === "steps" && typeof type === "string" && loopsAndConditions.test(type));
}

/** A step or a trigger has a `type`; a channel of a waiting step is the connector type's name. */
export function placeOf(value: Record<string, unknown>, place: Place, definition: Record<string, unknown>): Place {
  const { type, name } = value;
  if (place.below === "slack") return { ...place, type: ".slack", params: {}, given: "part" };
  if (place.below === "slack_api")
    return { ...place, type: ".slack_api", params: asSubAction("postMessage", { channels: value.channels }), given: "part" };
  if (typeof type !== "string") return place;
  if (place.below === "triggers") return { ...atFirst, how: `trigger ${type}`, reached: "never" };
  if (!isStep(value, place)) return place;
  const [first = "", ...rest] = type.split(".");
  const own = ownSteps.includes(first) || first.startsWith("waitFor");
  const all = eachText(value.with, (text) => (text.startsWith("$") ? text : withConstants(text, definition)));
  const given = isPlainObject(all) ? all : {};
  const params = own ? bodyParams(given) : rest.length > 0 ? asSubAction(rest.join("."), given) : given;
  const sent = sentBy(value, definition);
  return {
    how: `step ${name}`,
    type: own ? undefined : `.${first}`,
    callsKibana: ["kibana", "cases", "http"].includes(first),
    asksModel: ["ai", "kibana", "http"].includes(first),
    sent,
    below: undefined,
    reached: value.if !== undefined || value.foreach !== undefined ? "perhaps" : place.reached,
    goesOn: place.goesOn || place.how !== atFirst.how || saysWhatThen(value),
    isData: place.isData,
    isSent: false,
    params,
    given: own ? givenByRequest(type, sent, params) : value.with === undefined || isPlainObject(all) ? "all" : "part",
  };
}

function asSubAction(subAction: string, subActionParams: Record<string, unknown>): Record<string, unknown> {
  return { subAction, subActionParams };
}

/** A request for a connector may run it, or do something else with it. */
function givenByRequest(type: string, { address }: Sent, params: Record<string, unknown>): Given {
  if (address?.method !== undefined && /^(get|head)$/i.test(address.method)) return "nothing";
  const path = address && pathPattern(address.text);
  return Object.keys(params).length > 0 && /_execute$/.test(path ?? type) ? "all" : "part";
}

/** Of a request that runs a connector; a generated step has them without a body. */
function bodyParams(given: Record<string, unknown>): Record<string, unknown> {
  const { params } = isPlainObject(given.body) ? given.body : given;
  return isPlainObject(params) ? params : {};
}
