import type { Connector } from "../kibana/connectors.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { isAtLeast } from "../kibana/status.ts";
import type { Workflow } from "../kibana/workflows.ts";
import { quoted } from "../plain-text.ts";
import { endpointOf, endpointsIn, isDecidedLater, isEndpointOf } from "./inference-endpoints.ts";
import { namesEndpoint } from "./named.ts";
import { connectorsInPaths } from "./paths.ts";
import { gap } from "./templates.ts";
import type { Found, Holder, Source, Unseen, Use, Where, WorkflowState } from "./use.ts";
import { wholeList } from "./whole-list.ts";
import { type References, referencesOf, seenFrom } from "./workflow-references.ts";

const what = "workflows";
const namesNone = "It names no connector.";

/** A workflow can use a connector of any type: `kibana.request` calls whatever it names. */
export const workflows: Source = {
  what,
  canHold: ({ status }) => isAtLeast(status, "9.3"),
  async look(reader, space, status) {
    const { found, managed, states } = await readAll(reader, space, status);
    const unseen: Unseen[] = [];
    if (managed !== undefined) unseen.push({ what: "managed workflows", ...managed, permanent: false, whole: false });
    if (isAtLeast(status, "9.6")) {
      const why = "Private workflows that are not shared with this key are in no list.";
      unseen.push({ what: "private workflows", why, permanent: true, whole: false });
    }
    for (const one of found.values()) unseen.push(...one.unseen);
    const all = [...found.values()];
    const endpoints = all.flatMap((one) => one.endpoints ?? []);
    const byDefault = all.flatMap((one) => one.byDefault ?? []);
    return { holders: all.flatMap(({ holders }) => holders), unseen, endpoints, byDefault, workflows: states };
  },
};

async function readAll(
  reader: Reader,
  space: string,
  status: Where["status"],
): Promise<{ found: Map<string, Found>; states: Map<string, WorkflowState>; managed: Pick<Unseen, "why" | "fix"> | undefined }> {
  let withManaged = isAtLeast(status, "9.5");
  let managed: Pick<Unseen, "why" | "fix"> | undefined;
  const page = async (at: number) => {
    if (!isAtLeast(status, "9.4")) return reader.searchWorkflows(space, at);
    try {
      return await reader.workflows(space, at, withManaged);
    } catch (error) {
      if (!withManaged || at > 1 || !(error instanceof KibanaError) || error.status !== 403) throw error;
      const rest = await reader.workflows(space, at, false);
      withManaged = false;
      managed = { why: error.message, fix: "Give the key workflowsManagement:managed:read." };
      return rest;
    }
  };
  const list = await wholeList(async (at) => {
    const { total, workflows: items } = await page(at);
    return { total, items };
  });
  const found = new Map<string, Found>();
  const states = new Map<string, WorkflowState>();
  for (const row of list.items.values()) {
    const { id, name, enabled, definition } = row;
    const references = definition && seenFrom(space, referencesOf(definition));
    found.set(id, inWorkflow(row, references, space));
    states.set(id, { id, name, enabled, valid: definition !== undefined, references });
  }
  if (!list.complete) {
    const why = `Kibana lists ${list.items.size} of ${list.total} workflows.`;
    found.set("", { holders: [], unseen: [{ what, why, permanent: false, whole: false }] });
  }
  return { found, states, managed };
}

function inWorkflow(workflow: Workflow, references: References | undefined, space: string): Found {
  const { id, name, enabled } = workflow;
  const stays = whyFixed(workflow);
  const use = (how: string, stuck = stays): Use => ({
    ...{ kind: "workflow", id, name, space, enabled, how, can_be_moved: stuck === undefined },
    ...(stuck === undefined ? {} : { why_not: stuck }),
  });
  if (!references) return inInvalid(workflow, use);
  const { named, undecided, byDefault } = references;
  const calls = workflow.definition ? endpointsIn(workflow.definition) : [];
  const [later, known] = [calls.filter(isDecidedLater), calls.filter((call) => !isDecidedLater(call))];
  return {
    byDefault: byDefault.map(({ how }) => use(how, namesNone)),
    endpoints: known.map((call) => ({ use: use(call.how, stays ?? namesEndpoint), call })),
    holders: named.map(
      ({ text, byName, asModel, how, stuck }): Holder => ({
        ...{ use: use(how, stays ?? stuck), names: text },
        ...(byName && { byName }),
        ...(asModel && { asModel }),
      }),
    ),
    unseen: [
      ...undecided.map(
        ({ how, type, mayTake }): Unseen => ({
          ...decidedLater(how, name),
          decides: {
            use: use(how),
            mayTake: (called) => (type === undefined || called.type === type) && mayTake(called, space),
          },
          ...(type === undefined ? {} : { concerns: (connector: Connector) => connector.type === type }),
        }),
      ),
      ...later.map((call): Unseen => ({ ...decidedLater(call.how, name), concerns: ({ config }) => isEndpointOf(config, call) })),
    ],
  };
}

function decidedLater(how: string, name: string): Unseen {
  const why = `Which connector the workflow ${quoted(name, 60)} uses in ${quoted(how, 60)} is decided when it runs.`;
  return { what, why, permanent: false, whole: false, listed: true };
}

/** Why this server does not change a workflow at all; undefined where it may. */
export function whyFixed({ managed, editable, definition }: Workflow): string | undefined {
  if (managed) return "It is managed by Elastic: nobody can edit it.";
  if (!definition) return "It is not valid: a save would switch it off.";
  return editable ? undefined : "This key may not edit it.";
}

const reference = /(?:connector[-_]?ids?|inference-id)["']?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s#"'{|>&*[][^\n#]*))/gi;
/** What can stand for an id that is not in the text: expressions, anchors, escapes, texts over several lines. */
const hidden = /(?:connector[-_]?ids?|inference-id)["']?\s*:(?:\s*[&*>|[\n]|[^\n]*\{[{%])|\{[{%][^\n]*\/_(?:execute|push)|\\[xuU]/i;

/** What is not valid is not parsed: a connector whose id and name are not in its text is not used there, others may be. */
function inInvalid({ name, yaml }: Workflow, use: (how: string) => Use): Found {
  const why = `The workflow ${quoted(name, 60)} is not valid, so what it uses cannot be read.`;
  const unseen = { what, why, permanent: false, whole: false, listed: true as const };
  if (yaml === undefined || yaml.trim() === "" || hidden.test(yaml)) return { holders: [], unseen: [unseen] };
  const inPaths = yaml.split("\n").flatMap((line) => connectorsInPaths(line));
  if (inPaths.some(({ id }) => id.includes(gap))) return { holders: [], unseen: [unseen] };
  const how = "its text, which is not valid";
  const byName = [...yaml.matchAll(reference)].map(([, ...texts]): Holder => {
    return { use: use(how), names: (texts.find((text) => text !== undefined) ?? "").trim(), byName: true };
  });
  const byId = inPaths.map(({ id }): Holder => ({ use: use(how), names: id }));
  return {
    holders: [...byName, ...byId],
    unseen: [
      {
        ...unseen,
        concerns: ({ id, name: own, config }) => [id, own, endpointOf(config)].some((one) => one !== undefined && holdsWord(yaml, one)),
      },
    ],
  };
}

/** Whether it is there by itself, and not within a longer word. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = [text[at - 1], text[at + word.length]];
    if (around.every((one) => one === undefined || !/[\p{L}\p{N}_]/u.test(one))) return true;
  }
  return false;
}
