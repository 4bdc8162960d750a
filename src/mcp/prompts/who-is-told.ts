import { inSpace, type Prompt, space, value } from "./prompt.ts";

export const whoIsTold: Prompt = {
  name: "who_is_told",
  title: "Who is told",
  description: "Which rules notify whom, and which nobody. Nothing is changed.",
  needs: ["map_notifications"],
  arguments: [{ ...space, description: 'Id of the space, or "*" for all (the default)' }],
  text: (given) => {
    const all = !given.space || given.space === "*";
    return `Who is told when Kibana's rules fire, ${all ? "in all spaces" : inSpace(given)}?

1. map_notifications with space ${all ? '"*"' : value(given.space, "")}, enabled true, verdict "nobody", page after page: tell me each rule that notifies nobody, and what is in the way.
2. The same with verdict "perhaps": what could not be seen, or is decided later. Of the others only how many.
3. Begin with not_seen: what is in it may notify somebody or nobody. Propose what fixes it (attach_connector, update_connector for lost secrets, replace_connector for a connector that is gone), but change nothing before I choose.`;
  },
};
