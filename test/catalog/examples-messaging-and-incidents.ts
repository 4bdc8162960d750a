import type { TypeExamples } from "./type-examples.ts";

const long = (length: number) => "a".repeat(length);
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "x"]));
const sub = (subAction: string, subActionParams?: unknown) => ["params", { subAction, subActionParams }] as const;

const alertExamples: Pick<TypeExamples, "accepted" | "refused"> = {
  accepted: [
    ["config", { apiUrl: "https://api.example.com" }],
    ["secrets", { apiKey: "secret" }],
    sub("createAlert", { message: "a" }),
    sub("createAlert", { message: long(131) }),
    sub("createAlert", { message: long(15000), alias: long(600) }),
    sub("createAlert", {
      message: "a message",
      alias: "an alias",
      description: "a description",
      actions: ["action1"],
      tags: ["tag1"],
      details: { keyA: "valueA" },
      entity: "an entity",
      source: "a source",
      priority: "P2",
      user: "a user",
      note: "a note",
      responders: [
        { id: "4513b7ea", type: "team" },
        { id: "aee8a0de", type: "schedule" },
      ],
      visibleTo: [
        { id: "id for team", type: "team" },
        { id: "id for user", type: "user" },
      ],
    }),
    sub("closeAlert", { alias: "123", user: "Script", source: "Lambda", note: "done" }),
  ],
  refused: [
    ["config", {}, "config.apiUrl"],
    ["secrets", {}, "secrets.apiKey"],
    [...sub("createAlert", { message: "" }), "params.subActionParams.message"],
    [...sub("createAlert", { message: "   " }), "params.subActionParams.message"],
    [...sub("createAlert", { message: long(15001) }), "params.subActionParams.message"],
    [...sub("createAlert", { message: "a", priority: "P6" }), "params.subActionParams.priority"],
    [...sub("createAlert", { message: "a", tags: Array(21).fill("t") }), "params.subActionParams.tags"],
    [...sub("createAlert", { message: "a", tags: [long(51)] }), "params.subActionParams.tags.0"],
    [...sub("createAlert", { message: "a", details: { a: 1 } }), "params.subActionParams.details.a"],
    [...sub("createAlert", { message: "a", responders: [{ id: "x", type: "dog" }] }), "params.subActionParams.responders.0.type"],
    [...sub("closeAlert", {}), "params.subActionParams.alias"],
    [...sub("closeAlert"), "params.subActionParams"],
    [...sub("close", {}), "params.subAction"],
    ["params", {}, "params.subAction"],
    ["params", { subActionParams: {} }, "params.subAction"],
  ],
};

