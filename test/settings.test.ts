import { chmod, writeFile } from "node:fs/promises";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { unseal } from "../src/sealed.ts";
import { flag, flagName, oneOf } from "../src/settings/flags.ts";
import { httpRows } from "../src/settings/http.ts";
import { connectionSettings, readSettings, type Settings, settingsHelp } from "../src/settings/index.ts";
import { freshFolder } from "./support/folder.ts";

/** A placeholder as hosts hand it over that could not fill it in. */
const hole = (name: string) => ["$", `{${name}}`].join("");
const url = "https://kibana.example.com:5601";

function problemsOf(argv: string[], env: Record<string, string> = {}): string[] {
  const read = readSettings(argv, env);
  return "problems" in read ? read.problems : [];
}

function settingsOf(argv: string[], env: Record<string, string> = {}): Settings {
  const read = readSettings(argv, env);
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.settings;
}

/** The credentials as the HTTP client will send them. */
function key(settings: Settings): unknown {
  return settings.kibana?.auth.kind === "api_key" ? unseal(settings.kibana.auth.key) : undefined;
}

function command({ kibana }: Settings): unknown {
  return kibana?.auth.kind === "command" ? kibana.auth.line : undefined;
}

/** Variable, a value, and what becomes of it. A value of "" stands for a flag without one. */
const rows: [variable: string, value: string, read: (settings: Settings) => unknown, expected: unknown][] = [
  ["KIBANA_URL", `${url}/base/`, (s) => s.kibana?.url, `${url}/base`],
  ["KIBANA_LABEL", "PROD", (s) => s.kibana?.label, "PROD"],
  ["KIBANA_API_KEY", "bXk6a2V5", key, "bXk6a2V5"],
  ["KIBANA_API_KEY_COMMAND", "pass show 'my kibana'", command, "pass show 'my kibana'"],
  ["KIBANA_SPACE", "team-payments", (s) => s.space, "team-payments"],
  ["KIBANA_INSECURE_SKIP_TLS_VERIFICATION", "true", (s) => s.kibana?.skipTlsVerification, true],
  ["KIBANA_TIMEOUT", "2.5", (s) => s.timeout, 2500],
  ["CONNECTORS_ACCESS", "change", (s) => s.access, "change"],
  ["CONNECTORS_READ_ONLY", "true", (s) => s.access, "read"],
  ["CONNECTORS_SPACES", "default, security,", (s) => s.spaces, ["default", "security"]],
  ["CONNECTORS_TOOLS", "list_connectors", (s) => s.tools, ["list_connectors"]],
  ["CONNECTORS_EXCLUDE_TOOLS", "safe_delete_connector", (s) => s.excludeTools, ["safe_delete_connector"]],
  ["CONNECTORS_PROTECT", "ops-*,Payments *", (s) => s.protect, ["ops-*", "Payments *"]],
  ["CONNECTORS_PROTECT_RULES", "tag:payments,Billing *", (s) => s.protectRules, ["tag:payments", "Billing *"]],
  ["CONNECTORS_TARGET_HOSTS", "Hooks.Slack.com,*.example.com", (s) => s.targetHosts, ["hooks.slack.com", "*.example.com"]],
  ["CONNECTORS_MAX_CHANGES_PER_HOUR", "3", (s) => s.maxChangesPerHour, 3],
  ["CONNECTORS_CONFIRM", "token", (s) => s.confirm, "token"],
  ["CONNECTORS_APPROVE_WITH", "passkey", (s) => s.approveWith, { pins: [] }],
  ["CONNECTORS_CONFIRM_WAIT", "20", (s) => s.confirmWait, 20_000],
  ["CONNECTORS_CONFIRM_READING", "0.5", (s) => s.confirmReading, 500],
  ["CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION", "true", (s) => s.skipConfirmation, true],
  ["CONNECTORS_RESULTS", "text", (s) => s.results, "text"],
  ["CONNECTORS_SECRET_PREFIX", "TEAM_SECRET_", (s) => s.secretPrefix, "TEAM_SECRET_"],
  ["CONNECTORS_SECRET_DIR", "/run/secrets", (s) => s.secretDir, "/run/secrets"],
  ["CONNECTORS_LITERAL_SECRETS", "warn", (s) => s.literalSecrets, "warn"],
  ["CONNECTORS_JOURNAL_DIR", "/var/lib/journal", (s) => s.journalDir, "/var/lib/journal"],
  ["CONNECTORS_LOG_LEVEL", "debug", (s) => s.logLevel, "debug"],
];
const flagOf = (variable: string) =>
  `--${variable
    .replace(/^KIBANA_(?!URL|LABEL)|^CONNECTORS_/, "")
    .replaceAll("_", "-")
    .toLowerCase()}`;
