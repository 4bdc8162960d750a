// Runs bench/main.ts. `npm run bench -- --help`.
import { runTypeScript } from "../scripts/run-typescript.mjs";

const { bench } = await runTypeScript("bench/main.ts");
process.exitCode = await bench(process.argv.slice(2));
