import type { IncomingMessage, ServerResponse } from "node:http";
import { adding, type Place, removing } from "../passkeys/enrolment.ts";
import { invitationOf, useUp } from "../passkeys/invitations.ts";
import { type KeyRecord, noKeys } from "../passkeys/key-records.ts";
import type { Keyring } from "../passkeys/keyring.ts";
import { PasskeyRefused } from "../passkeys/refused.ts";
import { createBook } from "../web/book.ts";
import type { Pages } from "../web/listener.ts";

/** Pages under the public address of an HTTP server. */
export interface SharedPages {
  pages: Pages;
  /** Answers requests below /p/ and /enroll/. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Where keys are, and how they get there. */
interface Enrolled {
  dir: string;
  keyring: Keyring;
  append(record: KeyRecord, startOver?: boolean): Promise<void>;
}

/** @param origin the server's public one @param now milliseconds since 1970 */
export function createSharedPages(origin: string, passkeys: Enrolled, now: () => number): SharedPages {
  const book = createBook(now);

  /** An invitation leads to a page of its own; it is used up when a key is enrolled, not when its address is looked at. */
  async function invited(code: string): Promise<string | undefined> {
    const { dir, keyring, append } = passkeys;
    const invitation = await invitationOf(dir, code, now());
    if (!invitation) return undefined;
    const { principal, what, name } = invitation;
    const place: Place = {
      origin,
      keysOf: async () => (what === "start_over" ? noKeys : keyring.keysOf(principal)),
      async append(record) {
        await useUp(dir, code);
        await append(record, what === "start_over");
      },
      // The invitation holds on: the operator may have to be asked first.
      cancelled: () => {},
      now,
    };
    const { page, take } = what === "remove" ? await removing(principal, name ?? "", place) : await adding(principal, name, place);
    return book.add(page, take, `enroll ${principal}`);
  }

  return {
    pages: {
      open: async (page, take, owner) => origin + book.add(page, take, owner),
      showOnce: async (page, owner) => origin + book.addToken(page, owner),
      endTokens: book.endTokens,
      origin: async () => origin,
      close: async () => {},
    },
    async handle(request, response) {
      const code = /^\/enroll\/([\w-]{20,})$/.exec(request.url ?? "")?.[1];
      if (code === undefined || request.headers.host !== new URL(origin).host || request.method !== "GET")
        return book.handle(request, response, origin, () => {});
      try {
        const path = await invited(code);
        if (path !== undefined)
          return void response.writeHead(303, { location: path, "cache-control": "no-store", "referrer-policy": "no-referrer" }).end();
        await book.note(response, 404, "No such invitation", "It was used, or has expired. The operator gives out another.");
      } catch (error) {
        if (!(error instanceof PasskeyRefused)) throw error;
        await book.note(response, 403, "Refused", error.message);
      }
    },
  };
}
