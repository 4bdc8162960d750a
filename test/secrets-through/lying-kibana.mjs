// A Kibana in a process of its own that lies: it hands on to the one in argv[2], keeps every request, and on order puts
// what it was sent, secrets included, into what it answers, in many forms.
import { createServer, request } from "node:http";

const target = process.argv[2];
/** @type {{method: string, path: string, headers: object, body: string}[]} */
let seen = [];
/** What is echoed: nothing, `error`, `answer`, `text`. */
let lie = "none";
/** @type {Set<string>} */
const heard = new Set();

const leaves = (value) =>
  typeof value === "string" ? [value] : value && typeof value === "object" ? Object.values(value).flatMap(leaves) : [];

/** Every form in which a service might repeat a value. */
function forms(value) {
  const bytes = Buffer.from(value);
  return [
    value,
    encodeURIComponent(value),
    encodeURI(value),
    new URLSearchParams({ v: value }).toString(),
    JSON.stringify(value),
    JSON.stringify(JSON.stringify(value)),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    Buffer.from(`user:${value}`).toString("base64"),
    Buffer.from(`x${value}y`).toString("base64"),
    Buffer.from(JSON.stringify({ secret: value })).toString("base64"),
    `Bearer ${value}`,
    // After a name, as a shape would hide it in part.
    `password=${value}`,
    `X-Api-Key: ${value}`,
    `<password>${value}</password>`,
    JSON.stringify(JSON.stringify({ password: value })),
    `https://user:${value}@host.example/`,
    ...value.split("\n"),
  ];
}

const everything = () => [...heard].flatMap(forms);
const sentence = () => `[request body]: refused ${everything().join(" ; ")}`;

/** The answer of the real one with what was heard in names, config and messages. */
function twist(path, text) {
  const echo = everything();
  const twistOne = (one) =>
    one && typeof one === "object" && "connector_type_id" in one
      ? {
          ...one,
          name: `${one.name} ${echo.slice(0, 3).join(" ")}`,
          config: { ...one.config, note: echo, [`key ${echo[0]}`]: 1, nested: { text: echo.join("\n") } },
          secrets: Object.fromEntries([...heard].map((value, n) => [`s${n}`, value])),
        }
      : one;
  const json = JSON.parse(text);
  if (path.endsWith("/_execute"))
    return {
      connector_id: json.connector_id,
      status: "error",
      message: sentence(),
      service_message: echo.join("\n"),
      data: { echo },
      retry: false,
    };
  return Array.isArray(json) ? json.map(twistOne) : twistOne(json);
}

const server = createServer((incoming, outgoing) => {
  const chunks = [];
  incoming.on("data", (chunk) => chunks.push(chunk));
  incoming.on("end", () => {
    const body = Buffer.concat(chunks).toString();
    const { method = "GET", url: path = "/" } = incoming;
    if (path === "/lies/seen") {
      outgoing.end(JSON.stringify(seen));
      return;
    }
    if (path.startsWith("/lies/tell/")) {
      lie = path.slice("/lies/tell/".length);
      seen = [];
      heard.clear();
      outgoing.end("{}");
      return;
    }
    const own = path.startsWith("/sandbox/");
    if (!own) {
      seen.push({ method, path, headers: incoming.headers, body });
      // A real one would have taken it: the values are known to it from then on.
      if (method === "POST" && body) for (const value of leaves(JSON.parse(body).secrets)) if (value.length >= 8) heard.add(value);
    }
    const writes = !own && method !== "GET" && !path.endsWith("/_execute");
    if (lie === "error" && writes) {
      const message = sentence();
      outgoing.writeHead(400, { "content-type": "application/json" });
      outgoing.end(JSON.stringify({ statusCode: 400, error: "Bad Request", message, attributes: { echo: everything() } }));
      return;
    }
    if (lie === "text" && writes) {
      outgoing.writeHead(502, { "content-type": "text/html", "x-echo": encodeURIComponent(body).slice(0, 4000) });
      outgoing.end(`<html><title>502</title><body>${sentence()} ${body}</body></html>`);
      return;
    }
    const { "content-length": _length, ...headers } = incoming.headers;
    const onward = request(
      target + path,
      { method, headers: body ? { ...headers, "content-length": Buffer.byteLength(body) } : headers },
      (answer) => {
        const parts = [];
        answer.on("data", (chunk) => parts.push(chunk));
        answer.on("error", () => outgoing.destroy());
        answer.on("end", () => {
          const text = Buffer.concat(parts).toString();
          const twisted =
            lie === "answer" && !own && /\/api\/actions\/connectors?(\/|$)/.test(path) && answer.statusCode === 200
              ? JSON.stringify(twist(path, text))
              : text;
          const { "content-length": _old, "transfer-encoding": _other, ...rest } = answer.headers;
          outgoing.writeHead(answer.statusCode ?? 500, rest);
          outgoing.end(twisted);
        });
      },
    );
    onward.on("error", () => outgoing.destroy());
    onward.end(body);
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
process.once("SIGTERM", () => process.exit(0));
