import { expect } from "vitest";
import { expectOk } from "../answer.ts";
import { type Case, verified } from "../case.ts";
import type { Kibana } from "../kibana.ts";
import { ofType } from "./connectors-of-types.ts";

const gold = { needs: ["licence gold or better"] as const };
const mail = { to: ["kibana-action-test@elastic.co"], subject: "email-subject", message: "email-message" };

async function sent(kibana: Kibana, params: object) {
  const { id } = await kibana.connector({ connector_type_id: ".email", ...ofType[".email"] });
  return expectOk(await kibana.execute(id, params));
}

const bad: [entry: string, said: string][] = [
  ["bob", "not valid emails: bob"],
  ["a@@example.com", "not valid emails: a@@example.com"],
  ["a..b@example.com", "not valid emails: a..b@example.com"],
  ["a@example.com\nb@example.com", "not valid emails: a@example.com\nb@example.com"],
];
const good: [entry: string, mailboxes: object[]][] = [
  ["a@example.com", [{ address: "a@example.com", name: "" }]],
  ["Ann Other <a@example.com>", [{ address: "a@example.com", name: "Ann Other" }]],
  ['"Other, Ann" <a@example.com>', [{ address: "a@example.com", name: "Other, Ann" }]],
  ["a@example.com, b@example.com", [{ address: "a@example.com" }, { address: "b@example.com" }]],
  ["team: a@example.com, b@example.com;", [{ address: "a@example.com" }, { address: "b@example.com" }]],
];
const rendered: [markdown: string, html: string][] = [
  ["_italic_ **bold**", "<p><em>italic</em> <strong>bold</strong></p>\n"],
  ["https://elastic.co link", '<p><a href="https://elastic.co">https://elastic.co</a> link</p>\n'],
  ["[a link](https://elastic.co)", '<p><a href="https://elastic.co">a link</a></p>\n'],
  ["# one\n\n- two\n- three", "<h1>one</h1>\n<ul>\n<li>two</li>\n<li>three</li>\n</ul>\n"],
  ["`code` <b>", "<p><code>code</code> &lt;b&gt;</p>\n"],
];

/** Of the mail service that sends nothing and answers with the message. */
export const mails: Case[] = [
  verified(
    "email.ts",
    "a mail comes back as text and as HTML, with its recipients",
    async (kibana) => {
      const { data } = await sent(kibana, mail);
      expect(data.envelope).toEqual({ from: "bob@example.com", to: mail.to });
      expect(data.message).toMatchObject({
        from: { address: "bob@example.com", name: "" },
        to: [{ address: mail.to[0], name: "" }],
        cc: null,
        bcc: null,
        subject: "email-subject",
      });
      expect(data.message.text).toMatch(/^email-message\n\n---\n\nThis message was sent by Elastic\./);
      expect(data.message.html).toMatch(/^<p>email-message<\/p>\n<hr>\n<p>This message was sent by Elastic\./);
    },
    gold,
  ),
  ...rendered.map(([markdown, html]) =>
    verified(
      "email.ts",
      `${JSON.stringify(markdown)} is rendered`,
      async (kibana) => {
        expect((await sent(kibana, { ...mail, message: markdown })).data.message.html.startsWith(`${html}<hr>\n`)).toBe(true);
      },
      gold,
    ),
  ),
  ...bad.map(([entry, said]) =>
    verified(
      "C§3",
      `${JSON.stringify(entry)} is no recipient`,
      async (kibana) => {
        const { message, retry } = await sent(kibana, { ...mail, cc: [entry] });
        expect({ message, retry }).toEqual({ message: `error validating action params: [to/cc/bcc]: ${said}`, retry: false });
      },
      gold,
    ),
  ),
  ...good.map(([entry, mailboxes]) =>
    verified(
      "C§3",
      `${JSON.stringify(entry)} is a recipient`,
      async (kibana) => expect((await sent(kibana, { ...mail, cc: [entry] })).data.message.cc).toMatchObject(mailboxes),
      gold,
    ),
  ),
  verified(
    "email.ts",
    "blank recipients do not count",
    async (kibana) => {
      const { data } = await sent(kibana, { ...mail, to: ["", ...mail.to], cc: [" "] });
      expect(data.message).toMatchObject({ to: [{ address: mail.to[0] }], cc: null });
      const none = await sent(kibana, { ...mail, to: ["  "] });
      expect(none).toMatchObject({
        status: "error",
        message: expect.stringContaining("At least one entry in [to], [cc], or [bcc] is required"),
      });
    },
    gold,
  ),
  verified(
    "kibana#251013",
    "replies can go elsewhere",
    async (kibana) => {
      const { data } = await sent(kibana, { ...mail, replyTo: ["Desk <desk@example.com>"] });
      expect(data.message.replyTo).toEqual([{ address: "desk@example.com", name: "Desk" }]);
      const { message } = await sent(kibana, { ...mail, replyTo: ["nobody"] });
      expect(message).toBe("error validating action params: [to/cc/bcc/replyTo]: not valid emails: nobody");
    },
    { ...gold, since: "9.4" },
  ),
  ...[["via notifications", { until: "9.5" }] as const, ["when the connector is configured to allow HTML", { since: "9.5" }] as const].map(
    ([when, where]) =>
      verified(
        "email.ts",
        `HTML can only be sent ${when}`,
        async (kibana) => {
          const { message } = await sent(kibana, { ...mail, messageHTML: "<b>x</b>" });
          expect(message).toBe(`HTML email can only be sent ${when}`);
        },
        { ...gold, ...where },
      ),
  ),
];
