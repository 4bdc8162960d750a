import { describe, expect, test } from "vitest";
import { startSandbox } from "../../src/sandbox/index.ts";
import { index, kibana } from "./kibana.ts";

const { call, create, get, url } = await kibana({ empty: true });
const order = (body: object) => call("POST", "/sandbox/faults", body);
const exists = async (id: string) => (await get(`/api/actions/connector/${id}`)).status === 200;

function bare(id: string, signal?: AbortSignal): Promise<Response> {
  const headers = { "kbn-xsrf": "x", "content-type": "application/json" };
  return fetch(`${url}/api/actions/connector/${id}`, { method: "POST", headers, body: JSON.stringify(index), signal: signal ?? null });
}

describe("a fault that answers", () => {
  test.each([
    ["conflict", 409, "Conflict", false],
    ["rate_limit", 429, "Too Many Requests", false],
    ["error", 500, "Internal Server Error", false],
    ["error_after", 500, "Internal Server Error", true],
    ["unavailable", 503, "Service Unavailable", false],
  ])("%s", async (fault, status, error, done) => {
    const id = fault.replace("_", "-");
    await order({ fault });
    const answer = await create(index, id);
    expect(answer).toMatchObject({ status, body: { statusCode: status, error } });
    expect(answer.headers.get("retry-after")).toBe(fault === "rate_limit" ? "1" : null);
    expect(await exists(id)).toBe(done);
  });

  test.each([
    ["html", 200],
    ["html_502", 502],
  ])("%s is a proxy's page", async (fault, status) => {
    await order({ fault });
    const answer = await get("/api/status");
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(/^<!DOCTYPE html>/);
  });

  test("truncated does the work and sends half of the answer", async () => {
    await order({ fault: "truncated" });
    const response = await bare("truncated");
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(() => JSON.parse(text)).toThrow();
    expect(await exists("truncated")).toBe(true);
  });
});

describe("a fault without an answer", () => {
  test.each([
    ["cut_before", false],
    ["cut_after", true],
  ])("%s ends the connection", async (fault, done) => {
    await order({ fault });
    const id = fault.replace("_", "-");
    await expect(bare(id)).rejects.toThrow("fetch failed");
    expect(await exists(id)).toBe(done);
  });

  test.each([
    ["timeout_before", false],
    ["timeout_after", true],
  ])("%s leaves the caller waiting", async (fault, done) => {
    await order({ fault });
    const id = fault.replace("_", "-");
    await expect(bare(id, AbortSignal.timeout(150))).rejects.toThrow(/timeout/);
    expect(await exists(id)).toBe(done);
  });

  test("close ends the calls that wait", async () => {
    const sandbox = await startSandbox({ empty: true });
    await fetch(`${sandbox.url}/sandbox/faults`, { method: "POST", body: JSON.stringify({ fault: "timeout_before" }) });
    const waiting = fetch(`${sandbox.url}/api/status`).catch(() => "ended");
    await expect.poll(async () => (await fetch(`${sandbox.url}/api/status`).catch(() => undefined))?.status).toBe(200);
    await sandbox.close();
    expect(await waiting).toBe("ended");
  });
});

describe("an order", () => {
  test("applies to the method, the part of a path and the number of times that it names", async () => {
    await order({ fault: "error", method: "get", path: "connector_types", times: 2 });
    const statuses = [];
    for (const path of [
      "/api/status",
      "/api/actions/connector_types",
      "/s/x/api/actions/connector_types",
      "/api/actions/connector_types",
    ]) {
      statuses.push((await get(path)).status);
    }
    expect(statuses).toEqual([200, 500, 500, 200]);
  });

  test("can be taken back", async () => {
    await order({ fault: "error", times: 5 });
    expect((await call("DELETE", "/sandbox/faults")).status).toBe(204);
    expect((await get("/api/status")).status).toBe(200);
  });

  test("of an unknown fault lists the known", async () => {
    const { status, body } = await order({ fault: "earthquake" });
    expect(status).toBe(400);
    expect(body.message).toMatch(/known are timeout_before, .*unavailable/);
  });
});

test("slow does the work and answers late", async () => {
  await order({ fault: "slow", delay: 200 });
  const before = Date.now();
  expect((await create(index, "late")).status).toBe(200);
  expect(Date.now() - before).toBeGreaterThanOrEqual(195);
  expect(await exists("late")).toBe(true);
});
