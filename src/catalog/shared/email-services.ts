/**
 * Host by the name of a well-known mail service, several names to one host. Kibana takes any name that Nodemailer
 * knows, whatever its case. Source: nodemailer lib/well-known/services.json; the last group is Kibana's own.
 */
const services: readonly (readonly [host: string, ...names: string[]])[] = [
  ["smtp.1und1.de", "1und1"],
  ["smtp.126.com", "126"],
  ["smtp.163.com", "163"],
  ["smtp.aliyun.com", "aliyun", "aliyun.com"],
  ["smtp.qiye.aliyun.com", "aliyunqiye"],
  ["smtp.aol.com", "aol", "aol.com"],
  ["smtps.aruba.it", "aruba", "arubapec", "aruba.it", "pec.aruba.it"],
  ["smtpauths.bluewin.ch", "bluewin", "bluewin.ch"],
  ["smtp.bol.com.br", "bol", "bol.com.br"],
  ["debugmail.io", "debugmail"],
  ["smtp.disroot.org", "disroot", "disroot.org"],
  ["smtp.dynect.net", "dynectemail", "dynect"],
  ["smtp.elasticemail.com", "elasticemail"],
  ["smtp.ethereal.email", "ethereal", "ethereal.email"],
  ["smtp.fastmail.com", "fastmail", "fastmail.fm"],
  ["smtp.feishu.cn", "feishumail", "feishu", "www.feishu.cn"],
  ["smtp.forwardemail.net", "forwardemail", "fe", "forwardemail.net"],
  ["mail.gandi.net", "gandimail", "gandi"],
  ["smtp.gmail.com", "gmail", "googlemail", "gmail.com", "googlemail.com"],
  ["mail.gmx.com", "gmx", "gmx.com", "gmx.net", "gmx.de"],
  ["smtpout.secureserver.net", "godaddy"],
  ["smtp.asia.secureserver.net", "godaddyasia"],
  ["smtp.europe.secureserver.net", "godaddyeurope"],
  ["mail.hot.ee", "hot.ee"],
  ["smtp-mail.outlook.com", "hotmail", "outlook", "outlook.com", "hotmail.com"],
  ["smtp.mail.me.com", "icloud", "me", "mac", "me.com", "mac.com"],
  ["mail.infomaniak.com", "infomaniak", "ik.me", "ikmail.com", "etik.com"],
  ["smtp.kolabnow.com", "kolabnow", "kolab", "kolabnow.com"],
  ["mailcluster.loopia.se", "loopia"],
  ["smtp.loops.so", "loops"],
  ["smtp.mail.ee", "mail.ee"],
  ["smtp.mail.ru", "mail.ru"],
  ["sandbox-smtp.mailcatch.app", "mailcatch.app"],
  ["smtp.mailersend.net", "mailersend"],
  ["smtp.mailgun.org", "mailgun"],
  ["in.mailjet.com", "mailjet"],
  ["mailosaur.io", "mailosaur"],
  ["live.smtp.mailtrap.io", "mailtrap"],
  ["smtp.mandrillapp.com", "mandrill"],
  ["smtp.naver.com", "naver"],
  ["smtp.ohmysmtp.com", "ohmysmtp"],
  ["send.one.com", "one"],
  ["smtp.openmailbox.org", "openmailbox", "omb", "openmailbox.org"],
  ["smtp.office365.com", "outlook365"],
  ["smtp.postmarkapp.com", "postmark", "postmarkapp"],
  ["smtp.protonmail.ch", "proton", "protonmail", "proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
  ["smtp.mxhichina.com", "qiye.aliyun"],
  ["smtp.qq.com", "qq", "qq.com"],
  ["smtp.exmail.qq.com", "qqex", "qqenterprise", "exmail.qq.com"],
  ["smtp.resend.com", "resend"],
  ["smtp.runbox.com", "runbox", "runbox.com"],
  ["smtp.sendcloud.net", "sendcloud"],
  ["smtp.sendgrid.net", "sendgrid"],
  ["smtp-relay.brevo.com", "sendinblue", "brevo"],
  ["smtp-pulse.com", "sendpulse"],
  ["email-smtp.us-east-1.amazonaws.com", "ses"],
  ["smtp.seznam.cz", "seznam", "seznamemail", "seznam.cz", "email.cz", "post.cz", "spoluzaci.cz"],
  ["mail.smtp2go.com", "smtp2go"],
  ["smtp.sparkpostmail.com", "sparkpost", "sparkpostmail", "sparkpost.com"],
  ["smtp.tipimail.com", "tipimail"],
  ["smtp.tutanota.com", "tutanota", "tutanota.com", "tuta.com", "tutanota.de", "tuta.io"],
  ["smtp.mail.yahoo.com", "yahoo", "yahoo.com"],
  ["smtp.yandex.ru", "yandex", "yandex.ru"],
  ["smtp.zimbra.com", "zimbra", "zimbracollaboration"],
  ["smtp.zoho.com", "zoho"],
  // Kibana's own: the relay of Elastic Cloud, and Exchange Online through Microsoft Graph.
  ["dockerhost:10025", "elastic_cloud"],
  ["graph.microsoft.com", "exchange_server"],
];

/** Those without TLS from the start and without the demand for it. Source: services.json, secure, requireTLS and port 465. */
const unencrypted = new Set([
  "smtp.aol.com",
  "debugmail.io",
  "smtp.disroot.org",
  "smtp.dynect.net",
  "smtp.ethereal.email",
  "mail.gandi.net",
  "mail.gmx.com",
  "smtpout.secureserver.net",
  "smtp.asia.secureserver.net",
  "smtp.europe.secureserver.net",
  "mail.hot.ee",
  "smtp-mail.outlook.com",
  "smtp.mail.me.com",
  "mail.infomaniak.com",
  "smtp.loops.so",
  "smtp.mail.ee",
  "sandbox-smtp.mailcatch.app",
  "smtp.mailersend.net",
  "in.mailjet.com",
  "mailosaur.io",
  "live.smtp.mailtrap.io",
  "smtp.mandrillapp.com",
  "smtp.naver.com",
  "smtp.ohmysmtp.com",
  "smtp.office365.com",
  "smtp.postmarkapp.com",
  "smtp.sendcloud.net",
  "smtp.sendgrid.net",
  "smtp-relay.brevo.com",
  "mail.smtp2go.com",
  "smtp.sparkpostmail.com",
  "smtp.tipimail.com",
  "dockerhost:10025",
]);

/** Whether mail to a known service's host is always encrypted. */
export function emailServiceEncrypts(host: string): boolean {
  return !unencrypted.has(host);
}

/** `ses-eu-west-1` and its like, one a region of AWS. */
const sesRegion = /^ses-([a-z]{2}(?:-gov)?-[a-z]+-\d)$/;

const hostByName = new Map(services.flatMap(([host, ...names]) => names.map((name) => [name, host] as const)));

/** The host that mail goes to by the name of a service, undefined where no such service is known. */
export function emailServiceHost(service: string): string | undefined {
  const kept = hostByName.get(service);
  if (kept !== undefined) return kept;
  const name = service.replace(/[^a-zA-Z0-9.-]/g, "").toLowerCase();
  const region = sesRegion.exec(name)?.[1];
  return region === undefined ? hostByName.get(name) : `email-smtp.${region}.amazonaws.com`;
}
