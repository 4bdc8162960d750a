import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { apiCallFiles } from "../../src/as-code/api-calls.ts";
import { configCode } from "../../src/as-code/code.ts";
import { exported } from "../../src/as-code/exported.ts";
import { hclString, hclValue } from "../../src/as-code/hcl.ts";
import { labelOf, variableWords } from "../../src/as-code/names.ts";
import { textParts } from "../../src/as-code/text-parts.ts";
import { commentText } from "../../src/as-code/visible-text.ts";
import { isGenericName } from "../../src/audit/checks/generic-name.ts";
import { leftOverTest } from "../../src/audit/checks/left-over-test.ts";
import { reachOf } from "../../src/audit/hosts.ts";
import { targetOf } from "../../src/audit/same-target.ts";
import { namedAddresses } from "../../src/catalog/addresses.ts";
import { destinations } from "../../src/catalog/destinations.ts";
import { findByName, typeNames } from "../../src/catalog/find-type.ts";
import { connectorType } from "../../src/catalog/index.ts";
import { knownWebhook } from "../../src/catalog/known-webhooks.ts";
import { namesSomebody, recipientsIn } from "../../src/catalog/recipients.ts";
import { isTimestamp } from "../../src/catalog/shared/timestamp.ts";
import { templateFunctions } from "../../src/catalog/template-functions/index.ts";
import { checkPart } from "../../src/catalog/validate.ts";
import { question, whatMatters } from "../../src/change/consent/question.ts";
import { matchesGlob } from "../../src/change/glob.ts";
import { recordingOf } from "../../src/change/recorded.ts";
import { didYouMean } from "../../src/did-you-mean.ts";
import { fromAnswer, notKibana } from "../../src/kibana/errors.ts";
import { said } from "../../src/kibana/said.ts";
import { matcherOf } from "../../src/map/policy-match.ts";
import { answer, failure } from "../../src/mcp/answer.ts";
import { createBodyReader } from "../../src/mcp/http-body.ts";
import { bearerToken, checkForm } from "../../src/mcp/http-guards.ts";
import { plainJson, plainText, quoted } from "../../src/plain-text.ts";
import { checkTemplates } from "../../src/rules/check-templates.ts";
import { isOfEachAlert, keyInOneForm } from "../../src/rules/incidents.ts";
import { rehearse } from "../../src/rules/rehearse.ts";
import { renderParams } from "../../src/rules/render-params.ts";
import { templateParser, templateRenderer } from "../../src/rules/template-parser.ts";
import { fits, parseKql } from "../../src/sandbox/rules/kql.ts";
import { rendered } from "../../src/sandbox/rules/templates.ts";
import { fitsWildcard } from "../../src/sandbox/wildcard.ts";
import { seal } from "../../src/sealed.ts";
import { encodedFile } from "../../src/secrets/certificate.ts";
import { hideInText, hideSecrets, hidingInReach } from "../../src/secrets/detect.ts";
import { createRedactor } from "../../src/secrets/redact.ts";
import { resolveSecrets } from "../../src/secrets/resolve.ts";
import { readBindings } from "../../src/settings/bindings.ts";
import { namesSecret } from "../../src/shapes/names.ts";
import { freeId } from "../../src/tools/connectors/connector-id.ts";
import { explainFailure } from "../../src/tools/connectors/explain-failure.ts";
import { endpointsIn, isEndpointOf } from "../../src/usage/inference-endpoints.ts";
import { referencesOf } from "../../src/usage/workflow-references.ts";
import { readSubmission } from "../../src/web/submission.ts";
import { action, rule, ruleType } from "../rules/rules.ts";
import { createOp, inSpace, plan } from "../support/plan.ts";
import { since, timesAsLong } from "./growth.ts";

