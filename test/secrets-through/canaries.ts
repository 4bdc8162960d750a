import { randomBytes } from "node:crypto";

/** The shape that a field's value must have; it contains the canary. */
export type Shape = "text" | "url" | "pem" | "pemFile" | "json" | "base64" | "pem64";

/** A value that cannot be mistaken for anything else, and where to look for it. */
export interface Canary {
  value: string;
  shape: Shape;
  /** The part that occurs nowhere else: its being found in any form is a leak. */
  core: string;
  /** What is searched for. */
  forms: string[];
}

/** Characters that every encoding writes differently. */
const awkward = `"k\\ é+/%&='~(<x>)`;

/** A fresh canary. Its core is long enough for three places in base64. */
export function canary(shape: Shape): Canary {
  const core = `zq${randomBytes(12).toString("hex")}`;
  const value = shapes[shape](core);
  return { core, value, shape, forms: [...new Set([...formsOf(core), ...formsOf(value)])] };
}

const shapes: Record<Shape, (core: string) => string> = {
  text: (core) => `${awkward}${core}!`,
  url: (core) => `https://hooks.example.com/services/T0/${core}?sig=a%2Bb&v=${core}`,
  pem: (core) => `-----BEGIN PRIVATE KEY-----\nMIIEvQ${core}+/\n${core}AB==\n-----END PRIVATE KEY-----`,
  // What Kibana decodes: it has to arrive as the base64 of this.
  pemFile: (core) =>
    `-----BEGIN CERTIFICATE-----\nMIIEvQ${core}+/\n${core}AB==\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n${core}\n-----END PRIVATE KEY-----`,
  json: (core) =>
    JSON.stringify({ type: "service_account", private_key: `-----BEGIN PRIVATE KEY-----\n${core}\n`, id: `${awkward}${core}` }),
  pem64: (core) =>
    Buffer.from(
      `${["CERTIFICATE", "PRIVATE KEY"].map((kind) => `-----BEGIN ${kind}-----\n${core}\n-----END ${kind}-----\n`).join("")}`,
    ).toString("base64"),
  // As a PKCS #12 container begins, with its length.
  base64: (core) => Buffer.from(`0${String.fromCharCode(core.length + 4)}\u0002\u0001\u0003${core}\u0003`).toString("base64"),
};

/** The forms in which a text may be in another. */
function formsOf(text: string): string[] {
  const whole = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString("base64");
    // Only what the text alone decides.
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + Buffer.byteLength(text)) * 8) / 6));
  });
  const url = encodeURIComponent(text);
  return [text, url, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString("hex"), ...whole].flatMap((form) => [
    form,
    form.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

/**
 * The canaries that are in a text in any form, by their names. Empty is good. Encoded once more, as JSON in JSON or a
 * URL in a URL, the core's letters and digits stay as they are.
 */
export function leaks(canaries: Record<string, Canary>, text: string): string[] {
  return Object.entries(canaries)
    .filter(([, one]) => one.forms.some((form) => text.includes(form)))
    .map(([name]) => name);
}
