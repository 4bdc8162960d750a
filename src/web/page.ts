/** What a page shows and takes: words only, made by whoever asks. Nothing here knows connectors. */
export interface Page {
  kind: "approve" | "secrets";
  /** Which Kibana, with its label. */
  deployment: string;
  sandbox: boolean;
  space: string;
  /** One sentence. */
  summary: string;
  /** What changes, one block a thing, with what was there before and what will be. */
  effects: { text: string; before?: string; after?: string }[];
  /** Where each secret goes. */
  flows: { source: string; to: string }[];
  /** Hosts that a request without a secret goes to. */
  requests?: string[];
  warnings: string[];
  undo: string;
  fields: Field[];
  /** The name that must be typed to agree. */
  typeName?: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** One secret that a person types, or takes from a file. */
export interface Field {
  /** `secrets.routingKey` */
  path: string;
  label: string;
  help?: string;
  required: boolean;
  /** Certificates and keys: several lines, or a file. */
  multiline: boolean;
}

/** What came back from the form. */
export interface Submission {
  approved: boolean;
  typedName: string;
  /** By field path; fields left empty are absent. */
  values: Record<string, string>;
}

/** Problems beside the fields they belong to, by path; "" for the whole. */
export type Problems = Record<string, string>;

/** Takes a submission. No problems: it is taken and the page is spent. */
export type Take = (submission: Submission) => Promise<Problems>;
