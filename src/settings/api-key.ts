/** Placeholders for a key in documentation and forms. */
const placeholder =
  /^(?:\.{2,}|\u2026+|<.*>|\[.*\]|\{.*\}|\*{3,}|x{3,}|-{3,}|_{3,}|your[-_ ].*|your.*key|my[-_ ]?api[-_ ]?key|change[-_ ]?(?:me|it|this)!?|replace[-_ ]?(?:me|this|with.*)|(?:insert|paste|enter|put|add)[-_ ].*|(?:(?:kibana|elastic|elasticsearch|encoded|base64)[-_ ]?)*(?:api[-_ ]?key|key|token|secret|encoded)(?:[-_ ]?(?:here|value|goes[-_ ]here))?|id|todo|tbd|fixme|placeholder|example|dummy|null|undefined|none|n\/a)$/i;
const builtInUser = /^(?:elastic|kibana|kibana_system|logstash_system|beats_system|apm_system|remote_monitoring_user)$/;

/**
 * An API key in the form that Kibana takes, or what is wrong with it: the end of a sentence, without the key.
 * Accepts `encoded`, `id:api_key`, either as a header, and Elasticsearch's whole answer. A text in an unknown form is accepted
 * as it is: Elastic has added new forms of keys before.
 */
export function readApiKey(given: string): { encoded: string } | { problem: string } {
  const text = given
    .trim()
    .replace(/^(["'])(.*)\1$/s, "$2")
    .replace(/^authorization\s*:\s*/i, "")
    .replace(/^(?:ApiKey|Bearer)\s+/i, "")
    .trim();
  if (text.startsWith("{")) {
    const inside = fromAnswer(text);
    if (inside !== undefined) return readApiKey(inside);
  }
  if (placeholder.test(text)) return { problem: "is a placeholder, not a key" };
  if (!/^[\x21-\x7e]+$/.test(text)) return { problem: "contains white space or characters that no API key has" };
  // Elastic Cloud's keys for several projects are not base64.
  if (text.startsWith("essu_")) return { encoded: text };
  if (/^[a-z][a-z+.-]*:\/\//i.test(text)) return { problem: "is an address, not a key" };
  if (text.includes(":")) return ofHalves(text, Buffer.from(text).toString("base64"));
  if (/^eyJ[\w-]*\.[\w-]+\.[\w-]*$/.test(text)) return { problem: "is a JSON Web Token, not an API key" };
  const decoded = /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, "base64").toString("latin1") : "";
  if (/^[\x21-\x7e]+$/.test(decoded) && decoded.includes(":")) return ofHalves(decoded, text);
  if (/^[\w-]{20}$/.test(text)) return { problem: "is only the `id` of a key: the key itself is missing" };
  if (/^[\w-]{22}$/.test(text)) return { problem: "is only the `api_key` part of a key: its id is missing" };
  if (text.length >= 8 && text.length % 4 === 0 && /^[a-z0-9+/]+={0,2}$/i.test(text))
    return { problem: "is not an API key: decoded, it is not id:api_key" };
  return { encoded: text };
}

/** Elasticsearch's answer to creating a key, pasted as a whole. */
function fromAnswer(json: string): string | undefined {
  try {
    const { encoded, id, api_key: key } = JSON.parse(json) as Record<string, unknown>;
    if (typeof encoded === "string" && !encoded.startsWith("{")) return encoded;
    return typeof id === "string" && typeof key === "string" ? `${id}:${key}` : undefined;
  } catch {
    // Not JSON: the caller treats it as text.
    return undefined;
  }
}

function ofHalves(decoded: string, encoded: string): { encoded: string } | { problem: string } {
  const at = decoded.indexOf(":");
  const [id, key] = [decoded.slice(0, at), decoded.slice(at + 1)];
  if (builtInUser.test(id)) return { problem: "is a user name with a password: these go into KIBANA_USERNAME and KIBANA_PASSWORD" };
  if (id === "" || /^(?:undefined|null)$/.test(id)) return { problem: "is only the `api_key` part of a key: its id is missing" };
  if (key === "" || /^(?:undefined|null)$/.test(key)) return { problem: "is only the `id` of a key: the key itself is missing" };
  if (/^<.*>$|^\.{2,}$/.test(id) || /^(?:<.*>|\.{2,}|api[-_]?key)$/i.test(key)) return { problem: "is a placeholder, not a key" };
  return { encoded };
}
