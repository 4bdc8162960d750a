import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { Signal } from "./deadline.ts";

/** An answer with its whole body, which is undefined where it has more bytes than are read. */
interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer | undefined;
}

export type Asked = Dispatcher.DispatchOptions;

interface Limits {
  /** Ends the request at once, whatever the network does: undici can stop one only once it is connected. */
  signal: Signal;
  /** Bytes of the body. */
  most: number;
  /** An answer begins to come. */
  began(status: number): void;
}

/** One request, by `dispatch`: undici's `request` makes a stream of each answer. */
export function exchange(dispatcher: Dispatcher, asked: Asked, { signal, most, began }: Limits): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let answer: Omit<Answer, "body"> = { status: 0, headers: {} };
    let bytes = 0;
    let sending: Dispatcher.DispatchController | undefined;
    const giveUp = () => {
      reject(signal.reason);
      sending?.abort(new Error("given up"));
    };
    const end = (body?: Buffer) => {
      signal.removeEventListener("abort", giveUp);
      resolve({ ...answer, body });
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    dispatcher.dispatch(asked, {
      onRequestStart(controller) {
        sending = controller;
        if (signal.aborted) controller.abort(new Error("given up"));
      },
      onResponseStart(_controller, status, headers) {
        answer = { status, headers };
        if (status >= 200) began(status);
      },
      onResponseData(controller, chunk) {
        bytes += chunk.length;
        if (bytes <= most) chunks.push(chunk);
        else {
          end();
          controller.abort(new Error("too large"));
        }
      },
      onResponseEnd: () => end(Buffer.concat(chunks)),
      onResponseError(_controller, error) {
        signal.removeEventListener("abort", giveUp);
        reject(error);
      },
    });
  });
}
