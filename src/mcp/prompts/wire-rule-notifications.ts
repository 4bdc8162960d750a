import { showsWords } from "../../plain-text.ts";
import { connector, inSpace, type Prompt, space, value } from "./prompt.ts";

const pageSize = 100;

export const wireRuleNotifications: Prompt = {
  name: "wire_rule_notifications",
  title: "Make rules notify through a connector",
  description: "Attach a connector to rules with recovery, a de-duplication key and a sensible frequency.",
  needs: ["attach_connector"],
  arguments: [
    connector,
    {
      name: "rules",
      description: "Names or ids of the rules",
      required: false,
      async complete(typed, others, context) {
        const { kibana, settings, spaces } = await context.open();
        const id = await spaces.check(others.space || settings.space, { fresh: false });
        const { rules } = await kibana.rules(id, { page: 1, perPage: pageSize });
        return rules.map(({ name }) => name).filter((name) => showsWords(name, typed.toLowerCase(), "start"));
      },
    },
    space,
  ],
  text: (
    given,
  ) => `Make these Kibana rules notify through the connector ${value(given.connector, "")} ${inSpace(given)}: ${value(given.rules, "ask me which")}.

1. get_connector: which rules use it already? test_connector: does it work? Do not attach one that fails.
2. attach_connector. I am shown the plan and asked: what each rule gets, and whose API key it will run with, since saving a rule gives it the key of this server's credentials.
3. Tell me, per rule, the action for each group, the recovery action, the de-duplication key and the frequency, and the change id: undo_change reverts it.
4. A passing connector test does not prove that a run from a rule succeeds. Say how I can see the first real run: get_connector.`,
};