const booleans = ["KIBANA_INSECURE_SKIP_TLS_VERIFICATION", "CONNECTORS_READ_ONLY", "CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION"];

describe("every setting", () => {
  test.each(rows)("%s is read from its variable", (variable, value, read, expected) => {
    expect(read(settingsOf([], { KIBANA_URL: url, [variable]: value }))).toEqual(expected);
  });

  test.each(rows)("%s is read from its flag, which wins over the variable", (variable, value, read, expected) => {
    const flag = flagOf(variable);
    const argv = booleans.includes(variable) ? [flag] : [flag, value];
    const other = booleans.includes(variable) ? "false" : value;
    expect(read(settingsOf(argv, { KIBANA_URL: url, [variable]: other }))).toEqual(expected);
  });

  test.each(rows)("%s given as an empty text counts as not set, as variable and as flag", (variable, value, read, expected) => {
    const others: Record<string, string> = variable === "KIBANA_URL" ? {} : { KIBANA_URL: url };
    const without = JSON.stringify(read(settingsOf([], others)));
    for (const blank of ["", "  ", '""'])
      expect([blank, JSON.stringify(read(settingsOf([], { ...others, [variable]: blank })))]).toEqual([blank, without]);
    expect(read(settingsOf([`${flagOf(variable)}=`], { ...others, [variable]: value }))).toEqual(expected);
  });

  test.each(rows)("%s given as a placeholder that nobody filled in counts as not set, and is told", (variable, _value, read) => {
    const others: Record<string, string> = variable === "KIBANA_URL" ? {} : { KIBANA_URL: url };
    const without = JSON.stringify(read(settingsOf([], others)));
    for (const placeholder of [
      hole("user_config.name"),
      hole("env:NAME"),
      hole("input:name"),
      hole("NAME"),
      hole("NAME:-"),
      "{env:NAME}",
      "{{name}}",
      "$NAME",
      "%NAME%",
    ]) {
      const settings = settingsOf([], { ...others, [variable]: placeholder });
      expect([placeholder, JSON.stringify(read(settings))]).toEqual([placeholder, without]);
      expect(settings.doubts.map(({ problem }) => problem)).toContain(
        `${variable} holds ${placeholder}, which nobody filled in: it counts as not set.`,
      );
      expect(settingsOf([`${flagOf(variable)}=${placeholder}`], others).doubts.map(({ problem }) => problem)).toContain(
        `${flagOf(variable)} holds ${placeholder}, which nobody filled in: it counts as not set.`,
      );
    }
  });

  test("--help names each of them, as flag and as variable", () => {
    const help = settingsHelp();
    const rest = [
      "CONNECTORS_AUDIT_CONNECTOR",
      "CONNECTORS_CONFIRM_KEY",
      "KIBANA_API_KEY_FILE",
      "KIBANA_USERNAME",
      "KIBANA_PASSWORD",
      "KIBANA_CA_FILE",
      "CONNECTORS_SANDBOX",
    ];
    for (const variable of [...rows.map(([name]) => name), ...rest]) {
      expect(help).toContain(`[${variable}]`);
      expect(help).toMatch(new RegExp(`^ {2}${flagOf(variable)}( [A-Z]+)?$`, "m"));
    }
    expect(help.match(/\[[A-Z_]+\]/g)).toHaveLength(rows.length + rest.length + Object.keys(httpRows).length);
  });

  test("a flag is the kebab case of its setting", () => {
    expect(flagName("insecureSkipTlsVerification")).toBe("insecure-skip-tls-verification");
  });
});

