import { describe } from "vitest";
import { cases } from "./catalogue-cases.ts";
import { roundTrips } from "./round-trips.ts";

describe("every secret of every type, from files", () => roundTrips("file", cases));
describe("every secret of every type, from plain text", () => roundTrips("literal", cases));
describe("every secret of every type, from the page", () => roundTrips("page", cases));