/** Units that are repeated to make awkward texts. */
const units = [
  ..."/.\\ \n\"'{[(<@%&;?=#:-_+~*a0Aé",
  ...[
    "{{",
    "}}",
    "{{{",
    "{{a",
    "{{ ",
    "{{#a}}",
    "{{=| |=}}",
    "{{context ",
    "\na:/*",
    "1,",
    "[YYYY ",
    "|a",
    "ha-",
    "https://",
    "https://a/",
    "http://a:b",
    "https://a:b@",
    "https:",
    "https:/\\",
    "://a:",
    "Token ",
    "bot1:",
    "=73",
    "=\n",
    "73:",
    "\\163",
    "//",
    "&a",
    "&amp;",
    "&#38",
    "&#0",
  ],
  ...[
    "%25",
    "\\u0041",
    "\\\\u",
    "%u0041",
    "eyJ",
    "eyJ-",
    "eyJaaaaaaaaa.",
    "Basic ",
    "Bearer a",
    "-----BEGIN ",
    "xoxb-",
    "a.",
    "a,",
    '"a",',
    '\\"',
    "a@",
    "<title",
    "&lt;abc&gt;",
    "<password>",
    '"password":{',
    '"password":[',
    '["X-Api-Key","',
    '"pwd":{[redacted]',
    "<pwd>",
    "<pwd></pw",
    "<sig></</</",
    "&pwd='",
    "--pwd ",
    "pwd=>",
    "pwd]:",
    "pwd: aB",
    "pwd: \n",
    'pwd="\\"',
    "pwd: {",
    "pwd: ['",
    '<add key="pwd" ',
    "Cookie: a;; ",
    "\\xc3",
    "\u00c3",
    "%ef%bc",
    "Cookie: a=b; ",
    "Authorization: Digest ",
    "…",
  ],
  ...[
    "password=",
    "token:",
    "token: '",
    "token: aB ",
    "api key ",
    '"token":"',
    '"token":[',
    '\\"token\\":\\"',
    "<token>",
    "<token x",
    "%3Ftoken%3D",
    "&quot;token&quot;:",
    "token=a,a",
    "Authorization: a ",
    "“token”：“a”，",
  ],
  ...[
    "Connector ",
    "Saved object [action/",
    "oauth2",
    'target url "',
    "not allowed ",
    "test_",
    "asdf",
    "sk_live_",
    "canary-0123456789",
    "\ud83d\ude00",
    "\ud83d",
  ],
] as const;
/** Text before and after the repeated unit: an opening, and an ending that does not match. */
const frames: readonly [string, string][] = [
  ["", ""],
  ["https://a.example/", "!"],
  ["{{", "x"],
  ["{{=| |=}}", "|"],
  ["Saved object [", "é"],
  ["?a", "\u0000"],
];

/** A function that gets texts from outside. */
type Taker = (text: string) => unknown;

const redactor = createRedactor();
for (let n = 0; n < 1000; n++) redactor.learn(seal(`sk_live_${n}_canary-0123456789-${"a".repeat(n % 50)}`, "X"));
redactor.learn(seal("a".repeat(3000), "X"));
const call = createRedactor().principal("ann").call();
call.learn(seal(`${"a".repeat(3000)}b`, "secrets.x (plain text)"));
call.learn(seal("/".repeat(3000), "secrets.y (plain text)"));

const parse = await templateParser();
const render = await templateRenderer();
const [email, webhook, http, mcp, inference] = await Promise.all(
  [".email", ".webhook", ".http", ".mcp", ".inference"].map((id) => connectorType(id)),
);
if (!email || !webhook || !http || !mcp || !inference) throw new Error("types are missing");

const called = await typeNames();
const names = {
  known: ["context.reason", "rule.name", "alert.id"],
  document: [],
  absent: [],
  elsewhere: [],
  listed: ["context"],
};

