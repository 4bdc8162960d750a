import { withAllPrivileges } from "../http/auth.ts";
import type { State } from "../types.ts";
import { has } from "../version-changes.ts";
import { newWorkflow } from "../workflows/save.ts";

/** By id, with their space; each holds its connectors in another way. */
const seedWorkflows: readonly [id: string, space: string, yaml: string][] = [
  // By the connector's name, so that a rename breaks it.
  [
    "page-on-call",
    "default",
    `name: Page on-call
description: What everything that is urgent ends in
tags: [on-call]
triggers:
  - type: manual
    inputs:
      - { name: summary, type: string, default: Something is wrong }
  - type: alert
steps:
  - name: page
    type: pagerduty
    connector-id: Ops PagerDuty # as it is called in Stack Management
    with:
      eventAction: trigger
      severity: critical
      dedupKey: "{{ execution.id }}"
      summary: "{{ inputs.summary }}"
`,
  ],
  // What the policies of the new alerting start.
  [
    "mail-on-call",
    "default",
    `name: Mail on-call
triggers:
  - type: alert
  - type: manual
steps:
  - name: mail
    type: email
    connector-id: ops-mail-preconfigured
    with:
      to: [ops@example.com]
      subject: An alert of the checkout
      message: "{{ event.alerts | json }}"
`,
  ],
  // Reaches its connector through another workflow only.
  [
    "escalate-incident",
    "default",
    `name: Escalate incident
triggers:
  - type: manual
steps:
  - name: hand over
    type: workflow.execute
    with:
      workflow-id: page-on-call
      inputs:
        summary: Nobody answered within 15 minutes
`,
  ],
  // Somebody saved it half written: it is stored, switched off, and still names a connector.
  [
    "weekly-report",
    "default",
    `name: Weekly report
triggers:
  - type: scheduled
    with: { every: 7d }
steps:
  - name: post
    connector-id: alert-audit-index
    with:
      message: The report of this week
`,
  ],
  // The only user of its connector.
  [
    "tell-payments-on-call",
    "team-payments",
    `name: Tell payments on-call
triggers:
  - type: scheduled
    with: { every: 5m }
  - type: manual
steps:
  - name: tell
    type: slack
    connector-id: payments-on-call
    with:
      message: The settlement queue grows
`,
  ],
  [
    "payment-triage",
    "team-payments",
    `name: Payment triage
triggers:
  - type: alert
  - type: manual
steps:
  - name: everybody at once
    type: parallel
    branches:
      - name: ticket
        steps:
          - name: urgent
            type: if
            condition: "inputs.severity: critical"
            steps:
              - name: alert
                type: opsgenie.createAlert
                connector-id: payments-opsgenie
                with: { message: Payments are declined, alias: "{{ execution.id }}" }
                on-failure:
                  fallback:
                    - name: page instead
                      type: pagerduty
                      connector-id: payments-pagerduty
                      with: { eventAction: trigger, dedupKey: "{{ execution.id }}", summary: Payments are declined }
            else:
              - name: note
                type: console
                with: { message: Not urgent }
`,
  ],
  // No connector-id: the id is part of a path.
  [
    "open-soc-ticket",
    "security",
    `name: Open SOC ticket
triggers:
  - type: manual
steps:
  - name: open
    type: kibana.request
    with:
      method: POST
      path: /s/security/api/actions/connector/soc-jira/_execute
      body:
        params:
          subAction: pushToService
          subActionParams:
            incident: { summary: Phishing was reported }
            comments: []
`,
  ],
];

export const hasWorkflows = ({ version }: State) => has(version, "workflows");

export function seedWorkflowsInto(state: State): void {
  if (!hasWorkflows(state)) return;
  const at = "2026-06-01T09:00:00.000Z";
  for (const [id, space, yaml] of seedWorkflows) {
    const made = newWorkflow(yaml, id, space, withAllPrivileges("elastic"), state);
    state.workflows.set({ ...made, createdAt: at, lastUpdatedAt: at });
  }
}
