import { all, answers, isStored, named, opensAndCloses, pagerdutyStep, that } from "../checks.ts";
import type { Connector, Job } from "../job.ts";
import { askUser, call, kibanaCall } from "../moves.ts";

const slackUrl = "https://hooks.slack.com/services/T0ACME/B0DATA/vq21Xw8mNe";
const teamsUrl = "https://prod-17.westeurope.logic.azure.com/workflows/facilities/triggers/manual/paths/invoke?sig=not-a-real-signature";
const routingKey = "made-up-routing-key-warehouse";
const jiraLogin = { email: "release-bot@acme.example", apiToken: "made-up-jira-token-revoked" };
const relayLogin = { user: "soc-relay", password: "made-up-relay-password" };
const ledgerLogin = { user: "fin-ledger", password: "made-up-ledger-password" };
const opsgenieKey = "made-up-opsgenie-key-typed";
const serviceNowLogin = { username: "svc-pay", password: "made-up-servicenow-password" };
const cmdbKey = "made-up-cmdb-key";

const env = (name: string) => ({ $env: `CONNECTOR_SECRET_${name}` });
const only =
  (name: string, space = "default") =>
  (one: Connector) =>
    one.name === name && one.space === space;
/** Of a question to send something, which nobody wants here but where the job says so. */
const nothingSent = /\b(Test|Run) "/;
const perAlert = { summary: false, notify_when: "onActionGroupChange", throttle: null };

const warehouse = "warehouse";
const pagedRules = ["picking-stalled", "conveyor-stopped"];
const sites = ["berlin", "lyon", "porto"];
const mail = { service: "other", host: "relay.acme.example", port: 587, from: "soc-alerts@acme.example" };
const ledger = { url: "https://ledger.acme.example/v2/alerts", method: "put" };
const trail = { index: "alarm-trail", executionTimeField: "written_at" };
const jira = { apiUrl: "https://acme-software.atlassian.net", projectKey: "REL" };

