import { libraries } from "./libraries.ts";
import { programs } from "./programs.ts";

interface Client {
  name: string;
  packages: readonly string[];
  /** Only these need their install script. */
  installScript?: true;
}

/** What npm installs for these tests. The Inspector and mcpb are with the tools of the repository. */
export const clients: readonly Client[] = [
  ...programs,
  ...libraries,
  { name: "mcp-remote", packages: ["mcp-remote"] },
  { name: "supergateway", packages: ["supergateway"] },
];
