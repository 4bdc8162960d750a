import { escapeHidden } from "../../plain-text.ts";
import { codeOf } from "../../private-files.ts";

/**
 * Writes to stdout and waits until it is written, so that ending the process cuts nothing off.
 * A closed pipe is no error: the reader has seen enough.
 */
export function print(text: string): Promise<void> {
  // The stream also reports a failed write as an event, after the callback.
  if (!process.stdout.listeners("error").includes(reported)) process.stdout.on("error", reported);
  return new Promise((done, failed) => {
    process.stdout.write(text, (error) => (error && codeOf(error) !== "EPIPE" ? failed(error) : done()));
  });
}

const reported = () => {};

/**
 * JSON without characters that control a terminal or change the direction of text. The `findings` are written one per
 * line and in batches: in a large deployment the whole text would be in memory several times.
 */
export async function printJson({ findings, ...head }: Record<string, unknown> & { findings?: readonly unknown[] }): Promise<void> {
  const text = escapeHidden(JSON.stringify(head, null, 2));
  if (!findings) return print(`${text}\n`);
  await print(`${text.slice(0, -2)},\n  "findings": [`);
  for (let from = 0; from < findings.length; from += 500) {
    const lines = findings.slice(from, from + 500).map((one) => `\n    ${escapeHidden(JSON.stringify(one))}`);
    await print(`${from > 0 ? "," : ""}${lines.join(",")}`);
  }
  await print(`${findings.length > 0 ? "\n  " : ""}]\n}\n`);
}
