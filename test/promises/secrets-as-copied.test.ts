import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashOf } from "../pages/changes.ts";
import { approve } from "../pages/form.ts";
import { freshFolder } from "../support/folder.ts";
import { accepts, product } from "../support/product.ts";
import { documentOf } from "../support/stored-documents.ts";

type Args = Record<string, unknown>;

const config = { url: "https://a.example.com/x", method: "post", hasAuth: true, authType: "webhook-authentication-basic" };
const user = { $env: "CONNECTOR_SECRET_U" };
const hook = (password: unknown) => ({ name: "Intake", id: "intake", type: ".webhook", config, secrets: { user, password } });

const sent = "part of the secret as it is sent.";
const codes = (...all: string[]) => `has characters that are not seen or look like others (${all.join(", ")}), which are ${sent}`;
const ends = `begins or ends with white space, which is ${sent}`;

/** What is said of each value; nothing: the control. */
const values: [what: string, value: string, said: string[]][] = [
  ["a blank at its end", "Canary-4711 ", [ends]],
  ["a line end too many", "Canary-4711\n\n", [ends]],
  ["a blank before it", " Canary-4711", [ends]],
  ["quotes around it", '"Canary-4711"', [`stands in quotes, which are ${sent}`]],
  ["single quotes around it", "'Canary-4711'", [`stands in quotes, which are ${sent}`]],
  ["typographic quotes around it", "“Canary-4711”", [codes("U+201C", "U+201D")]],
  ["a no-break space within", "Canary\u00a04711", [codes("U+00A0")]],
  ["a zero-width space within", "Canary\u200b4711", [codes("U+200B")]],
  ["a soft hyphen and a joiner within", "Ca\u00adnary\u20604711", [codes("U+00AD", "U+2060")]],
  ["a long dash in place of a hyphen", "Canary–4711", [codes("U+2013")]],
  ["a line break within", "Canary\n4711", [`has line breaks or tabs in it, which are ${sent}`]],
  ["a tab within", "Canary\t4711", [`has line breaks or tabs in it, which are ${sent}`]],
  ["a control character within", "Canary\u001b4711", [codes("U+001B")]],
  ["nothing odd", "Canary-4711", []],
  ["blanks and quotes within, as a passphrase has", `Canary says "it's 4711"`, []],
  ["letters and signs of other keyboards", "Canärÿ-§€£°ñ-Ключ-4711", []],
  ["JSON of several lines", '{\n  "Canary": 4711\n}', []],
];

/** How a value comes, and what it is called. */
const channels: [string, (value: string, args: (password: unknown) => Args) => Promise<Answer>][] = [
  [
    "CONNECTOR_SECRET_P",
    async (value, args) => {
      const made = await product({ person: accepts, env: { CONNECTOR_SECRET_U: "hook-user", CONNECTOR_SECRET_P: value } });
      return { made, ...(await made.call("create_connector", args({ $env: "CONNECTOR_SECRET_P" }))) };
    },
  ],
  [
    "file pass",
    async (value, args) => {
      const { made } = await withFile(value);
      return { made, ...(await made.call("create_connector", args({ $file: "pass" }))) };
    },
  ],
  [
    "secrets.password, typed by a person,",
    async (value, args) => {
      const made = await product({ person: accepts, env: { CONNECTOR_SECRET_U: "hook-user" } });
      const { body } = await made.call("create_connector", args({ $ask: true }));
      await approve(body.confirm.url, { "secrets.password": value });
      return { made, ...(await made.call("create_connector", { ...args({ $ask: true }), confirm: body.confirm.id })) };
    },
  ],
];
type Answer = Awaited<ReturnType<Awaited<ReturnType<typeof product>>["call"]>> & { made: Awaited<ReturnType<typeof product>> };

async function withFile(content: string | Buffer) {
  const secretDir = await freshFolder();
  chmodSync(secretDir, 0o700);
  writeFileSync(join(secretDir, "pass"), content, { mode: 0o600 });
  return { made: await product({ person: accepts, env: { CONNECTOR_SECRET_U: "hook-user" }, settings: { secretDir } }) };
}

describe.each(channels)("a secret from %s", (name, give) => {
  test.each(values)("with %s is stored as it is, and that is told without its value", async (_what, value, said) => {
    // Of what is typed all line ends are left out, of others one.
    const kept = value.replace(name.includes("typed") ? /\n+$/ : /\n$/, "");
    const expected = kept === "Canary-4711" ? [] : said;
    const { made, body, text } = await give(value, hook);
    expect(body.status, text).toBe("done");
    expect((body.warnings ?? []).filter((one: string) => one.includes("as it is sent"))).toEqual(expected.map((one) => `${name} ${one}`));
    // The number alone may be in an id.
    expect(text).not.toMatch(/Canary|ary-4711/);
    expect((await documentOf(made, "intake"))?.secrets).toBe(hashOf({ ...nothing, user: "hook-user", password: kept }));
  });
});

describe("a secret as it was copied", () => {
  test("is told of in the question of a rotation as well", async () => {
    const env = { CONNECTOR_SECRET_U: "hook-user", CONNECTOR_SECRET_P: "Canary-4711", CONNECTOR_SECRET_Q: "“Canary-4712”" };
    const made = await product({ person: accepts, env });
    await made.call("create_connector", hook({ $env: "CONNECTOR_SECRET_P" }));
    await made.call("update_connector", { id: "intake", secrets: { user, password: { $env: "CONNECTOR_SECRET_Q" } } });
    expect(made.questions.at(-1)?.message).toContain(`CONNECTOR_SECRET_Q ${codes("U+201C", "U+201D")}`);
  });

  test("the byte order mark of a file is none of it; that of a variable is, which is told", async () => {
    const { made } = await withFile("\ufeffCanary-4711\r\n");
    const { body } = await made.call("create_connector", hook({ $file: "pass" }));
    expect([body.status, body.warnings]).toEqual(["done", undefined]);
    expect((await documentOf(made, "intake"))?.secrets).toBe(hashOf({ ...nothing, user: "hook-user", password: "Canary-4711" }));
    const env = { CONNECTOR_SECRET_U: "hook-user", CONNECTOR_SECRET_P: "\ufeffCanary-4711" };
    const other = await (await product({ person: accepts, env })).call("create_connector", hook({ $env: "CONNECTOR_SECRET_P" }));
    expect(other.body.warnings).toEqual([`CONNECTOR_SECRET_P ${codes("U+FEFF")}`]);
  });
});

/** What Kibana adds. */
const nothing = { crt: null, key: null, pfx: null, clientSecret: null, secretHeaders: null };
