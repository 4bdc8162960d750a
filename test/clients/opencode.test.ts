import { agentTests } from "./agent-tests.ts";
import { programs } from "./programs.ts";

// Ten times as slow as the others: runs beside them, not after them.
agentTests(programs.filter(({ name }) => name === "opencode"));
