import { expect, test } from "vitest";
import { explainFailure } from "../../src/tools/connectors/explain-failure.ts";

/** What mail servers say, as nodemailer passes it on, and what it means. */
test.each([
  ["Mail command failed: 530 5.7.0 Authentication Required.", "The mail server wants credentials before it accepts mail (SMTP 530)."],
  [
    "Mail command failed: 530 5.7.57 Client not authenticated to send mail.",
    "The mail server wants credentials before it accepts mail (SMTP 530).",
  ],
  ["Mail command failed: 530 5.7.0 Must issue a STARTTLS command first", "The mail server wants an encrypted connection (SMTP 530)."],
  [
    "Mail command failed: 550 5.7.1 Sender not authenticated: authentication required",
    "The mail server wants credentials before it accepts mail (SMTP 550).",
  ],
  ["Invalid login: 535-5.7.8 Username and Password not accepted.", "The mail server does not accept user and password (SMTP 535)."],
  [
    "Invalid login: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
    "The mail server does not accept user and password (SMTP 535).",
  ],
  [
    "Invalid login: 534-5.7.9 Application-specific password required.",
    "The mail server does not accept the account's own password (SMTP 534).",
  ],
  ["Message failed: 552 5.3.4 Message size exceeds fixed maximum message size", "The mail is too big for the mail server (SMTP 552)."],
  ["Mail command failed: 552 5.2.3 size limit exceeded", "The mail is too big for the mail server (SMTP 552)."],
  ["Can't send mail - all recipients were rejected: 552 5.2.2 Mailbox full", "A recipient's mailbox is full (SMTP 552)."],
  [
    "Can't send mail - all recipients were rejected: 554 5.7.1 <a@example.net>: Relay access denied",
    "The mail server refuses to relay: it does not send to that domain for this sender (SMTP 554).",
  ],
  [
    "Can't send mail - all recipients were rejected: 550 5.7.1 Unable to relay",
    "The mail server refuses to relay: it does not send to that domain for this sender (SMTP 550).",
  ],
  [
    "Mail command failed: 550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "The mail server refuses the sender (SMTP 550).",
  ],
  [
    "Can't send mail - all recipients were rejected: 553 5.7.1 <x@example.com>: Sender address rejected: not owned by user",
    "The mail server refuses the sender (SMTP 553).",
  ],
  ["Message failed: 554 5.7.1 Spam message rejected", "The mail server treats the mail, or Kibana's host, as unwanted (SMTP 554)."],
  [
    "Invalid greeting. response=554 blocked by reputation: 554 blocked",
    "The mail server treats the mail, or Kibana's host, as unwanted (SMTP 554).",
  ],
  [
    "Can't send mail - all recipients were rejected: 550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown",
    "The mail server refuses a recipient (SMTP 550).",
  ],
  [
    "Can't send mail - all recipients were rejected: 451 4.7.1 Greylisting in action, please come back later",
    "The mail server does not accept the mail now (SMTP 451).",
  ],
  ["Invalid login: 454 4.7.0 Too many login attempts", "The mail server does not accept the mail now (SMTP 454)."],
  ["Message failed: 554 Transaction failed", "The mail server refuses the mail permanently (SMTP 554)."],
  ['Missing credentials for "PLAIN"', "The mail server wants credentials before it accepts mail."],
])("error sending email: %s", (said, cause) => {
  for (const ran of [{ type: ".email", params: {} }, undefined]) {
    const told = explainFailure(`error sending email: ${said}`, ran);
    expect(told.cause).toBe(cause);
    expect(told.fix).not.toMatch(/status page/);
  }
});

test.each([
  ["error sending email: connect ECONNREFUSED 10.0.0.1:587", ".email", "Kibana cannot reach the host."],
  ["error sending email: Request failed with status code 401", ".email", "The service does not accept the credentials."],
  ["error calling webhook: [503] Service Unavailable", ".webhook", "The service failed."],
  ["error calling webhook: 550 5.1.1 said a mail API", ".webhook", "The run failed; the service's own words say why."],
])("%s of %s is not a reply of a mail server", (words, type, cause) => {
  expect(explainFailure(words, { type, params: {} }).cause).toBe(cause);
});
