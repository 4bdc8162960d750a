import { codeOf } from "./files.ts";

/**
 * Writes to stdout and waits until it is out, so that ending the process cuts nothing off.
 * Whoever reads only the beginning has seen enough.
 */
export function print(text: string): Promise<void> {
  return new Promise((done, failed) => {
    const end = (error?: Error | null) => (error && codeOf(error) !== "EPIPE" ? failed(error) : done());
    // Stays: the stream reports a failed write here as well, after the callback.
    process.stdout.on("error", end);
    process.stdout.write(text, end);
  });
}

/** JSON without characters that a terminal acts on, or that turn the direction of text. */
export function asJson(value: unknown): string {
  const escaped = (letter: string) =>
    [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");
  return `${JSON.stringify(value, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped)}\n`;
}
