import { connector, inSpace, type Prompt, space, value } from "./prompt.ts";

export const rotateConnectorSecret: Prompt = {
  name: "rotate_connector_secret",
  title: "Rotate a connector's secret",
  description: "A new secret in place of the old one, with the rest of the connector as it is, and a test.",
  needs: ["update_connector"],
  arguments: [connector, space],
  text: (given) => `Rotate the secret of the Kibana connector ${value(given.connector, "")} ${inSpace(given)}.

1. get_connector: is it the one that I mean? describe_connector_types with its type and parts ["secrets"]: which secrets does it take?
2. update_connector with \`secrets\` alone: {"$env": "…"} if I name a variable, else {"$ask": true} for the whole of it; give me the address from the answer, and repeat the same call with \`confirm\` when I say that I am done. Never ask me for the value here.
3. If the answer is secrets_needed: all that is \`required\` must come along, since Kibana forgets what is not sent. Whether more is stored I am asked with the plan.
4. test_connector in its default mode. Tell me what it proved. Only then may the old secret be revoked at the service.`,
};
