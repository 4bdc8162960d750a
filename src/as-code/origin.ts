import type { Status } from "../kibana/status.ts";

export const exportFormats = ["terraform", "kibana_yml", "api"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Where the connectors come from, for the head of a file. */
export interface Origin {
  /** The deployment, for people. */
  from: string;
  /** This program and its version. */
  by: string;
  status: Status;
  /** Prefix of the environment variables that hold secrets. */
  prefix: string;
}

export interface CodeFile {
  name: string;
  mimeType: string;
  text: string;
}
