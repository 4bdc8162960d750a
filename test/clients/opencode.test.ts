import { agentTests } from "./agent-tests.ts";
import { programs } from "./programs.ts";

// Ten times as slow as the others: beside them, not behind them.
agentTests(programs.filter(({ name }) => name === "opencode"));
