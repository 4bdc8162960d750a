import { describe } from "vitest";
import { roundTrips } from "./round-trips.ts";

describe("every secret of every type, from plain text", () => roundTrips("literal"));
