import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { cleanEnv, serverBuild, startSandboxWith, startServer } from "../support/built-server.ts";

let kibana: { url: string; stop(): Promise<void> };
beforeAll(async () => {
  kibana = await startSandboxWith();
});
afterAll(() => kibana.stop());

type Manner = "passes" | number;

/** A proxy on loopback: `HOST:PORT`, and the hosts to which it was asked to connect. */
async function proxy(manner: Manner) {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((_request, response) => response.writeHead(400).end());
  server.on("connection", (socket: Socket) => void open.add(socket));
  server.on("connect", (request, socket: Socket, head: Buffer) => {
    asked.push(request.url ?? "");
    socket.on("error", () => {});
    if (manner !== "passes") return void socket.end(`HTTP/1.1 ${manner} No\r\ncontent-length: 0\r\n\r\n`);
    const [host = "", port = ""] = (request.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    open.add(onward);
    onward.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { at: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function first(env: Record<string, string>) {
  const server = await startServer({ env: { KIBANA_URL: kibana.url, KIBANA_TIMEOUT: "2", ...env } });
  try {
    const { failed, body } = await server.call("list_connectors");
    return { failed, body: failed ? body.error : body };
  } finally {
    await server.close();
  }
}

describe("a proxy", () => {
  test.each(["", "http://"])("%j in front of host and port: Kibana is asked through it", async (scheme) => {
    const { at, asked } = await proxy("passes");
    for (const variable of ["HTTP_PROXY", "http_proxy"]) expect((await first({ [variable]: `${scheme}${at}` })).failed).toBe(false);
    expect(new Set(asked)).toEqual(new Set([new URL(kibana.url).host]));
  });

  test.each(["127.0.0.1", "localhost, 127.0.0.1", "*", "127.0.0.0/8", "127.*"])("is left out where NO_PROXY is %s", async (list) => {
    const { at, asked } = await proxy("passes");
    expect((await first({ HTTP_PROXY: at, NO_PROXY: list })).failed).toBe(false);
    expect(asked).toEqual([]);
  });

  test("is not asked for the sandbox, which is in the same process", async () => {
    const { at, asked } = await proxy("passes");
    const server = await startServer({ args: ["--sandbox"], env: { HTTP_PROXY: at } });
    expect((await server.call("list_connectors")).failed).toBe(false);
    await server.close();
    expect(asked).toEqual([]);
  });

  test.each<[string, Manner | "dead", RegExp]>([
    ["is dead", "dead", /^The proxy http:\/\/127\.0\.0\.1:1 \(HTTP_PROXY\) cannot be reached: nothing listens at that address/],
    ["requires credentials", 407, /^The proxy \S+ \(HTTP_PROXY\) requires credentials, or does not accept those it was given \(407\)/],
    ["refuses", 403, /^The proxy \S+ \(HTTP_PROXY\) refuses to connect to 127\.0\.0\.1:\d+ \(403\)/],
    ["cannot reach Kibana", 502, /^The proxy \S+ \(HTTP_PROXY\) could not reach 127\.0\.0\.1:\d+ \(502\)/],
  ])("that %s is reported as the proxy's failure", async (_what, manner, message) => {
    const at = manner === "dead" ? "127.0.0.1:1" : (await proxy(manner)).at;
    const { body } = await first({ HTTP_PROXY: at });
    expect(body).toMatchObject({
      code: "kibana_unreachable",
      message: expect.stringMatching(message),
      fix: expect.stringContaining("NO_PROXY"),
    });
    expect(body.fix).not.toContain("Check that Kibana is up");
  });

  test.each(["proxy.example.com:99999", "ftp://proxy.example.com", "http://user:canary@", "http://canary%ff@proxy.example.com"])(
    "%s ends the start, and the variable is named",
    (value) => {
      for (const variable of ["HTTP_PROXY", "https_proxy"]) {
        const { status, stderr } = spawnSync(process.execPath, [serverBuild], {
          env: cleanEnv(tmpdir(), { KIBANA_URL: kibana.url, [variable]: value }),
          encoding: "utf8",
          input: "",
        });
        expect([status, stderr]).toEqual([2, expect.stringContaining(`${variable} cannot be read`)]);
        expect(stderr).not.toContain("canary");
      }
    },
  );

  test.each(["socks5://proxy.example.com:1080", "socks5h://user:canary@proxy.example.com:1080"])("%s cannot be used here", (value) => {
    const { status, stderr } = spawnSync(process.execPath, [serverBuild], {
      env: cleanEnv(tmpdir(), { KIBANA_URL: kibana.url, HTTPS_PROXY: value }),
      encoding: "utf8",
      input: "",
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining("HTTPS_PROXY names a SOCKS proxy, which is not supported")]);
    expect(stderr).not.toContain("canary");
  });
});
