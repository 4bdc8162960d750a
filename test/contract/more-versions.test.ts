import { askAll, moreVersions } from "./deployments.ts";

for (const deployment of moreVersions) await askAll(deployment);
