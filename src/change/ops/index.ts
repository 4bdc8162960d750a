import type { Op } from "../plan.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { execute } from "./execute.ts";
import type { OpKind } from "./op-kind.ts";

const kinds = { create, delete: remove, execute } satisfies {
  [Name in Op["op"]]: OpKind<Extract<Op, { op: Name }>>;
};

/** The kind of an op, as one that takes any op. */
export function kindOf(op: Op): OpKind<Op> {
  return kinds[op.op] as OpKind<Op>;
}

/** The kind by the name that a journal keeps; undefined for kinds of a newer version. */
export function kindNamed(name: string): OpKind<Op> | undefined {
  return Object.hasOwn(kinds, name) ? (kinds[name as Op["op"]] as OpKind<Op>) : undefined;
}
