import { byteLists } from "./byte-lists.ts";
import { type Canonical, gap, Output } from "./canonical.ts";
import { characterLists } from "./character-lists.ts";

/** Levels of base64 within base64 that are decoded. */
const layers = 2;
/** A secret of eight bytes has twelve characters. */
const shortestRun = 12;

const [lineFeed, carriageReturn, backslash, slash, letterN, letterR] = [0x0a, 0x0d, 0x5c, 0x2f, 0x6e, 0x72];

/**
 * The base64, base64url and lists of bytes or characters in a text, decoded, with all escapes in and around it decoded, and
 * those in that once more. Each run is decoded from each of its first four characters: what is right before it may look like a part of it.
 * In time linear in the text's length.
 */
export function withinEncoded(text: string): Canonical[] {
  return decoded(Output.of(text), layers);
}

function decoded(text: Output, left: number): Output[] {
  text.readAllEscapes();
  if (left === 0) return [];
  const runs = runsIn(text);
  const inBase64 = runs.length === 0 ? [] : [0, 1, 2, 3].map((skipped) => decodedFrom(text, runs, skipped));
  return [...byteLists(text), ...characterLists(text), ...inBase64].flatMap((inner) => {
    const deeper = decoded(inner, left - 1);
    inner.leaveOut(true);
    return [inner, ...deeper];
  });
}

/** Positions of the characters of each run; line ends within are skipped, as they are and as JSON writes them. */
function runsIn({ bytes, length }: Output): number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  for (let at = 0; at <= length; at++) {
    const byte = at < length ? (bytes[at] ?? 0) : gap;
    if ((sextets[byte] ?? 64) < 64) run.push(at);
    else if (run.length > 0) {
      const next = at + 1 < length ? (bytes[at + 1] ?? 0) : gap;
      if (byte === lineFeed || byte === carriageReturn || (byte === backslash && next === slash)) continue;
      if (byte === backslash && (next === letterN || next === letterR)) at += 1;
      else {
        if (run.length >= shortestRun) runs.push(run);
        run = [];
      }
    }
  }
  return runs;
}

/** All runs in one, each without its first `skipped` characters. */
function decodedFrom(text: Output, runs: readonly number[][], skipped: number): Output {
  const most = runs.reduce((sum, run) => sum + Math.ceil((run.length * 3) / 4) + 1, 0);
  const inner = new Output(most, text.source);
  for (const run of runs) {
    let [bits, held] = [0, 0];
    let first = 0;
    for (let n = skipped; n < run.length; n++) {
      const at = run[n] ?? 0;
      bits = ((bits << 6) | (sextets[text.bytes[at] ?? 0] ?? 0)) & 0xffff;
      held += 6;
      if (held >= 8) {
        held -= 8;
        inner.put((bits >> held) & 0xff, text.from[first] ?? 0, text.to[at] ?? 0);
      }
      first = at;
    }
    inner.put(gap, text.to[first] ?? 0, text.to[first] ?? 0);
  }
  return inner;
}

/** What each byte stands for in base64 or base64url; 64: nothing. */
const sextets = Uint8Array.from({ length: 256 }, (_none, byte) => {
  const letter = String.fromCharCode(byte);
  const at = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(letter);
  return at >= 0 ? at : letter === "-" ? 62 : letter === "_" ? 63 : 64;
});
