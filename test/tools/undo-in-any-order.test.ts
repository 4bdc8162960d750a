import fc from "fast-check";
import { expect, test } from "vitest";
import { accepts, product } from "../support/product.ts";

/** A model of what is stored, which shares no code with the product. */
interface Doc {
  name: string;
  index: string;
}
type Change =
  | { op: "create"; id: string; after: Doc }
  | { op: "update"; id: string; before: Doc; after: Doc }
  | { op: "delete"; id: string; before: Doc };
type Said = "done" | "no_change" | "plan_changed" | "error";

class Model {
  readonly docs = new Map<string, Doc>();
  readonly changes: Change[] = [];
  /** Which connector an id is: whatever is created under it is another one, and an undo brings back the one that was deleted. */
  private readonly owner = new Map<string, number>();
  private readonly owners = new Map<Change, number>();

  create(id: string, after: Doc): Said {
    if (this.docs.has(id)) return "error";
    this.owner.set(id, this.changes.length + 1);
    return this.write({ op: "create", id, after });
  }

  update(id: string, after: Doc): Said {
    const before = this.docs.get(id);
    if (!before) return "error";
    return same(before, after) ? "no_change" : this.write({ op: "update", id, before, after });
  }

  delete(id: string): Said {
    const before = this.docs.get(id);
    return before ? this.write({ op: "delete", id, before }) : "error";
  }

  undo(change: Change): Said {
    const now = this.docs.get(change.id);
    const owner = this.owners.get(change);
    if (change.op === "delete") {
      const later = this.changes.slice(this.changes.indexOf(change) + 1);
      if (now) return same(now, change.before) ? "no_change" : "plan_changed";
      // It came back and went again: that deletion is the one to undo.
      if (later.some((one) => one.op === "delete" && one.id === change.id && this.owners.get(one) === owner)) return "plan_changed";
      this.owner.set(change.id, owner ?? 0);
      return this.write({ op: "create", id: change.id, after: change.before });
    }
    if (!now) return "no_change";
    if (this.owner.get(change.id) !== owner) return "plan_changed";
    if (change.op === "create") return same(now, change.after) ? this.write({ op: "delete", id: change.id, before: now }) : "plan_changed";
    const { before, after } = change;
    const written = (["name", "index"] as const).filter((field) => before[field] !== after[field]);
    if (written.some((field) => now[field] !== after[field])) return same(now, before) ? "no_change" : "plan_changed";
    const back = Object.fromEntries(written.map((field) => [field, before[field]]));
    return this.write({ op: "update", id: change.id, before: now, after: { ...now, ...back } });
  }

  private write(change: Change): Said {
    this.changes.push(change);
    this.owners.set(change, this.owner.get(change.id) ?? 0);
    if (change.op === "delete") this.docs.delete(change.id);
    else this.docs.set(change.id, change.after);
    return "done";
  }
}

function same(one: Doc, other: Doc): boolean {
  return one.name === other.name && one.index === other.index;
}

const doc = fc.record({ name: fc.constantFrom("Trail", "Audit", "Log"), index: fc.constantFrom("a", "b") });
const which = fc.constantFrom("one", "two");
const step = fc.oneof(
  fc.record({ do: fc.constant("create" as const), which, doc }),
  fc.record({ do: fc.constant("update" as const), which, doc }),
  fc.record({ do: fc.constant("delete" as const), which }),
  { arbitrary: fc.record({ do: fc.constant("undo" as const), at: fc.nat(20) }), weight: 3 },
);

test("creates, updates, deletes and undos in any order end in the state that a model predicts", { timeout: 60_000 }, async () => {
  const made = await product({ person: accepts, sandbox: { empty: true }, settings: { maxChangesPerHour: 1_000_000 } });
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  process.stdout.write(`any-order: SEED=${seed}\n`);
  let run = 0;

  const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
    // Unique ids, so that what an earlier run left does not count.
    const prefix = `run-${++run}-`;
    const model = new Model();
    const ids: string[] = [];
    for (const one of steps) {
      const id = "which" in one ? prefix + one.which : "";
      const config = "doc" in one ? { index: one.doc.index } : {};
      const at = one.do === "undo" && ids.length > 0 ? one.at % ids.length : undefined;
      const change = at === undefined ? undefined : model.changes[at];
      const [expected, call] = (() => {
        switch (one.do) {
          case "create":
            return [model.create(id, one.doc), made.call("create_connector", { id, name: one.doc.name, type: ".index", config })] as const;
          case "update":
            return [model.update(id, one.doc), made.call("update_connector", { id, name: one.doc.name, config })] as const;
          case "delete":
            return [model.delete(id), made.call("safe_delete_connector", { ids: [id] })] as const;
          case "undo":
            return [change ? model.undo(change) : "error", made.call("undo_change", { change: ids[at ?? -1] ?? "none" })] as const;
        }
      })();
      const { isError, body } = await call;
      expect(isError ? "error" : body.status).toBe(expected);
      if (body.status === "done") ids.push(body.change);
    }
    const { connectors } = JSON.parse(await made.bare("GET", "/sandbox/state"));
    const stored = connectors
      .filter((each: { id: string }) => each.id.startsWith(prefix))
      .map((each: { id: string; name: string; config: { index: string } }) => [each.id, { name: each.name, index: each.config.index }]);
    expect(new Map(stored)).toEqual(model.docs);
  });
  await fc.assert(property, { seed, numRuns: 40 });
});