describe("nothing configured", () => {
  test("is no mistake: there is no Kibana, and no sandbox by accident", () => {
    expect(settingsOf([])).toMatchObject({
      kibana: undefined,
      sandbox: false,
      space: "default",
      timeout: 30_000,
      access: "full",
      spaces: undefined,
      protect: [],
      protectRules: [],
      targetHosts: [],
      maxChangesPerHour: 60,
      confirm: "form",
      approveWith: undefined,
      skipConfirmation: false,
      confirmWait: 45_000,
      confirmReading: 1_000,
      results: "both",
      secretPrefix: "CONNECTOR_SECRET_",
      journalDir: undefined,
      warnings: [],
    });
  });

  test.each([
    [["--sandbox"], {}],
    [["--sandbox=true"], {}],
    [[], { CONNECTORS_SANDBOX: "1" }],
  ])("the sandbox is used when asked for: %j %j", (argv, env) => {
    expect(settingsOf(argv, env)).toMatchObject({ sandbox: true, kibana: undefined });
  });

  test.each([
    ["refuse", []],
    ["warn", ["--sandbox"]],
    ["refuse", ["--sandbox", "--literal-secrets", "refuse"]],
  ])("secrets as plain text: %s with %j", (expected, argv) => {
    expect(settingsOf(argv).literalSecrets).toBe(expected);
  });

  test.each(["false", "0", "no", "off"])("CONNECTORS_SANDBOX=%s asks for none", (value) => {
    expect(settingsOf([], { CONNECTORS_SANDBOX: value }).sandbox).toBe(false);
  });

  test("CONNECTORS_SPACES=* means all", () => {
    expect(settingsOf([], { CONNECTORS_SPACES: "*" }).spaces).toBeUndefined();
  });
});

describe("a wrong KIBANA_URL", () => {
  test.each([
    ["kibana.example.com:5601", "KIBANA_URL must be a URL such as https://kibana.example.com:5601."],
    ["ftp://kibana.example.com", "KIBANA_URL must be a URL such as https://kibana.example.com:5601."],
    ["https://", "KIBANA_URL must be a URL such as https://kibana.example.com:5601."],
    [
      "https://elastic:hunter2@kibana.example.com",
      "KIBANA_URL must not contain a user name or password: use KIBANA_API_KEY, or KIBANA_USERNAME and KIBANA_PASSWORD.",
    ],
    [`${url}/?a=1`, "KIBANA_URL must not contain a query or a fragment."],
    [`${url}/#/home`, "KIBANA_URL must not contain a query or a fragment."],
    [`${url}/app/home`, "KIBANA_URL must end before /app or /api: it is the address of Kibana, not of a page."],
    [`${url}/base/app`, "KIBANA_URL must end before /app or /api: it is the address of Kibana, not of a page."],
    [`${url}/api/status`, "KIBANA_URL must end before /app or /api: it is the address of Kibana, not of a page."],
    [`${url}/s/marketing`, "KIBANA_URL must not name a space: leave out /s/… and set KIBANA_SPACE."],
    [`${url}/base/s/marketing/`, "KIBANA_URL must not name a space: leave out /s/… and set KIBANA_SPACE."],
  ])("%s", (given, problem) => {
    expect(problemsOf([], { KIBANA_URL: given })).toEqual([problem]);
  });

  test.each(["https://k.example.com", "http://localhost:5601/base/path", "HTTPS://K.example.com/s", "https://k.example.com/application"])(
    "%s is right",
    (given) => {
      expect(problemsOf([], { KIBANA_URL: given })).toEqual([]);
    },
  );

  test("is told once, and by the name it was given under, with a key beside it", () => {
    const problem = "must be a URL such as https://kibana.example.com:5601.";
    expect(problemsOf([], { KIBANA_URL: "nope", KIBANA_API_KEY: "abc" })).toEqual([`KIBANA_URL ${problem}`]);
    expect(problemsOf(["--kibana-url", "nope"], { KIBANA_API_KEY: "abc" })).toEqual([`--kibana-url ${problem}`]);
  });
});

