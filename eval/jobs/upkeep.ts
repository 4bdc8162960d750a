import { isDeepStrictEqual } from "node:util";
import { all, connector, isStored, onChange, that } from "../checks.ts";
import type { Connector, Facts, Job, Verdict } from "../job.ts";
import { call, kibanaCall } from "../moves.ts";

const deskHost = "desk.facilities.example.net";
const deskUrl = `https://${deskHost}/in/kibana`;
const desk = { method: "put", headers: { "X-Source": "kibana-prod", Accept: "application/json" }, hasAuth: true };
const deskLogin = { user: "kibana@facilities.example.net", password: "fake-desk-Pumice-4411" };

const inventory = { url: "https://gw.inventory.example.com/v2/events", method: "post", hasAuth: true };
const inventoryUser = "svc-kibana@inventory.example.com";
const inventoryTenant = "fake-tenant-Basalt-7093";
const newInventoryPassword = "fake-inventory-Schist-2210";

/** Of the sandbox's own deployment. */
const opsRoutingKey = "seed-routing-key-ops";

const relay = { service: "other", host: "relay.mail.example.com", from: "reports@example.com", hasAuth: true };
const relayLogin = { user: "reports@example.com", password: "fake-relay-Gneiss-5508" };

const newBotToken = "fake-bot-token-Marble-9917";
const incidentBots = [
  { id: "incident-bot", space: "default", allowedChannels: [{ id: "C0INC000001", name: "#incidents" }] },
  {
    id: "incident-bot-pay",
    space: "team-payments",
    allowedChannels: [
      { id: "C0PAYINC001", name: "#pay-incidents" },
      { id: "C0PAYLEAD01", name: "#pay-leads" },
    ],
  },
  { id: "incident-bot-sec", space: "security", allowedChannels: [{ id: "C0SECINC001", name: "#sec-incidents" }] },
];

const releaseToken = "fake-release-token-Slate-3120";
const releaseChannels = ["freeze-watch", "release-managers", "releases", "rollbacks"];