const takers: Record<string, Taker> = {
  "the detector, in a text": (text) => hideInText(text),
  "the detector, by key": (text) => hideSecrets({ [text]: "x", headers: { [text]: text }, url: text }),
  "the detector, beside whoever is written to": (text) =>
    [text, `a@${text}`, `a <${text}>`, { [text]: "x", url: `https://hooks.slack.com/services/${text}` }].map((one) =>
      [true, false].map((isUrl) => hidingInReach().named(one, "f", isUrl)),
    ),
  "addresses in what a tool reads": (text) =>
    [text, `a@${text}`, `a <${text}>`, `https://a.example, ${text}`].map((one) => namedAddresses({ x: one }, "x")),
  "whom a tool may write to": (text) =>
    [text, `a@${text}`, `a <${text}>`, `[${JSON.stringify(text)}]`, `{"to":${text}}`].map((one) =>
      recipientsIn(mcp, { params: { subActionParams: { [text]: one, a: { to: one } } } }, hidingInReach()).map(namesSomebody),
    ),
  "addresses of known services": (text) => [knownWebhook(text), knownWebhook(`https://events.pagerduty.com/${text}`)],
  "names of fields and parameters": (text) =>
    [text, `?${text}=x`, `x-${text}`].map((one) => [namesSecret(one), namesSecret(one, "parameter")]),
  "what Kibana says": (text) => said(text),
  certificates: (text) => encodedFile(Buffer.from(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`), "certificate"),
  "the redactor with a thousand secrets": (text) => redactor.text(text),
  "the redactor with long literals": (text) => call.text(text),
  "the redactor, in JSON": (text) => redactor.json({ [text]: [text] }),
  globs: (text) => [matchesGlob("*a*a*a*a*b", text), matchesGlob("*?.?*.example", text), matchesGlob("*//*//*\\*", text)],
  "a glob that the sandbox reads": (text) => [fitsWildcard(text, "*a*a*a*a*b"), fitsWildcard(text, "*//*//*")],
  "the sandbox's KQL": (text) => {
    try {
      return fits(parseKql(`name: "${text.replaceAll('"', "")}" or ${text}`), () => [text]);
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
      throw error;
    }
  },
  "the check of templates": (text) => checkTemplates({ body: text }, names, parse),
  "the sandbox's templates": (text) => rendered({ body: text }, { context: { reason: text } }, webhook),
  "keys of alerts": (text) => [keyInOneForm(text), isOfEachAlert(text)],
  "a rehearsed template": (text) => renderParams({ body: text }, { context: { reason: text } }, webhook, render),
  "functions in templates": (text) =>
    Object.values(templateFunctions).flatMap((compute) =>
      [text, `2026-01-02;UTC;${text}`, `1;;${text}`, `[${text}`, `{${text}`].map((one) => {
        try {
          return compute(one, { context: { reason: text } });
        } catch (error) {
          if (error instanceof Error) return undefined;
          throw error;
        }
      }),
    ),
  "a rehearsed rule": (text) =>
    rehearse({
      ...{ rule: rule({ actions: [action("w", ".webhook", "query matched", { body: text, [text]: text })] }), type: ruleType() },
      ...{ space: "default", kibanaUrl: "http://k", connector: { id: "w", config: {} }, entry: webhook, parse, render },
    }),
  "plain texts": (text) => [plainText(text), quoted(text), plainJson({ [text]: text }), plainText(text, text.length)],
  questions: (text) => {
    const reached = { recipients: [text], acting: [text], noLonger: [text], mayName: [text] };
    const reach = {
      secrets: [{ source: text, to: text }],
      requests: [{ to: text }],
      ...reached,
      toAgent: reached,
      hostsBefore: [text],
      recording: { summary: text, ops: [] },
      undo: { reversible: "partly" as const, each: [], why: [text] },
    };
    const shown = plan({ summary: text, warnings: [text], given: { text } });
    return question(shown, whatMatters(shown, reach, text));
  },
  "what was meant": (text) => [
    didYouMean(text, [text, `${text}a`, "connector"]),
    didYouMean("connector", [text]),
    findByName(text, [".slack", text], called),
  ],
  "e-mail config": (text) => checkPart(email, "config", { service: text, host: text, from: text, port: 1 }),
  "e-mail params": (text) => checkPart(email, "params", { to: [text], subject: text, message: text }),
  "webhook config": (text) => [
    checkPart(webhook, "config", { url: text, headers: { [text]: text } }),
    checkPart(webhook, "config", { [text]: text }),
  ],
  "http config": (text) => checkPart(http, "config", { url: text, authType: text }),
  destinations: (text) => [
    destinations(webhook, { url: text }, () => undefined),
    destinations(webhook, { url: `https://${text}` }, () => undefined),
    destinations(webhook, { url: "https://a.example", headers: { Host: text } }, () => undefined),
    destinations(email, { service: "other", host: text }, () => undefined),
    destinations(inference, { provider: "openai", providerConfig: { [text]: text, url: text } }, () => undefined),
  ],
  "where two send to": (text) => [
    targetOf({ type: ".webhook", config: { url: text } }, webhook),
    targetOf({ type: ".webhook", config: { url: `https://a.example/${text}b` } }, webhook),
  ],
  timestamps: (text) => [isTimestamp(text), isTimestamp(`2020-01-01T00:00:00.${text}`)],
  "Kibana's errors": (text) => [
    fromAnswer(400, { statusCode: 400, message: text }, text, "http://k"),
    fromAnswer(403, { statusCode: 403, message: text }, text, "http://k"),
    notKibana(502, text, "http://k", "no"),
    notKibana(502, `<html>${text}`, "http://k", "no"),
  ],
  "why a run failed": (text) => explainFailure(text),
  "what an audit reads": (text) => [
    isGenericName(text),
    reachOf(text),
    leftOverTest.find({ connector: { id: text, name: text, preconfigured: true } } as never, { rulesKnown: true } as never),
  ],
  "answers and failures": (text) => [
    answer({ text, list: [text, text] }, "both", (value) => value),
    failure(new Error(text), (value) => value),
  ],
  "what a workflow names": (text) => {
    const asked = { url: text, path: text, body: text };
    const types = ["http", "kibana.request", "slack", "elasticsearch.request"];
    const steps = types.map((type) => ({
      name: text,
      type,
      "connector-id": text,
      with: { ...asked, request: { ...asked, method: "POST" } },
    }));
    const { undecided } = referencesOf({ consts: { a: text }, steps });
    for (const call of endpointsIn({ steps })) isEndpointOf({ inferenceId: "llm" }, call);
    return undecided.map(({ mayTake }) => [mayTake({ id: "chat", name: text }, "default"), mayTake({ id: text, name: "chat" }, "default")]);
  },
  "a policy's matcher": (text) => matcherOf(policyWith(text), false).match({ ...v2Rule, name: text }),
  "an id made of a name": (text) => freeId(text, new Set()),
  "what a literal may be": (text) => {
    try {
      return resolveSecrets({ key: text }, { env: {}, prefix: "CONNECTOR_SECRET_", dir: undefined, literals: "warn" });
    } catch {
      // The mark, and names of variables as text, are refused.
      return undefined;
    }
  },
  bindings: (text) => readBindings(text),
  "headers of requests": (text) => [bearerToken(`Bearer ${text}`), checkForm("POST", { "content-type": text, accept: text }, 1000)],
  "code from config": (text) => {
    const made = configCode({ url: text, headers: { [text.slice(0, 1000)]: text } }, () => "X");
    return [
      hclString(text),
      hclValue(made.code, () => "x"),
      labelOf({ id: text, type: text }),
      variableWords(text, text),
      commentText(text),
      textParts(text, 5000),
    ];
  },
  "a script from config": (text) => exportOf({ url: text, headers: { [text]: text } }, text),
};