describe("half a configuration", () => {
  test.each<[Record<string, string>, string]>([
    [{ KIBANA_API_KEY: "abc" }, "KIBANA_API_KEY is set, but KIBANA_URL is not."],
    [{ KIBANA_USERNAME: "a", KIBANA_PASSWORD: "b" }, "KIBANA_USERNAME and KIBANA_PASSWORD are set, but KIBANA_URL is not."],
    [{ KIBANA_LABEL: "PROD" }, "KIBANA_LABEL is set, but KIBANA_URL is not."],
    [{ KIBANA_URL: url, KIBANA_USERNAME: "elastic" }, "KIBANA_USERNAME is set, but KIBANA_PASSWORD is not."],
    [{ KIBANA_URL: url, KIBANA_PASSWORD: "hunter2" }, "KIBANA_PASSWORD is set, but KIBANA_USERNAME is not."],
    [
      { KIBANA_URL: url, KIBANA_API_KEY: "abc", KIBANA_API_KEY_FILE: "/dev/null/none" },
      "KIBANA_API_KEY and KIBANA_API_KEY_FILE are set: set one way to authenticate.",
    ],
    [
      { KIBANA_URL: url, KIBANA_API_KEY_FILE: "/dev/null/none", KIBANA_API_KEY_COMMAND: "pass show kibana" },
      "KIBANA_API_KEY_FILE and KIBANA_API_KEY_COMMAND are set: set one way to authenticate.",
    ],
    [{ KIBANA_API_KEY_COMMAND: "pass show kibana" }, "KIBANA_API_KEY_COMMAND is set, but KIBANA_URL is not."],
    [
      { KIBANA_URL: url, KIBANA_API_KEY: "abc", KIBANA_USERNAME: "a", KIBANA_PASSWORD: "b" },
      "KIBANA_API_KEY and KIBANA_USERNAME with KIBANA_PASSWORD are set: set one way to authenticate.",
    ],
    [
      { KIBANA_URL: url, CONNECTORS_SANDBOX: "true" },
      "Both the sandbox and KIBANA_URL are set: set one of them, so that it is clear what is changed.",
    ],
    [
      { CONNECTORS_APPROVE_WITH: "passkey", CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION: "true" },
      "--approve-with and --dangerously-skip-confirmation contradict each other.",
    ],
    [{ CONNECTORS_APPROVE_WITH: "face" }, "CONNECTORS_APPROVE_WITH must be passkey or passkey:FINGERPRINT."],
    [{ CONNECTORS_APPROVE_WITH: "passkey:" }, "CONNECTORS_APPROVE_WITH must be passkey or passkey:FINGERPRINT."],
    [{ CONNECTORS_READ_ONLY: "true", CONNECTORS_ACCESS: "full" }, "--read-only and --access contradict each other: set one of them."],
    [{ KIBANA_URL: url, KIBANA_API_KEY_FILE: "/nowhere/key" }, "KIBANA_API_KEY_FILE: the file cannot be read (ENOENT)."],
    [{ KIBANA_URL: url, KIBANA_CA_FILE: "/nowhere/ca.pem" }, "KIBANA_CA_FILE: the file cannot be read (ENOENT)."],
  ])("%j", (env, problem) => {
    expect(problemsOf([], env)).toContain(problem);
  });

  test.each<[Record<string, string>, string]>([
    [{ KIBANA_API_KEY: "abc", KIBANA_URL: "" }, "KIBANA_API_KEY is set, but KIBANA_URL is not. KIBANA_URL is set and empty."],
    [
      { KIBANA_API_KEY: "abc", KIBANA_URL: `${hole("user_config.url")}` },
      `KIBANA_API_KEY is set, but KIBANA_URL is not. KIBANA_URL holds ${hole("user_config.url")}, which nobody filled in.`,
    ],
    [
      { KIBANA_URL: url, KIBANA_USERNAME: "elastic", KIBANA_PASSWORD: "" },
      "KIBANA_USERNAME is set, but KIBANA_PASSWORD is not. KIBANA_PASSWORD is set and empty.",
    ],
    [
      { KIBANA_URL: url, CONNECTORS_SPACES: `a,${hole("user_config.more")}` },
      `CONNECTORS_SPACES holds ${hole("user_config.more")}, which nobody filled in.`,
    ],
    [{ KIBANA_URL: url, CONNECTORS_PROTECT: `prod-*,${hole("X")}` }, `CONNECTORS_PROTECT holds ${hole("X")}, which nobody filled in.`],
  ])("a blank in the other half is named: %j", (env, problem) => {
    expect(problemsOf([], env)).toContain(problem);
  });

  test("an address with a placeholder in it is none, and one in a password is a password", () => {
    expect(settingsOf([], { KIBANA_URL: `https://${hole("HOST")}:5601` })).toMatchObject({
      kibana: undefined,
      unusable: { message: `There is no Kibana to ask: KIBANA_URL holds ${hole("HOST")}, which nobody filled in.` },
    });
    const auth = settingsOf([], { KIBANA_URL: url, KIBANA_USERNAME: "a", KIBANA_PASSWORD: `p$${hole("x")}s` }).kibana?.auth;
    const dollar = settingsOf([], { KIBANA_URL: url, KIBANA_USERNAME: "a", KIBANA_PASSWORD: "$ECRETWORD" }).kibana?.auth;
    expect(dollar?.kind === "basic" && unseal(dollar.password)).toBe("$ECRETWORD");
    expect(auth?.kind === "basic" && unseal(auth.password)).toBe(`p$${hole("x")}s`);
  });

  test("an address whose key is blank says so where Kibana asks for one", () => {
    expect(settingsOf([], { KIBANA_URL: url, KIBANA_API_KEY: "" }).kibana?.auth).toEqual({
      kind: "none",
      why: "KIBANA_API_KEY is set and empty",
    });
  });

  test("--read-only beside --access read says the same thing twice", () => {
    expect(settingsOf(["--read-only", "--access", "read"]).access).toBe("read");
  });
});

