import { expect } from "vitest";
import { expectOk } from "../answer.ts";
import { type Case, verified } from "../case.ts";

const all = { space: "default" } as const;

export const status: Case[] = [
  verified("§7.2", "status tells version, build flavour and the overall level", async (kibana) => {
    const found = expectOk(await kibana.get("/api/status", all));
    expect(found).toMatchObject({
      name: expect.any(String),
      uuid: expect.any(String),
      version: {
        number: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        build_hash: expect.any(String),
        build_number: expect.any(Number),
        build_snapshot: expect.any(Boolean),
        build_flavor: expect.stringMatching(/^(traditional|serverless)$/),
        build_date: expect.any(String),
      },
      status: { overall: { level: expect.any(String), summary: expect.any(String) }, core: expect.any(Object) },
    });
  }),
  verified("§7.2", "status tells the level of the plugin actions", async (kibana) => {
    const found = expectOk(await kibana.get("/api/status", all));
    expect(found.status.plugins.actions).toMatchObject({ level: "available" });
  }),
  verified("§7.2", "status has metrics", async (kibana) => {
    const { metrics } = expectOk(await kibana.get("/api/status", all));
    expect(metrics).toMatchObject({ last_updated: expect.any(String), collection_interval_in_millis: expect.any(Number) });
  }),
  ...(["no credentials", "wrong credentials"] as const).map((as) =>
    verified(
      "§7.2",
      `status with ${as} answers 200 with the overall level and no version`,
      async (kibana) => {
        expect(expectOk(await kibana.get("/api/status", { ...all, as }))).toEqual({ status: { overall: { level: expect.any(String) } } });
      },
      { needs: ["no open door"] },
    ),
  ),
];
