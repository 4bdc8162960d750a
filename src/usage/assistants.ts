import { takesTheFirst } from "../catalog/first-by-name.ts";
import { isNoRoute } from "../kibana/absent.ts";
import type { ModelUser } from "../kibana/assistant.ts";
import { KibanaError } from "../kibana/errors.ts";
import type { Reader } from "../kibana/reader.ts";
import { isAtLeast } from "../kibana/status.ts";
import { quoted } from "../plain-text.ts";
import { isElasticsOwn } from "./inference-endpoints.ts";
import { type Found, type Holder, hasFeature, type Source, type Unseen, type UserKind, type Where } from "./use.ts";
import { wholeList } from "./whole-list.ts";

/** Features of types that lead to a model. */
export const models = ["generativeAIForSecurity", "generativeAIForObservability", "generativeAIForSearchPlayground"];

/** Whether connectors of a type may be chosen as a model. */
export function isLanguageModel(where: Pick<Where, "features">): boolean {
  return hasFeature(where, ...models);
}

/** There are schedules of attack discovery in 8.19, and from 9.1 on (security-docs#6951, docs-content#2023). */
function hasSchedules({ status }: Pick<Where, "status">): boolean {
  return isAtLeast(status, "9.1") || (isAtLeast(status, "8.19") && !isAtLeast(status, "9.0"));
}

/** A public route lists them from 9.2 on (kibana#236736); without the older, internal one, there are none. */
async function schedulesOf(reader: Reader, space: string, status: Where["status"]): ReturnType<Reader["attackDiscoverySchedules"]> {
  if (isAtLeast(status, "9.2")) return reader.attackDiscoverySchedules(space);
  return reader.attackDiscoverySchedules(space, true).catch((error: unknown) => {
    if (error instanceof KibanaError && isNoRoute(error)) return { total: 0, schedules: [] };
    throw error;
  });
}

/** Attack discovery runs on a schedule and asks a model; rules keep no reference to that. */
export const attackDiscovery: Source = {
  what: "schedules of attack discovery",
  ofSolution: true,
  canHold: (where) => hasSchedules(where) && hasFeature(where, "generativeAIForSecurity"),
  async look(reader, space, status) {
    return modelsIn(await schedulesOf(reader, space, status), space);
  },
};

/** The same with whom they tell: where both are looked for, they are read once. */
export const wholeDiscovery: Source = {
  ...attackDiscovery,
  async look(reader, space, status) {
    const all = await schedulesOf(reader, space, status);
    const models = modelsIn(all, space);
    return { ...models, holders: [...models.holders, ...toldBy(all, space)] };
  },
};

type Schedules = Awaited<ReturnType<typeof schedulesOf>>;

function modelsIn({ total, schedules }: Schedules, space: string): Found {
  const silent = schedules.filter(({ connector }) => connector === undefined).map(({ name }) => quoted(name, 60));
  const why = [
    ...(schedules.length < total ? [`Kibana listed ${schedules.length} of ${total}.`] : []),
    ...(silent.length > 0
      ? [`Kibana does not say which model is asked by ${silent.slice(0, 3).join(", ")}${silent.length > 3 ? " and others" : ""}.`]
      : []),
  ];
  return {
    holders: held("attack_discovery", schedules, space, "its model"),
    unseen: why.length > 0 ? [{ what: attackDiscovery.what, why: why.join(" "), permanent: false, whole: false }] : [],
  };
}

function toldBy({ schedules }: Schedules, space: string): Holder[] {
  const how = discoveryAction;
  return schedules.flatMap(({ tells, id, name, enabled }) =>
    tells.map((names) => ({ use: { kind: "attack_discovery" as const, id, name, space, enabled, how, can_be_moved: false }, names })),
  );
}

/** What stands between a schedule of attack discovery and whom it tells: Kibana counts it as it does a rule's. */
export const discoveryAction = "its actions";