const v2Rule = { id: "r", name: "R", kind: "alert", enabled: true, owner: "", tags: [], routingTags: [], every: "1m" };
const policyWith = (expression: string) => ({
  ...{ id: "p", name: "P", enabled: true, workflows: [], snoozedUntil: undefined, interval: undefined },
  matcher: { tags: [], expression },
});

function exportOf(config: Record<string, unknown>, name = "Hook") {
  const connector = { id: "x", name, type: ".webhook", config, references: 0 };
  const source = {
    space: "default",
    connector: connector as never,
    entry: webhook,
    secrets: { needed: [], possible: [], mode: undefined },
  };
  return apiCallFiles(exported([source], "X_"), { from: name, by: "test", prefix: "X_", status: { version: "9.1.0" } as never });
}

const small = 3_000;
const large = 18_000;
/** Times as long. */
const most = 13;
/** As plain words of the same length. */
const mostTimes = 12;

const learning: Taker = (text) => createRedactor().learn(seal(text, "X"));

describe.each<[string, Taker, typeof frames]>([
  ...Object.entries(takers).map(([name, take]): [string, Taker, typeof frames] => [name, take, frames]),
  ["what learns a secret", learning, [["", ""]]],
])("%s", (_name, take, around) => {
  test("take time linear in the length of a text, not quadratic", { timeout: 120_000 }, () => {
    const slow: string[] = [];
    // Each unit in one frame or bare, in turn: all of them in all frames would take minutes.
    for (const [index, unit] of units.entries())
      for (const [before, after] of around.filter((_frame, n) => n === index % around.length)) {
        const text = (length: number) => before + unit.repeat(Math.ceil(length / unit.length)) + after;
        const [short, long] = [text(small), text(large)];
        // Quick enough: quadratic time would be thousands of times as much.
        const first = once(take, long);
        if (first < 60) continue;
        // Six times the length: six times as long, or a little more; quadratic would be 36 times, less where the short text is too quick to measure.
        const ratio = first / quickest(take, short) > most ? growth(take, short, long) : 0;
        if (ratio > most) slow.push(`${JSON.stringify(unit)} in ${JSON.stringify([before, after])}: ${ratio.toFixed(0)} times`);
      }
    expect(slow).toEqual([]);
  });
});

