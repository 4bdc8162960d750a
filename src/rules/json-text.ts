/** Why a text that is meant to be JSON is none; undefined where it is. @param contentType of the request, where that is known */
export function jsonProblem(text: string, contentType?: string): string | undefined {
  if (!isMeantAsJson(text, contentType)) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/,? *"[\s\S]*$/, "") : String(error);
  }
}

function isMeantAsJson(text: string, contentType: string | undefined): boolean {
  if (contentType !== undefined && !/json/i.test(contentType)) return false;
  const trimmed = text.trim();
  if (contentType !== undefined) return trimmed !== "";
  if (/^\{\s*["}]/.test(trimmed) || /^\[\s*[[{"\]]/.test(trimmed)) return true;
  return (trimmed.startsWith("{") && trimmed.endsWith("}")) || /^\[\s*-?\d[\s\S]*\]$/.test(trimmed);
}
