import { type ErrorCode, ToolError } from "../errors.ts";
import { isPlainObject } from "../plain-object.ts";
import { plainText } from "../plain-text.ts";
import type { KibanaSettings } from "../settings/index.ts";
import { translations } from "./messages.ts";
import { rulePrivilege } from "./rule-privilege.ts";
import { said } from "./said.ts";

/**
 * A request to Kibana that failed.
 * `applied` tells a writer what is known. "no": it was never sent, or refused, which is certain only where nothing in
 * between repeats requests; "maybe": ask Kibana what is true now.
 * `explained`: it says why in words that only Kibana has. `late`: a write may still come after it, since it is not an answer, one of
 * something in between, or of a Kibana that stopped waiting.
 */
export class KibanaError extends ToolError {
  readonly applied: "no" | "maybe";
  readonly status: number | undefined;
  readonly explained: boolean;
  readonly late: boolean;

  constructor(
    code: ErrorCode,
    message: string,
    fix: string,
    more: {
      applied: "no" | "maybe";
      status?: number;
      explained?: boolean;
      late?: boolean;
      detail?: Record<string, unknown>;
    },
  ) {
    super(code, message, fix, more.detail);
    this.applied = more.applied;
    this.status = more.status;
    this.explained = more.explained ?? false;
    this.late = more.late ?? more.applied === "maybe";
  }
}

/**
 * What an HTTP answer other than success means. `body` is the parsed JSON, undefined when it was not JSON.
 * @param auth which credentials were sent
 * @param asked milliseconds that it asks to wait
 */
export function fromAnswer(
  status: number,
  body: unknown,
  text: string,
  url: string,
  auth?: KibanaSettings["auth"],
  asked?: number,
): KibanaError {
  const message = plainText(messageOf(body), 500);
  const applied = status >= 500 || status === 408 ? "maybe" : "no";
  const detail = { status, ...(message ? { kibana: message } : {}) };
  const late = applied === "maybe" && (!isKibanas(body, status) || gaveUp.test(message));
  const fail = (code: ErrorCode, cause: string, fix: string, explained = false) =>
    new KibanaError(code, cause, fix, { applied, status, explained, late, detail });

  if (status === 503) {
    return fail(
      "kibana_unreachable",
      `Kibana is starting, overloaded or down for maintenance (503${message ? `: ${message}` : ""}).`,
      "Wait a minute, then repeat the call.",
    );
  }
  // A proxy's own has any body.
  if (status === 429) return limited(asked, detail);
  if (body === undefined || body === null || typeof body !== "object") return notKibana(status, text, url, applied);
  if (isElasticsearch(body)) {
    return fail(
      "kibana_unreachable",
      `${url} is Elasticsearch, not Kibana.`,
      "Set KIBANA_URL to Kibana's address (on Elastic Cloud its host has .kb. where Elasticsearch has .es.).",
    );
  }
  if (!("statusCode" in body)) return notKibana(status, text, url, applied, plainText(messageOf(body), 120));
  if (status === 401) {
    const [cause, fix] = notAccepted(auth);
    return fail("unauthorized", cause, fix, isPermission.test(message));
  }
  for (const one of translations) {
    const found = one.pattern.exec(message);
    if (found) return fail(one.code, one.message(found), one.fix, true);
  }
  if (status === 403) {
    return fail(
      "forbidden",
      `The credentials may not do this: ${message.replace(/\.$/, "") || "Forbidden"}.`,
      `${privilegeFor(message)} Ask whoever made the key.`,
      isPermission.test(message),
    );
  }
  if (status === 404) {
    return fail(
      "kibana_error",
      `Kibana has no such route (404${message ? `: ${message}` : ""}).`,
      "Check the base path in KIBANA_URL (server.basePath in kibana.yml), and that Kibana is 8.0 or newer.",
    );
  }
  if (status === 409)
    return fail(
      "kibana_error",
      `Somebody else changed it at the same moment (409: ${message}).`,
      "Look at it again, then repeat the call.",
    );
  if (status >= 500) {
    return fail(
      "kibana_error",
      `Kibana failed (${status}${message ? `: ${message}` : ""}).`,
      "The cause is only in Kibana's log. A missing or changed xpack.encryptedSavedObjects.encryptionKey in kibana.yml looks like this.",
    );
  }
  return fail("kibana_error", `Kibana answered ${status}${message ? `: ${message}` : ""}.`, "Correct what the message names.");
}

/** `retry_after` in its detail: the seconds that are asked for. */
function limited(asked: number | undefined, detail: Record<string, unknown>): KibanaError {
  const seconds = asked === undefined ? undefined : Math.ceil(asked / 1000);
  return new KibanaError(
    "kibana_error",
    `Kibana or a proxy in front of it limits the rate (429)${seconds ? `, and asks to wait ${seconds} second${seconds === 1 ? "" : "s"}` : ""}.`,
    `Wait ${seconds ? "that long" : "a minute"}, then repeat the call.`,
    { applied: "no", status: 429, detail: { ...detail, ...(seconds === undefined ? {} : { retry_after: seconds }) } },
  );
}

/** What Kibana says when it no longer waits for Elasticsearch, which may still write; the last is all it says of what it did not expect. */
const gaveUp =
  /\btime[ds]?[ -]?out\b|socket hang up|\bE(?:CONNRESET|CONNABORTED|PIPE)\b|connection (?:was )?(?:reset|closed|aborted)|an internal server error/i;

/** Whether an answer is in Kibana's own form: what is in between answers 502, 504 and 52x. */
export function isKibanas(body: unknown, status: number): boolean {
  return isPlainObject(body) && "statusCode" in body && ![502, 504].includes(status) && !(status >= 520 && status < 530);
}

