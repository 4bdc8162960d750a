#!/bin/sh
# 2 Kibana connectors of TEST, written by kibana-connectors-mcp.
# Creates them; stops at one that already exists. Needs sh, awk and curl.
#
# Set and export first: KIBANA_URL, and KIBANA_API_KEY (encoded) or KIBANA_USERNAME with KIBANA_PASSWORD.
# And the secrets, which are not in this file:
#   CONNECTOR_SECRET_OPS_SLACK_WEBHOOK_URL  (secrets.webhookUrl: the whole URL)
#   CONNECTOR_SECRET_HOOK_USER  (secrets.user: the value alone)
# In the bodies, ${NAME} is that variable's value as a JSON string, ${NAME:json} a value that is already JSON.
set -eu

require() {
  unset_names=$(awk 'BEGIN { for (i = 1; i < ARGC; i++) if (ENVIRON[ARGV[i]] == "") printf " %s", ARGV[i] }' "$@")
  [ -z "$unset_names" ] || { printf 'Set and export these first:%s\n' "$unset_names" >&2; exit 2; }
}

# post PATH, the body on standard input
post() {
  answer=$(REQUEST_PATH=$1 LC_ALL=C awk '
    BEGIN {
      for (i = 1; i < 32; i++) control[sprintf("%c", i)] = sprintf("\\u%04x", i)
    }
    # Escapes a text for a JSON string.
    function json(text,   out, i, c) {
      out = ""
      for (i = 1; i <= length(text); i++) {
        c = substr(text, i, 1)
        if (c == "\"" || c == "\\") out = out "\\" c
        else if (c in control) out = out control[c]
        else out = out c
      }
      return out
    }
    # An option for curl, in the syntax of its config file.
    function option(name, value,   out, i, c) {
      out = ""
      for (i = 1; i <= length(value); i++) {
        c = substr(value, i, 1)
        if (c == "\"" || c == "\\") out = out "\\" c
        else if (c == "\n") out = out "\\n"
        else if (c == "\r") out = out "\\r"
        else out = out c
      }
      printf "%s = \"%s\"\n", name, out
    }
    {
      line = ""; rest = $0; dropped = 0
      while ((at = index(rest, "${")) > 0) {
        line = line substr(rest, 1, at - 1)
        rest = substr(rest, at + 2)
        end = index(rest, "}")
        name = substr(rest, 1, end - 1)
        rest = substr(rest, end + 1)
        optional = sub(/\?$/, "", name)
        raw = sub(/:json$/, "", name)
        value = ENVIRON[name]
        if (optional && value == "") dropped = 1
        else if (raw) line = line (value == "" ? "{}" : value)
        else line = line json(value)
      }
      if (dropped) next
      line = line rest
      # The fields after it were left out: no trailing comma.
      if (line ~ /^ *\}/) sub(/,$/, "", body)
      body = body (NR == 1 ? "" : "\n") line
    }
    END {
      url = ENVIRON["KIBANA_URL"]
      sub(/\/+$/, "", url)
      option("url", url ENVIRON["REQUEST_PATH"])
      option("header", "kbn-xsrf: true")
      option("header", "Content-Type: application/json")
      if (ENVIRON["KIBANA_API_KEY"] != "") option("header", "Authorization: ApiKey " ENVIRON["KIBANA_API_KEY"])
      else if (ENVIRON["KIBANA_USERNAME"] != "") option("user", ENVIRON["KIBANA_USERNAME"] ":" ENVIRON["KIBANA_PASSWORD"])
      option("data-binary", body)
      option("write-out", "\n%{http_code}")
    }
  ' | curl --silent --show-error --globoff --path-as-is --config -)
  status=${answer##*
}
  case $status in
    2??) printf 'Created: %s\n' "$1" ;;
    *) printf '%s\nKibana answered %s: %s\n' "${answer%
*}" "$status" "$1" >&2; exit 1 ;;
  esac
}

require KIBANA_URL \
  CONNECTOR_SECRET_OPS_SLACK_WEBHOOK_URL \
  CONNECTOR_SECRET_HOOK_USER

post '/api/actions/connector/ops-slack' <<'JSON'
{
  "name": "Ops Slack",
  "connector_type_id": ".slack",
  "config": {},
  "secrets": {
    "webhookUrl": "${CONNECTOR_SECRET_OPS_SLACK_WEBHOOK_URL}"
  }
}
JSON

# hook: a secret with a "?" is sent if its variable is set; set it only if it is stored.
post '/s/payments/api/actions/connector/hook' <<'JSON'
{
  "name": "It's \u0024{NOW}\u0021",
  "connector_type_id": ".webhook",
  "config": {
    "url": "https://x.example.com"
  },
  "secrets": {
    "user": "${CONNECTOR_SECRET_HOOK_USER}",
    "secretHeaders": ${CONNECTOR_SECRET_HOOK_SECRET_HEADERS:json?}
  }
}
JSON
