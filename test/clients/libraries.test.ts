import { agentTests } from "./agent-tests.ts";
import { libraries } from "./libraries.ts";

agentTests(libraries);