describe("a value that does not fit", () => {
  test.each<[Record<string, string>, string]>([
    [{ KIBANA_TIMEOUT: "soon" }, "KIBANA_TIMEOUT must be a number of seconds."],
    [{ KIBANA_TIMEOUT: "0" }, "KIBANA_TIMEOUT must be at least 0.1 seconds."],
    [{ KIBANA_TIMEOUT: "30000" }, "KIBANA_TIMEOUT must be at most 600 seconds."],
    [{ KIBANA_SPACE: "Team Payments" }, "KIBANA_SPACE must be a space id: lower-case letters, digits, _ and -."],
    [{ KIBANA_LABEL: "x".repeat(41) }, "KIBANA_LABEL must be at most 40 characters."],
    [{ CONNECTORS_ACCESS: "write" }, "CONNECTORS_ACCESS must be one of read, change, full."],
    [{ CONNECTORS_CONFIRM: "yes" }, "CONNECTORS_CONFIRM must be one of form, page, token."],
    [{ CONNECTORS_RESULTS: "json" }, "CONNECTORS_RESULTS must be one of both, text, structured."],
    [{ CONNECTORS_LOG_LEVEL: "loud" }, "CONNECTORS_LOG_LEVEL must be one of debug, info, warn, error, silent."],
    [{ CONNECTORS_MAX_CHANGES_PER_HOUR: "1.5" }, "CONNECTORS_MAX_CHANGES_PER_HOUR must be a whole number."],
    [{ CONNECTORS_MAX_CHANGES_PER_HOUR: "0" }, "CONNECTORS_MAX_CHANGES_PER_HOUR must be at least 1."],
    [{ CONNECTORS_CONFIRM_WAIT: "0" }, "CONNECTORS_CONFIRM_WAIT must be at least 1 seconds."],
    [{ CONNECTORS_READ_ONLY: "maybe" }, "CONNECTORS_READ_ONLY must be true or false."],
    [{ CONNECTORS_SECRET_PREFIX: "A" }, "CONNECTORS_SECRET_PREFIX must be three or more capital letters, digits and _."],
    [
      { CONNECTORS_SECRET_PREFIX: "KIBANA_" },
      "CONNECTORS_SECRET_PREFIX must be no beginning of KIBANA_, CONNECTORS_, MCP_ or HTTP_PROXY, nor begin so: the server's own settings do.",
    ],
    [{ CONNECTORS_LITERAL_SECRETS: "accept" }, "CONNECTORS_LITERAL_SECRETS must be one of refuse, warn."],
    [{ CONNECTORS_PROTECT: " , " }, "CONNECTORS_PROTECT names nothing."],
    ...['"ops-*"', "'Ops Slack'", "ops-*;imported-*", "ops-*\nimported-*"].flatMap((value): [Record<string, string>, string][] => {
      const why = "must be separated by commas, and nothing stands in quotes (in a pattern ? stands for any character).";
      return ["CONNECTORS_PROTECT", "CONNECTORS_PROTECT_RULES"].map((name) => [{ [name]: value }, `${name} ${why}`]);
    }),
    ...["tag: payments", "tags:payments", "Tag:payments", "tag=payments"].map((value): [Record<string, string>, string] => [
      { CONNECTORS_PROTECT_RULES: value },
      "CONNECTORS_PROTECT_RULES names a tag as tag:NAME, in small letters and without blanks.",
    ]),
    ...["~/journal", '"/var/journal"'].map((value): [Record<string, string>, string] => [
      { CONNECTORS_JOURNAL_DIR: value },
      "CONNECTORS_JOURNAL_DIR must be a path without ~ or quotes in front, which only a shell takes away.",
    ]),
    [{ CONNECTORS_SPACES: "," }, "CONNECTORS_SPACES names nothing."],
    [{ CONNECTORS_TOOLS: "," }, "CONNECTORS_TOOLS names nothing."],
  ])("%j", (env, problem) => {
    expect(problemsOf([], { KIBANA_URL: url, ...env })).toEqual([problem]);
  });
});