test("no text takes many times as long as plain words of its length", { timeout: 120_000 }, () => {
  const length = 50_000;
  const knowing = createRedactor();
  for (let n = 0; n < 100; n++) knowing.learn(seal(`${n}_canary-0123456789`, "X"));
  const work: Taker = (text) => knowing.text(hideInText(text));
  const text = (unit: string) => `${unit.repeat(Math.ceil(length / unit.length))} password=hunter2x9`;
  const plain = quickest(work, text("word and more, "));
  const slow = units.flatMap((unit) => {
    const times = once(work, text(unit)) / plain;
    // Other work of the machine can only add to it.
    const least = times > mostTimes ? quickest(work, text(unit)) / plain : times;
    return least > mostTimes ? [`${JSON.stringify(unit)}: ${least.toFixed(1)} times`] : [];
  });
  expect(slow).toEqual([]);
});

test("what a service says is read as far as it is shown, whatever its length", () => {
  for (const unit of ["<pwd>", "&pwd='", "password=a1b2c3 ", "\u00c3\u00a4"])
    expect(once(said, unit.repeat(8_000_000 / unit.length))).toBeLessThan(1000);
});

test("the guard tells quadratic from linear time", () => {
  const square: Taker = (text) => /\/+$/.test(text);
  const text = (length: number) => `${"/".repeat(length)}!`;
  expect(once(square, text(large))).toBeGreaterThan(40);
  expect(growth(square, text(small), text(large))).toBeGreaterThan(most);
});

/** Recipients of one rule, each with a known value within it. */
const manyRecipients = (count: number) => Array.from({ length: count }, (_none, n) => `sk_live_7_canary-0123456789-aaaaaaa${n}`);

