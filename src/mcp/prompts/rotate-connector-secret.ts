import { connector, inSpace, otherwiseTyped, type Prompt, space, value } from "./prompt.ts";

export const rotateConnectorSecret: Prompt = {
  name: "rotate_connector_secret",
  title: "Rotate a connector's secret",
  description: "Replace the secret, keep the rest of the connector as it is, and test it.",
  needs: ["update_connector"],
  arguments: [connector, space],
  text: (given, context) => `Rotate the secret of the Kibana connector ${value(given.connector, "")} ${inSpace(given)}.

1. get_connector: is it the one I mean? describe_connector_types with its type and parts ["secrets"]: which secrets does it take?
2. update_connector with \`secrets\` alone: {"$env": "…"} if I name a variable, ${otherwiseTyped(context, " for all of it")}. Never ask me for the value here.
3. If the answer is secrets_needed: everything \`required\` must be sent, since Kibana forgets what is not sent. I am asked with the plan whether more is stored.
4. test_connector in its default mode. Tell me what it proved. Only then may the old secret be revoked at the service.`,
};