describe("names that are not ours", () => {
  test.each<[string, string]>([
    ["KIBANA_HOST", "KIBANA_URL"],
    ["KIBANA_HOSTS", "KIBANA_URL"],
    ["KIBANA_ENDPOINT", "KIBANA_URL"],
    ["KIBANA_TOKEN", "KIBANA_API_KEY"],
    ["KIBANA_USER", "KIBANA_USERNAME"],
    ["KIBANA_APIKEY", "KIBANA_API_KEY"],
    ["CONNECTORS_ACESS", "CONNECTORS_ACCESS"],
    ["CONNECTORS_READONLY", "CONNECTORS_READ_ONLY"],
    ["CONNECTORS_PROTECTED", "CONNECTORS_PROTECT"],
  ])("%s → %s", (given, meant) => {
    expect(problemsOf([], { [given]: "x" })).toEqual([`${given} is not a setting of this server: did you mean ${meant}?`]);
  });

  test("a CONNECTORS_ variable that resembles nothing is a problem too", () => {
    expect(problemsOf([], { CONNECTORS_XYZZY_PLUGH_AND_MORE: "x" })).toEqual([
      "CONNECTORS_XYZZY_PLUGH_AND_MORE is not a setting of this server: see --help.",
    ]);
  });

  test("a mistyped guardrail is told even where the right one is set as well", () => {
    expect(problemsOf([], { CONNECTORS_PROTECT: "a", CONNECTORS_PROTECTED: "b" })).toEqual([
      "CONNECTORS_PROTECTED is not a setting of this server: see --help.",
    ]);
  });

  test.each(["KIBANA_PLUGINS_FOLDER", "HOME", "CONNECTOR_SECRET_SLACK", "ELASTIC_PASSWORD"])("%s belongs to somebody else", (name) => {
    expect(problemsOf([], { [name]: "x" })).toEqual([]);
  });

  test("KIBANA_HOST beside KIBANA_URL is nobody's mistake", () => {
    expect(problemsOf([], { KIBANA_URL: url, KIBANA_HOST: "0.0.0.0" })).toEqual([]);
  });

  test.each<[string[], string]>([
    [["--kibana-ur", url], "--kibana-ur is not a flag of this server: did you mean --kibana-url?"],
    [["--readonly"], "--readonly is not a flag of this server: did you mean --read-only?"],
    [["--no-sandbox"], "--no-sandbox is not a flag of this server: did you mean --sandbox?"],
    [["--frobnicate-everything"], "--frobnicate-everything is not a flag of this server: see --help."],
    [["-k", "abc"], "There are no flags of one letter: see --help."],
    [["serv"], "A word is not expected here: see --help."],
    [["--pasword", "hunter2"], "A word after --pasword is not expected here: see --help."],
    [["--access"], "--access needs a value."],
    [["--access", "--sandbox"], "--access needs a value."],
    [["--access", "read", "--access", "full"], "--access is given twice."],
  ])("%j", (argv, problem) => {
    expect(problemsOf(argv)).toContain(problem);
  });
});

