import * as z from "zod";
import { isHostName } from "../../host-name.ts";
import type { Config, ConnectorType, MailServer, Target } from "../connector-type.ts";
import { mailboxes } from "../mail-address.ts";
import { emailServiceEncrypts, emailServiceHost } from "../shared/email-services.ts";
import { hostText, optionalSecret, urlText, withRules } from "../shared/fields.ts";
import { headline, text } from "../shared/recipe.ts";
import { singleLine } from "../shared/service-limits.ts";

/** reference: .email; schema email/schemas/v1.ts, rules and executor email/index.ts. */
export const email: ConnectorType = {
  id: ".email",
  name: "Email",
  aliases: ["e-mail", "mail", "smtp", "gmail", "outlook", "exchange", "ses"],
  category: "Messaging",
  license: "gold",
  features: ["alerting", "uptime", "siem", "workflows", "agentBuilder"],
  status: "ga",
  system: false,
  schemas: () => ({
    config: withRules(
      z.strictObject({
        service: z
          .string()
          .default("other")
          .describe("other (your own host), gmail, outlook365, ses, elastic_cloud, exchange_server, or a name Nodemailer knows"),
        host: hostText("With service other").nullable().default(null),
        port: z.coerce.number().min(1).max(65535).nullable().default(null).describe("With service other"),
        secure: z.boolean().nullable().default(null).describe("TLS from the start; null: only on port 465"),
        from: address().describe("Sender address"),
        hasAuth: z.boolean().default(true),
        tenantId: z.string().nullable().default(null).describe("With exchange_server"),
        clientId: z.string().nullable().default(null).describe("With exchange_server"),
        oauthTokenUrl: urlText("With exchange_server").nullable().default(null),
        allowHtml: z.boolean().optional().describe("Newest versions: lets params.messageHTML through"),
      }),
      ({ service, host, port, tenantId, clientId, allowHtml }, report) => {
        if (service === "exchange_server") {
          if (clientId == null) report("clientId", "is required with service exchange_server");
          if (tenantId == null) report("tenantId", "is required with service exchange_server");
        } else if (service === "other") {
          if (host == null) report("host", "is required with service other");
          if (port == null) report("port", "is required with service other");
        } else if (typeof service === "string" && service !== jsonTransport && emailServiceHost(service) === undefined) {
          report("service", "is not a mail service that Kibana knows: use other, with host and port");
        }
        if (service === "elastic_cloud" && allowHtml === true) report("allowHtml", "cannot be true with service elastic_cloud");
      },
    ),
    secrets: z.strictObject({
      user: optionalSecret(),
      password: optionalSecret(),
      clientSecret: optionalSecret("With exchange_server"),
    }),
    params: withRules(
      z.strictObject({
        to: addresses().default([]),
        cc: addresses().default([]),
        bcc: addresses().default([]),
        replyTo: z.array(entry()).max(10).optional(),
        subject: z.string(),
        message: z.string().describe("Markdown"),
        messageHTML: z.string().nullable().default(null).describe("Newest versions need config.allowHtml"),
        kibanaFooterLink: z
          .strictObject({ path: z.string().default("/"), text: z.string().default("Go to Elastic") })
          .default({ path: "/", text: "Go to Elastic" })
          .describe("Set by Kibana"),
        attachments: z
          .array(
            z.strictObject({
              content: z.string(),
              filename: z.string(),
              contentType: z.string().optional(),
              encoding: z.string().optional(),
            }),
          )
          .optional()
          .describe("Refused at run time except from Kibana itself"),
      }),
      ({ to, cc, bcc }, report) => {
        const lists = [to, cc, bcc].filter((list): list is unknown[] => Array.isArray(list));
        if (!lists.flat().some((address) => typeof address !== "string" || address.trim() !== "")) {
          report("to", "at least one address in to, cc or bcc is required");
        }
      },
    ),
    connector: (config, secrets) => {
      if (config.service === "exchange_server") {
        return secrets.clientSecret == null ? ["clientSecret is required with service exchange_server"] : [];
      }
      if (config.hasAuth !== true) return [];
      return ["user", "password"].filter((field) => secrets[field] == null).map((field) => `${field} is required when hasAuth is true`);
    },
  }),
  allowedHosts: ["config.host", "config.service", "config.oauthTokenUrl"],
  target: target(),
  operators: {
    mayChoose: ({ service, host }) => service === chosenByOperator && Boolean(host) && host !== emailServiceHost(chosenByOperator),
    target: async (ask) => target(await ask(chosenByOperator)),
  },
  recipients: ["params.to", "params.cc", "params.bcc", "params.replyTo"],
  addressees: ["to", "cc", "bcc"],
  credentials: [
    { name: "exchange", fields: ["clientSecret"], when: { service: "exchange_server" } },
    { name: "none", fields: [], optional: ["user", "password"], when: { hasAuth: false } },
    { name: "basic", fields: ["user", "password"], when: { hasAuth: true } },
  ],
  effect: "sends",
  // Source: email/index.ts; the HTML is escaped in the newest versions.
  rendering: (params, { all, text }) => ({
    ...Object(all(params)),
    message: text(params.message, "markdown"),
    ...(params.messageHTML == null ? {} : { messageHTML: text(params.messageHTML, "html") }),
  }),
  headlines: ["subject", "message"],
  limits: singleLine("subject", "mail has one-line subjects, so it becomes a blank"),
  tests: {
    near_safe: {
      params: { to: ["{to}"], subject: "Connector probe", message: "Connector probe" },
      effect: "One mail to {to}. Newer versions replace its subject and text with Kibana's own test text",
      proves: ["the mail server accepts the sender and the credentials"],
      doesNotProve: ["that mail to others arrives", "that a rule's text looks right"],
      reliesOn: "the mailbox being yours",
      needs: { to: "a mailbox of yours" },
      undo: { how: "Delete the mail" },
    },
  },
  noSafeTest: "Every run sends mail.",
  recoveryHint: "Send another mail on the recovered action group.",
  recipe: { workflows: ["email"], params: (about) => ({ subject: headline(about), message: text(about) }) },
  attachNotes: {
    eachAlert:
      "One mail for each alert. An operator may limit mails (xpack.actions.rateLimiter.email): many alerts need frequency.summary.",
  },
  risks: ({ messageHTML }, { allowHtml }) => (messageHTML != null && allowHtml !== true ? ["messageHTML, without allowHtml"] : []),
  runNote: "Newer Kibana replaces subject and text of a mail sent this way with its own test text.",
  traps: [
    "service other needs host and port; exchange_server needs tenantId, clientId and clientSecret, and ignores host and port.",
    "service ses goes to us-east-1, or where the operator says (xpack.actions.email.services.ses): then host, port and secure true have to be those. exchange_server goes to Microsoft, or where microsoftGraphApiUrl and microsoftExchangeUrl say, which no API tells.",
    "secure null means TLS from the start only on port 465; without it mail may go unencrypted, and the host counts as smtp://host.",
    "A test over the API sends Kibana's fixed test text in newer versions, not yours.",
    "The operator may restrict services, sender and recipient domains: then saving or sending is refused. Narrowing xpack.actions.email.domain_allowlist breaks existing connectors without warning: look at each before, and test it after.",
    "At most 100 addresses in each of to, cc and bcc, 512 characters each.",
  ],
  exampleConfig: { service: "other", host: "smtp.example.com", port: 587, secure: false, from: "kibana@example.com", hasAuth: true },
  exampleSecrets: ["user", "password"],
};

