import type { Rule } from "../../kibana/rules.ts";
import { plainText, word } from "../../plain-text.ts";
import type { ToolContext } from "../define.ts";
import { inWords } from "./replaced-report.ts";

/** Cached: credentials do not change while a server runs. */
const names = new WeakMap<ToolContext["deployment"], Promise<string>>();

/** The owner of the API key that a rule runs with once this server has saved it, as Kibana then shows it. */
export async function ownerAfter({
  kibana,
  deployment,
  settings,
}: Pick<ToolContext, "kibana" | "deployment" | "settings">): Promise<string> {
  const { auth } = settings.kibana ?? {};
  if (auth?.kind === "basic") return auth.username;
  const asked = names.get(deployment) ?? kibana.userName();
  names.set(deployment, asked);
  try {
    return plainText(await asked, 120);
  } catch {
    // Security is off, or something blocks the route: the answer after the save has the name.
    names.delete(deployment);
    return "this server's user";
  }
}

/** What happens to the rules' API keys, and how they get their own back (reference/kibana-api.md §6.1). */
export function keyWarning(rules: readonly Rule[], owner: string, { kibana }: ToolContext["settings"]): string[] {
  if (rules.length === 0) return [];
  const [it, runs, stops] = rules.length === 1 ? ["the rule", "runs", "stops"] : ["these rules", "run", "stop"];
  const others = rules.filter(({ api_key_owner: before }) => before != null && before !== owner);
  const was = [...new Set(others.map(({ api_key_owner: before }) => word(plainText(before ?? "", 60))))].slice(0, 5).join(", ");
  if (kibana?.auth.kind === "api_key") {
    return [
      `From then on ${it} ${runs} with this server's own API key and its privileges (owner: ${word(owner)}${was ? `, also after an undo; before: ${was}` : ""}), and ${stops} when that is revoked or expires. "Update API key" in a rule's menu gives it a key of whoever clicks.`,
    ];
  }
  if (others.length === 0) return [];
  return [
    `From then on ${inWords(others)} will run with a key of ${word(owner)}, no longer of ${was}, also after an undo. To give it back, the former owner clicks "Update API key" in a rule's menu in Kibana, or this server saves with that user's credentials.`,
  ];
}
