import { inSpace, type Prompt, space } from "./prompt.ts";

export const whoIsTold: Prompt = {
  name: "who_is_told",
  title: "Who is told",
  description: "Which rules notify whom, and which nobody. Nothing is changed.",
  needs: ["map_notifications"],
  arguments: [{ ...space, description: 'Id of the space, or "*" for all (the default)' }],
  text: (given) => {
    const all = !given.space || given.space === "*";
    const where = JSON.stringify(all ? "*" : given.space);
    return `Tell me who is told when Kibana's rules fire, ${all ? "in all spaces" : inSpace(given)}.

1. map_notifications with {"space": ${where}, "enabled": true, "verdict": "nobody"}: name each rule that notifies nobody, what is in the way, and since when or until when where it says so. Follow the cursor.
2. The same with "verdict": "perhaps": say for each what could not be seen or is decided when an alert is there.
3. Of the others only how many there are. not_seen comes first in your report: what is in it may notify somebody or nobody.
4. Propose what would fix it (attach_connector for a rule without actions, update_connector for lost secrets, replace_connector for a connector that is gone). Do not change anything before I choose.`;
  },
};
