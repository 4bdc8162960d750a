import { firstFew } from "../first-few.ts";
import { quoted } from "../plain-text.ts";
import type { JournalEntry } from "./journal.ts";
import { maySee, type Principal } from "./principal.ts";

/** The most names in a sentence. */
const most = 3;

interface Asked {
  deployment: { name: string };
  principal: Principal;
}

/**
 * Under which other names of a Kibana the journal has changes: its address and label are its name, so that the same one may have two.
 * @param change undefined: any; a sandbox is gone with its server
 * @returns a sentence; undefined where there is none
 */
export function recordedElsewhere(entries: readonly JournalEntry[], { deployment, principal }: Asked, change?: string): string | undefined {
  const others = entries.filter(({ begin }) => begin.deployment !== deployment.name && maySee(principal, begin.op.space));
  const meant = others.filter(({ begin }) => (change === undefined ? begin.deployment !== "SANDBOX" : begin.change === change));
  const names = [...new Set(meant.map(({ begin }) => begin.deployment))];
  if (names.length === 0) return undefined;
  const shown = firstFew(names, most, (name) => quoted(name, 120));
  return `${change === undefined ? "The journal has changes" : `The change ${quoted(change, 80)} is recorded`} for ${shown}, and this is ${quoted(deployment.name, 120)}. If that is the same Kibana, the operator sets KIBANA_URL and its label as they were then.`;
}
