import { escapeHidden } from "./plain-text.ts";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];

export type Log = Record<Exclude<LogLevel, "silent">, (event: string, fields?: Record<string, unknown>) => void>;

/**
 * JSON lines, one per event, without control or invisible characters, to `write` (stderr: stdout belongs to the protocol).
 * @param scrub takes secrets out of the finished line
 */
export function createLog(
  level: LogLevel,
  scrub: (line: string) => string = (line) => line,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const from = logLevels.indexOf(level);
  const at =
    (name: Exclude<LogLevel, "silent">) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      if (logLevels.indexOf(name) < from) return;
      write(`${escapeHidden(scrub(JSON.stringify({ time: new Date().toISOString(), level: name, event, ...fields })))}\n`);
    };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
