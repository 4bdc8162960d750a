import { inSpace, otherwiseTyped, type Prompt, space, value } from "./prompt.ts";

export const setupConnector: Prompt = {
  name: "setup_connector",
  title: "Set up a connector",
  description: "From a service's name to a tested connector.",
  needs: ["create_connector"],
  arguments: [
    {
      name: "service",
      description: "Where notifications go, such as Slack or .pagerduty",
      required: true,
      async complete(typed, _others, context) {
        const { kibana, settings } = await context.open();
        const word = typed.toLowerCase();
        const types = await kibana.connectorTypes(settings.space);
        return types
          .filter(({ id, name }) => [id, id.slice(1), name.toLowerCase()].some((one) => one.startsWith(word)))
          .map(({ id }) => id);
      },
    },
    { name: "purpose", description: "Team and use, for the name: Payments on-call", required: false, complete: async () => [] },
    space,
  ],
  text: (
    given,
    context,
  ) => `Set up a Kibana connector for ${value(given.service, "")} ${inSpace(given)}. Its purpose: ${value(given.purpose, "ask me")}.

1. describe_deployment: is this the Kibana I mean, and may the key create connectors? Stop and tell me if not.
2. list_connectors with space "*": if there is one for this service and team, propose to use it instead of a second one.
3. describe_connector_types with the type: which fields and secrets it takes, its example and its traps. Ask me for what you cannot know.
4. Choose a name that says team and channel. Never ask me for a secret value here: pass {"$env": "…"} if I name a variable, ${otherwiseTyped(context)}.
5. create_connector. Then test_connector in its default mode; tell me what it proved and what it did not. Ask before mode "loud".
6. Say how to make rules use it: wire_rule_notifications, or attach_connector.`,
};
