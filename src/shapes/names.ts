/** No other name is one of a secret: most are not looked at closely. */
const hint = /pass|secret|credential|pwd|pw$|sig|hmac|jwt|token|auth|key|code|cookie|session|%/;
/** They make a name one of a secret wherever they are in it. */
const strong = /passw(or)?d|passphrase|passcode|secret(?!ar|-santa)|credential/;
/** So do these at its end. */
const atEnd =
  /(^|-)(pwd|sig|hmac|jwt|(access|api|auth|bearer|refresh|session)-?tokens)$|(token|authori[sz]ation|signature)$|^(x-)?(set-)?cookies?$/;
/** A key is secret by what it is for: an issue's, a project's or a table's is not. */
const secretKey =
  /(^|-)(x?api|access|account|admin|app|auth|client|consumer|encryption|functions?|hmac|ingest|insert|integration|licen[sc]e|master|private|routing|security|service|session|shared|signing|ssh|storage|subscription|webhook|write)-?keys?$/;
/** Something about a secret, and none. */
const about =
  /(^|-)(ur[il]|ids?|names?|types?|fields?|versions?|header|endpoint|expiry|expires|provided|length|count|limit|to|b?cc|recipients?|channels?|rooms?|responders?|assignees?)$|(key|token|secret|password)-?(ur[il]|id|name|type|field|version|header)$/;
/** Too common to count in a body; in a URL, or after the `X-` of a header, they do. */
const alone = /^(x-)?(auth|auth-header|code|key|pass|pw|session|sig)$/;

/**
 * Whether the name of a field, a header or a URL's parameter says that its value is a secret. It is read by its words,
 * however they are joined: `apiKey`, `API_KEY`, `api%5Fkey`, `x-api-key-v2`, `token[]`.
 */
export function namesSecret(name: string, where: "field" | "parameter" = "field"): boolean {
  if (!hint.test(name.toLowerCase())) return false;
  if (name.length > longestKept) return saysSecret(name, where);
  const asked = `${where} ${name}`;
  const known = answered.get(asked);
  if (known !== undefined) return known;
  if (answered.size >= mostAnswered) answered.clear();
  const answer = saysSecret(name, where);
  answered.set(asked, answer);
  return answer;
}

/** A text has the same few names again and again. */
const answered = new Map<string, boolean>();
const [mostAnswered, longestKept] = [1000, 100];

function saysSecret(name: string, where: "field" | "parameter"): boolean {
  const plain = decoded(name);
  const cased = plain.replace(/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$2-");
  const split = dashed(cased);
  if ((where === "parameter" || split.startsWith("x-")) && alone.test(split)) return true;
  if (about.test(split)) return false;
  return (cased === plain ? [split] : [split, dashed(plain)]).some(
    (words) => !about.test(words) && (strong.test(words) || atEnd.test(words) || secretKey.test(words)),
  );
}

/** Whether a name is written as a header's: in a list it stands before its value, as in `["X-Api-Key", "…"]`. */
export function isHeader(name: string): boolean {
  return /^x-|authori[sz]ation$|cookie$|-(?:key|token|secret)$/i.test(name);
}

/** In lower case, with dashes between the words, without what only counts at the end: `api-key` of `API_KEY[2]` and `api-key-v2`. */
function dashed(name: string): string {
  const words = name.toLowerCase().split(/[^\p{L}\d]+/u);
  while (words.length > 0 && /^(v?\d*|value|old|new)$/.test(words.at(-1) ?? "")) words.pop();
  return words
    .filter(Boolean)
    .join("-")
    .replace(/\d{1,6}$/, "");
}

/** ASCII characters that are percent-encoded, even twice. */
export function decoded(name: string): string {
  let plain = name;
  for (let round = 0; round < 3 && plain.includes("%"); round++)
    plain = plain.replace(/%([2-7][\da-f])/gi, (_whole, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
  return plain;
}