test.each<[string[], Record<string, string>]>([
  [["--pasword", "hunter2-canary"], {}],
  [["--pasword=hunter2-canary"], {}],
  [["-phunter2-canary"], {}],
  [["hunter2-canary"], {}],
  [["--read-only", "hunter2-canary"], {}],
  [["--timeout", "hunter2-canary", "--access", "hunter2-canary", "--space", "Hunter2-Canary"], {}],
  [["--kibana-url", "hunter2-canary"], {}],
  [["--kibana-url", "https://hunter2-canary@kibana.example.com"], {}],
  [[], { KIBANA_URL: url, KIBANA_API_KEY_FILE: "hunter2-canary" }],
  [[], { KIBANA_URL: url, KIBANA_CA_FILE: "/hunter2-canary" }],
  [
    [],
    {
      CONNECTORS_HTTP: "hunter2-canary",
      CONNECTORS_TARGET_HOSTS: "https://hunter2-canary",
      CONNECTORS_MAX_CHANGES_PER_HOUR: "hunter2-canary",
    },
  ],
])("no problem repeats a value, which may be a secret in the wrong place: %j %j", (argv, env) => {
  const problems = problemsOf(argv, env);
  expect(problems).not.toEqual([]);
  expect(problems.join(" ").toLowerCase()).not.toMatch(/hunter|canary/);
});

test("all problems are told at once", () => {
  const problems = problemsOf(["--kibana-ur", "x", "--timeout", "soon"], {
    KIBANA_HOST: "k",
    KIBANA_API_KEY: "abc",
    CONNECTORS_ACCESS: "all",
  });
  expect(problems).toEqual([
    "--kibana-ur is not a flag of this server: did you mean --kibana-url?",
    "A word after --kibana-ur is not expected here: see --help.",
    "--timeout must be a number of seconds.",
    expect.stringMatching(/^CONNECTORS_ACCESS /),
    "KIBANA_HOST is not a setting of this server: did you mean KIBANA_URL?",
  ]);
});

describe("credentials", () => {
  test.each([
    ["bXk6a2V5", "bXk6a2V5"],
    ["ApiKey bXk6a2V5", "bXk6a2V5"],
    ["VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw", "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw=="],
  ])("the key %s is sent as %s", (given, sent) => {
    expect(key(settingsOf([], { KIBANA_URL: url, KIBANA_API_KEY: given }))).toBe(sent);
  });

  test("a name with a password is basic authentication", () => {
    const auth = settingsOf([], { KIBANA_URL: url, KIBANA_USERNAME: "elastic", KIBANA_PASSWORD: "hunter2hunter2" }).kibana?.auth;
    expect(auth).toMatchObject({ kind: "basic", username: "elastic" });
    expect(auth?.kind === "basic" && unseal(auth.password)).toBe("hunter2hunter2");
  });

  test("no value of them is in the settings as they print, nor in any problem", () => {
    const env = { KIBANA_URL: url, KIBANA_USERNAME: "elastic", KIBANA_PASSWORD: "canary-password" };
    const settings = settingsOf([], env);
    expect(JSON.stringify(settings) + inspect(settings, { depth: 9, showHidden: true })).not.toContain("canary");
    const problems = problemsOf([], { ...env, KIBANA_API_KEY: "canary key", KIBANA_URL: "https://a:canary@k.example.com" });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join()).not.toContain("canary");
  });

  test("a key file that everybody may read is refused; one of the owner is read", async () => {
    const file = `${await freshFolder()}/key`;
    await writeFile(file, "bXk6a2V5\n", { mode: 0o644 });
    expect(problemsOf([], { KIBANA_URL: url, KIBANA_API_KEY_FILE: file })).toEqual([
      `KIBANA_API_KEY_FILE: ${file} is readable by everybody: chmod 600 it.`,
    ]);
    await chmod(file, 0o600);
    expect(key(settingsOf([], { KIBANA_URL: url, KIBANA_API_KEY_FILE: file }))).toBe("bXk6a2V5");
    await writeFile(file, "\n");
    expect(problemsOf([], { KIBANA_URL: url, KIBANA_API_KEY_FILE: file })).toEqual([`KIBANA_API_KEY_FILE: ${file} is empty.`]);
    await writeFile(file, "<your key>\n");
    expect(settingsOf([], { KIBANA_URL: url, KIBANA_API_KEY_FILE: file })).toMatchObject({
      kibana: undefined,
      unusable: { message: "KIBANA_API_KEY_FILE is a placeholder, not a key." },
    });
  });

  test("the authority's file is read as it is", async () => {
    const file = `${await freshFolder()}/ca.pem`;
    await writeFile(file, "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n");
    expect(settingsOf([], { KIBANA_URL: url, KIBANA_CA_FILE: file }).kibana?.ca).toMatch(/^-----BEGIN CERTIFICATE/);
  });

  test.each(["-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n", "0\u0082\u0003", "-----BEGIN CERTIFICATE-----\nabc\n"])(
    "one without a certificate is told at the start: TLS would pass over it (%j)",
    async (content) => {
      const file = `${await freshFolder()}/ca.pem`;
      await writeFile(file, content);
      expect(problemsOf([], { KIBANA_URL: url, KIBANA_CA_FILE: file })).toEqual([
        `KIBANA_CA_FILE: ${file} holds no certificate in PEM: give the authority's (openssl x509 -inform der -in ca.der converts it to PEM).`,
      ]);
    },
  );
});

