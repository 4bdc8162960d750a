import { createContext, runInContext } from "node:vm";

/** As much of a page as an app's script uses, to run it without a browser. What would turn text into markup is not there. */
class Node {
  tag: string;
  className = "";
  children: (Node | string)[] = [];
  attributes: Record<string, string> = {};
  dataset: Record<string, string> = {};
  listeners = new Map<string, (event: object) => void>();
  value = "";
  checked = false;
  disabled = false;

  constructor(tag: string) {
    this.tag = tag;
  }
  get textContent(): string {
    return this.children.map((one) => (typeof one === "string" ? one : one.textContent)).join("");
  }
  set textContent(text: string) {
    this.children = [text];
  }
  append(...parts: (Node | string)[]): void {
    this.children.push(...parts.map((one) => (one instanceof Node ? one : String(one))));
  }
  replaceChildren(...parts: (Node | string)[]): void {
    this.children = [];
    this.append(...parts);
  }
  setAttribute(name: string, value: unknown): void {
    this.attributes[name] = String(value);
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.listeners.set(name, listener);
  }
  getBoundingClientRect() {
    return { height: 100 };
  }
  /** This element and all within it. */
  all(): Node[] {
    return [this, ...this.children.flatMap((one) => (one instanceof Node ? one.all() : []))];
  }
}

export type Message = { jsonrpc: "2.0"; id?: number; method?: string; params?: Record<string, unknown>; result?: object; error?: object };

/** An app's script, run beside a host that answers nothing by itself. */
export function runApp(html: string) {
  const script = /<script>(.*)<\/script>/s.exec(html)?.[1] ?? "";
  const main = new Node("main");
  const root = new Node("html");
  const sent: Message[] = [];
  const listeners: ((event: { source: object; data: unknown }) => void)[] = [];
  const host = { postMessage: (message: Message) => void sent.push(structuredClone(message)) };
  const page = {
    window: { parent: host },
    document: {
      documentElement: root,
      querySelector: () => main,
      createElement: (tag: string) => new Node(tag),
      createElementNS: (_space: string, tag: string) => new Node(tag),
    },
    addEventListener: (_name: string, listener: (typeof listeners)[number]) => void listeners.push(listener),
    ResizeObserver: class {
      private readonly measured: () => void;
      constructor(measured: () => void) {
        this.measured = measured;
      }
      observe(): void {
        this.measured();
      }
    },
  };
  runInContext(script, createContext(page));
  /** A message arrives, from the host unless said otherwise. */
  const arrives = async (data: unknown, source: object = host) => {
    for (const listener of listeners) listener({ source, data });
    await new Promise(setImmediate);
  };
  return {
    main,
    root,
    sent,
    arrives,
    elements: (tag: string, look = "") =>
      main.all().filter((one) => one.tag === tag && one.className.split(" ").includes(look || one.className.split(" ")[0] || "")),
    async begin(hostContext: object = {}) {
      await arrives({ jsonrpc: "2.0", id: 1, result: { hostContext, hostCapabilities: {}, protocolVersion: "2026-01-26" } });
    },
    shows: (result: object) => arrives({ jsonrpc: "2.0", method: "ui/notifications/tool-result", params: result }),
  };
}