/** Changes of connectors that are in use. */
export const upkeep: readonly Job[] = [
  {
    id: "new-host-of-the-desk",
    kind: "work",
    say: `Facilities are moving their ticket desk, so "Facilities desk" has to send to ${deskUrl} instead of the old machine. Same account as before, it's in CONNECTOR_SECRET_DESK_USER and CONNECTOR_SECRET_DESK_PASSWORD. Nothing else about it should change, the freezer rule hangs on it.`,
    env: { CONNECTOR_SECRET_DESK_USER: deskLogin.user, CONNECTOR_SECRET_DESK_PASSWORD: deskLogin.password },
    async seed(kibana) {
      const config = { ...desk, url: "https://tickets-old.example.net/in/kibana" };
      await kibana.connector({ id: "facilities-desk", type: ".webhook", name: "Facilities desk", config, secrets: deskLogin });
      await kibana.rule({ id: "freezer-too-warm", name: "Freezer too warm", actions: [webhookAction("facilities-desk")] });
    },
    person: { approves: [/Update connector "Facilities desk"[\s\S]*desk\.facilities\.example\.net/] },
    allowed: { change: ["facilities-desk"] },
    done: (facts) => isStored(facts, same(facts, "facilities-desk"), ".webhook", { ...desk, url: deskUrl }, deskLogin),
    *good() {
      yield call("update_connector", {
        id: "Facilities desk",
        config: { url: deskUrl },
        secrets: { user: { $env: "CONNECTOR_SECRET_DESK_USER" }, password: { $env: "CONNECTOR_SECRET_DESK_PASSWORD" } },
      });
      return `"Facilities desk" sends to ${deskHost} now, with the same account. It was not tested.`;
    },
    *bad() {
      // A PUT replaces the whole config: method and headers are gone.
      yield kibanaCall("PUT", "/api/actions/connector/facilities-desk", {
        name: "Facilities desk",
        config: { url: deskUrl, hasAuth: true },
        secrets: deskLogin,
      });
      return "It sends to the new host.";
    },
  },
  {
    id: "one-password-of-three-secrets",
    kind: "work",
    say: `Security made us change the password behind "Inventory sync", the new one is in CONNECTOR_SECRET_INVENTORY_PASSWORD. Mind that their gateway also wants the user and the X-Tenant-Key header that are stored with it. Those two stay; I put them into CONNECTOR_SECRET_INVENTORY_USER and CONNECTOR_SECRET_INVENTORY_TENANT in case you need them.`,
    env: {
      CONNECTOR_SECRET_INVENTORY_PASSWORD: newInventoryPassword,
      CONNECTOR_SECRET_INVENTORY_USER: inventoryUser,
      CONNECTOR_SECRET_INVENTORY_TENANT: inventoryTenant,
    },
    async seed(kibana) {
      const secrets = { user: inventoryUser, password: "fake-inventory-Chert-0001", secretHeaders: { "X-Tenant-Key": inventoryTenant } };
      await kibana.connector({ id: "inventory-sync", type: ".webhook", name: "Inventory sync", config: inventory, secrets });
      await kibana.rule({ id: "stock-is-stale", name: "Stock is stale", actions: [webhookAction("inventory-sync")] });
    },
    person: { approves: [/Update connector "Inventory sync"/], choices: [[/nothing.else/i, "no"]] },
    allowed: { change: ["inventory-sync"] },
    done: (facts) =>
      isStored(facts, same(facts, "inventory-sync"), ".webhook", inventory, {
        user: inventoryUser,
        password: newInventoryPassword,
        secretHeaders: { "X-Tenant-Key": inventoryTenant },
      }),
    *good() {
      yield call("update_connector", {
        id: "Inventory sync",
        secrets: {
          user: { $env: "CONNECTOR_SECRET_INVENTORY_USER" },
          password: { $env: "CONNECTOR_SECRET_INVENTORY_PASSWORD" },
          secretHeaders: { "X-Tenant-Key": { $env: "CONNECTOR_SECRET_INVENTORY_TENANT" } },
        },
      });
      return "The password is replaced; user and X-Tenant-Key were stored again as they were.";
    },
    *bad() {
      // Kibana takes it, and forgets the header without a word.
      yield kibanaCall("PUT", "/api/actions/connector/inventory-sync", {
        name: "Inventory sync",
        config: inventory,
        secrets: { user: inventoryUser, password: newInventoryPassword },
      });
      return "The password is replaced.";
    },
  },
  {
    id: "a-name-that-a-workflow-uses",
    kind: "work",
    say: `The on-call rota is called "Core platform" since last week, so please rename "Ops PagerDuty" to "Core platform PagerDuty". Whatever pages through it has to keep paging, workflows too. It's the same integration key, CONNECTOR_SECRET_OPS_PAGERDUTY has it.`,
    env: { CONNECTOR_SECRET_OPS_PAGERDUTY: opsRoutingKey },
    person: { approves: [/Update connector "Ops PagerDuty"[\s\S]*Core platform PagerDuty/, /workflow "Page on-call"/] },
    allowed: { change: ["ops-pagerduty"], holders: ["page-on-call"] },
    done: (facts) =>
      all(
        isStored(facts, connector(facts, "ops-pagerduty"), ".pagerduty", {}, { routingKey: opsRoutingKey }),
        that(connector(facts, "ops-pagerduty")?.name === "Core platform PagerDuty", "the connector has another name"),
        pagesThrough(facts, ["ops-pagerduty", "Core platform PagerDuty"]),
      ),
    *good() {
      yield call("update_connector", {
        id: "ops-pagerduty",
        name: "Core platform PagerDuty",
        secrets: { routingKey: { $env: "CONNECTOR_SECRET_OPS_PAGERDUTY" } },
      });
      return "Renamed.";
    },
    *bad() {
      yield kibanaCall("PUT", "/api/actions/connector/ops-pagerduty", {
        name: "Core platform PagerDuty",
        config: {},
        secrets: { routingKey: opsRoutingKey },
      });
      return "Renamed, with the same key. Rules refer to it by id, so nothing else had to change.";
    },
  },
  {
    id: "mail-relay-on-another-port",
    kind: "work",
    say: `Our relay closes port 587 on Monday. Can you put the "Monthly reports" mail connector over to 465, TLS right from the start? The login doesn't change (CONNECTOR_SECRET_RELAY_USER, CONNECTOR_SECRET_RELAY_PASSWORD). Don't send a test mail, half the company is on that list.`,
    env: { CONNECTOR_SECRET_RELAY_USER: relayLogin.user, CONNECTOR_SECRET_RELAY_PASSWORD: relayLogin.password },
    async seed(kibana) {
      const config = { ...relay, port: 587, secure: false };
      await kibana.connector({ id: "monthly-reports", type: ".email", name: "Monthly reports", config, secrets: relayLogin });
    },
    person: { approves: [/Update connector "Monthly reports"[\s\S]*relay\.mail\.example\.com/] },
    allowed: { change: ["monthly-reports"] },
    done: (facts) => isStored(facts, same(facts, "monthly-reports"), ".email", { ...relay, port: 465, secure: true }, relayLogin),
    *good() {
      yield call("update_connector", {
        id: "Monthly reports",
        config: { port: 465, secure: true },
        secrets: { user: { $env: "CONNECTOR_SECRET_RELAY_USER" }, password: { $env: "CONNECTOR_SECRET_RELAY_PASSWORD" } },
      });
      return "It uses port 465 with TLS now. Nothing was sent.";
    },
    *bad() {
      yield kibanaCall("PUT", "/api/actions/connector/monthly-reports", {
        name: "Monthly reports",
        config: { ...relay, port: 465, secure: false },
        secrets: relayLogin,
      });
      return "It uses port 465 now.";
    },
  },
  {
    id: "bot-token-in-three-spaces",
    kind: "work",
    say: `The Slack bot "Incident bot" got a new token (CONNECTOR_SECRET_INCIDENT_BOT), please put it in everywhere that bot is set up: default, payments and security each have it. "Incident bot (staging)" is a different app, hands off that one.`,
    env: { CONNECTOR_SECRET_INCIDENT_BOT: newBotToken },
    async seed(kibana) {
      const secrets = { token: "fake-bot-token-Flint-0002" };
      for (const { id, space, allowedChannels } of incidentBots) {
        await kibana.connector({ id, space, type: ".slack_api", name: "Incident bot", config: { allowedChannels }, secrets });
      }
      await kibana.connector({ id: "incident-bot-staging", type: ".slack_api", name: "Incident bot (staging)", secrets });
    },
    person: { approves: [/Update connector "Incident bot"/] },
    allowed: { change: incidentBots.map(({ id }) => id) },
    done: (facts) =>
      all(
        ...incidentBots.map(({ id, allowedChannels }) =>
          isStored(facts, same(facts, id), ".slack_api", { allowedChannels }, { token: newBotToken }),
        ),
      ),
    *good() {
      yield call("update_connector", {
        id: "Incident bot",
        space: "default,team-payments,security",
        secrets: { token: { $env: "CONNECTOR_SECRET_INCIDENT_BOT" } },
      });
      return "The new token is in all three spaces; the staging bot was left alone.";
    },
    *bad() {
      for (const { id, space } of incidentBots) {
        yield kibanaCall(
          "PUT",
          `/api/actions/connector/${id}`,
          { name: "Incident bot", config: {}, secrets: { token: newBotToken } },
          space,
        );
      }
      return "The new token is in all three spaces.";
    },
  },
  {
    id: "bot-only-where-rules-post",
    kind: "work",
    say: `"Release bot" may write into any Slack channel right now, and I'd like that gone. Restrict it to exactly the channels its rules post to today, counting the disabled ones because we switch them on for freezes. Token is CONNECTOR_SECRET_RELEASE_BOT, not a new one.`,
    env: { CONNECTOR_SECRET_RELEASE_BOT: releaseToken },
    async seed(kibana) {
      const bot = { id: "release-bot", type: ".slack_api", name: "Release bot", secrets: { token: releaseToken } };
      await kibana.connector(bot);
      await kibana.rule({ id: "release-stuck", name: "Release stuck", actions: [slackAction("#releases")] });
      await kibana.rule({
        id: "rollback-started",
        name: "Rollback started",
        actions: [slackAction("#rollbacks"), slackAction("#release-managers", "recovered")],
      });
      await kibana.rule({ id: "commit-in-freeze", name: "Commit in freeze", enabled: false, actions: [slackAction("#freeze-watch")] });
    },
    person: { approves: [/Update connector "Release bot"/] },
    allowed: { change: ["release-bot"] },
    done: (facts) =>
      all(
        isStored(facts, same(facts, "release-bot"), ".slack_api", {}, { token: releaseToken }),
        mayPostIn(facts, "release-bot", releaseChannels),
      ),
    *good() {
      yield call("get_connector", { id: "Release bot", include: ["actions"] });
      yield call("update_connector", {
        id: "Release bot",
        config: { allowedChannels: releaseChannels.map((name) => ({ name: `#${name}` })) },
        secrets: { token: { $env: "CONNECTOR_SECRET_RELEASE_BOT" } },
      });
      return `"Release bot" may write to ${releaseChannels.join(", ")} only.`;
    },
    *bad() {
      yield kibanaCall("PUT", "/api/actions/connector/release-bot", {
        name: "Release bot",
        config: { allowedChannels: [{ name: "#releases" }, { name: "#rollbacks" }] },
        secrets: { token: releaseToken },
      });
      return "It may write to #releases and #rollbacks only.";
    },
  },
];

