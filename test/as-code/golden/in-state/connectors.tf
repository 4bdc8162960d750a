resource "elasticstack_kibana_action_connector" "slack-fe76cbba" {
  name              = "Ops Slack"
  connector_type_id = ".slack"
  connector_id      = "0b7f1c9e-5d3a-4c7e-9f51-2f6f1f0c7a11"
  space_id          = "payments"
  config            = jsonencode({})
  secrets = jsonencode({
    webhookUrl = var.slack_fe76cbba_webhook_url
  })
}

resource "elasticstack_kibana_action_connector" "deploy-hook" {
  # connector_id = "deploy-hook"  # not a UUID, and the provider takes nothing else: see imports.tf
  name              = "Deploy \"hook\" $${now}"
  connector_type_id = ".webhook"
  space_id          = "default"
  config = jsonencode({
    url    = "https://hooks.slack.com/services/${var.deploy_hook_url_token}"
    method = "post"
    headers = {
      X-Team        = "ops"
      Authorization = var.deploy_hook_headers_authorization
    }
    hasAuth = true
    tags = [
      "a",
      1,
      null,
      true,
      {
        deep = []
      },
    ]
  })
  secrets = jsonencode({ for field, value in {
    user          = var.deploy_hook_user
    password      = var.deploy_hook_password
    secretHeaders = var.deploy_hook_secret_headers
  } : field => value if value != null })
}

resource "elasticstack_kibana_action_connector" "server-log-f6042bb4" {
  # connector_id = "Old.Id"  # not a UUID, and the provider takes nothing else: see imports.tf
  name              = "Log"
  connector_type_id = ".server-log"
  space_id          = "default"
  config            = jsonencode({})
}
