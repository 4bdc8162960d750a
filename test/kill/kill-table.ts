/**
 * What a server that was killed from outside leaves behind, by where it was and what it was doing; written before the
 * tests were run. `written`: whether Kibana did it in the end. What `list_changes` says about it after a restart at once,
 * and, where that can change, after one some minutes later:
 *
 * - `none`: no entry, since nothing had begun: nothing can have been written.
 * - `open`: unknown, with a note to look: nothing shows yet, but a request may still be in flight.
 * - `done`, `not_done`, `unknown`: as recorded.
 *
 * `replace` writes a rule, `repoint` a workflow: they can be read back, as a connector can.
 */
export const killTable = [
  {
    step: "reading for the plan",
    written: false,
    create: ["none"],
    update: ["none"],
    delete: ["none"],
    execute: ["none"],
    replace: ["none"],
    repoint: ["none"],
  },
  {
    step: "asking the person",
    written: false,
    create: ["none"],
    update: ["none"],
    delete: ["none"],
    execute: ["none"],
    replace: ["none"],
    repoint: ["none"],
  },
  {
    step: "half a line of the begin is written",
    written: false,
    create: ["none"],
    update: ["none"],
    delete: ["none"],
    execute: ["none"],
    replace: ["none"],
    repoint: ["none"],
  },
  {
    step: "the begin is not on disk yet",
    written: false,
    create: ["open", "not_done"],
    update: ["open", "not_done"],
    delete: ["open", "not_done"],
    execute: ["unknown"],
    replace: ["open", "not_done"],
    repoint: ["open", "not_done"],
  },
  {
    step: "the last look before the write",
    written: false,
    update: ["open", "not_done"],
    delete: ["open", "not_done"],
    replace: ["open", "not_done"],
    repoint: ["open", "not_done"],
  },
  {
    step: "Kibana has the request and does nothing",
    written: false,
    create: ["open", "not_done"],
    update: ["open", "not_done"],
    delete: ["open", "not_done"],
    execute: ["unknown"],
    replace: ["open", "not_done"],
    repoint: ["open", "not_done"],
  },
  {
    step: "the request reaches Kibana after the restart",
    written: true,
    create: ["open", "done"],
    update: ["open", "done"],
    delete: ["open", "done"],
    execute: ["unknown"],
    replace: ["open", "done"],
    repoint: ["open", "done"],
  },
  {
    step: "Kibana did it and has not answered",
    written: true,
    create: ["done"],
    update: ["done"],
    delete: ["done"],
    execute: ["unknown"],
    replace: ["done"],
    repoint: ["done"],
  },
  { step: "reading back", written: true, create: ["done"], update: ["done"], delete: ["done"], replace: ["done"], repoint: ["done"] },
  {
    step: "the end is not on disk yet",
    written: true,
    create: ["done"],
    update: ["done"],
    delete: ["done"],
    execute: ["done"],
    replace: ["done"],
    repoint: ["done"],
  },
  { step: "making the answer", written: true, create: ["done"], update: ["done"] },
] as const satisfies readonly Row[];

export type Told = "none" | "open" | "done" | "not_done" | "unknown";
export type Kind = "create" | "update" | "delete" | "execute" | "replace" | "repoint";
export type Step = (typeof killTable)[number]["step"];
type Row = { step: string; written: boolean } & { [K in Kind]?: readonly [Told, Told?] };
