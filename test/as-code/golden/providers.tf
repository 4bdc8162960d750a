# 3 Kibana connectors of TEST, written by kibana-connectors-mcp.
# State: secrets are write-only, so they reach neither state nor plan. config is in both: a secret in it (see
# variables.tf) is readable there. Use an encrypted backend with few readers (S3 with KMS, Azure Blob Storage, GCS with CMEK),
# and never commit the state.
# Write-only attributes need Terraform 1.11. After rotating a secret, raise its secrets_wo_version: Terraform cannot see
# the change.
terraform {
  required_version = ">= 1.11"
  required_providers {
    elasticstack = {
      source  = "elastic/elasticstack"
      version = "~> 0.17"
    }
  }
}

# KIBANA_ENDPOINT with KIBANA_API_KEY, or with KIBANA_USERNAME and KIBANA_PASSWORD, come from the environment.
provider "elasticstack" {
  kibana {}
}
