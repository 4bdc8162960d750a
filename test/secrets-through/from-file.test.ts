import { describe } from "vitest";
import { roundTrips } from "./round-trips.ts";

describe("every secret of every type, from files", () => roundTrips("file"));
