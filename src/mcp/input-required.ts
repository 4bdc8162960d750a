import type { FormFields } from "./forms.ts";

/** What a client is to ask the person, or to show them. */
export type Wanted = { form: FormFields; message: string } | { url: string; message: string };

/** Thrown where a question ends the call: the client answers it by making the same call again. */
export class InputRequired extends Error {
  readonly wanted: Wanted;
  readonly continuation: string;
  constructor(wanted: Wanted, continuation: string) {
    super("The client has to ask the person first.");
    this.wanted = wanted;
    this.continuation = continuation;
  }
}
