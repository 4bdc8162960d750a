import type { Explained } from "./explain-failure.ts";

/**
 * A mail server's reply: three digits, usually followed by an enhanced code (RFC 3463), in the words of nodemailer, which
 * Kibana uses. The digits are not an HTTP status: 550 and 554 are permanent refusals, not failures of the service.
 */
const reply =
  /(?:(?:mail|recipient|data) command failed|message failed|recipients were rejected|invalid (?:login|greeting)|starttls|smtp|response=\d{3}|mail server|sending e-?mail)[\s\S]*?\b([45]\d\d)(?=[ -])|\b([45]\d\d)[ -]#?[45]\.\d{1,3}\.\d{1,3}\b/i;

type Row = [code: RegExp, words: RegExp, cause: string, fix: string];
const any = /(?:)/;

const rows: Row[] = [
  [
    /^53[04]$|^538$|^503$/,
    /starttls|encryption required|tls/i,
    "The mail server wants an encrypted connection.",
    "Set `secure` in the config: true with port 465; false with port 587 or 25, where encryption starts after the connection is made.",
  ],
  [
    /^530$|^5(?:50|54)$/,
    /authentication (?:is )?required|not authenticated|must (?:be authenticated|authenticate|issue)|5\.7\.57|log ?in first/i,
    "The mail server wants credentials before it accepts mail.",
    "Set hasAuth: true with user in the config and password in the secrets (update_connector).",
  ],
  [
    /^530$/,
    any,
    "The mail server wants credentials before it accepts mail.",
    "Set hasAuth: true with user in the config and password in the secrets (update_connector).",
  ],
  [
    /^534$|^535$/,
    /application-specific|app password|5\.7\.9/i,
    "The mail server does not accept the account's own password.",
    "Make an app password for that account, and store it with update_connector.",
  ],
  [
    /^53[458]$/,
    any,
    "The mail server does not accept user and password.",
    "Enter them again with update_connector: the password may have changed, or the account may not send by SMTP (basic authentication switched off).",
  ],
  [
    /^552$|^5(?:34|54)$/,
    /5\.3\.4|size|too (?:big|large|long)|exceed/i,
    "The mail is too big for the mail server.",
    "Send less text or smaller attachments, or have the mail server's operator raise the limit.",
  ],
  [
    /^(?:452|55[02])$/,
    /5\.2\.2|4\.2\.2|quota|mailbox (?:is )?full|over ?quota|storage/i,
    "A recipient's mailbox is full.",
    "The recipient has to make room, or use another address.",
  ],
  [
    /^55[0134]$/,
    /relay/i,
    "The mail server refuses to relay: it does not send to that domain for this sender.",
    "Set hasAuth: true with an account on the server, or have its operator let Kibana's host relay.",
  ],
  [
    /^5(?:01|5[0-4])$/,
    /mail command failed|sender|send ?as|5\.1\.[78]|5\.7\.(?:60|26)|not (?:owned|permitted|allowed|authorized) (?:by|to)[\s\S]*(?:send|from)|from address|spf|dmarc/i,
    "The mail server refuses the sender.",
    "Set `from` in the config to an address that this account or host may send as, or have the mail server's operator allow it.",
  ],
  [
    /^5(?:50|54)$/,
    /spam|block ?list|blacklist|blocked|reputation|policy|rejected as|content/i,
    "The mail server treats the mail, or Kibana's host, as unwanted.",
    "Ask its operator why; the cause is a block list or a content rule.",
  ],
  [
    /^5(?:01|50|51|53|54)$/,
    /recipient|mailbox|user|address|5\.1\.\d|no such/i,
    "The mail server refuses a recipient.",
    "Correct the named address.",
  ],
  [
    /^4/,
    any,
    "The mail server does not accept the mail now.",
    "Wait a few minutes, then test again: it is busy, limits the rate, or makes unknown senders wait.",
  ],
  [/^5/, any, "The mail server refuses the mail permanently.", "Its own words say why: correct what they name, or ask its operator."],
];

/** Why a mail server refused; undefined if the words contain no mail server's reply. */
export function explainMail(words: string): Explained | undefined {
  if (/missing credentials for/i.test(words)) {
    return {
      cause: "The mail server wants credentials before it accepts mail.",
      fix: "Set hasAuth: true with user in the config and password in the secrets (update_connector).",
    };
  }
  const found = reply.exec(words);
  const code = found?.[1] ?? found?.[2];
  // Services reached over HTTP, such as Exchange, answer with HTTP statuses.
  if (code === undefined || /status code|statusCode|https?:\/\//i.test(words)) return undefined;
  const row = rows.find(([codes, said]) => codes.test(code) && said.test(words));
  return row && { cause: `${row[2].slice(0, -1)} (SMTP ${code}).`, fix: row[3] };
}
