/** Whether a version such as "9.5.0" is at least the given minor: `atLeast("9.5.0", 9, 4)`. */
export function atLeast(version: string, major: number, minor = 0): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