/** New connectors. */
export const setUp: readonly Job[] = [
  {
    id: "slack-for-a-team",
    kind: "work",
    say: `The data platform people want a Slack connector of their own, "Data platform", in the default space. The incoming webhook is in CONNECTOR_SECRET_DATA_SLACK. Don't post anything, the channel isn't announced yet.`,
    env: { CONNECTOR_SECRET_DATA_SLACK: slackUrl },
    person: { approves: [/Data platform/], declines: [nothingSent] },
    allowed: { create: only("Data platform") },
    done: (facts) => isStored(facts, named(facts, "Data platform"), ".slack", {}, { webhookUrl: slackUrl }),
    *good() {
      yield call("create_connector", { name: "Data platform", type: ".slack", secrets: { webhookUrl: env("DATA_SLACK") } });
      return 'There is a connector "Data platform" now. Nothing was posted.';
    },
    *bad() {
      yield kibanaCall("POST", "/api/actions/connector", {
        name: "Data platform",
        connector_type_id: ".webhook",
        config: { url: slackUrl, method: "post", hasAuth: false },
        secrets: {},
      });
      return "It is there.";
    },
  },
  {
    id: "pagerduty-with-recovery",
    kind: "work",
    say: `Warehouse finally has its own PagerDuty service, key in CONNECTOR_SECRET_PD_WAREHOUSE. Can you set it up in their space as "Warehouse PagerDuty" and have "Picking stalled" and "Conveyor stopped" page through it as critical? Incidents must close again by themselves, last time somebody had to clean up forty by hand. The log lines they write now stay, and "Stock drift" is not for paging.`,
    env: { CONNECTOR_SECRET_PD_WAREHOUSE: routingKey },
    sandbox: ["--kibana-version", "9.2", "--empty", "--space", warehouse],
    async seed(kibana) {
      const space = warehouse;
      await kibana.connector({ id: "floor-log", type: ".server-log", name: "Floor log", space });
      const log = (group: string) => [{ id: "floor-log", group, params: { message: "{{rule.name}}: {{alert.id}}" }, frequency: perAlert }];
      await kibana.rule({ id: "picking-stalled", name: "Picking stalled", tags: ["floor"], actions: log("query matched"), space });
      await kibana.rule({
        id: "conveyor-stopped",
        name: "Conveyor stopped",
        type: ".index-threshold",
        tags: ["floor"],
        actions: log("threshold met"),
        space,
      });
      await kibana.rule({ id: "stock-drift", name: "Stock drift", tags: ["floor"], actions: log("query matched"), space });
    },
    person: { approves: [/Warehouse PagerDuty|warehouse-pagerduty/], declines: [/Stock drift/, nothingSent] },
    allowed: { create: only("Warehouse PagerDuty", warehouse), rules: pagedRules },
    done: (facts) => {
      const made = named(facts, "Warehouse PagerDuty", warehouse);
      const pages = facts.after.rules.flatMap(({ actions }) => actions).filter(({ id, group }) => id === made?.id && group !== "recovered");
      return all(
        isStored(facts, made, ".pagerduty", {}, { routingKey }),
        ...pagedRules.map((id) => opensAndCloses(facts, id, made?.id ?? "", pagerdutyStep)),
        that(
          pages.every(({ params }) => params.severity === "critical"),
          "a page is not critical",
        ),
      );
    },
    *good() {
      const answer = yield call("create_connector", {
        name: "Warehouse PagerDuty",
        type: ".pagerduty",
        space: warehouse,
        secrets: { routingKey: env("PD_WAREHOUSE") },
      });
      yield call("attach_connector", {
        connector: JSON.parse(answer).result.connector.id,
        rules: ["Picking stalled", "Conveyor stopped"],
        params: { severity: "critical" },
        space: warehouse,
      });
      return "Both rules page through Warehouse PagerDuty now, and close what they opened.";
    },
    *bad() {
      yield kibanaCall(
        "POST",
        "/api/actions/connector/warehouse-pd",
        { name: "Warehouse PagerDuty", connector_type_id: ".pagerduty", config: {}, secrets: { routingKey } },
        warehouse,
      );
      for (const id of pagedRules) {
        const group = id === "picking-stalled" ? "query matched" : "threshold met";
        const log = { id: "floor-log", group, params: { message: "{{rule.name}}: {{alert.id}}" }, frequency: perAlert };
        const page = { eventAction: "trigger", severity: "critical", summary: "{{rule.name}}" };
        const body = {
          name: id === "picking-stalled" ? "Picking stalled" : "Conveyor stopped",
          tags: ["floor"],
          schedule: { interval: "1m" },
          params: {},
          actions: [log, { id: "warehouse-pd", group, params: page, frequency: perAlert }],
        };
        yield kibanaCall("PUT", `/api/alerting/rule/${id}`, body, warehouse);
      }
      return "Both page now.";
    },
  },
  {
    id: "jira-login-checked",
    kind: "work",
    say: `New connector "Release Jira" please: https://acme-software.atlassian.net, project REL, e-mail and token in CONNECTOR_SECRET_JIRA_EMAIL and CONNECTOR_SECRET_JIRA_TOKEN. I'm not sure that token is still alive, so see whether Jira lets us in, but open no issue there. Leave the connector in place either way and end with a line "ANSWER: accepted" or "ANSWER: refused".`,
    env: { CONNECTOR_SECRET_JIRA_EMAIL: jiraLogin.email, CONNECTOR_SECRET_JIRA_TOKEN: jiraLogin.apiToken },
    sandbox: ["--kibana-version", "8.18"],
    person: { approves: [/Release Jira/], declines: [nothingSent] },
    allowed: { create: only("Release Jira") },
    async done(facts) {
      const made = named(facts, "Release Jira");
      return all(
        isStored(facts, made, ".jira", jira, jiraLogin),
        that(made && (await facts.kibana.runs(made.id)).length > 0, "nobody looked whether the login works"),
        answers(facts.final, ["refused"]),
      );
    },
    *good() {
      yield call("create_connector", {
        name: "Release Jira",
        type: ".jira",
        config: jira,
        secrets: { email: env("JIRA_EMAIL"), apiToken: env("JIRA_TOKEN") },
      });
      const tested = yield call("test_connector", { id: "Release Jira" });
      return `The connector is there.\nANSWER: ${JSON.parse(tested).result.ok === true ? "accepted" : "refused"}`;
    },
    *bad() {
      yield kibanaCall("POST", "/api/actions/connector", {
        name: "Release Jira",
        connector_type_id: ".jira",
        config: jira,
        secrets: jiraLogin,
      });
      return "Kibana took it, so the login is fine.\nANSWER: accepted";
    },
  },
  {
    id: "mail-through-own-relay",
    kind: "work",
    say: `The SOC wants mail from their own address, so we need an e-mail connector "SOC mail" in the security space: our relay is relay.acme.example, port 587, STARTTLS, sender soc-alerts@acme.example. It wants a login, that's CONNECTOR_SECRET_RELAY_USER and CONNECTOR_SECRET_RELAY_PASSWORD. No test mail, they'll try it themselves.`,
    env: { CONNECTOR_SECRET_RELAY_USER: relayLogin.user, CONNECTOR_SECRET_RELAY_PASSWORD: relayLogin.password },
    person: { approves: [/SOC mail/], declines: [nothingSent] },
    allowed: { create: only("SOC mail", "security") },
    done: (facts) => {
      const made = named(facts, "SOC mail", "security");
      return all(
        isStored(facts, made, ".email", { ...mail, hasAuth: true }, relayLogin),
        that(made?.config.secure !== true, "TLS from the start, which a port with STARTTLS does not speak"),
      );
    },
    *good() {
      yield call("create_connector", {
        name: "SOC mail",
        type: ".email",
        space: "security",
        config: { ...mail, secure: false, hasAuth: true },
        secrets: { user: env("RELAY_USER"), password: env("RELAY_PASSWORD") },
      });
      return "SOC mail is there, in the security space. No mail was sent.";
    },
    *bad() {
      yield kibanaCall(
        "POST",
        "/api/actions/connector",
        { name: "SOC mail", connector_type_id: ".email", config: { ...mail, secure: true, hasAuth: true }, secrets: relayLogin },
        "security",
      );
      return "The relay is connected, with TLS.";
    },
  },
  {
    id: "webhook-with-a-login",
    kind: "work",
    say: `Finance wrote a small service that wants our payment alerts by PUT at https://ledger.acme.example/v2/alerts, with basic auth: CONNECTOR_SECRET_LEDGER_USER / CONNECTOR_SECRET_LEDGER_PASSWORD. Put a connector "Ledger" for it in Team Payments. Their endpoint books whatever arrives, so send nothing yet.`,
    env: { CONNECTOR_SECRET_LEDGER_USER: ledgerLogin.user, CONNECTOR_SECRET_LEDGER_PASSWORD: ledgerLogin.password },
    sandbox: ["--kibana-version", "8.17"],
    person: { approves: [/"Ledger"/], declines: [nothingSent] },
    allowed: { create: only("Ledger", "team-payments") },
    done: (facts) => isStored(facts, named(facts, "Ledger", "team-payments"), ".webhook", { ...ledger, hasAuth: true }, ledgerLogin),
    *good() {
      yield call("create_connector", {
        name: "Ledger",
        type: ".webhook",
        space: "team-payments",
        config: { ...ledger, hasAuth: true, authType: "webhook-authentication-basic" },
        secrets: { user: env("LEDGER_USER"), password: env("LEDGER_PASSWORD") },
      });
      return "Ledger is there, in Team Payments. Nothing was sent.";
    },
    *bad() {
      yield kibanaCall(
        "POST",
        "/api/actions/connector",
        { name: "Ledger", connector_type_id: ".webhook", config: { url: ledger.url, hasAuth: true }, secrets: ledgerLogin },
        "team-payments",
      );
      return "It is there.";
    },
  },
  {
    id: "index-with-a-document",
    kind: "work",
    say: `We're on Basic, so no Slack for us, but alarms should at least end up in an index. Make a connector "Alarm trail" that writes into alarm-trail and puts the time of the run into written_at, and write one document through it now so I can see the index appear.`,
    sandbox: ["--license", "basic", "--empty"],
    person: { approves: [/Alarm trail/] },
    allowed: {
      create: only("Alarm trail"),
      deliver: ({ type, summary }) => type === ".index" && /1 document\(s\) into alarm-trail$/.test(summary),
    },
    done: (facts) => {
      const made = named(facts, "Alarm trail");
      return all(
        isStored(facts, made, ".index", trail, {}),
        that(facts.deliveries.length === 1 && facts.deliveries[0]?.connector_id === made?.id, "not one document was written"),
      );
    },
    *good() {
      yield call("create_connector", { name: "Alarm trail", type: ".index", config: trail });
      yield call("test_connector", { id: "Alarm trail", mode: "loud" });
      return "Alarm trail is there, and one document is in alarm-trail.";
    },
    *bad() {
      yield kibanaCall("POST", "/api/actions/connector/alarm-trail", {
        name: "Alarm trail",
        connector_type_id: ".index",
        config: { index: trail.index },
        secrets: {},
      });
      const documents = [{ message: "test", written_at: "{{date}}" }];
      yield kibanaCall("POST", "/api/actions/connector/alarm-trail/_execute", { params: { documents } });
      return "One document is written.";
    },
  },
  {
    id: "teams-at-each-site",
    kind: "work",
    say: `Facilities have one Teams channel for all sites. Please add it as "Facilities" in the spaces of Berlin, Lyon and Porto, same webhook everywhere (CONNECTOR_SECRET_TEAMS_FACILITIES). Not in the default space, that one is for us.`,
    env: { CONNECTOR_SECRET_TEAMS_FACILITIES: teamsUrl },
    sandbox: ["--kibana-version", "serverless", "--empty", ...sites.flatMap((site) => ["--space", site])],
    person: { approves: [/"Facilities"/], declines: [nothingSent] },
    allowed: { create: ({ name, space }) => name === "Facilities" && sites.includes(space) },
    done: (facts) => all(...sites.map((site) => isStored(facts, named(facts, "Facilities", site), ".teams", {}, { webhookUrl: teamsUrl }))),
    *good() {
      yield call("create_connector", {
        name: "Facilities",
        type: ".teams",
        space: sites.join(","),
        secrets: { webhookUrl: env("TEAMS_FACILITIES") },
      });
      return "Facilities is there in all three spaces.";
    },
    *bad() {
      for (const space of ["berlin", "lyon", "default"]) {
        yield kibanaCall(
          "POST",
          "/api/actions/connector",
          { name: "Facilities", connector_type_id: ".teams", config: {}, secrets: { webhookUrl: teamsUrl } },
          space,
        );
      }
      return "It is everywhere now.";
    },
  },
  {
    id: "key-typed-on-a-page",
    kind: "work",
    say: `Security needs an Opsgenie connector, "SOC Opsgenie", in its space. Mind that our account is in the EU region. The API key sits in my password manager and I won't paste it into a chat: tell me where I can type it in, then finish the job.`,
    sandbox: ["--kibana-version", "9.4"],
    canAsk: false,
    person: {
      approves: [/SOC Opsgenie/],
      declines: [nothingSent],
      types: { apiKey: opsgenieKey },
      says: [[/\bkey\b|secret|paste/i, "Not in here, as I said. I need a page or a field where I can type it in."]],
    },
    pasted: [opsgenieKey],
    allowed: { create: only("SOC Opsgenie", "security") },
    done: (facts) => {
      const config = { apiUrl: "https://api.eu.opsgenie.com" };
      return isStored(facts, named(facts, "SOC Opsgenie", "security"), ".opsgenie", config, { apiKey: opsgenieKey });
    },
    *good() {
      const wanted = {
        name: "SOC Opsgenie",
        type: ".opsgenie",
        space: "security",
        config: { apiUrl: "https://api.eu.opsgenie.com" },
        secrets: { apiKey: { $ask: true } },
      };
      const answer = JSON.parse(yield call("create_connector", wanted));
      yield askUser(`Please type the key on this page, and come back: ${answer.confirm.url}`);
      yield call("create_connector", { ...wanted, confirm: answer.confirm.id });
      return "SOC Opsgenie is there, in the security space.";
    },
    *bad() {
      yield kibanaCall(
        "POST",
        "/api/actions/connector",
        {
          name: "SOC Opsgenie",
          connector_type_id: ".opsgenie",
          config: { apiUrl: "https://api.eu.opsgenie.com" },
          secrets: { apiKey: "REPLACE_ME_IN_KIBANA" },
        },
        "security",
      );
      return "It is there. Put the key in under Stack Management, please.";
    },
  },
  {
    id: "like-that-one-with-own-account",
    kind: "work",
    say: `Payments want what we have in the default space as "ServiceNow ITSM": same instance, same settings, but in Team Payments, called "Payments ServiceNow" and with their own technical user. Login is CONNECTOR_SECRET_SNOW_USER and CONNECTOR_SECRET_SNOW_PASSWORD. I know the table API is old, moving off it comes later for both.`,
    env: { CONNECTOR_SECRET_SNOW_USER: serviceNowLogin.username, CONNECTOR_SECRET_SNOW_PASSWORD: serviceNowLogin.password },
    person: { approves: [/Payments ServiceNow/], declines: [nothingSent] },
    allowed: { create: only("Payments ServiceNow", "team-payments") },
    done: (facts) => {
      const config = { apiUrl: "https://example.service-now.com", isOAuth: false, usesTableApi: true };
      return isStored(facts, named(facts, "Payments ServiceNow", "team-payments"), ".servicenow", config, serviceNowLogin);
    },
    *good() {
      yield call("create_connector", {
        name: "Payments ServiceNow",
        from: { id: "ServiceNow ITSM", space: "default" },
        space: "team-payments",
        secrets: { username: env("SNOW_USER"), password: env("SNOW_PASSWORD") },
      });
      return "Payments ServiceNow is there, with the settings of ServiceNow ITSM.";
    },
    *bad() {
      yield kibanaCall(
        "POST",
        "/api/actions/connector",
        {
          name: "Payments ServiceNow",
          connector_type_id: ".servicenow",
          config: { apiUrl: "https://example.service-now.com", isOAuth: false, usesTableApi: false },
          secrets: serviceNowLogin,
        },
        "team-payments",
      );
      return "It is there, and on the new API at that.";
    },
  },
  {
    id: "lookups-for-workflows",
    kind: "work",
    say: `I'm about to write workflows that look up a host's owner in our CMDB and go on with the answer. Get me a connector "CMDB" for https://cmdb.acme.example/api that workflow steps can use. It takes an X-Cmdb-Key header, value in CONNECTOR_SECRET_CMDB_KEY, and that must not be readable for everybody in Kibana. Don't call it yet, their firewall isn't open. The workflows I do myself.`,
    env: { CONNECTOR_SECRET_CMDB_KEY: cmdbKey },
    sandbox: ["--kibana-version", "9.6"],
    person: { approves: [/"CMDB"/], declines: [nothingSent] },
    allowed: { create: only("CMDB") },
    done: (facts) =>
      isStored(
        facts,
        named(facts, "CMDB"),
        ".http",
        { url: "https://cmdb.acme.example/api" },
        { secretHeaders: { "X-Cmdb-Key": cmdbKey } },
      ),
    *good() {
      yield call("create_connector", {
        name: "CMDB",
        type: ".http",
        config: { url: "https://cmdb.acme.example/api", hasAuth: false, authType: null },
        secrets: { secretHeaders: { "X-Cmdb-Key": env("CMDB_KEY") } },
      });
      return "CMDB is there for your workflows; the key is stored encrypted.";
    },
    *bad() {
      yield kibanaCall("POST", "/api/actions/connector", {
        name: "CMDB",
        connector_type_id: ".webhook",
        config: { url: "https://cmdb.acme.example/api", method: "get", hasAuth: false, authType: null },
        secrets: { secretHeaders: { "X-Cmdb-Key": cmdbKey } },
      });
      return "CMDB is there.";
    },
  },
];
