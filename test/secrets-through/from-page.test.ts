import { describe } from "vitest";
import { roundTrips } from "./round-trips.ts";

describe("every secret of every type, from the page", () => roundTrips("page"));
