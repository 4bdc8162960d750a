# 3 Kibana connectors of TEST, written by kibana-connectors-mcp.
# State: this export uses the older attribute "secrets": Terraform keeps every secret in its state and plans as plain
# text. Use an encrypted backend with few readers (S3 with KMS, Azure Blob Storage, GCS with CMEK), never commit
# the state, and rotate its secrets when those readers change.
terraform {
  required_version = ">= 1.5"
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