const serviceNowAccepted: TypeExamples["accepted"] = [
  ["config", { apiUrl: "https://instance.service-now.com" }],
  ["config", { apiUrl: "https://instance.service-now.com", isOAuth: false, userIdentifierValue: null, clientId: null, jwtKeyId: null }],
  ["config", { apiUrl: "https://instance.service-now.com", isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" }],
  ["secrets", { username: "u", password: "p" }],
  ["secrets", { clientSecret: "s", privateKey: "k", privateKeyPassword: "p", username: null, password: null }],
  sub("getChoices", { fields: ["severity", "urgency"] }),
];
const serviceNowRefused: TypeExamples["refused"] = [
  ["config", {}, "config.apiUrl"],
  ["config", { apiUrl: "https://url", isOAuth: "yes" }, "config.isOAuth"],
  ["config", { apiUrl: "https://url", isOAuth: true, clientId: "c", jwtKeyId: "k" }, "config.userIdentifierValue"],
  ["config", { apiUrl: "https://url", isOAuth: true, userIdentifierValue: "u", clientId: null, jwtKeyId: "k" }, "config.clientId"],
  ["config", { apiUrl: "https://url", isOAuth: true, userIdentifierValue: "u", clientId: "c" }, "config.jwtKeyId"],
  ["secrets", {}, "secrets"],
  ["secrets", { username: "u" }, "secrets"],
  ["secrets", { password: "p" }, "secrets"],
  ["secrets", { clientSecret: "s" }, "secrets"],
  ["secrets", { privateKey: "k" }, "secrets"],
  [...sub("getChoices", {}), "params.subActionParams.fields"],
  [...sub("invalidAction", {}), "params.subAction"],
];
const serviceNowTogether: TypeExamples["together"] = {
  accepted: [
    [
      { apiUrl: "https://url", isOAuth: false },
      { username: "u", password: "p" },
    ],
    [{ apiUrl: "https://url" }, { username: "u", password: "p" }],
    [
      { apiUrl: "https://url", isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" },
      { clientSecret: "s", privateKey: "k" },
    ],
  ],
  refused: [
    [{ isOAuth: false }, { password: "p", username: null }, /username is required/],
    [{ isOAuth: false }, { username: "u", password: null }, /password is required/],
    [{ isOAuth: false }, { username: "u", password: "p", clientSecret: "s" }, /clientSecret must not be given/],
    [{ isOAuth: false, clientId: "c" }, { username: "u", password: "p" }, /clientId must not be given/],
    [{ isOAuth: true, clientId: "c", jwtKeyId: "k" }, { clientSecret: "s", privateKey: "k" }, /userIdentifierValue is required/],
    [{ isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" }, { privateKey: "k" }, /clientSecret is required/],
    [{ isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" }, { clientSecret: "s" }, /privateKey is required/],
    [
      { isOAuth: true, userIdentifierValue: "u", clientId: "c", jwtKeyId: "k" },
      { clientSecret: "s", privateKey: "k", username: "u", password: "p" },
      /username and password must not/,
    ],
  ],
};
const incident = { short_description: "Test incident" };

export const messagingAndIncidents: Record<string, TypeExamples> = {
  ".teams": {
    accepted: [
      ["secrets", { webhookUrl: "https://example.com" }],
      ["params", { message: "a message" }],
    ],
    refused: [
      ["secrets", {}, "secrets.webhookUrl"],
      ["secrets", { webhookUrl: 1 }, "secrets.webhookUrl"],
      ["secrets", { webhookUrl: "fee-fi-fo-fum" }, "secrets.webhookUrl"],
      ["params", {}, "params.message"],
      ["params", { message: 1 }, "params.message"],
    ],
  },
  ".slack_api": {
    accepted: [
      ["config", {}],
      ["config", { allowedChannels: [{ name: "#channel-name" }] }],
      ["config", { allowedChannels: [{ id: "C1", name: "general" }] }],
      ["secrets", { token: "token" }],
      sub("validChannelId", { channelId: "KJHGFD867" }),
      sub("validChannelId", {}),
      sub("postMessage", { channels: ["general"], text: "a text" }),
      sub("postMessage", { channelIds: ["LKJHGF345"], text: "a text" }),
      sub("postMessage", { channelNames: ["#incident-*"], text: "a text" }),
      sub("postMessage", { text: "hello" }),
      sub("postBlockkit", { channelIds: ["LKJHGF345"], text: '{"blocks":[]}' }),
    ],
    refused: [
      ["config", { allowedChannels: [{}] }, "config.allowedChannels.0.name"],
      ["config", { allowedChannels: [{ id: "", name: "#c" }] }, "config.allowedChannels.0.id"],
      ["config", { allowedChannels: [{ id: "C1", name: "" }] }, "config.allowedChannels.0.name"],
      ["config", { allowedChannels: Array.from({ length: 501 }, () => ({ name: "#c" })) }, "config.allowedChannels"],
      ["secrets", {}, "secrets.token"],
      ["secrets", { token: 1 }, "secrets.token"],
      ["params", {}, "params.subAction"],
      [...sub("getAllowedChannels", {}), "params.subAction"],
      [...sub("postMessage", {}), "params.subActionParams.text"],
      [...sub("postMessage", { text: "x", channelNames: ["#"] }), "params.subActionParams.channelNames.0"],
      [...sub("postMessage", { text: "x", channelNames: ["general"] }), "params.subActionParams.channelNames.0"],
      [...sub("postMessage", { text: "x", channelNames: [`#${long(200)}`] }), "params.subActionParams.channelNames.0"],
      [...sub("postMessage", { text: "x", channelIds: ["a", "b"] }), "params.subActionParams.channelIds"],
      [...sub("postBlockkit", { text: "abc" }), "params.subActionParams.text"],
      [...sub("postBlockkit", { text: '{"foo":"bar"}' }), "params.subActionParams.text"],
    ],
  },
  ".opsgenie": {
    accepted: [
      ...alertExamples.accepted,
      sub("createAlert", {
        message: "a",
        responders: [
          { name: "ops", type: "team" },
          { username: "bob@example.com", type: "user" },
        ],
        visibleTo: [{ name: "ops", type: "team" }],
      }),
    ],
    refused: [
      ...alertExamples.refused,
      [
        ...sub("createAlert", { message: "a", responders: [{ username: "bob", type: "team" }] }),
        "params.subActionParams.responders.0.type",
      ],
    ],
  },
  ".jira-service-management": {
    accepted: alertExamples.accepted,
    refused: [
      ...alertExamples.refused,
      [...sub("createAlert", { message: "a", responders: [{ name: "ops", type: "team" }] }), "params.subActionParams.responders.0.id"],
    ],
  },
  ".jira": {
    accepted: [
      ["config", { apiUrl: "https://example.atlassian.net", projectKey: "OPS" }],
      ["secrets", { email: "bob@example.com", apiToken: "t" }],
      sub("issueTypes", {}),
      sub("getFields", {}),
      sub("fieldsByIssueType", { id: "10006" }),
      sub("issues", { title: "text" }),
      sub("issue", { id: "RJ-1" }),
      sub("getIncident", { externalId: "1" }),
      sub("pushToService", { incident: { summary: "title" } }),
      sub("pushToService", {
        incident: {
          summary: "title",
          description: "desc",
          labels: [],
          issueType: "10006",
          priority: "High",
          parent: "RJ-107",
          otherFields: null,
        },
      }),
      sub("pushToService", {
        incident: { summary: "title", otherFields: { foo: "bar", foo1: true, foo2: 2 } },
        comments: [{ comment: "c", commentId: "1" }],
      }),
      sub("pushToService", { incident: { summary: "title", otherFields: '{"foo":1}' } }),
      sub("pushToService", { incident: { summary: "title" }, comments: null, dropped: true }),
    ],
    refused: [
      ["config", { apiUrl: "https://example.atlassian.net" }, "config.projectKey"],
      ["config", { projectKey: "OPS" }, "config.apiUrl"],
      ["secrets", { email: "bob@example.com" }, "secrets.apiToken"],
      [...sub("pushToService", {}), "params.subActionParams.incident"],
      [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.summary"],
      [...sub("pushToService", { incident: { summary: "t", labels: ["two words"] } }), "params.subActionParams.incident.labels.0"],
      [...sub("pushToService", { incident: { summary: "t", otherFields: keys(21) } }), "params.subActionParams.incident.otherFields"],
      [
        ...sub("pushToService", { incident: { summary: "t", otherFields: { priority: "x" } } }),
        "params.subActionParams.incident.otherFields",
      ],
      [...sub("pushToService", { incident: { summary: "t", otherFields: "no json" } }), "params.subActionParams.incident.otherFields"],
      [
        ...sub("pushToService", { incident: { summary: "t" }, comments: [{ comment: "c" }] }),
        "params.subActionParams.comments.0.commentId",
      ],
      [...sub("fieldsByIssueType", {}), "params.subActionParams.id"],
    ],
  },
  ".resilient": {
    accepted: [
      ["config", { apiUrl: "https://resilient.example.com", orgId: "org-123" }],
      ["secrets", { apiKeyId: "id", apiKeySecret: "secret" }],
      sub("incidentTypes", {}),
      sub("severity", {}),
      sub("getFields", {}),
      sub("pushToService", {
        incident: { name: "Test", incidentTypes: ["1", 2], severityCode: "50", additionalFields: { customField: "value" } },
      }),
      sub("pushToService", { incident: { name: "Test", additionalFields: keys(50) }, comments: [{ comment: "c", commentId: "1" }] }),
    ],
    refused: [
      ["config", { orgId: "org-123" }, "config.apiUrl"],
      ["config", { apiUrl: "https://resilient.example.com" }, "config.orgId"],
      ["config", { apiUrl: "https://resilient.example.com", orgId: 201 }, "config.orgId"],
      ["secrets", { apiKeySecret: "s" }, "secrets.apiKeyId"],
      ["secrets", { apiKeyId: "i" }, "secrets.apiKeySecret"],
      [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.name"],
      [
        ...sub("pushToService", { incident: { name: "t", additionalFields: keys(51) } }),
        "params.subActionParams.incident.additionalFields",
      ],
      [
        ...sub("pushToService", { incident: { name: "t", additionalFields: { name: "x" } } }),
        "params.subActionParams.incident.additionalFields",
      ],
      [...sub("pushToService", { incident: { name: "t", incidentTypes: ["x"] } }), "params.subActionParams.incident.incidentTypes.0"],
    ],
  },
  ".servicenow": {
    accepted: [
      ...serviceNowAccepted,
      ["config", { apiUrl: "https://instance.service-now.com", usesTableApi: false }],
      sub("getFields", {}),
      sub("getIncident", { externalId: "INC001" }),
      sub("handshake", {}),
      sub("pushToService", { incident }),
      sub("pushToService", {
        incident: {
          ...incident,
          description: "d",
          externalId: "INC001",
          category: "Software",
          severity: "1",
          urgency: "1",
          impact: "1",
          correlation_id: "alert-123",
          correlation_display: "Alert",
          additional_fields: { custom: "field" },
        },
        comments: [{ comment: "c", commentId: "1" }],
      }),
      sub("pushToService", { incident: { ...incident, correlation_id: null, additional_fields: '{"u_a":1}' } }),
      sub("closeIncident", { incident: { externalId: "INC001" } }),
      sub("closeIncident", { incident: { correlation_id: null } }),
    ],
    refused: [
      ...serviceNowRefused,
      [...sub("pushToService", { incident: {} }), "params.subActionParams.incident.short_description"],
      [
        ...sub("pushToService", { incident: { ...incident, additional_fields: { short_description: "x" } } }),
        "params.subActionParams.incident.additional_fields",
      ],
      [
        ...sub("pushToService", { incident: { ...incident, additional_fields: keys(21) } }),
        "params.subActionParams.incident.additional_fields",
      ],
      [...sub("pushToService", { incident, comments: [{ comment: "c" }] }), "params.subActionParams.comments.0.commentId"],
      [...sub("closeIncident", {}), "params.subActionParams.incident"],
    ],
    together: serviceNowTogether,
  },
  ".servicenow-sir": {
    accepted: [
      ...serviceNowAccepted,
      ["config", { apiUrl: "https://instance.service-now.com", usesTableApi: true }],
      sub("pushToService", {
        incident: {
          ...incident,
          dest_ip: "1.1.1.1",
          source_ip: ["1.1.1.1", "2.2.2.2"],
          malware_hash: null,
          malware_url: [],
          priority: "1",
        },
      }),
    ],
    refused: [
      ...serviceNowRefused,
      [...sub("closeIncident", { incident: {} }), "params.subAction"],
      [...sub("pushToService", { incident: { ...incident, dest_ip: 1 } }), "params.subActionParams.incident.dest_ip"],
    ],
    together: serviceNowTogether,
  },
  ".servicenow-itom": {
    accepted: [
      ...serviceNowAccepted,
      sub("addEvent", {}),
      sub("addEvent", {
        source: "s",
        event_class: "c",
        resource: "r",
        node: "n",
        metric_name: "m",
        type: "t",
        severity: "1",
        description: "d",
        additional_info: "{}",
        message_key: "k",
        time_of_event: null,
      }),
    ],
    refused: [...serviceNowRefused, [...sub("addEvent", { severity: 1 }), "params.subActionParams.severity"]],
    together: serviceNowTogether,
  },
  ".swimlane": {
    accepted: [
      ["config", { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "all", mappings: {} }],
      [
        "config",
        {
          apiUrl: "https://swimlane.example.com",
          appId: "a",
          connectorType: "cases",
          mappings: { caseIdConfig: { id: "1", key: "k", name: "n", fieldType: "text" }, severityConfig: null },
        },
      ],
      ["secrets", { apiToken: "t" }],
      sub("pushToService", { incident: {} }),
      sub("pushToService", { incident: { ruleName: "r", alertId: "a", externalId: null }, comments: [] }),
    ],
    refused: [
      ["config", { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "all" }, "config.mappings"],
      ["config", { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "some", mappings: {} }, "config.connectorType"],
      [
        "config",
        { apiUrl: "https://swimlane.example.com", appId: "a", connectorType: "all", mappings: { caseIdConfig: { id: "1" } } },
        "config.mappings.caseIdConfig.key",
      ],
      ["secrets", {}, "secrets.apiToken"],
      [...sub("pushToService", {}), "params.subActionParams.incident"],
    ],
  },
  ".thehive": {
    accepted: [
      ["config", { url: "https://thehive.example.com" }],
      ["config", { url: "https://thehive.example.com", organisation: null }],
      ["secrets", { apiKey: "k" }],
      sub("pushToService", { incident: { title: "t", description: "d" } }),
      sub("pushToService", { incident: { title: "t", description: "d", severity: "3", tlp: 2, tags: ["a"] }, comments: null }),
      sub("createAlert", { title: "t", description: "d", type: "y", source: "s", sourceRef: "r" }),
      sub("createAlert", {
        title: "t",
        description: "d",
        type: "y",
        source: "s",
        sourceRef: "r",
        severity: 9,
        isRuleSeverity: null,
        tlp: null,
        tags: null,
        body: "{}",
      }),
    ],
    refused: [
      ["config", {}, "config.url"],
      ["secrets", {}, "secrets.apiKey"],
      [...sub("createAlert", { title: "t", description: "d", type: "y", source: "s" }), "params.subActionParams.sourceRef"],
      [...sub("pushToService", { incident: { title: "t" } }), "params.subActionParams.incident.description"],
      [...sub("getIncident", { externalId: "1" }), "params.subAction"],
    ],
  },
  ".tines": {
    accepted: [
      ["config", { url: "https://tenant.tines.com" }],
      ["secrets", { email: "bob@example.com", token: "t" }],
      sub("stories", {}),
      sub("webhooks", { storyId: "7" }),
      sub("run", { webhook: { id: 1, name: "n", storyId: 2 }, body: "{}" }),
      sub("run", { webhook: { id: 1, name: "n", storyId: 2, path: "p", secret: "s" }, body: "{}" }),
      sub("test", { webhookUrl: "https://tenant.tines.com/webhook/a/b", body: "{}" }),
    ],
    refused: [
      ["config", {}, "config.url"],
      ["secrets", { email: "bob@example.com" }, "secrets.token"],
      [...sub("webhooks", {}), "params.subActionParams.storyId"],
      [...sub("run", {}), "params.subActionParams.body"],
      [...sub("run", { body: "{}", webhook: { id: "x", name: "n", storyId: 1 } }), "params.subActionParams.webhook.id"],
    ],
  },
  ".torq": {
    accepted: [
      ["config", { webhookIntegrationUrl: "https://hooks.torq.io/v1/test" }],
      ["config", { webhookIntegrationUrl: "https://hooks.eu.torq.io/v1/test" }],
      ["secrets", { token: "jfi2fji3ofeaiw34if" }],
      ["params", { body: '{"message": "Hello"}' }],
    ],
    refused: [
      ["config", { webhookIntegrationUrl: "iamnotavalidurl" }, "config.webhookIntegrationUrl"],
      ["config", { webhookIntegrationUrl: "example.com/do-something" }, "config.webhookIntegrationUrl"],
      ["config", { webhookIntegrationUrl: "http://mylisteningserver:9200/endpoint" }, "config.webhookIntegrationUrl"],
      ["config", { webhookIntegrationUrl: "https://hooks.anothersubdomain.torq.io/v1/test" }, "config.webhookIntegrationUrl"],
      ["secrets", {}, "secrets.token"],
      ["params", {}, "params.body"],
    ],
  },
  ".xsoar": {
    accepted: [
      ["config", { url: "https://xsoar.example.com" }],
      ["secrets", { apiKey: "k" }],
      ["secrets", { apiKey: "k", apiKeyID: "1" }],
      sub("getPlaybooks", {}),
      sub("getPlaybooks", null),
      sub("run", { name: "n", createInvestigation: false, severity: 0.5 }),
      sub("run", { name: "n", createInvestigation: true, severity: "2", playbookId: null, isRuleSeverity: null, body: "{}" }),
    ],
    refused: [
      ["config", {}, "config.url"],
      ["secrets", {}, "secrets.apiKey"],
      [...sub("run", { name: "n", severity: 1 }), "params.subActionParams.createInvestigation"],
      [...sub("run", { name: "n", createInvestigation: false, severity: "high" }), "params.subActionParams.severity"],
    ],
  },
  ".d3security": {
    accepted: [
      ["config", { url: "https://api.d3security.com" }],
      ["secrets", { token: "secret-token-123" }],
      sub("run", {}),
      sub("test", { body: '{"event": "test"}', severity: "critical", eventType: "security_alert" }),
    ],
    refused: [
      ["config", {}, "config.url"],
      ["secrets", {}, "secrets.token"],
      [...sub("run", { body: {} }), "params.subActionParams.body"],
      [...sub("run"), "params.subActionParams"],
    ],
  },
  ".xmatters": {
    accepted: [
      ["config", { configUrl: "http://mylisteningserver:9200/endpoint", usesBasic: true }],
      ["config", { configUrl: null, usesBasic: false }],
      ["config", {}],
      ["secrets", { user: "bob", password: "supersecret" }],
      ["secrets", { secretsUrl: "http://mylisteningserver:9200/endpoint?apiKey=someKey" }],
      ["params", { severity: "high" }],
      [
        "params",
        {
          alertActionGroupName: "Small t-shirt",
          signalId: "c9437cab",
          ruleName: "Test",
          date: "2022-01-18T19:01:08.818Z",
          severity: "high",
          spaceId: "default",
          tags: "a, b",
        },
      ],
    ],
    refused: [
      ["config", { configUrl: "example.com/do-something", usesBasic: true }, "config.configUrl"],
      ["secrets", {}, "secrets"],
      ["secrets", { user: "bob" }, "secrets"],
      ["secrets", { password: "p" }, "secrets"],
      ["secrets", { user: "bob", secretsUrl: "http://a.example.com" }, "secrets"],
      ["secrets", { user: "bob", password: "p", secretsUrl: "http://a.example.com" }, "secrets"],
      ["secrets", { secretsUrl: "example.com/do-something?apiKey=someKey" }, "secrets.secretsUrl"],
      ["params", {}, "params.severity"],
    ],
    together: {
      accepted: [
        [
          { configUrl: "http://a.example.com", usesBasic: true },
          { user: "bob", password: "p" },
        ],
        [{ usesBasic: false }, { secretsUrl: "http://a.example.com" }],
      ],
      refused: [
        [{ configUrl: "http://a.example.com", usesBasic: true }, {}, /user is required/],
        [{ configUrl: "http://a.example.com", usesBasic: true }, { user: "bob" }, /password is required/],
        [{ usesBasic: true }, { user: "bob", password: "p" }, /configUrl is required/],
        [{ usesBasic: true }, { secretsUrl: "http://a.example.com" }, /secretsUrl must not/],
        [{ usesBasic: false }, { user: "bob", password: "p", secretsUrl: "http://a.example.com" }, /user and password must not/],
        [{ usesBasic: false, configUrl: "http://a.example.com" }, {}, /configUrl must not/],
        // This comparison takes a missing value for false, whatever the default.
        [{ configUrl: "http://a.example.com" }, { user: "bob", password: "p" }, /user and password must not/],
      ],
    },
  },
};