/** Whom attack discovery tells what it found: its schedules are in no list of rules. Kibana counts them, so they are read only where that has to be explained, or where there is no count. */
export const discoveryActions: Source = {
  what: "actions of attack discovery",
  ofSolution: true,
  canHold: (where) => hasSchedules(where) && hasFeature(where, "alerting"),
  async look(reader, space, status) {
    const all = await schedulesOf(reader, space, status);
    const { total, schedules } = all;
    const why = `Kibana listed ${schedules.length} of ${total}.`;
    return {
      holders: toldBy(all, space),
      unseen: schedules.length < total ? [{ what: discoveryActions.what, why, permanent: false, whole: false }] : [],
    };
  },
};

/** Advanced settings of the space that name a model: the one that is used where none is chosen, and those of solutions. */
export const defaultModel: Source = {
  what: "the setting for the default AI connector",
  canHold: (where) => isAtLeast(where.status, "9.2") && isLanguageModel(where),
  async look(reader, space) {
    const chosen = await reader.chosenModels(space);
    const use = (id: string, name: string) => ({
      kind: "setting" as const,
      id,
      name,
      space,
      enabled: true,
      how: "its value",
      can_be_moved: false,
    });
    const key = "genAiSettings:defaultAIConnector";
    return {
      holders: [
        ...(chosen.id === undefined ? [] : [{ use: use(key, "Default AI connector"), ...named(chosen.id) }]),
        ...chosen.others.map((one) => ({ use: use(one.key, one.key), ...named(one.id) })),
      ],
      unseen: [],
      chosenModel: chosen,
    };
  },
};

function named(id: string): Pick<Holder, "names" | "mayBeElsewhere" | "asModel"> {
  return { names: id, asModel: true, ...(isElasticsOwn(id) && { mayBeElsewhere: true }) };
}

/** The caller's own conversations with the Security assistant. */
export const conversations: Source = {
  what: "conversations with the Security assistant",
  ofSolution: true,
  canHold: (where) => isAtLeast(where.status, "8.16") && hasFeature(where, "generativeAIForSecurity"),
  async look(reader, space) {
    const mostPages = 10;
    const { items, total, complete } = await wholeList(async (at) => {
      const page = await reader.conversations(space, at);
      return { total: page.total, items: page.conversations };
    }, mostPages);
    const why = `Only ${items.size} of ${total} were read.`;
    return {
      holders: held("conversation", [...items.values()], space, "its model"),
      unseen: complete ? [] : [{ what: conversations.what, why, permanent: false, whole: false }],
    };
  },
};

/** What chooses a connector where nobody else can read it, by the feature of the types that it can choose. */
const perUser: Record<string, string> = {
  generativeAIForSecurity: "other people's conversations with the Security assistant",
  generativeAIForObservability: "conversations with the Observability assistant",
  generativeAIForSearchPlayground: "playgrounds in the browsers of their users",
  [takesTheFirst]: "response actions of Elastic Security, which choose a connector by its type",
};

/**
 * What nobody can list of the users of a type.
 * @param isFirst whether the connector is the first of its type: then somebody has to know what takes it
 */
export function unlistedFor({ features, status }: Where, isFirst = false): Unseen[] {
  const imports = isAtLeast(status, "9.4") && features.includes("generativeAIForSecurity");
  const waiting = {
    what: "waiting tasks of Automatic Import",
    why: "Kibana lists them without their model.",
    permanent: true,
    whole: false,
  };
  const perFeature = features.flatMap((feature): Unseen[] => {
    const what = Object.hasOwn(perUser, feature) ? perUser[feature] : undefined;
    if (what === undefined) return [];
    const taken = isFirst && feature === takesTheFirst;
    const why = taken ? "Kibana takes the first by name that has its secrets, as this one is." : "Kibana shows them to nobody else.";
    return [{ what, why, permanent: !taken, whole: false }];
  });
  return imports ? [...perFeature, waiting] : perFeature;
}

function held(kind: UserKind, users: readonly ModelUser[], space: string, how: string): Holder[] {
  return users.flatMap(({ id, name, enabled, connector }) =>
    connector === undefined ? [] : [{ use: { kind, id, name, space, enabled, how, can_be_moved: false }, names: connector, asModel: true }],
  );
}
