import { canonicalHost } from "../host-name.ts";

/** Where a word stands. */
interface Place {
  /** The key that has it. */
  key: string;
  /** How many words are said there; 0 in a text of pairs, as `host=10.1 port=80`. */
  words: number;
}

/** Without scheme, user, port and path. */
const plain = /^[\p{L}\p{N}_.-]+$/u;
/** Keys of versions: `apiVersion`, `release`. */
const saysVersion = /(?:version|release|revision)s?$/i;
/** Keys of what names fields, columns or settings: `groupBy`, `termField`, `kql`. */
const saysField = /(?:fields?|columns?|terms?|by|query|kql|filters?|mappings?|propert(?:y|ies)|attributes?|settings?|sort)$/i;
/** Fewest words of a sentence. */
const sentence = 4;

/** `2024.05.01`, `v1.2-rc.1`; no IP address that is written whole. */
const version = /^(?!(?:\d{1,3}\.){3}\d{1,3}$)v?\d+(?:[._-]\d+)*(?:-?(?:alpha|beta|rc|preview|snapshot|dev|ga)[\d.]*)*$/i;
/** A version that parsers would fill up to an IP address. */
const shortNumber = /^\d+(?:\.\d+){1,2}$/;
/** Its last part is a number, so that parsers read an IP address or nothing. */
const endsInNumber = /(?:^|\.)(?:\d+|0x[\da-f]*)$/i;
/** No domain has such an end: `index.refresh_interval`. */
const endsLikeField = /\.[^.]*_[^.]*$/;
/** Ends of files' names that are no end of a domain. */
const file = /\.(?:pdf|csv|tsv|txt|json|ndjson|jsonl|xml|html?|ya?ml|png|jpe?g|gif|svg|docx?|xlsx?|pptx?|gz|tgz|pem|p12)$/i;
/** Fields of Elastic's Common Schema. One that ends in `name` may be a domain. */
const field =
  /^(?:(?:agent|client|cloud|container|destination|dns|error|event|file|group|host|http|network|observer|orchestrator|process|rule|server|service|signal|source|threat|tls|url|user)|kibana\.alert(?:\.[a-z_]+)*)\.(?:name|kind|action|category|outcome|module|dataset|severity|message|hostname|ip|mac|type|reason|status|executable|pid|path|environment|version|uuid)(?:\.keyword)?$/;

/** Whether a word is a version, a file or a field, and no host. In doubt it is one. */
export function isNoHost(word: string, { key, words }: Place): boolean {
  if (!plain.test(word)) return false;
  if (file.test(word) || endsLikeField.test(word) || isNumber(word, key)) return true;
  return (words >= sentence && (shortNumber.test(word) || field.test(word))) || (saysField.test(key) && field.test(word));
}

/** Whether a word is a version under a key of one, or ends in a number as no host does. */
export function isNumber(word: string, key: string): boolean {
  if (!plain.test(word)) return false;
  if (saysVersion.test(key) && version.test(word)) return true;
  return endsInNumber.test(word) && canonicalHost(word) === undefined;
}
