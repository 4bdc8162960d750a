const [quote, backslash, comma] = [34, 92, 44];

/** Whether the text of JSON holds more than `most` commas between values: counting takes much less time than parsing them. */
export function hasMoreCommas(most: number, text: string): boolean {
  if (text.length <= most) return false;
  let [left, inText] = [most, false];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) inText = !inText;
    else if (code === backslash) at++;
    else if (code === comma && !inText && --left < 0) return true;
  }
  return false;
}

/** Whether JSON holds more than `most` values, at whatever depth: schemas take much longer on many than a parser does. */
export function holdsMoreThan(most: number, json: unknown): boolean {
  let left = most;
  const open = [json];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== "object") continue;
    const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
    left -= inner.length;
    if (left < 0) return true;
    for (const one of inner) if (one !== null && typeof one === "object") open.push(one);
  }
  return false;
}
