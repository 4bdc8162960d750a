import { afterAll } from "vitest";
import { type Person, startBuilt, startServer, yes } from "./built-server.ts";
import { type Rewrite, switchableProxy } from "./rewriting-proxy.ts";

/**
 * Servers for the tests of a file that need no start of their own: those of one key share one, its journal too. A test sets what
 * is behind it and who answers its questions, and sees only its own questions and requests.
 * @param options how each starts; `asks: false` for a client that cannot ask; `built`: the keys whose server is a process
 */
export function sharedServers(options: { args?: string[]; env?: Record<string, string>; asks?: boolean; built?: string[] } = {}) {
  const started = new Map<string, ReturnType<typeof start>>();
  const ends: (() => Promise<void>)[] = [];
  afterAll(() => Promise.all(ends.map((end) => end())));

  async function start(key: string) {
    const behind = { target: "", rewrite: {} as Rewrite, person: yes as Person };
    const { url, calls } = await switchableProxy(behind, (end) => ends.push(end));
    const server = await (options.built?.includes(key) ? startBuilt : startServer)({
      args: ["--max-changes-per-hour", "100000", ...(options.args ?? [])],
      env: { KIBANA_URL: url, KIBANA_API_KEY: "any", ...options.env },
      ...(options.asks === false ? {} : { person: (question) => behind.person(question) }),
    });
    ends.push(server.close);
    return { behind, calls, server };
  }

  /** @param key what a server learns once, as the version of Kibana */
  return async (key: string, target: string, rewrite: Rewrite = {}, person: Person = yes) => {
    const running = started.get(key) ?? start(key);
    started.set(key, running);
    const { behind, calls, server } = await running;
    Object.assign(behind, { target, rewrite, person });
    calls.length = 0;
    server.questions.length = 0;
    return { ...server, calls };
  };
}
