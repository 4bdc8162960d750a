import { describe, expect, onTestFinished, test } from "vitest";
import { everyAddress } from "../../src/catalog/addresses.ts";
import { schemaBudget, schemaReader } from "../../src/catalog/schema-reader.ts";
import { evalMath } from "../../src/catalog/template-functions/eval-math.ts";
import { asLambdas } from "../../src/catalog/template-functions/index.ts";
import { said } from "../../src/kibana/said.ts";
import { hidingKnown } from "../../src/plain-text.ts";
import { differenceInWords } from "../../src/rules/unmeant.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { hideInData } from "../../src/secrets/detect.ts";
import { startServer } from "../support/built-server.ts";
import { runCommand } from "../support/command.ts";
import { rewritingProxy } from "../support/rewriting-proxy.ts";
import { listen } from "../support/server.ts";

const secret = "kept-Secret-value-8812-of-tests";
const env = { KIBANA_API_KEY: "any", CONNECTOR_SECRET_X: secret };
/** No part of it that is longer than a word by chance. */
const parts = [secret.slice(0, 9), secret.slice(9, 18)];

/** From there on, among words. */
const within = (text: string, at: number) => `${"words ".repeat(at / 6)} ${text} ${"words ".repeat(4_000)}`;

/** Something that answers each request so. */
const answering = (status: number, type: string, body: () => string) =>
  listen((_request, response) => {
    response.writeHead(status, { "content-type": type });
    response.end(body());
  });

const page = (title: string) => `<!doctype html><html><head><title>${title}</title></head><body>no</body></html>`;
const json = (message: string) => JSON.stringify({ statusCode: 400, error: "Bad Request", message });
const others = (message: string) => JSON.stringify({ message });

describe("a text that is cut is rid of the secrets in it before", () => {
  test.each<[string, number, string, (text: string) => string, paddings: string[]]>([
    ["an HTML page's title", 404, "text/html", page, [175, 185, 195].map((n) => " ".repeat(n))],
    ["a title with the secret often", 404, "text/html", page, [1, 2, 3].map((n) => `${"&nbsp;".repeat(n)}${`${secret} `.repeat(6)}`)],
    ["a title of words", 404, "text/html", page, [55, 60, 65, 70].map((n) => `${"p".repeat(n)} `)],
    ["Kibana's message", 400, "application/json", json, [470, 480, 490].map((n) => `${"p ".repeat(n / 2)}`)],
    ["another one's message", 400, "application/json", others, [95, 100, 105, 110].map((n) => `${"p ".repeat(n / 2)}`)],
  ])("%s, in an answer and in doctor", async (_what, status, type, body, paddings) => {
    let said = "";
    const KIBANA_URL = await answering(status, type, () => body(said));
    const server = await startServer({ env: { ...env, KIBANA_URL } });
    onTestFinished(() => server.close());
    for (const padding of paddings) {
      said = `${padding}${secret} and more`;
      const { body: answer } = await server.call("list_connectors", {});
      const { stdout, stderr } = await runCommand("doctor", ["--json"], { ...env, KIBANA_URL });
      for (const part of parts) expect(JSON.stringify(answer) + stdout + stderr + server.stderr()).not.toContain(part);
    }
  });

  const hide = (text: string) => text.replaceAll(secret, "[redacted]");
  const saidBy = (run: () => unknown) => {
    try {
      return run();
    } catch (error) {
      return String(error);
    }
  };
  const evaluated = (text: string) => {
    let said = "";
    const { ParseHjson: parse } = asLambdas(({ why }) => {
      said = why;
      return "";
    }) as Record<string, () => (this: object, text: string, render: (text: string) => string) => string>;
    parse?.().call({}, text, (filled) => filled);
    return said;
  };
  test.each<[string, (text: string) => unknown]>([
    ["a difference in a rule", (text) => differenceInWords("note", { was: text, is: "x" }, (_key, value) => value)],
    ["a number in a template", (text) => saidBy(() => evalMath("a + 1", { a: text }))],
    ["what a template's function cannot read", (text) => evaluated(`{ ${text}`)],
    ["a key in a template", (text) => evaluated(`{ "${text}" }`)],
    [
      "an address longer than any",
      (text) => everyAddress(`https://a.example/${text.replaceAll(" ", "~")}${"z".repeat(5000)}`, "x").map(({ address }) => address),
    ],
    ["Kibana's description of a field", (text) => schemaReader({}, schemaBudget()).read({ type: "string", description: text }).description],
    ["a text of thousands in a run's data", (text) => hideInData({ echo: within(text, 1_850) }, 1_900)],
    ["thousands of words of a service", (text) => said(within(text, 7_950))],
    ["a long description", (text) => schemaReader({}, schemaBudget()).read({ description: " ".repeat(900) + text }).description],
  ])("%s", (_what, shown) => {
    for (let padding = 0; padding < 170; padding += 3) {
      const text = `${"p".repeat(padding)} ${secret} ${"q".repeat(100)}`;
      const out = hide(JSON.stringify(hidingKnown({ text: hide, said: hide }, () => shown(text))));
      expect(out.length).toBeGreaterThan(20);
      for (const part of parts) expect(out, String(padding)).not.toContain(part);
    }
  });

  test.each([15_900, 16_100, 300_000])("the data of a run, of %i characters", async (length) => {
    const sandbox = await startSandbox();
    onTestFinished(sandbox.close);
    await fetch(`${sandbox.url}/api/actions/connector/tickets`, {
      method: "POST",
      headers: { "kbn-xsrf": "x", "content-type": "application/json" },
      body: JSON.stringify({
        name: "Tickets",
        connector_type_id: ".jira",
        config: { apiUrl: "https://tickets.example.com", projectKey: "A" },
        secrets: { email: "a@example.com", apiToken: "t" },
      }),
    });
    let echo = "";
    const { url } = await rewritingProxy(sandbox.url, {
      answer({ path }, body) {
        if (path.endsWith("/_execute")) Object.assign(body, { status: "ok", data: { echo } });
      },
    });
    const server = await startServer({ env: { ...env, KIBANA_URL: url } });
    onTestFinished(() => server.close());
    for (const end of [1_905, 1_915, 1_990]) {
      echo = `${within(secret, end - secret.length)}${"word ".repeat(length)}`.slice(0, length);
      const { body } = await server.call("execute_connector", {
        id: "tickets",
        params: { subAction: "issueTypes", subActionParams: {} },
      });
      expect(body.result.data.echo).toContain("more characters");
      for (const part of parts) expect(JSON.stringify(body)).not.toContain(part);
    }
  });

  test("and of a text without one the same is shown as before", async () => {
    const KIBANA_URL = await answering(404, "text/html", () => page(`${" ".repeat(190)}Bad gateway`));
    const server = await startServer({ env: { ...env, KIBANA_URL } });
    onTestFinished(() => server.close());
    const { body } = await server.call("list_connectors", {});
    expect(body.error.message).toContain('an HTML page titled "Bad gateway"');
  });
});
