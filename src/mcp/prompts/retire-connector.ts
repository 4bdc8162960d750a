import { connector, inSpace, type Prompt, space, value } from "./prompt.ts";

export const retireConnector: Prompt = {
  name: "retire_connector",
  title: "Retire a connector",
  description: "Find who uses it, move them, then delete it: no rule falls silent.",
  needs: ["safe_delete_connector"],
  arguments: [connector, { ...connector, name: "successor", description: "Connector that takes its place", required: false }, space],
  text: (
    given,
  ) => `Retire the Kibana connector ${value(given.connector, "")} ${inSpace(given)}. Its successor: ${value(given.successor, "none yet; ask me if rules use it")}.

1. get_connector: tell me which rules use it, enabled or not, and what could not be seen.
2. If rules use it: replace_connector from it to the successor (or remove: true, only if I say that nobody needs these notifications). Test the successor with test_connector before.
3. safe_delete_connector. It refuses while anything uses the connector; that refusal is right, so tell me what it names instead of working around it.
4. Tell me the change id, and whether undo_change brings the connector back: the answer says so. Its secrets are gone.`,
};
