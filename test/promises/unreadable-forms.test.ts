import { afterAll, beforeAll, expect, test } from "vitest";
import { approve, post } from "../pages/form.ts";
import { type Started, startSandboxWith, startServer } from "../support/built-server.ts";

let sandbox: Awaited<ReturnType<typeof startSandboxWith>>;
let server: Started;
beforeAll(async () => {
  sandbox = await startSandboxWith(["--kibana-version", "9.5"]);
  server = await startServer({ env: { KIBANA_URL: sandbox.url, KIBANA_API_KEY: "any" } });
});
afterAll(async () => {
  await server.close();
  await sandbox.stop();
});

/** The page that the call waits for. */
async function waiting(): Promise<{ url: string }> {
  const { body } = await server.call("safe_delete_connector", { ids: ["ops-slack-2"] });
  expect(body.status).toBe("confirmation_needed");
  return body.confirm;
}

const urlencoded = "application/x-www-form-urlencoded";
const multipart = "multipart/form-data; boundary=line";
const part = (name: string, value: string) => `--line\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

test.each<[what: string, type: string, body: string]>([
  ["multipart named as urlencoded", urlencoded, `${part("answer", "approve")}--line--\r\n`],
  ["urlencoded named as multipart", multipart, "answer=refuse"],
  ["a broken multipart", multipart, '--line\r\nContent-Disposition: form-data; name="answer"\r\n\r\nref'],
  ["another boundary", "multipart/form-data; boundary=other", `${part("answer", "refuse")}--line--\r\n`],
  ["no type", "", "answer=refuse"],
  ["JSON", "application/json", '{"answer":"refuse"}'],
  ["nothing", urlencoded, ""],
  ["a form without either button", urlencoded, "name=x"],
  ["a button that the page does not have", urlencoded, "answer=no"],
  ["both buttons", urlencoded, "answer=refuse&answer=approve"],
])("decides nothing, and the page stays: %s", async (_what, type, body) => {
  const { url } = await waiting();
  const seen = await post(url, type, body);
  expect(seen.status).toBe(422);
  expect(seen.html).toContain("The form could not be read. Nothing was written.");
  expect((await waiting()).url).toBe(url);
});

test("afterwards the person can still approve", async () => {
  const { url } = await waiting();
  expect((await approve(url)).html).toContain("Approved");
});
