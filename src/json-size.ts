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