function ruleOf(id: string, channelIds: string[]) {
  const params = { subAction: "postMessage", subActionParams: { text: "t", channelIds } };
  const state = { notify_when: null, throttle: null };
  return {
    ...{ op: "put_rule" as const, space: inSpace("default"), id, name: id, type: ".es-query", tags: [], touches: [], gone: [] },
    artifacts: "public" as const,
    before: { ...state, actions: [{ id: "chat", connector_type_id: ".slack_api", params }] },
    after: { ...state, actions: [] },
  };
}

/** A form, and bodies of requests, of so many characters. */
const streams: Record<string, (length: number) => Promise<unknown>> = {
  "a form's line ends": (length) => {
    const body = new URLSearchParams({ answer: "approve", "secrets.key": `${"\n".repeat(length)}x` }).toString();
    return readSubmission(request(body, "application/x-www-form-urlencoded"), {
      fields: [{ path: "secrets.key", label: "key", required: true, multiline: false }],
    });
  },
  ...Object.fromEntries(
    ["[", '{"a":', "[[],", '"\\u0041'].map((unit) => [
      `a body of ${unit}`,
      (length: number) => createBodyReader(10_000_000)(request(unit.repeat(length / 4), "application/json"), "ann"),
    ]),
  ),
  "a body of many lists": (length) =>
    createBodyReader(10_000_000)(request(`[${Array(length).fill("[[]]").join(",")}]`, "application/json"), "ann"),
  "an answer of many lists": async (length) => {
    const lists = Array.from({ length: length / 10 }, (_none, n) => [`key${n}`, ["x".repeat(40), "y".repeat(40)]]);
    return answer({ config: Object.fromEntries(lists) }, "both", (value) => value);
  },
  "a record of many recipients that hold a secret": (length) => {
    const reached = manyRecipients(length / 4);
    const [op, reach] = [
      ruleOf("r", reached),
      {
        toAgent: { recipients: [], acting: [], noLonger: reached.map((one) => `channelIds "${one}"`), mayName: [] },
        requests: [],
        hostsBefore: [],
      },
    ];
    return recordingOf(plan({ ops: [op] }), reach, redactor);
  },
  "a record of many rules that notify such a recipient": (length) => {
    const reached = manyRecipients(length / 16);
    const [first, ...rest] = reached.map((one, n) => ruleOf(`r${n}`, [one]));
    return recordingOf(
      plan({ ops: [first ?? createOp(), ...rest] }),
      { toAgent: { recipients: reached, acting: [], noLonger: [], mayName: [] }, requests: [], hostsBefore: [] },
      redactor,
    );
  },
  "a question about many recipients that hold a secret": async (length) => {
    const reached = manyRecipients(length / 8);
    return redactor.json({ recipients: reached, question: reached.join(", ") }, reached);
  },
  "an export of many secrets in one text": async (length) => exportOf({ url: `https://a.example/?x=1${"&token=abc".repeat(length / 10)}` }),
};

test.each(Object.entries(streams))("%s take time linear in their length", async (_name, read) => {
  expect(await timesAsLong(read, small, large)).toBeLessThan(most);
});

function request(body: string, type: string): IncomingMessage {
  const made = new IncomingMessage(new Socket());
  made.headers["content-type"] = type;
  made.push(body);
  made.push(null);
  return made;
}

function once(take: Taker, text: string): number {
  const began = process.cpuUsage();
  take(text);
  return since(began);
}

/** How many times as long the long text takes; the least of three measurements, since other work of the machine can only add to it. */
function growth(take: Taker, short: string, long: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 3 && least > most; n++) least = Math.min(least, quickest(take, long) / quickest(take, short));
  return least;
}

/** Milliseconds, the least of several; less than six cannot be told from other work of the machine. */
function quickest(take: Taker, text: string): number {
  return Math.max(6, Math.min(...[1, 2, 3].map(() => once(take, text))));
}