const isPermission = /\bunauthorized to \w|security_exception|\bprivileges?\b|missing authentication/i;

/** Why Kibana refuses the credentials, and what helps. @param auth which were sent */
export function notAccepted(auth: KibanaSettings["auth"] | undefined): [cause: string, fix: string] {
  if (auth?.kind === "none")
    return [
      `Kibana wants credentials, and none are set${auth.why ? `: ${auth.why}` : ""}.`,
      "The operator sets KIBANA_API_KEY (or KIBANA_USERNAME and KIBANA_PASSWORD) in the server's environment and restarts it.",
    ];
  if (auth?.kind === "api_key" && auth.from !== undefined)
    return [
      "Kibana does not accept the credentials.",
      auth.from === "command"
        ? "The key is what the command in KIBANA_API_KEY_COMMAND printed when this server ran it, which it does once: if there is a newer key, restart the server. Otherwise check the command's key (the encoded form, not expired, of this deployment)."
        : "The key is what the file of KIBANA_API_KEY_FILE held when this server started: if it holds a newer key, restart the server. Otherwise check that key (the encoded form, not expired, of this deployment).",
    ];
  return [
    "Kibana does not accept the credentials.",
    "Check KIBANA_API_KEY (the encoded form, not expired, of this deployment), or KIBANA_USERNAME and KIBANA_PASSWORD, and restart the server.",
  ];
}

/** The fix if something answers that is not Kibana. */
export const basePathFix =
  "Most likely the base path in KIBANA_URL is missing or wrong (server.basePath in kibana.yml, as in https://example.com/kibana): use the address that the browser shows, up to (not including) /app or /s/.";

/** A body that is not Kibana's JSON: a proxy, a login page, or a cut answer. @param message what it says, if it is somebody else's JSON */
export function notKibana(status: number, text: string, url: string, applied: "no" | "maybe", message?: string): KibanaError {
  // Elastic Cloud's own proxy, for a host without a deployment.
  if (message !== undefined && /^unknown resource/i.test(message)) {
    return new KibanaError(
      "kibana_unreachable",
      `${url} is on Elastic Cloud, which knows no running deployment at that address (${status}: ${message}).`,
      "Copy the address of Kibana from the deployment's page in Elastic Cloud into KIBANA_URL; the deployment may have been deleted.",
      { applied, status },
    );
  }
  const title = /<title[^<>]{0,200}>([^<]+)/i.exec(text)?.[1];
  const html = /^\s*<(!doctype|html|head|body)/i.test(text);
  const json = message !== undefined;
  const what = json
    ? `JSON that is not Kibana's${message ? ` ("${message}")` : ""}`
    : html
      ? `an HTML page${title ? ` titled "${plainText(said(title), 80)}"` : ""}`
      : text
        ? "text that is not complete JSON"
        : "an empty body";
  return new KibanaError(
    "kibana_unreachable",
    `${url} answered ${status} with ${what}${json ? "" : " instead of Kibana's JSON"}.`,
    status === 404
      ? basePathFix
      : html || json
        ? "Something in front of Kibana answered: a proxy, a login page or an error page. Check KIBANA_URL and its base path, and that API calls pass the proxy."
        : "The answer was cut or changed on its way. Repeat the call; if it happens again, look at the proxy in front of Kibana.",
    { applied, status },
  );
}

/** JSON nested deeper than any answer of Kibana's. */
export function tooDeep(status: number, url: string, deepest: number): KibanaError {
  return new KibanaError(
    "kibana_error",
    `${url} answered ${status} with JSON that is nested more than ${deepest} levels deep.`,
    "Look at it in Kibana; if it is not Kibana's, check KIBANA_URL and the proxy in front of it.",
    { applied: "maybe", status },
  );
}

/** An answer larger than Kibana's ever is. @param most such as `8 MB` */
export function tooLarge(url: string, path: string, most: string): KibanaError {
  return new KibanaError(
    "kibana_error",
    `${url} answered ${path} with more than ${most}, which is more than Kibana sends there.`,
    "Check that KIBANA_URL is the address of a Kibana, and the proxy in front of it.",
    { applied: "maybe" },
  );
}

function messageOf(body: unknown): string {
  return body !== null && typeof body === "object" && "message" in body && typeof body.message === "string" ? said(body.message) : "";
}

/**
 * Elasticsearch's envelope has an object in `error`, with a type, and no `statusCode`. For an unknown route with a valid key
 * `error` is only a text. Spring's is a text as well, with a `path` beside it.
 */
function isElasticsearch(body: object): boolean {
  if ("statusCode" in body) return false;
  if ("tagline" in body && "cluster_name" in body) return true;
  if (!("error" in body)) return false;
  const { error } = body;
  if (error !== null && typeof error === "object") return "root_cause" in error || "type" in error;
  return ("status" in body && !("path" in body)) || /^no handler found for uri/.test(String(error));
}

function privilegeFor(message: string): string {
  if (/\brules?\b/.test(message)) {
    const consumer = /\bby "([^"]{1,60})"/.exec(message)?.[1];
    return `It needs ${rulePrivilege(consumer, /to (get|find)/.test(message) ? "read" : "all")} in this space.`;
  }
  if (/to (create|update|delete)/.test(message))
    return "It needs the Kibana privilege Actions and Connectors: All (feature_actions.all) in this space.";
  if (/to (get|execute)/.test(message))
    return "It needs the Kibana privilege Actions and Connectors: Read (feature_actions.read) in this space.";
  return "The key lacks a Kibana privilege in this space.";
}
