# Set each from a secret store, or as TF_VAR_<name> in the environment; never in a file that is committed.
variable "slack_fe76cbba_webhook_url" {
  description = "secrets.webhookUrl of connector 0b7f1c9e-5d3a-4c7e-9f51-2f6f1f0c7a11 in space payments: the whole URL"
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "deploy_hook_url_token" {
  description = "config.url of connector deploy-hook in space default: the token in it alone, not the whole URL; it is readable in its config"
  type        = string
  sensitive   = true
}

variable "deploy_hook_headers_authorization" {
  description = "config.headers.Authorization of connector deploy-hook in space default: the whole value; it is readable in its config"
  type        = string
  sensitive   = true
}

variable "deploy_hook_user" {
  description = "secrets.user of connector deploy-hook in space default: the value alone"
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "deploy_hook_password" {
  description = "secrets.password of connector deploy-hook in space default: the value alone"
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "deploy_hook_secret_headers" {
  description = "secrets.secretHeaders of connector deploy-hook in space default: names with their values; only if it is stored"
  type        = map(string)
  default     = null
  sensitive   = true
  ephemeral   = true
}
