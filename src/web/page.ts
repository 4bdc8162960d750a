/** What a page shows and takes: text only, from the caller. Nothing here knows about connectors. */
export type Page = ApprovalPage | PasskeyPage;

/** What the browser asks an authenticator for; all that is binary in base64url. */
export type PasskeyRequest = { challenge: string; rpId: string } & (
  | { what: "get"; keys: KeyOffered[] }
  | { what: "create"; user: { id: string; name: string }; algorithms: readonly number[]; exclude: KeyOffered[] }
);

export interface KeyOffered {
  id: string;
  transports: readonly string[];
}

/** A page on which a passkey is added or removed. */
export interface PasskeyPage {
  kind: "passkey";
  title: string;
  texts: string[];
  /** Asks for the new key's name, and proposes this one. */
  name?: string;
  button: string;
  passkey: PasskeyRequest;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** A change that a person decides on. */
export interface ApprovalPage {
  kind: "approve" | "secrets";
  /** Which Kibana, with its label. */
  deployment: string;
  sandbox: boolean;
  space: string;
  /** One sentence. */
  summary: string;
  /** What is made, changed or deleted, where the summary does not name it. */
  things: string[];
  /** Where each secret goes. */
  flows: { source: string; to: string }[];
  /** Hosts that requests go to. */
  requests: string[];
  /** Whom it reaches or acts on: all of them, however many. */
  recipients: string[];
  /** What is done there, and to which record. */
  acting: string[];
  noLonger: string[];
  /** Texts that the service may take for somebody. */
  mayName: string[];
  undo: string;
  warnings: string[];
  /** Details, one block per thing, with the state before and after. */
  details: { text: string; before?: string; after?: string }[];
  fields: Field[];
  /** A statement that only the person can answer: yes, no or "do not know". Nothing but yes approves. */
  knows?: string;
  /** What must be typed to agree. */
  type?: ToType | undefined;
  /** What must sign to agree. */
  passkey?: PasskeyRequest | undefined;
  /** Milliseconds that a person takes at least: a yes that comes sooner after the page was first shown does not count. */
  reading?: number;
  /** Who asks for it, and whose yes it takes, where that is said. */
  people?: { askedBy: string; approvers: string[] } | undefined;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** The name of the thing; its id if the name cannot be typed as shown. */
export interface ToType {
  what: "name" | "id";
  text: string;
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

/** What a person says to a statement that only they can know. */
export const knows = ["yes", "no", "do not know"] as const;
export type Knows = (typeof knows)[number];

/** What came back from the form. */
export interface Submission {
  /** False where the statement was not answered with yes. */
  approved: boolean;
  known?: Knows | undefined;
  typedName: string;
  /** What the authenticator answered, as the page's script sends it. */
  passkey?: string | undefined;
  /** By field path; fields left empty are absent. */
  values: Record<string, string>;
}

/** Problems by the path of their field; "" for the whole form. */
export type Problems = Record<string, string>;

/** Another page that follows at the same address. */
export class Follow {
  readonly page: Page;
  readonly take: Take;
  constructor(page: Page, take: Take) {
    this.page = page;
    this.take = take;
  }
}

/** Takes a submission. No problems: it is accepted and the page is used up. */
export type Take = (submission: Submission) => Promise<Problems | Follow>;
