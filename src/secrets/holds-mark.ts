import { redactionMark } from "./detect.ts";
import { createKnownValues } from "./known-values.ts";
import { scrubOf } from "./scrub.ts";

const marks = createKnownValues({ cut: false });
marks.add(redactionMark);
const scrub = scrubOf([marks]);

/** Whether the mark of what is hidden is in a text, in any form in which the value itself would be found: `%5Bredacted%5D`. */
export function holdsMark(text: string): boolean {
  return text.includes(redactionMark) || scrub.text(text) !== text;
}
