// Made from the tools by `npm run generate`: change them, not this file.
import type { Access } from "../settings/index.ts";

/** What clients are told of a tool, and the lowest access level that shows it. */
export interface ListedTool {
  name: string;
  title: string;
  description: string;
  access: Access;
  annotations: { title: string; readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean };
  inputSchema: { type: "object"; [key: string]: unknown };
}

/** In the order in which an agent meets them. */
export const listedTools: readonly ListedTool[] = [
  {
    "name": "describe_deployment",
    "title": "Describe deployment",
    "description": "Which Kibana this is (label, URL, version, licence), its spaces, what the key may do in each, and this server's own limits.",
    "access": "read",
    "annotations": {
      "title": "Describe deployment",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {},
      "additionalProperties": false
    }
  },
  {
    "name": "list_connectors",
    "title": "List connectors",
    "description": "Connectors of one space, several, or all: type, flags, uses (rules, disabled ones too; also cases), last run within 7 days. System connectors are not listed.",
    "access": "read",
    "annotations": {
      "title": "List connectors",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "space": {
          "description": "Space ids with commas, or \"*\"; default: the configured one",
          "type": "string"
        },
        "type": {
          "type": "string"
        },
        "text": {
          "description": "Part of name or id",
          "type": "string"
        },
        "state": {
          "type": "string",
          "enum": [
            "missing_secrets",
            "deprecated",
            "unusable",
            "preconfigured",
            "unused"
          ]
        },
        "limit": {
          "default": 20,
          "type": "integer",
          "minimum": 1,
          "maximum": 100
        },
        "cursor": {
          "type": "string"
        }
      }
    }
  },
  {
    "name": "get_connector",
    "title": "Get connector",
    "description": "All about one connector or several: redacted config, the rules that use it, how its runs went. Stored secrets are never readable.",
    "access": "read",
    "annotations": {
      "title": "Get connector",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "description": "Connector id, or its exact name",
          "type": "string"
        },
        "ids": {
          "description": "Several instead",
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "include": {
          "default": [
            "rules",
            "health"
          ],
          "description": "actions: rules with params, frequency, filters",
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "rules",
              "health",
              "actions"
            ]
          }
        }
      }
    }
  },
  {
    "name": "describe_connector_types",
    "title": "Describe connector types",
    "description": "Without `types`: which connector types this deployment offers. With `types`: fields, secrets, params, an example call, tests, recovery and traps. For create_connector and params.",
    "access": "read",
    "annotations": {
      "title": "Describe connector types",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "types": {
          "description": "Ids, as \".slack\"; near misses are understood",
          "maxItems": 3,
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "parts": {
          "description": "Only these",
          "type": "array",
          "items": {
            "type": "string",
            "enum": [
              "config",
              "secrets",
              "params",
              "example",
              "tests",
              "recovery",
              "traps"
            ]
          }
        },
        "sub_action": {
          "description": "Only the params of this one",
          "type": "string"
        },
        "feature": {
          "description": "Such as alerting, cases, workflows",
          "type": "string"
        },
        "text": {
          "description": "Part of name or id",
          "type": "string"
        },
        "usable": {
          "type": "boolean"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        }
      }
    }
  },
  {
    "name": "audit_connectors",
    "title": "Audit connectors",
    "description": "Find connectors and rules that fail in silence, will break, or are untidy, most severe first, with the calls that mend them. What could not be read is in not_checked: it is not fine.",
    "access": "read",
    "annotations": {
      "title": "Audit connectors",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "spaces": {
          "description": "Ids; default: all",
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "checks": {
          "description": "Only these, as named in findings",
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "min_severity": {
          "type": "string",
          "enum": [
            "info",
            "low",
            "medium",
            "high",
            "critical"
          ]
        },
        "days": {
          "default": 7,
          "description": "Of runs to look at",
          "type": "integer",
          "minimum": 1,
          "maximum": 90
        },
        "detail": {
          "description": "With why, confidence and next for each finding",
          "type": "boolean"
        },
        "limit": {
          "default": 20,
          "type": "integer",
          "minimum": 1,
          "maximum": 50
        },
        "cursor": {
          "type": "string"
        }
      }
    }
  },
  {
    "name": "export_connectors",
    "title": "Export connectors as code",
    "description": "Connectors as code: Terraform, kibana.yml (self-managed) or a curl script. Secrets become variables. Large exports come in parts: read the resources, or pass `cursor`.",
    "access": "read",
    "annotations": {
      "title": "Export connectors as code",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "format": {
          "default": "terraform",
          "type": "string",
          "enum": [
            "terraform",
            "kibana_yml",
            "api"
          ]
        },
        "ids": {
          "description": "Ids or exact names; default: all",
          "minItems": 1,
          "maxItems": 500,
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "space": {
          "description": "Space ids with commas, or \"*\"; default: the configured one",
          "type": "string"
        },
        "type": {
          "type": "string"
        },
        "text": {
          "description": "Part of name or id",
          "type": "string"
        },
        "secrets_in_state": {
          "description": "Terraform's older secrets attribute",
          "type": "boolean"
        },
        "cursor": {
          "type": "string"
        }
      }
    }
  },
  {
    "name": "list_changes",
    "title": "List changes",
    "description": "What this server changed here, newest first, each with its undo or why there is none.",
    "access": "read",
    "annotations": {
      "title": "List changes",
      "readOnlyHint": true,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "space": {
          "description": "Default: all",
          "type": "string"
        },
        "id": {
          "description": "Of a connector or rule",
          "type": "string"
        },
        "limit": {
          "default": 10,
          "type": "integer",
          "minimum": 1,
          "maximum": 100
        },
        "detail": {
          "description": "Before and after",
          "type": "boolean"
        },
        "cursor": {
          "type": "string"
        }
      }
    }
  },
  {
    "name": "create_connector",
    "title": "Create connector",
    "description": "Create a connector, or copy one with `from`. Secrets are references, never values; a copy needs them again. Checks everything before it writes; never overwrites. One per service, not per rule.",
    "access": "change",
    "annotations": {
      "title": "Create connector",
      "readOnlyHint": false,
      "destructiveHint": false,
      "idempotentHint": false,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "name": {
          "type": "string",
          "maxLength": 1000
        },
        "type": {
          "description": "As \".slack\"; not needed with from",
          "type": "string"
        },
        "config": {
          "description": "With from: only what differs",
          "type": "object",
          "additionalProperties": true
        },
        "secrets": {
          "description": "Field → {\"$env\": \"NAME\"}, {\"$file\": \"name\"} or {\"$ask\": true}: a person types it",
          "type": "object",
          "additionalProperties": true
        },
        "id": {
          "description": "Default: from the name",
          "type": "string"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "from": {
          "description": "Connector to copy",
          "type": "object",
          "properties": {
            "id": {
              "type": "string"
            },
            "space": {
              "type": "string"
            }
          },
          "required": [
            "id"
          ]
        },
        "if_exists": {
          "description": "use: take one with the same name, type and config",
          "type": "string",
          "enum": [
            "fail",
            "use"
          ]
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "name"
      ]
    }
  },
  {
    "name": "update_connector",
    "title": "Update connector",
    "description": "Rename a connector, change single config keys, rotate secrets. Kibana's own update replaces everything; this keeps what is not named, and stops where a stored secret would be lost. Type and id cannot change. A person is asked.",
    "access": "change",
    "annotations": {
      "title": "Update connector",
      "readOnlyHint": false,
      "destructiveHint": true,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Connector id, or its exact name"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "name": {
          "type": "string",
          "maxLength": 1000
        },
        "config": {
          "description": "Merge patch: only what changes; null removes a key",
          "type": "object",
          "additionalProperties": true
        },
        "secrets": {
          "description": "Field → {\"$env\"}, {\"$file\"} or {\"$ask\": true}: all that are stored",
          "type": "object",
          "additionalProperties": true
        },
        "assert_no_other_secrets": {
          "description": "Only where nobody is asked",
          "type": "boolean"
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "id"
      ]
    }
  },
  {
    "name": "test_connector",
    "title": "Test connector",
    "description": "Test a connector. safe touches nothing outside. near_safe and loud send something to the service: only where the user wants that, and a person is asked. Never escalates by itself. A failed test is an answer, not an error.",
    "access": "change",
    "annotations": {
      "title": "Test connector",
      "readOnlyHint": false,
      "destructiveHint": false,
      "idempotentHint": false,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Connector id, or its exact name"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "mode": {
          "default": "safe",
          "type": "string",
          "enum": [
            "safe",
            "near_safe",
            "loud"
          ]
        },
        "fill": {
          "description": "What the test asks for, as {\"to\": \"me@…\"}",
          "type": "object",
          "additionalProperties": true
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "id"
      ]
    }
  },
  {
    "name": "execute_connector",
    "title": "Execute connector",
    "description": "Run a connector once with given params, and see what the service answers. A person is asked unless the call only reads. A failed run is an answer, not an error. To see whether a connector works, use test_connector.",
    "access": "full",
    "annotations": {
      "title": "Execute connector",
      "readOnlyHint": false,
      "destructiveHint": true,
      "idempotentHint": false,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "id": {
          "type": "string",
          "description": "Connector id, or its exact name"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "params": {
          "type": "object",
          "additionalProperties": true,
          "description": "As describe_connector_types says"
        },
        "retries": {
          "description": "While Kibana calls the failure retryable; default 0",
          "type": "integer",
          "minimum": 0,
          "maximum": 3
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "id",
        "params"
      ]
    }
  },
  {
    "name": "attach_connector",
    "title": "Attach connector to rules",
    "description": "Make rules notify through a connector: an action when an alert fires and, where the type can close, one on recovery under the same de-duplication key. What rules have stays; attached already is no_change. A person is asked.",
    "access": "change",
    "annotations": {
      "title": "Attach connector to rules",
      "readOnlyHint": false,
      "destructiveHint": false,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "connector": {
          "type": "string",
          "description": "Connector id, or its exact name"
        },
        "rules": {
          "minItems": 1,
          "maxItems": 50,
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Ids, exact names or tag:NAME"
        },
        "workflow": {
          "description": "Default: what suits the type",
          "type": "string",
          "enum": [
            "itsm",
            "on_call",
            "chat",
            "chat_digest",
            "email",
            "audit_log",
            "webhook"
          ]
        },
        "groups": {
          "description": "Action groups; default: the main one",
          "minItems": 1,
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "params": {
          "description": "Laid over the workflow's, such as {to: [...]}",
          "type": "object",
          "additionalProperties": true
        },
        "recovery": {
          "default": "auto",
          "type": "string",
          "enum": [
            "auto",
            "none"
          ]
        },
        "dedup_key": {
          "type": "string"
        },
        "frequency": {
          "type": "object",
          "properties": {
            "summary": {
              "type": "boolean"
            },
            "notify_when": {
              "type": "string",
              "enum": [
                "onActionGroupChange",
                "onActiveAlert",
                "onThrottleInterval"
              ]
            },
            "throttle": {
              "type": "string"
            }
          }
        },
        "replace": {
          "description": "Take the place of the connector's present actions in the rule",
          "type": "boolean"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "connector",
        "rules"
      ]
    }
  },
  {
    "name": "replace_connector",
    "title": "Replace connector in rules",
    "description": "Move the actions of rules from one connector to another, or remove them; mends rules whose connector is gone. One of another type needs `params`. Groups, frequency and filters stay. Run again to go on where it stopped. A person is asked.",
    "access": "change",
    "annotations": {
      "title": "Replace connector in rules",
      "readOnlyHint": false,
      "destructiveHint": true,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "from": {
          "type": "string",
          "description": "Connector id or exact name; may be gone"
        },
        "to": {
          "type": "string",
          "description": "Connector id, or its exact name"
        },
        "remove": {
          "description": "Remove the actions instead",
          "type": "boolean"
        },
        "rules": {
          "description": "Ids, exact names or tag:NAME; default: all that use it",
          "minItems": 1,
          "type": "array",
          "items": {
            "type": "string"
          }
        },
        "params": {
          "description": "New ones, where `to` is of another type",
          "type": "object",
          "additionalProperties": true
        },
        "recovery_params": {
          "type": "object",
          "additionalProperties": true
        },
        "drop_missing": {
          "description": "Also drop the rules' actions of other connectors that are gone",
          "type": "boolean"
        },
        "on_error": {
          "default": "stop",
          "type": "string",
          "enum": [
            "stop",
            "continue"
          ]
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "from"
      ]
    }
  },
  {
    "name": "safe_delete_connector",
    "title": "Safely delete connectors",
    "description": "Delete connectors that nothing uses. Refuses, naming the rules, when one is in use: there is no way to force it. A person is asked.",
    "access": "full",
    "annotations": {
      "title": "Safely delete connectors",
      "readOnlyHint": false,
      "destructiveHint": true,
      "idempotentHint": false,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "ids": {
          "minItems": 1,
          "maxItems": 20,
          "type": "array",
          "items": {
            "type": "string"
          },
          "description": "Ids or exact names"
        },
        "space": {
          "description": "Space id; default: the configured one",
          "type": "string"
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "ids"
      ]
    }
  },
  {
    "name": "undo_change",
    "title": "Undo change",
    "description": "Take back a change of this server, as far as that is possible: make a deleted connector again under its id, put back name and config, remove a new one, give rules their actions back. Secrets have to be given again. A person is asked.",
    "access": "full",
    "annotations": {
      "title": "Undo change",
      "readOnlyHint": false,
      "destructiveHint": true,
      "idempotentHint": true,
      "openWorldHint": true
    },
    "inputSchema": {
      "type": "object",
      "properties": {
        "change": {
          "type": "string",
          "description": "From list_changes, or \"last\""
        },
        "id": {
          "description": "Which connector or rule, where the change had several",
          "type": "string"
        },
        "secrets": {
          "description": "Field → reference, where secrets were lost",
          "type": "object",
          "additionalProperties": true
        },
        "assert_no_other_secrets": {
          "description": "Only where nobody is asked",
          "type": "boolean"
        },
        "dry_run": {
          "description": "Only show the plan",
          "type": "boolean"
        },
        "confirm": {
          "description": "Id from confirmation_needed",
          "type": "string"
        }
      },
      "required": [
        "change"
      ]
    }
  }
];
