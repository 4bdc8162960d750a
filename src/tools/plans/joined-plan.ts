import type { Plan } from "../../change/plan.ts";
import { spacesShown } from "../../change/spaces-shown.ts";
import { grouped } from "../../grouped.ts";
import { quoted, word } from "../../plain-text.ts";
import { eachOnce } from "../secrets/run-flows.ts";

/**
 * One plan of several that one call makes: with one question, and so that a part that fails does not stop the others.
 * @param all if some of them ask for a typed name, they ask for the same
 */
export function joinedPlan(all: readonly [Plan, ...Plan[]], summary: string): Plan {
  const [first, ...more] = all;
  const knows = all.flatMap(({ onlyAPersonKnows }) => onlyAPersonKnows ?? []);
  const [asked] = knows;
  const typed = all.find(({ consequence }) => typeof consequence === "object")?.consequence;
  const inPerson = labelled(all, ({ inPerson: sentences = [] }) => sentences);
  const notSeen = labelled(all, ({ notSeen: one }) => (one === undefined ? [] : [one]));
  return {
    summary: more.length === 0 ? first.summary : summary,
    ops: [...first.ops, ...more.flatMap(({ ops }) => ops)],
    effects: all.flatMap(({ effects }) => effects),
    ...(notSeen.length > 0 ? { notSeen: notSeen.join(" ") } : {}),
    ...(inPerson.length > 0 ? { inPerson } : {}),
    ...(asked
      ? {
          onlyAPersonKnows: {
            ...asked,
            statement: `Of each of these connectors: ${labelled(all, ({ onlyAPersonKnows: one }) => (one ? [one.statement] : [])).join("; ")}`,
          },
        }
      : {}),
    beforehand: labelled(all, ({ beforehand = [] }) => beforehand),
    warnings: labelled(all, ({ warnings }) => warnings),
    outsideWorld: "none",
    consequence: typed ?? (all.some(({ consequence }) => consequence !== "free") ? "person" : "free"),
    asksBecause: [...new Set(all.flatMap(({ asksBecause = [] }) => asksBecause))],
    facts: all.map(({ facts }) => facts),
    flows: eachOnce(all.flatMap(({ flows }) => flows)),
    asks: [...new Map(all.flatMap(({ asks }) => asks.map((field) => [field.path, field]))).values()],
    // Agreed to in one space is not agreed to in another.
    knownHosts: first.knownHosts.filter((host) => more.every(({ knownHosts }) => knownHosts.includes(host))),
    onError: "continue",
  };
}

/** Sentences of several plans, each once: with where it holds, unless it holds everywhere. */
function labelled(all: readonly Plan[], sentences: (plan: Plan) => readonly string[]): string[] {
  const found = all.flatMap((plan) => [...new Set(sentences(plan))].map((sentence) => ({ sentence, plan })));
  const spaces = new Set(all.map(({ ops: [op] }) => op.space));
  return [...grouped(found, ({ sentence }) => sentence)].map(([sentence, of]) => {
    if (of.length === all.length) return sentence;
    const where =
      spaces.size === all.length
        ? `In ${spacesInWords(of.map(({ plan }) => plan.ops[0].space))}`
        : of.map(({ plan }) => subject(plan)).join(", ");
    return `${where}: ${sentence}`;
  });
}

function subject({ ops: [op] }: Plan): string {
  return `${quoted("name" in op ? op.name : op.before.name, 60)} (${word(op.id ?? "")})`;
}

/** `space ops`, `3 spaces: default, ops, security`, `9 spaces: a, b, c, d, e and 4 more`; each once. */
export function spacesInWords(all: readonly string[]): string {
  const count = new Set(all).size;
  return `${count === 1 ? "space" : `${count} spaces:`} ${spacesShown(all, 5)}`;
}
