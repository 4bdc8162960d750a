import { inTags } from "../in-address.ts";

const computed = /\{\{#\s{0,9}(EncodeURIComponent|EvalMath|FormatDate|FormatNumber)\s{0,9}\}\}([\s\S]{0,500}?)\{\{\/\s{0,9}\1\s{0,9}\}\}/g;

/** What of the text between the tags of a function is in its result, whatever is filled in: fixed characters, and tags whose values stay as they are. */
const results: Readonly<Record<string, (text: string) => string>> = {
  EncodeURIComponent: (text) => text.replace(inTags, "").replace(/[^.]/g, "x"),
  EvalMath: () => "0",
  FormatDate: (text) => text.split(";", 3)[2] ?? "0",
  FormatNumber: (text) => {
    const [, , options = ""] = text.split(";", 3);
    return `0${/percent|-per-/i.test(options) ? "%" : ""}${(options.match(inTags) ?? []).join("")}`;
  },
};

/** A template with the results of its functions in their place, as far as a meaning in an address goes. */
export function functionsInAddress(template: string): string {
  return template.replace(computed, (all, name: string, text: string) => results[name]?.(text) ?? all);
}
