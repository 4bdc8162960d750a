import type { KibanaSettings } from "../settings/index.ts";
import { rememberingAbsent } from "./absent.ts";
import { createHttp } from "./http.ts";
import { explainingNotFound } from "./not-found.ts";
import { createReader, type Reader } from "./reader.ts";
import { refusingUnsupported } from "./supported.ts";
import { createWriter, type Writer } from "./writer.ts";

/** A Kibana to talk to. The reader and the writer are unrelated objects. */
export interface Kibana {
  reader: Reader;
  writer: Writer;
  close(): Promise<void>;
}

/** Makes the client; nothing is sent yet. @param userAgent names this server in Kibana's logs */
export function connectKibana(settings: KibanaSettings, timeout: number, userAgent: string): Kibana {
  const http = rememberingAbsent(explainingNotFound(refusingUnsupported(createHttp(settings, timeout, userAgent))));
  return {
    reader: createReader(http.get, http.query, settings.auth),
    writer: createWriter(http.send),
    close: http.close,
  };
}
