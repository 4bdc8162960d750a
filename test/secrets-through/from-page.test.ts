import { describe, expect, test } from "vitest";
import { product } from "../support/product.ts";
import { oneOfEachShape } from "./catalogue-cases.ts";
import { roundTrips } from "./round-trips.ts";

describe("secrets of each shape, from the page", () => roundTrips("page", oneOfEachShape));

test("a certificate in place of .gen-ai's key can be typed", async () => {
  const { call } = await product();
  const { body } = await call("create_connector", {
    name: "Model",
    type: ".gen-ai",
    config: { apiProvider: "Other", apiUrl: "https://llm.example.com/v1/chat/completions", defaultModel: "m" },
    secrets: { certificateData: { $ask: true }, privateKeyData: { $ask: true } },
  });
  expect(body).toMatchObject({ status: "secrets_wanted" });
});
