import { withoutKnown } from "../plain-text.ts";
import { type FoundSecret, redactionMark } from "../secrets/detect.ts";
import { hideInConfig } from "../secrets/hide-in-config.ts";

/** A value that is not in the file; whoever applies the file provides it. */
export interface Placeholder {
  /** `secrets.webhookUrl`, `config.headers.Authorization`. */
  path: string;
  /** The environment variable. Terraform's variable has the same words. */
  variable: string;
  /** What is given for it, for people: `the whole URL`, `the token alone, not the whole URL`. */
  is: string;
  /** Must be given. */
  required: boolean;
  /** An object of strings, such as header names and values; otherwise one string. */
  map: boolean;
  /** Kibana decodes it into a file: the value is the base64 of the file's bytes. */
  file?: true;
}

/** A string with placeholders in it. */
export class Pieces {
  readonly pieces: readonly (string | Placeholder)[];
  constructor(pieces: readonly (string | Placeholder)[]) {
    this.pieces = pieces;
  }
}

/** JSON, with placeholders where secrets were. */
export type Code = null | boolean | number | string | Pieces | readonly Code[] | CodeRecord;
export type CodeRecord = { readonly [key: string]: Code };

export function isRecord(code: Code): code is CodeRecord {
  return code !== null && typeof code === "object" && !Array.isArray(code) && !(code instanceof Pieces);
}

/**
 * A config as code: each secret that is readable in it becomes a placeholder; the text around it stays.
 * @param variable an unused name for the secret at a path, or for the part of a text that is one
 */
export function configCode(
  config: Record<string, unknown>,
  variable: (path: string, isPart: boolean) => string,
): { code: CodeRecord; found: FoundSecret[]; placeholders: Placeholder[] } {
  const { config: marked, found } = hideInConfig(config);
  const paths = new Set(found.map(({ path }) => path));
  const placeholders: Placeholder[] = [];

  const placeholder = (path: string, part: string | undefined): Placeholder => {
    const is = part ?? "the whole value";
    const one = { path, variable: variable(path, part !== undefined), is, required: true, map: false };
    placeholders.push(one);
    return one;
  };

  function convert(value: unknown, original: unknown, path: string): Code {
    if (Array.isArray(value))
      return value.map((item, index) => convert(item, Array.isArray(original) ? original[index] : undefined, below(path, String(index))));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, convert(item, Reflect.get(Object(original), key), below(path, key))]),
      );
    }
    if (typeof value !== "string") return value as null | boolean | number;
    const shown = withoutKnown(value);
    if (shown !== value) {
      found.push({ path, why: "this server knows it as a secret" });
      paths.add(path);
    }
    return shown === original ? shown : new Pieces(pieces(shown, String(original), path));
  }

  function pieces(value: string, original: string, path: string): (string | Placeholder)[] {
    // Inside JSON text a secret would need a second escape, and a mark that was already there is not ours.
    const asOne = /^\s*[{[]/.test(original) || original.includes(redactionMark) || !paths.has(path);
    // Built once for all secrets in this string: the path may be long.
    const whole = `config.${path}`;
    if (asOne || value === redactionMark) return [placeholder(whole, undefined)];
    const [kind, texts] = [/:\/\//.test(value) ? "the whole URL" : "the whole text", value.split(redactionMark)];
    const which = (index: number) => (texts.length > 2 ? `secret ${index} of ${texts.length - 1} in it` : "the token in it");
    return texts
      .flatMap((text, index) => [...(index === 0 ? [] : [placeholder(whole, `${which(index)} alone, not ${kind}`)]), text])
      .filter((piece) => piece !== "");
  }

  return { code: convert(marked, config, "") as CodeRecord, found, placeholders };
}

function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** The words for a secret that may be stored: Kibana does not say. */
export function onlyIfStored(mode: string | undefined): string {
  return `only if it is stored${mode?.includes(" or ") ? ` (authentication: ${mode})` : ""}`;
}

/** The words for a value that is the base64 of a file. */
export const base64OfFile = "base64 of the file";
