import { describe } from "vitest";
import { oneOfEachShape } from "./catalogue-cases.ts";
import { roundTrips } from "./round-trips.ts";

describe("secrets of each shape, from plain text", () => roundTrips("literal", oneOfEachShape));