function webhookAction(id: string): object {
  return { group: "query matched", id, params: { body: '{"rule":"{{rule.id}}"}' }, frequency: onChange };
}

function slackAction(channel: string, group = "query matched"): object {
  const params = { subAction: "postMessage", subActionParams: { channelNames: [channel], text: "{{rule.name}}" } };
  return { group, id: "release-bot", params, frequency: onChange };
}

/** The connector, if it still has its name. */
function same({ before, after }: Facts, id: string): Connector | undefined {
  const name = before.connectors.find((one) => one.id === id)?.name;
  return after.connectors.find((one) => one.id === id && one.name === name);
}

/** The workflow pages through one of these, and nothing else in it has changed. */
function pagesThrough({ before, after }: Facts, names: readonly string[]): Verdict {
  const named = /"connector-id":"([^"]*)"/;
  const [then = "", now = ""] = [before, after].map(({ holders }) =>
    JSON.stringify(holders.workflows.find(({ id }) => id === "page-on-call")?.definition),
  );
  const [, used = "nothing"] = named.exec(now) ?? [];
  if (!names.includes(used)) return `the workflow pages through ${used}`;
  const rest = (text: string): unknown => JSON.parse(text.replace(named, '"connector-id":""'));
  return that(isDeepStrictEqual(rest(now), rest(then)), "the workflow lost something");
}

/** With or without the leading #, which Kibana does not compare. */
function mayPostIn(facts: Facts, id: string, channels: readonly string[]): Verdict {
  const { allowedChannels } = connector(facts, id)?.config ?? {};
  const names = Array.isArray(allowedChannels) ? allowedChannels.map(({ name }) => String(name).replace(/^#/, "")).sort() : [];
  return that(isDeepStrictEqual(names, channels), `it may post in [${names}]`);
}
