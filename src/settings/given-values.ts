/** `${user_config.name}`, `${env:NAME}`, `${input:name}`, `${NAME}`, `${NAME:-default}`, opencode's `{env:NAME}` and `{file:…}`. */
const unresolved = /\$\{[^{}\s]{1,100}\}|\{(?:env|file|input):[^{}\s]{1,100}\}|\{\{[^{}]{1,100}\}\}/;
/** `$NAME` and `%NAME%`, which also occur inside of ordinary text. */
const shellName = /^(?:\$[A-Z][A-Z0-9_]{2,}|%[A-Z][A-Z0-9_]{2,}%)$/i;

/** How a text that a host handed over is to be read: as it is, or why it says nothing. */
export type Given = { kind: "value" } | { kind: "empty" } | { kind: "placeholder"; placeholder: string; whole: boolean };

/** Hosts hand over blank fields as "", and placeholders that they could not fill in as they stand. */
export function readGiven(text: string): Given {
  const given = text.trim().replace(/^(["'])(.*)\1$/, "$2");
  if (given.trim() === "") return { kind: "empty" };
  if (shellName.test(given)) return { kind: "placeholder", placeholder: given, whole: true };
  const [placeholder] = unresolved.exec(given) ?? [];
  return placeholder === undefined ? { kind: "value" } : { kind: "placeholder", placeholder, whole: placeholder === given };
}
