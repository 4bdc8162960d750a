import { mapSealed, type Sealed, type SealedTree, unseal } from "../sealed.ts";
import { createKnownValues, type KnownValues } from "./known-values.ts";
import { shortest } from "./needles.ts";
import { isAnybodys, withoutCertificates } from "./open-values.ts";
import { partsOf } from "./parts.ts";
import { oneAfterTheOther, type Scrub, type ScrubForPeople, scrubOf } from "./scrub.ts";
import { isOurWord, isTypeName } from "./structure.ts";
import { surelySecretIn } from "./surely-secret.ts";

/** What everybody's answers are checked against: the operator's secrets. */
export interface Redactor extends ScrubForPeople {
  /** From now on these values are looked for, whoever asks. */
  learn(tree: SealedTree): void;
  /** For lines that the operator reads: what people typed is taken out as well. */
  log: Scrub;
  /** What one caller gets to see: without the operator's secrets and those that were written for this caller. */
  principal(name: string): PrincipalRedactor;
}

export interface PrincipalRedactor extends Scrub {
  call(): CallRedactor;
}

/** What one call gets to see. */
export interface CallRedactor extends Scrub {
  /** Learns what a call was given: a reference for everybody, what a person typed for this call and, as far as it is nobody else's, for all, literals for this call. */
  learn(tree: SealedTree): void;
  /** What the call was given has been written: later calls of the same principal know it. */
  keep(): void;
  /** For questions and the journal: what the agent itself calls a secret takes no word out of them. */
  withoutLiterals: ScrubForPeople;
  /** Those of the operator's secrets, and of what people typed in earlier calls, whose value is in a text. */
  held(text: string): Sealed[];
}

/** `cut`: where a text was cut in the middle of a value, its beginning is looked for as well. */
const nothing = () => ({ typed: createKnownValues({ cut: false }), literals: createKnownValues({ cut: true }), held: newHeld() });

/** Secrets with their sources, each once. */
type Held = Map<string, Sealed>;
const newHeld = (): Held => new Map();

function hold(held: Held, sealed: Sealed): void {
  held.set(`${sealed.source} ${unseal(sealed)}`, sealed);
}

function isIn(text: string, sealed: Sealed): boolean {
  const known = alone.get(sealed) ?? createKnownValues({ cut: false });
  if (!alone.has(sealed)) learn(known, sealed);
  alone.set(sealed, known);
  return scrubOf([known]).text(text) !== text;
}

/** The values of one secret: which of them it is, is asked only where one is found. */
const alone = new WeakMap<Sealed, KnownValues>();

export function createRedactor(): Redactor {
  const own = createKnownValues({ cut: false });
  const typedByAnybody = createKnownValues({ cut: false });
  /** Of that, what other callers' answers are without, and what their questions and the journal are without as well. */
  const [typedForAnswers, typedForAll] = [createKnownValues({ cut: false }), createKnownValues({ cut: false })];
  const operators = newHeld();
  const principals = new Map<string, ReturnType<typeof nothing>>();

  function learnOwn(sealed: Sealed): void {
    learn(own, sealed);
    hold(operators, sealed);
  }

  function principal(name: string): PrincipalRedactor {
    const before = principals.get(name) ?? nothing();
    principals.set(name, before);
    return {
      ...oneAfterTheOther(scrubOf([own, before.typed, typedForAll]), scrubOf([before.literals, typedForAnswers], true)),
      call() {
        const now = nothing();
        const withoutLiterals = scrubOf([own, before.typed, now.typed, typedForAll]);
        const heldBefore = scrubOf([own, before.typed]);
        return {
          ...oneAfterTheOther(withoutLiterals, scrubOf([before.literals, now.literals, typedForAnswers], true)),
          withoutLiterals,
          learn(tree) {
            mapSealed(tree, (sealed) => {
              const whose = givenBy(sealed);
              if (whose === "operator") return learnOwn(sealed);
              if (whose === "typed" || !isOurWord(String(unseal(sealed)))) learn(now[whose], sealed);
              if (whose === "typed") {
                learn(typedByAnybody, sealed);
                learnForOthers(typedForAnswers, typedForAll, sealed);
                hold(now.held, sealed);
              }
            });
          },
          held(text) {
            if (heldBefore.text(text) === text) return [];
            return [...operators.values(), ...before.held.values()].filter((one) => isIn(text, one));
          },
          keep() {
            before.typed.addAll(now.typed);
            before.literals.addAll(now.literals);
            for (const one of now.held.values()) hold(before.held, one);
          },
        };
      },
    };
  }

  return {
    ...scrubOf([own]),
    learn: (tree) => void mapSealed(tree, learnOwn),
    log: scrubOf([own, typedByAnybody]),
    principal,
  };
}

function givenBy({ source }: Sealed): "operator" | "typed" | "literals" {
  if (source.endsWith(", typed by a person")) return "typed";
  return source.endsWith(" (plain text)") ? "literals" : "operator";
}

/** Of a secret, whatever of it is not to be shown. */
export function learn(known: KnownValues, sealed: Sealed): void {
  const value = String(unseal(sealed));
  // Every list of types shows a type's name: redacting it would only take the type out of all answers.
  if (isTypeName(value)) return;
  for (const one of [value, value.trim(), ...partsOf(value)]) if (one.length >= shortest) known.add(one);
}

/**
 * What a person typed for one caller, for others: whoever types could take away what is anybody's. A single word, a host and
 * a mail address stay everywhere; words, ids and names of users stay in what people read before agreeing.
 */
function learnForOthers(answers: KnownValues, all: KnownValues, sealed: Sealed): void {
  const value = String(unseal(sealed));
  const [path = ""] = sealed.source.split(", ");
  for (const one of [value, value.trim(), ...partsOf(value)]) {
    if (one.length < shortest || isAnybodys(one)) continue;
    answers.add(one);
    for (const secret of surelySecretIn(one, path.split(".").at(-1) ?? "")) if (secret.length >= shortest) all.add(secret);
  }
}

/** Whether a secret's value is that of another one, holds it, or holds a part of it that is secret by itself; in any encoding. */
export function holds(sealed: Sealed, other: Sealed): boolean {
  const value = String(unseal(sealed));
  const known = withinOthers.get(other) ?? createKnownValues({ cut: false });
  if (!withinOthers.has(other)) learnWithin(known, other);
  withinOthers.set(other, known);
  const text = withoutCertificates(value);
  return isSame(sealed, other) || scrubOf([known]).text(text) !== text;
}

/** Whether both have the same value; short ones are anybody's. */
export function isSame(sealed: Sealed, other: Sealed): boolean {
  return !isShort(sealed) && other.is(String(unseal(sealed)));
}

/** Whether a value is so short that it is anybody's. */
export function isShort(sealed: Sealed): boolean {
  return String(unseal(sealed)).length < shortest;
}

/** The values of one secret that another one may hold. */
const withinOthers = new WeakMap<Sealed, KnownValues>();

/** Of several lines no single one: other files have such lines too. Those of a key are its own. */
function learnWithin(known: KnownValues, sealed: Sealed): void {
  const value = String(unseal(sealed)).trim();
  const isOneText = value.startsWith("-----BEGIN") || !/[\r\n]|\\n/.test(value);
  if (isOneText) learn(known, sealed);
  else for (const part of partsOf(value)) known.add(part);
}
