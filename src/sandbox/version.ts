/** Serverless is always the newest. */
const newest = "9.5.0";

export type Flavour = "traditional" | "serverless";

/** The release of a name such as "8.17", "9.5.0" or "serverless"; undefined if it names none. */
export function release(name = newest): { version: string; flavour: Flavour } | undefined {
  if (name === "serverless") return { version: newest, flavour: "serverless" };
  const [version, patch] = /^[89]\.\d{1,2}(\.\d{1,2})?$/.exec(name) ?? [];
  return version === undefined ? undefined : { version: patch ? version : `${version}.0`, flavour: "traditional" };
}

/** Whether a version such as "9.5.0" is at least the given minor: `atLeast("9.5.0", 9, 4)`. */
export function atLeast(version: string, major: number, minor = 0): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
