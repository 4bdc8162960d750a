/** `${user_config.name}`, `${env:NAME}`, `${input:name}`, `${NAME}`, `${NAME:-default}`, `#{NAME}`, `{{NAME}}`, `${{ NAME }}`, opencode's `{env:NAME}` and `{file:…}`. */
const unresolved = /[$#]\{[^{}\s]{1,100}\}|\{(?:env|file|input):[^{}\s]{1,100}\}|\$?\{\{[^{}]{1,100}\}\}/;
/** `$NAME`, `$env:NAME`, `$(NAME)` and `%NAME%`, which also occur inside ordinary text. */
const shellName = /^(?:\$(?:env:)?[A-Z_][A-Z0-9_]*|\$\([A-Z_][A-Z0-9_.]*\)|%[A-Z_][A-Z0-9_]*%)$/i;

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

/** Whether a text that may hold anything, such as a password, is one placeholder in braces as a whole. */
export function isUnfilled(text: string): boolean {
  const given = readGiven(text);
  return given.kind === "placeholder" && given.whole && given.placeholder.includes("{");
}
