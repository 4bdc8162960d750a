import { readdirSync, readFileSync } from "node:fs";
import { ErrorCode } from "@modelcontextprotocol/sdk/types.js";
import { describe, expect, test, vi } from "vitest";
import { product } from "../support/product.ts";

const wrong = { code: ErrorCode.InvalidParams };

async function read(client: Awaited<ReturnType<typeof product>>["client"], uri: string): Promise<string> {
  const { contents } = await client.readResource({ uri });
  return contents.map((content) => ("text" in content ? content.text : "")).join("");
}

describe("the skill as resources", () => {
  test("has every page of the folder, word for word, without a request to Kibana", async () => {
    const { client, calls } = await product();
    const { resources } = await client.listResources();
    const pages = [
      "SKILL.md",
      ...readdirSync("skill/kibana-connectors/references")
        .sort()
        .map((name) => `references/${name}`),
    ];
    expect(resources.filter(({ uri }) => uri.startsWith("skill:")).map(({ uri }) => uri)).toEqual(
      pages.map((page) => `skill://kibana-connectors/${page}`),
    );
    for (const page of pages) {
      expect(await read(client, `skill://kibana-connectors/${page}`)).toBe(readFileSync(`skill/kibana-connectors/${page}`, "utf8"));
    }
    expect(resources[0]).toMatchObject({ name: "SKILL.md", title: "Kibana connectors", mimeType: "text/markdown" });
    expect(resources[0]?.description).toMatch(/^Set up, test/);
    expect(calls).toEqual([]);
  });

  test("is there when no Kibana is configured, and when the sandbox is down", async () => {
    const { client } = await product({ settings: { kibana: undefined } });
    expect((await client.listResources()).resources.length).toBeGreaterThan(1);
  });

  test.each([
    "skill://kibana-connectors/../../package.json",
    "skill://kibana-connectors/nope.md",
    "skill://other/SKILL.md",
    "skill://kibana-connectors/",
  ])("%s is not a page", async (uri) => {
    const { client } = await product();
    await expect(client.readResource({ uri })).rejects.toMatchObject(wrong);
  });
});

describe("a connector as a resource", () => {
  test("is what get_connector answers, with the rules and without secrets", async () => {
    const { client, call } = await product();
    // Runs that wait count as uses, until they ran.
    await vi.waitFor(async () => {
      const { body } = await call("get_connector", { id: "ops-pagerduty", include: ["rules"] });
      expect(JSON.parse(await read(client, "kibana://default/connectors/ops-pagerduty"))).toEqual(body);
      expect(body.rules.length).toBeGreaterThan(0);
    }, 5_000);
  });

  test("its id is decoded, and its space is checked as everywhere", async () => {
    const { client } = await product({ settings: { spaces: ["default"] } });
    expect(JSON.parse(await read(client, "kibana://default/connectors/Ops%20PagerDuty")).connector.id).toBe("ops-pagerduty");
    await expect(client.readResource({ uri: "kibana://security/connectors/x" })).rejects.toMatchObject({ data: { code: "forbidden" } });
  });

  test.each([
    ["kibana://default/connectors/nope", { ...wrong, data: { code: "connector_not_found" } }],
    ["kibana://nowhere/connectors/ops-slack", { ...wrong, data: { code: "space_not_found" } }],
    ["kibana://default/connectors/%zz", wrong],
    ["kibana://default/connectors/ops-slack/more", wrong],
    ["kibana://default/rules/x", wrong],
    ["kibana://default", wrong],
  ])("%s is refused", async (uri, error) => {
    const { client } = await product();
    await expect(client.readResource({ uri })).rejects.toMatchObject(error);
  });

  test("does not exist if get_connector is switched off", async () => {
    const { client, calls } = await product({ settings: { excludeTools: ["get_connector"] } });
    await expect(client.readResource({ uri: "kibana://default/connectors/ops-slack" })).rejects.toMatchObject({
      data: { code: "tool_unknown" },
    });
    expect(calls).toEqual([]);
  });

  test("without a Kibana says what to set", async () => {
    const { client } = await product({ settings: { kibana: undefined } });
    await expect(client.readResource({ uri: "kibana://default/connectors/x" })).rejects.toMatchObject({ data: { code: "not_configured" } });
  });

  test("space and id are completed", async () => {
    const { client } = await product();
    const complete = async (name: string, value: string, others: Record<string, string> = {}) => {
      const ref = { type: "ref/resource" as const, uri: "kibana://{space}/connectors/{id}" };
      return (await client.complete({ ref, argument: { name, value }, context: { arguments: others } })).completion.values;
    };
    expect(await complete("space", "")).toEqual(["default", "team-payments", "security"]);
    expect(await complete("id", "ops-p")).toContain("ops-pagerduty");
    expect(await complete("id", "", { space: "team-payments" })).not.toContain("ops-pagerduty");
  });
});

describe("a connector type as a resource", () => {
  test("is what describe_connector_types answers", async () => {
    const { client, call } = await product();
    const { body } = await call("describe_connector_types", { types: [".slack"] });
    expect(JSON.parse(await read(client, "kibana://connector-types/.slack"))).toEqual(body);
    await expect(client.readResource({ uri: "kibana://connector-types/.nope" })).rejects.toMatchObject(wrong);
  });

  test("its id is completed, with or without the dot", async () => {
    const { client } = await product();
    const ref = { type: "ref/resource" as const, uri: "kibana://connector-types/{id}" };
    for (const value of [".sla", "sla"]) {
      expect((await client.complete({ ref, argument: { name: "id", value } })).completion.values).toEqual([".slack", ".slack_api"]);
    }
  });
});

test("the map of a space is a resource, as the tool answers; an unknown space and a server without the tool have none", async () => {
  const { client, call } = await product();
  const { contents } = await client.readResource({ uri: "kibana://team-payments/map" });
  const { rules } = JSON.parse((contents[0] as { text: string }).text);
  expect(rules).toEqual((await call("map_notifications", { space: "team-payments" })).body.rules);
  await expect(client.readResource({ uri: "kibana://nowhere/map" })).rejects.toMatchObject({ data: { code: "space_not_found" } });
  await expect(client.readResource({ uri: "kibana://default/map/more" })).rejects.toThrow();
  const without = await product({ settings: { excludeTools: ["map_notifications"] } });
  await expect(without.client.readResource({ uri: "kibana://default/map" })).rejects.toMatchObject({ data: { code: "tool_unknown" } });
});

test("the templates of connectors and types are listed", async () => {
  const { client } = await product();
  const { resourceTemplates } = await client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(
    expect.arrayContaining(["kibana://{space}/connectors/{id}", "kibana://{space}/map", "kibana://connector-types/{id}"]),
  );
});