describe("what is dangerous is said at the start", () => {
  test.each<[Record<string, string>, string[]]>([
    [
      { KIBANA_INSECURE_SKIP_TLS_VERIFICATION: "true" },
      ["TLS verification is off: whoever sits between this server and Kibana can read the credentials."],
    ],
    [{ CONNECTORS_DANGEROUSLY_SKIP_CONFIRMATION: "true" }, ["Confirmation is off: nobody is asked before a change."]],
    [{ KIBANA_URL: "http://kibana.example.com", KIBANA_API_KEY: "abc" }, ["KIBANA_URL is http: the credentials travel in the clear."]],
    [{ KIBANA_URL: "http://localhost:5601", KIBANA_API_KEY: "abc" }, []],
    [{ KIBANA_URL: "http://127.0.0.1:5601", KIBANA_API_KEY: "abc" }, []],
    [{ KIBANA_URL: "http://localhost.example.com", KIBANA_API_KEY: "abc" }, ["KIBANA_URL is http: the credentials travel in the clear."]],
    [{ KIBANA_API_KEY: "abc" }, []],
  ])("%j", (env, warnings) => {
    expect(settingsOf([], { KIBANA_URL: url, ...env }).warnings).toEqual(warnings);
  });
});

describe("a command with flags of its own", () => {
  const command = {
    takes: connectionSettings,
    own: {
      failOn: { value: "LEVEL", about: "Exit code 1 from here on", schema: oneOf(["high", "low"]) },
      dryRun: { value: "", about: "Write nothing", schema: flag },
    },
  };
  const read = (argv: string[], env: Record<string, string> = {}) => readSettings(argv, env, command);

  test("takes them beside the settings that mean something to it, in any order", () => {
    expect(read(["--fail-on", "high", "--kibana-url", url, "--dry-run"])).toMatchObject({
      settings: { kibana: { url } },
      own: { failOn: "high", dryRun: true },
    });
    expect(read([], { KIBANA_URL: url })).toMatchObject({ settings: { kibana: { url } }, own: {} });
  });

  test.each<[string[], string]>([
    [["--fail-on", "huge"], "--fail-on must be one of high, low."],
    [["--fail-om", "high"], "--fail-om is not a flag of this server: did you mean --fail-on?"],
    [["--fail-on"], "--fail-on needs a value."],
    [["--fail-on", "high", "--fail-on", "low"], "--fail-on is given twice."],
    [["--confirm", "token"], "--confirm does not apply to this command: see --help."],
    [["high"], "A word is not expected here: see --help."],
  ])("%j is a problem", (argv, problem) => {
    expect(read(argv)).toEqual({ problems: expect.arrayContaining([problem]) });
  });

  test("has every variable of the server beside it, and minds no space that it cannot name", () => {
    expect(read(["--spaces", "security"], { KIBANA_SPACE: "payments", CONNECTORS_PROTECT: "prod-*" })).toMatchObject({
      settings: { spaces: ["security"], protect: ["prod-*"] },
    });
  });

  test("no other command knows them", () => {
    expect(problemsOf(["--fail-on", "high"])).toContain("--fail-on is not a flag of this server: see --help.");
  });
});
