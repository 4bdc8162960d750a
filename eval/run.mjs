// Runs eval/main.ts. `npm run eval -- --help`.
import { runTypeScript } from "../scripts/run-typescript.mjs";

const { main } = await runTypeScript("eval/main.ts");
process.exitCode = await main(process.argv.slice(2));
