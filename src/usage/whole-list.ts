/** How often a list is read from the start that changes while it is read. */
const readings = 3;
/** Elasticsearch pages no deeper. */
const window = 10_000;

export interface WholeList<Item> {
  /** By id, in Kibana's order. */
  items: Map<string, Item>;
  /** How many there are by Kibana's count. */
  total: number;
  /** Nothing was missed. */
  complete: boolean;
}

/**
 * Reads a list that Kibana pages by number. Where one goes or moves to the front meanwhile, the first of the next page is on
 * a page that was read already, and is missed: then all is read again.
 * @param page numbers from 1; undefined where there is no such list
 * @param most the pages to read at most
 */
export async function wholeList<Item extends { id: string }>(
  page: (at: number) => Promise<{ total: number; items: readonly Item[] } | undefined>,
  most = Number.POSITIVE_INFINITY,
): Promise<WholeList<Item>> {
  for (let reading = 1; ; reading++) {
    const items = new Map<string, Item>();
    const totals = new Set<number>();
    let count = 0;
    let at = 0;
    for (let isLast = false; !isLast; ) {
      at += 1;
      const answer = await page(at);
      if (!answer) return { items: new Map(), total: 0, complete: true };
      for (const item of answer.items) items.set(item.id, item);
      totals.add(answer.total);
      count += answer.items.length;
      isLast = answer.items.length === 0 || at === most || count >= Math.min(answer.total, window);
    }
    const total = Math.max(...totals);
    const complete = totals.size === 1 && items.size === total;
    const cannotBe = total > window || (at === most && count < total);
    if (complete || cannotBe || reading === readings) return { items, total, complete };
  }
}
