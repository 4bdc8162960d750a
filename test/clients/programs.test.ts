import { agentTests } from "./agent-tests.ts";
import { programs } from "./programs.ts";

agentTests(programs.filter(({ name }) => name !== "opencode"));
