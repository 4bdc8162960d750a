import { paramsCall } from "../../catalog/params-call.ts";
import { isParamsMistake, namesNoAction } from "../../kibana/params-mistake.ts";
import { explainMail } from "./explain-mail.ts";

/** Why a run failed and what to do, from the words of Kibana and of the third party. */
export interface Explained {
  cause: string;
  fix: string;
}

const enterCertificate = "Enter the certificate with its key or container and its passphrase again, all at once: update_connector.";
const refusals: [RegExp, string, string][] = [
  [
    /xpack\.actions\.allowedHosts|is not added to the Kibana config/i,
    "Kibana may not call that host.",
    "An operator adds the host to xpack.actions.allowedHosts in kibana.yml.",
  ],
  [
    /domain_allowlist|recipient_allowlist|not allowed emails/i,
    "Kibana may not mail to that address.",
    "Use an allowed address, or an operator extends xpack.actions.email.domain_allowlist (or recipient_allowlist) in kibana.yml. If it worked before, that list was narrowed, and other e-mail connectors may be broken too.",
  ],
  [
    /rate limit|too many requests|\b429\b/i,
    "The service, or Kibana's own limiter, limits the rate.",
    "Wait, then test again; xpack.actions.rateLimiter in kibana.yml is Kibana's own limit.",
  ],
  [
    /error validating (action|connector) type (secrets|connector)|no secrets are defined|secrets must be defined/i,
    "Its secrets are missing or no longer fit.",
    "Enter the secrets again: secrets are lost on import.",
  ],
  [
    /error validating (action|connector) type config/i,
    "Its stored config no longer fits this Kibana.",
    "Correct the config; an allow-list in kibana.yml may have been tightened.",
  ],
  [
    /unable to decrypt/i,
    "Kibana cannot decrypt the connector's secrets.",
    "The key xpack.encryptedSavedObjects.encryptionKey changed: enter the secrets again, or put the old key into keyRotation.decryptionOnlyKeys in kibana.yml.",
  ],
  [
    /mac verify failure|bad decrypt|bad password read/i,
    "The passphrase of the connector's certificate is missing or wrong.",
    enterCertificate,
  ],
  [/key values mismatch/i, "The connector's private key is not that of its certificate.", enterCertificate],
  [/from PFX data/i, "The connector's container lacks the private key or the certificate.", enterCertificate],
  [
    /no start line|PEM routines|asn1 encoding routines|ERR_OSSL_|ERR_CRYPTO_OPERATION_FAILED/i,
    "The connector's certificate or key cannot be read.",
    enterCertificate,
  ],
  [
    /alert (certificate|bad certificate|unknown ca|access denied)|ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/i,
    "The service does not accept the connector's certificate, or wants one.",
    "Give one that the service trusts and that has not expired, with its key: update_connector.",
  ],
  [
    /handshake failure|HANDSHAKE_FAILURE|alert protocol version|no protocols available/i,
    "The service and Kibana agree on no way of TLS, or the service wants a certificate of its clients.",
    "Check which TLS versions the service takes, and whether it needs a client certificate.",
  ],
  [
    /wrong version number|packet length too long/i,
    "The service does not speak TLS on that port.",
    "Correct scheme and port of the address; for mail, the port and secure.",
  ],
  [
    /certificate (has expired|is not yet valid)|CERT_(HAS_EXPIRED|NOT_YET_VALID)/i,
    "The service's certificate has expired, or is not valid yet.",
    "Whoever runs the service renews it; check the clock of the Kibana server.",
  ],
  [
    /altnames|ALTNAME_INVALID/i,
    "The service's certificate is for another host name.",
    "Use the name in the certificate in the connector's address.",
  ],
  [
    /certificate|self.signed|SSL|TLS|unable to verify/i,
    "Kibana does not trust the service's certificate.",
    "An operator sets xpack.actions.customHostSettings (certificate authority) for that host in kibana.yml.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|getaddrinfo/i,
    "Kibana cannot resolve the host name.",
    "Check the host in the connector's config, and the DNS and proxy (xpack.actions.proxyUrl) of the Kibana server.",
  ],
  [
    /ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ECONNRESET/i,
    "Kibana cannot reach the host.",
    "Check host and port in the connector's config, and firewalls and xpack.actions.proxyUrl on Kibana's side.",
  ],
  [
    /timeout|timed out|ETIMEDOUT/i,
    "The service did not answer in time.",
    "Check the service; xpack.actions.responseTimeout in kibana.yml sets the limit.",
  ],
  [
    /\b401\b|\b403\b|unauthori[sz]ed|forbidden|invalid[ _](auth|token|credentials|login)|authentication|EAUTH|\b535\b/i,
    "The service does not accept the credentials.",
    "Enter a valid secret: it may be revoked, mistyped or for another account.",
  ],
  [
    /\b404\b|not[ _]found|no_service|no_team|channel_is_archived|channel_not_found/i,
    "The service does not know the address or channel.",
    "Check the URL, or make a new webhook or channel on the service's side.",
  ],
  [
    /provided channels? (ids? )?are not included in the allowed channels/i,
    "The connector may not post in that channel.",
    "Name a channel of its allowedChannels, or add the channel there with update_connector.",
  ],
  [
    /invalid routing key|event object is invalid/i,
    "PagerDuty does not know the routing key.",
    "Use the integration key of an Events API v2 integration of the service.",
  ],
  [
    /index_not_found|no such index|is unauthorized for user|security_exception/i,
    "Elasticsearch refuses the write.",
    "Check the index name, and that the caller may write to it; a rule writes with its own key.",
  ],
  [
    // 500 to 530: larger numbers, and those behind a colon, are ports.
    /(?<![:\d])\b5[0-3]\d\b|internal server error|bad gateway|unavailable/i,
    "The service failed.",
    "Test again later, and look at the service's status page.",
  ],
];

/** What ran. */
interface Ran {
  type: string;
  params: Record<string, unknown>;
}

const listing = (ran: Ran | undefined, params?: Record<string, unknown>) =>
  ran ? paramsCall(ran.type, params) : "describe_connector_types";

function wrongParams(ran: Ran | undefined): Explained {
  return { cause: "The params do not fit the type.", fix: `Correct the named params; ${listing(ran, ran?.params)} lists them.` };
}

function noSuchAction(ran: Ran | undefined): Explained {
  return {
    cause: "The params name a sub-action that the type does not have.",
    fix: `Correct params.subAction; ${listing(ran)} lists its sub-actions.`,
  };
}

/** The best explanation of a failed run; the answer also has the words themselves. @param ran what failed, if known */
export function explainFailure(words: string, ran?: Ran): Explained {
  const mail = ran === undefined || ran.type === ".email" ? explainMail(words) : undefined;
  if (mail) return mail;
  if (namesNoAction(words)) return noSuchAction(ran);
  if (isParamsMistake(words)) return wrongParams(ran);
  const found = refusals.find(([pattern]) => pattern.test(words));
  return found
    ? { cause: found[1], fix: found[2] }
    : { cause: "The run failed; the service's own words say why.", fix: "Correct what they name, then test again." };
}
