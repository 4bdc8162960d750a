/** A text as KQL has it in quotes. */
export function quotedKql(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
