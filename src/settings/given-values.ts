/** `${user_config.name}`, `${env:NAME}`, `${input:name}`, `${NAME}`, `${NAME:-default}`, opencode's `{env:NAME}` and `{file:…}`. */
const unresolved = /\$\{[^{}\s]{1,100}\}|\{(?:env|file|input):[^{}\s]{1,100}\}|\{\{[^{}]{1,100}\}\}/;
/** `$NAME` and `%NAME%`, which also occur inside ordinary text. */
const shellName = /^(?:\$[A-Z][A-Z0-9_]{2,}|%[A-Z][A-Z0-9_]{2,}%)$/i;

/** How to read a text from a host: as it is, or why it counts as not given. */
export type Given = { kind: "value" } | { kind: "empty" } | { kind: "placeholder"; placeholder: string; whole: boolean };

/** Hosts pass blank fields as "", and placeholders that they could not fill in unchanged. */
export function readGiven(text: string): Given {
  const given = text.trim().replace(/^(["'])(.*)\1$/, "$2");
  if (given.trim() === "") return { kind: "empty" };
  if (shellName.test(given)) return { kind: "placeholder", placeholder: given, whole: true };
  const [placeholder] = unresolved.exec(given) ?? [];
  return placeholder === undefined ? { kind: "value" } : { kind: "placeholder", placeholder, whole: placeholder === given };
}
