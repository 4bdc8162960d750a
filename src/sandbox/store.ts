/** Objects by id, since ids are unique over all spaces, and by space, since lists and searches look at one. */
export class Store<T extends { id: string; space: string }> {
  readonly #byId = new Map<string, T>();
  readonly #bySpace = new Map<string, Map<string, T>>();

  get(id: string): T | undefined {
    return this.#byId.get(id);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Adds an item; one with the same id is replaced and keeps its place. */
  set(item: T): void {
    if (this.#byId.get(item.id)?.space !== item.space) this.delete(item.id);
    this.#byId.set(item.id, item);
    const space = this.#bySpace.get(item.space) ?? new Map<string, T>();
    this.#bySpace.set(item.space, space.set(item.id, item));
  }

  delete(id: string): void {
    const item = this.#byId.get(id);
    if (!item) return;
    this.#byId.delete(id);
    this.#bySpace.get(item.space)?.delete(id);
  }

  values(): Iterable<T> {
    return this.#byId.values();
  }

  inSpace(space: string): T[] {
    return [...(this.#bySpace.get(space)?.values() ?? [])];
  }
}
