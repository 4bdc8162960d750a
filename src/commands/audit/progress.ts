import { Format, SingleBar } from "cli-progress";
import { plainText } from "../../plain-text.ts";

/** Shows how far the audit has got. */
export interface Progress {
  show(done: number, total: number, message: string): void;
  /** Removes it from the screen. */
  end(): void;
}

/** A bar on stderr if that is a terminal; otherwise nothing, to keep logs clean. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { show() {}, end() {} };
  const bar = new SingleBar({
    stream,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: false,
    // The command handles signals itself.
    gracefulExit: false,
    format: (options, params, payload) => {
      const head = `${Format.BarFormat(params.progress, options)} ${Math.floor(params.progress * 100)} %  `;
      return head + plainText(String(payload.message ?? ""), Math.max(10, (stream.columns || 80) - head.length - 1));
    },
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
  });
  bar.start(1, 0, { message: "Connecting" });
  let ended = false;
  return {
    show(done, total, message) {
      // Answers may still arrive after an interruption.
      if (ended) return;
      bar.setTotal(total);
      bar.update(done, { message });
    },
    end() {
      if (!ended) bar.stop();
      ended = true;
    },
  };
}
