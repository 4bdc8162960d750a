import { redactionMark } from "./urls.ts";

const templates = /\{\{[^{}]*(?:\}\}|$)|\$\{[^{}]*(?:\}|$)/g;

/**
 * Whether a value has something of a secret: a digit, a symbol or mixed letters. Plain words, however they are joined,
 * templates, dates and addresses of the web have none.
 */
export function looksSecret(value: string): boolean {
  const plain = value.replace(templates, " ").replaceAll(redactionMark, " ").trim();
  return plain.length >= 6 && plain.split(/\s+/).some((word) => !/^(?:https?:\/\/|\d{4}-\d\d-\d\d)/i.test(word) && isMixed(word));
}

function isMixed(word: string): boolean {
  return /\d|[#$%^+=~@]|[!?]\w/.test(word) || word.split(/[^A-Za-z]+/).some(hasMixedCase);
}

/** `invalidApiKey` is made of words, `aBcDeF` is not. */
function hasMixedCase(letters: string): boolean {
  const parts = letters.split(/(?<=[a-z])(?=[A-Z])/);
  return letters.length >= 6 && parts.length > 1 && letters.length / parts.length < 4;
}
