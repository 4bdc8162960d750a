import { expect } from "vitest";
import { expectOk, expectRefusal, inWords } from "../answer.ts";
import { type Case, unverified, verified } from "../case.ts";
import { indexConnector } from "../fixtures.ts";

const path = "/api/actions/connector";
const noXsrf = { "kbn-xsrf": undefined };
const missingHeader = "Request must contain a kbn-xsrf header.";
const made = { id: expect.any(String), connector_type_id: ".index" };
const internal = "/internal/actions/connectors";
const secured = { needs: ["no open door"] } as const;

/** §0: what holds for every call. */
export const everyCall: Case[] = [
  ...(["POST", "PUT", "DELETE"] as const).map((method) =>
    verified(
      "§0",
      `${method} without the header kbn-xsrf is refused and does nothing`,
      async (kibana) => {
        const { id, name } = await kibana.connector();
        const body = { POST: indexConnector(id), PUT: { name: "Renamed", config: { index: "i" } }, DELETE: undefined }[method];
        expectRefusal(await kibana.send(method, `${path}/${id}`, body, { headers: noXsrf }), 400, missingHeader);
        expect(expectOk(await kibana.get(`${path}/${id}`)).name).toBe(name);
      },
      { needs: ["login not by API key"] },
    ),
  ),
  unverified(
    "§0",
    "POST without kbn-xsrf by API key",
    [`400 ${missingHeader}`, "200"],
    async (kibana) => inWords(await kibana.post(path, indexConnector(kibana.newId()), { headers: noXsrf })),
    { needs: ["login by API key"] },
  ),
  verified("§0", "GET needs no kbn-xsrf", async (kibana) => {
    const { id } = await kibana.connector();
    expect(expectOk(await kibana.get(`${path}/${id}`, { headers: noXsrf }))).toMatchObject({ ...made, id });
  }),
  verified("§0", "any value of kbn-xsrf will do", async (kibana) => {
    expect(expectOk(await kibana.post(path, indexConnector("xsrf"), { headers: { "kbn-xsrf": "false" } }))).toMatchObject(made);
  }),
  verified("§0", "an empty kbn-xsrf will do", async (kibana) => {
    expect(expectOk(await kibana.post(path, indexConnector("xsrf"), { headers: { "kbn-xsrf": "" } }))).toMatchObject(made);
  }),
  verified("§0", "kbn-version with the right version replaces kbn-xsrf", async (kibana) => {
    const headers = { ...noXsrf, "kbn-version": kibana.deployment.version };
    expect(expectOk(await kibana.post(path, indexConnector("version"), { headers }))).toMatchObject(made);
  }),
  verified("§0", "kbn-version with another version is refused, with both versions", async (kibana) => {
    const answer = await kibana.post(path, indexConnector("version"), { headers: { "kbn-version": "7.0.0" } });
    expectRefusal(answer, 400, /^Browser client is out of date/);
    expect(answer.body.attributes).toMatchObject({ expected: kibana.deployment.version, got: "7.0.0" });
  }),
  verified(
    "§0",
    "since 9.0, an internal route without its header is refused",
    async (kibana) => {
      expectRefusal(
        await kibana.get(internal),
        400,
        /^uri \[.*\] with method \[get\] exists but is not available with the current configuration$/i,
      );
    },
    { since: "9.0" },
  ),
  verified("§0", "before 9.0, an internal route needs no header", async (kibana) => void expectOk(await kibana.get(internal)), {
    until: "9.0",
  }),
  verified("§0", "an internal route with its header answers", async (kibana) => {
    const { id } = await kibana.connector();
    const found: { id: string }[] = expectOk(await kibana.get(internal, { headers: { "x-elastic-internal-origin": "anything" } }));
    expect(found.map((one) => one.id)).toContain(id);
  }),
  unverified("§0", "elasticInternalOrigin=true in the query replaces the header", ["200", /^400 /], async (kibana) =>
    inWords(await kibana.get(`${internal}?elasticInternalOrigin=true`)),
  ),
  unverified("§0", "a public route with elastic-api-version 2023-10-31", ["200"], async (kibana) =>
    inWords(await kibana.get("/api/actions/connectors", { headers: { "elastic-api-version": "2023-10-31" } })),
  ),
  verified("§0", "a refusal names its code, reason phrase and message", async (kibana) => {
    expectRefusal(await kibana.get(`${path}/${kibana.newId()}`), 404);
    expectRefusal(await kibana.post(path, {}), 400);
    const { id } = await kibana.connector();
    expectRefusal(await kibana.post(`${path}/${id}`, indexConnector(id)), 409);
  }),
  verified("§0", "a schema error of the body names the field", async (kibana) => {
    expectRefusal(await kibana.post(path, { ...indexConnector("x"), name: 5 }), 400, /^\[request body\.name\]: /);
  }),
  verified("§0", "a schema error of the query names the parameter", async (kibana) => {
    expectRefusal(await kibana.get("/api/alerting/rules/_find?per_page=many"), 400, /^\[request query\.per_page\]: /);
  }),
  ...(["config", "secrets"] as const).map((field) =>
    unverified(
      "§0",
      `text for ${field} null`,
      [`400 [request body.${field}]: expected value of type [object] but got [null]`, new RegExp(`^400 \\[request body\\.${field}\\]: `)],
      async (kibana) => inWords(await kibana.post(path, { ...indexConnector("x"), [field]: null })),
    ),
  ),
  unverified(
    "§0",
    "text for a key that nobody knows",
    [
      /^400 .*Additional properties are not allowed \('colour' was unexpected\)/,
      "400 [request body.colour]: definition for this key is missing",
    ],
    async (kibana) => inWords(await kibana.post(path, { ...indexConnector("x"), colour: "red" })),
  ),
  unverified("§0", "a route that does not exist", ["404 Not Found"], async (kibana) =>
    inWords(await kibana.get("/api/actions/nobody-knows-it")),
  ),

  verified(
    "§0",
    "wrong credentials are refused",
    async (kibana) => {
      expectRefusal(await kibana.get("/api/actions/connectors", { as: "wrong credentials" }), 401);
    },
    secured,
  ),
  verified(
    "§0",
    "credentials are checked before kbn-xsrf",
    async (kibana) => {
      const answer = await kibana.post(path, indexConnector("x"), { as: "wrong credentials", headers: noXsrf });
      expectRefusal(answer, 401);
    },
    secured,
  ),
  unverified(
    "§0",
    "no credentials at all",
    [/^401/, /^302/],
    async (kibana) => inWords(await kibana.get("/api/actions/connectors", { as: "no credentials" })),
    secured,
  ),
  unverified(
    "§0",
    "text of 401",
    [/^401 .*security_exception/, /^401 Unauthorized$/, /^401 .*unable to authenticate/],
    async (kibana) => inWords(await kibana.get("/api/actions/connectors", { as: "wrong credentials" })),
    secured,
  ),
];
