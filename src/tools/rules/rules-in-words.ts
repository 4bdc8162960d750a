import type { Rule } from "../../kibana/rules.ts";
import { quoted } from "../../plain-text.ts";

/** `rule "Disk"`, `3 rules ("Disk", "CPU", …)` */
export function someRules(rules: readonly Pick<Rule, "name">[], most: number): string {
  const names = rules.slice(0, most).map(({ name }) => quoted(name, 60));
  return rules.length === 1 ? `rule ${names[0]}` : `${rules.length} rules (${names.join(", ")}${rules.length > most ? ", …" : ""})`;
}
