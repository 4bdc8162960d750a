import { describe } from "vitest";
import { cases } from "./catalogue-cases.ts";
import { roundTrips } from "./round-trips.ts";

describe("every secret of every type, from the environment", () => roundTrips("env", cases));
