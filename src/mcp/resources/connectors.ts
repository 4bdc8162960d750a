import { ToolError } from "../../errors.ts";
import { showsWords } from "../../plain-text.ts";
import { answer } from "../answer.ts";
import type { ResourceContext, ResourceSource, ResourceText } from "./source.ts";

/** A reading tool's answer, as text. If this server does not offer the tool, the resource is not available either. @throws ToolError */
async function answerOf(tool: string, args: object, context: ResourceContext): Promise<ResourceText> {
  const { tools } = await import("../../tools/index.ts");
  const found = context.tools.some(({ name }) => name === tool) ? tools.find(({ name }) => name === tool) : undefined;
  if (!found) throw new ToolError("tool_unknown", `${tool} is switched off on this server.`, "Ask the operator.");
  const { content } = answer(await found.call(args, await context.open()), "text", (value) => value);
  return { mimeType: "application/json", text: content[0]?.type === "text" ? content[0].text : "" };
}

/** Undefined if an address is badly encoded. */
function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Connector types. Their ids begin with a dot, which no space id does. */
export const connectorTypePages: ResourceSource = {
  prefix: "kibana://connector-types/.",
  templates: [
    {
      uriTemplate: "kibana://connector-types/{id}",
      name: "connector-type",
      title: "Connector type",
      description:
        "Fields, secrets, params, example, tests, recovery and traps of a type such as .slack, as describe_connector_types answers.",
      mimeType: "application/json",
    },
  ],
  // Empty, since some clients ask at every start: it must not need Kibana.
  list: async () => [],
  async read(uri, context) {
    const id = decoded(uri.slice("kibana://connector-types/".length));
    if (id === undefined) return undefined;
    const { kibana, settings } = await context.open();
    const types = await kibana.connectorTypes(settings.space);
    return types.some((type) => type.id === id) ? answerOf("describe_connector_types", { types: [id] }, context) : undefined;
  },
  async complete({ value }, context) {
    const { kibana, settings } = await context.open();
    const ids = (await kibana.connectorTypes(settings.space)).map(({ id }) => id);
    return ids.filter((id) => id.startsWith(value) || id.startsWith(`.${value}`)).sort();
  },
};

export const connectorPages: ResourceSource = {
  prefix: "kibana://",
  templates: [
    {
      uriTemplate: "kibana://{space}/connectors/{id}",
      name: "connector",
      title: "Connector",
      description: "A connector with its redacted config and the rules that use it, as get_connector answers.",
      mimeType: "application/json",
    },
    {
      uriTemplate: "kibana://{space}/map",
      name: "map",
      title: "Map of notifications",
      description: "Which rules tell whom, as map_notifications answers.",
      mimeType: "application/json",
    },
  ],
  list: async () => [],
  async read(uri, context) {
    const [space = "", kind, id = "", more] = uri.slice("kibana://".length).split("/").map(decoded);
    if (kind === "map" && space && !id && more === undefined) return answerOf("map_notifications", { space, limit: 50 }, context);
    if (kind !== "connectors" || !space || !id || more !== undefined) return undefined;
    return answerOf("get_connector", { id, space, include: ["rules"] }, context);
  },
  async complete({ variable, value, others }, context) {
    const { kibana, settings, spaces } = await context.open();
    if (variable === "space") return (await spaces.list()).map(({ id }) => id).filter((id) => id.startsWith(value));
    const space = await spaces.check(others.space ?? settings.space, { fresh: false });
    const connectors = await kibana.connectors(space);
    return connectors.filter(({ id, name }) => [id, name].some((one) => showsWords(one, value.toLowerCase(), "start"))).map(({ id }) => id);
  },
};
