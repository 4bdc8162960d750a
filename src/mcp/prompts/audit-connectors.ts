import { inSpace, type Prompt, space, value } from "./prompt.ts";

export const auditConnectors: Prompt = {
  name: "audit_connectors",
  title: "Audit the connectors",
  description: "What is broken, risky or left over, and what to do first. Nothing is changed.",
  needs: ["audit_connectors"],
  arguments: [{ ...space, description: 'Id of the space, or "*" for all (the default)' }],
  text: (given) => `Audit the Kibana connectors ${!given.space || given.space === "*" ? "of all spaces" : inSpace(given)}.

1. describe_deployment: which Kibana is this, and what can the key not see?
2. audit_connectors${given.space && given.space !== "*" ? ` with spaces [${value(given.space, "")}]` : ""}; follow the cursor until all findings are read.
3. Tell me, most severe first and in groups: what notifies nobody today, what will break, what is untidy. Name connector, rule and space, say "likely" where a finding does, and say what was not checked.
4. Propose the next calls given in the findings. Do not change anything before I choose.`,
};
