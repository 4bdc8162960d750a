/** A tool's answer out of what the model was given: clients wrap it as text of a content block, as JSON in JSON, or between words of theirs. */
// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
export function readAnswer(result: string): any {
  const value: unknown = JSON.parse(result.slice(result.indexOf("{"), result.lastIndexOf("}") + 1));
  if (typeof value !== "object" || value === null) throw new Error(`no answer in ${result}`);
  if ("content" in value && Array.isArray(value.content)) return readAnswer(value.content[0].text);
  for (const key of ["text", "output"] as const) {
    const inner: unknown = Reflect.get(value, key);
    if (typeof inner === "string" && inner.includes("{")) return readAnswer(inner);
  }
  return value;
}