/** Nodemailer's transport that sends nothing; Kibana's own tests use it. */
const jsonTransport = "__json";

function addresses() {
  return z.array(entry()).max(100);
}

/** Of a list: blank ones count as absent, and a template is read once it is filled in. */
function entry() {
  return z
    .string()
    .max(512)
    .refine((text) => text.trim() === "" || text.includes("{{") || isAddress(text), notAddress);
}

function address() {
  return z.string().refine((text) => text === "" || isAddress(text), notAddress);
}

/** Several with commas and groups count too. Source: actions/common/validate_email_addresses.ts. */
function isAddress(text: string): boolean {
  return mailboxes(text) !== undefined;
}

const notAddress = "must be an e-mail address";

/**
 * Exchange Online signs in at Microsoft and mails through Microsoft Graph; every other service is one SMTP host. Without
 * TLS from the start mail is encrypted only if the server offers it, or whoever sits between. Source: email/send_email.ts.
 */
function mailHosts({ service = "other", host, port, secure, oauthTokenUrl }: Config, set: MailServer | undefined): unknown[] {
  if (service === "exchange_server") {
    return ["graph.microsoft.com", typeof oauthTokenUrl === "string" ? oauthTokenUrl : "login.microsoftonline.com"];
  }
  if (service !== "other" && typeof service === "string") {
    const known = emailServiceHost(service);
    if (service === chosenByOperator && known !== undefined) return serversOf(known, { host, port }, set);
    return known === undefined ? [] : [emailServiceEncrypts(known) ? known : `smtp://${known}`];
  }
  if (host == null || host === "") return [];
  // The mail client looks up the whole text as a name.
  if (typeof host !== "string" || !isHostName(host)) return [{ host }];
  const encrypted = secure === true || (secure == null && Number(port) === 465);
  const place = placeOf(host, port);
  return [encrypted ? place : `smtp://${place}`];
}

/** Its server may be another one by xpack.actions.email.services.ses: then Kibana sends there, and takes no connector that names another. */
const chosenByOperator = "ses";

function target(set?: MailServer): Target {
  return { kind: "computed", fields: ["service", "host", "port", "oauthTokenUrl"], hosts: (config) => mailHosts(config, set) };
}

/**
 * @param given by the config, which counts only if the operator chose it
 * @param set undefined where Kibana does not say which one it uses: then it may be either
 */
function serversOf(usual: string, given: Pick<Config, "host" | "port">, set: MailServer | undefined): unknown[] {
  if (set) return [placeOf(set.host, set.port)];
  const { host, port } = given;
  if (host == null || host === "" || host === usual) return [usual];
  return [usual, typeof host === "string" && isHostName(host) ? placeOf(host, port) : { host }];
}

function placeOf(host: string, port: unknown): string {
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return port == null || mailPorts.includes(Number(port)) ? name : `${name}:${String(port)}`;
}

/** Which of them is used says nothing about who receives the mail. */
const mailPorts: readonly unknown[] = [25, 465, 587, 2525];
